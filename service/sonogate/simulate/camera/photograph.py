"""One photo of one screen, or of no screen at all."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Literal

import numpy as np

from sonogate.simulate.camera.backdrop import draw_backdrop
from sonogate.simulate.camera.develop import develop_raw
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.encode import encode
from sonogate.simulate.camera.fast import compose, develop, expose
from sonogate.simulate.camera.lens import motion_path, px_scale
from sonogate.simulate.camera.moire import find_moire
from sonogate.simulate.camera.neighbours import draw_neighbour
from sonogate.simulate.camera.presets import PRESETS, PresetName
from sonogate.simulate.camera.raw import read_sensor
from sonogate.simulate.camera.scene import SceneLayers, draw_scene
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.camera.subpixels import luma_shift_px
from sonogate.simulate.camera.truth import make_figures, make_maps, true_fidelity
from sonogate.simulate.values import Export, PhotoMaps, PhotoTruth, SimulatedPhoto
from sonogate.types import PixelArray

Profile = Literal["fast", "full"]
_FULL_STEP = 2.0


def photograph(
    export: Export,
    seed: int,
    profile: Profile = "full",
    photo_size_wh: tuple[int, int] = (4000, 3000),
    preset: PresetName = "decision",
    scenery: Scenery | None = None,
    panel_number: int | None = None,
    phone_number: int | None = None,
    fidelity: bool = True,
    moire: bool = False,
) -> SimulatedPhoto:
    """Photograph a screen that shows ``export``.

    Args:
        export: What is displayed.
        seed: Any non-negative integer; the same arguments give the same bytes.
        profile: ``"fast"`` (no subpixels, no mosaic, no file) or ``"full"``.
        photo_size_wh: Size of the upright photo, pixels; a messenger may shrink it after.
        preset: Purpose, which sets how often what goes wrong.
        scenery: Pictures of rooms; without, rooms are drawn.
        panel_number: Names a panel with its housing; without, the seed does.
        phone_number: Names a phone; without, the seed does.
        fidelity: Whether the figures hold the fidelity to the export (``"full"`` only).
        moire: Whether figures and maps hold the moiré (``"full"`` only; three times the work).
    """
    setup = draw_setup(
        seed, PRESETS[preset], export.size_wh, photo_size_wh, panel_number, phone_number
    )
    return take(
        export, setup, profile, Scenery() if scenery is None else scenery, fidelity, moire=moire
    )


def take(
    export: Export,
    setup: CameraSetup,
    profile: Profile,
    scenery: Scenery,
    fidelity: bool = True,
    subpixels: bool = True,
    moire: bool = False,
) -> SimulatedPhoto:
    """Photograph a screen with a given setup.

    Args:
        export: What is displayed.
        setup: All that the photo is made with.
        profile: ``"fast"`` or ``"full"``.
        scenery: Pictures of rooms.
        fidelity: Whether the figures hold the fidelity to the export (``"full"`` only).
        subpixels: False for a counterfactual panel of plain square pixels.
        moire: Whether figures and maps hold the moiré (``"full"`` only).
    """
    step = 1.0 if profile == "fast" else _FULL_STEP
    layers = draw_scene(
        setup.seed,
        setup.room,
        setup.panel,
        setup.housing,
        setup.lens,
        setup.geometry,
        scenery,
        step,
    )
    if profile == "fast":
        pixels = _take_fast(export, setup, layers)
        return SimulatedPhoto(pixels, None, _truth(export, setup, profile, pixels, {}, None))
    raw = read_sensor(export.pixels, setup, layers, subpixels)
    data, pixels = encode(develop_raw(raw, setup), setup)
    maps = make_maps(setup, layers, raw)
    figures = make_figures(export, setup, raw, maps)
    if moire:
        found = find_moire(export, setup, layers)
        maps, figures = replace(maps, moire=found.map), figures | found.figures
    if fidelity:
        geometry = setup.geometry.resized((pixels.shape[1], pixels.shape[0]))
        scores = true_fidelity(export, pixels, geometry, luma_shift_px(setup.panel))
        for name, part in zip(("captured", "tone_fitted"), scores, strict=True):
            figures |= {f"{name}_{key}": value for key, value in asdict(part).items()}
    return SimulatedPhoto(pixels, data, _truth(export, setup, profile, pixels, figures, maps))


def _take_fast(export: Export, setup: CameraSetup, layers: SceneLayers) -> PixelArray:
    light = compose(export.pixels, setup.panel, setup.geometry, layers)
    exposed = expose(setup.seed, light, setup.lens, setup.sensor, setup.phone)
    return develop(exposed, setup.phone, setup.encoding)


def _truth(
    export: Export,
    setup: CameraSetup,
    profile: Profile,
    pixels: PixelArray,
    figures: dict[str, float],
    maps: PhotoMaps | None,
) -> PhotoTruth:
    geometry = setup.geometry.resized((pixels.shape[1], pixels.shape[0]))
    return PhotoTruth(
        seed=setup.seed,
        profile=profile,
        photo_size_wh=geometry.photo_size_wh,
        shows=export.shows,
        panel_key=f"panel-{setup.panel_number}",
        phone_key=f"phone-{setup.phone_number}",
        content_id=export.content_id,
        corners_xy=geometry.corners_xy,
        homography=geometry.homography,
        distortion_k1=geometry.distortion_k1,
        tilt_deg=geometry.tilt_deg,
        roll_deg=geometry.roll_deg,
        visible_fraction=geometry.visible_fraction,
        figures=figures,
        motion_path_xy=motion_path(setup.lens, px_scale(geometry.photo_size_wh)),
        maps=maps,
    )


def photograph_empty(
    seed: int,
    profile: Profile = "full",
    photo_size_wh: tuple[int, int] = (4000, 3000),
    preset: PresetName = "locator",
    scenery: Scenery | None = None,
) -> SimulatedPhoto:
    """Photograph a place without a display: rooms, windows, picture frames, paper, keyboards.

    Args:
        seed: Any non-negative integer.
        profile: ``"fast"`` or ``"full"``; both look at the scene without a mosaic.
        photo_size_wh: Size of the upright photo, pixels.
        preset: Purpose.
        scenery: Pictures of rooms; without, rooms are drawn.
    """
    scenery = Scenery() if scenery is None else scenery
    setup = draw_setup(seed, PRESETS[preset], (1024, 768), photo_size_wh)
    room, lens = setup.room, setup.lens
    rng = stage_rng(seed, "empty")
    white = np.asarray(room.rgb, np.float32) * np.float32(room.level)
    rear_blur = px_scale(photo_size_wh) * (lens.rear_blur_px if rng.random() < 0.4 else 0.0)
    light = draw_backdrop(seed, room, scenery, photo_size_wh, rear_blur) * white
    for number in range(int(rng.integers(0, 4))):
        kind = str(rng.choice(["paper", "window", "frame"]))
        draw_neighbour(seed, number, kind, light, None, white, scenery)
    # The eye of the camera adapts to the room: nothing in it is as bright as a screen.
    light *= np.float32(float(rng.uniform(0.3, 0.9)) / max(room.level, 1e-3))
    pixels = develop(
        expose(seed, light, lens, setup.sensor, setup.phone), setup.phone, setup.encoding
    )
    data: bytes | None = None
    if profile == "full":
        data, pixels = encode(pixels, setup)
    truth = PhotoTruth(
        seed=seed,
        profile=profile,
        photo_size_wh=(pixels.shape[1], pixels.shape[0]),
        shows=None,
        panel_key="",
        phone_key=f"phone-{seed}",
        content_id="",
        corners_xy=None,
        homography=None,
        distortion_k1=0.0,
        tilt_deg=0.0,
        roll_deg=0.0,
        visible_fraction=0.0,
    )
    return SimulatedPhoto(pixels=pixels, data=data, truth=truth)
