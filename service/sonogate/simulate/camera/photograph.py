"""One photo of one screen, or of no screen at all."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sonogate.simulate.camera.backdrop import draw_backdrop
from sonogate.simulate.camera.draws import (
    draw_encoding,
    draw_geometry,
    draw_housing,
    draw_lens,
    draw_panel,
    draw_phone,
    draw_room,
    draw_sensor,
)
from sonogate.simulate.camera.fast import compose, develop, expose
from sonogate.simulate.camera.lens import px_scale
from sonogate.simulate.camera.neighbours import draw_neighbour
from sonogate.simulate.camera.presets import PRESETS, PresetName
from sonogate.simulate.camera.scene import draw_scene
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.values import Export, PhotoTruth, SimulatedPhoto

Profile = Literal["fast", "full"]


def photograph(
    export: Export,
    seed: int,
    profile: Profile = "full",
    photo_size_wh: tuple[int, int] = (4000, 3000),
    preset: PresetName = "decision",
    scenery: Scenery | None = None,
) -> SimulatedPhoto:
    """Photograph a screen that shows ``export``.

    Args:
        export: What is displayed.
        seed: Any non-negative integer; the same seed gives the same bytes.
        profile: ``"fast"`` (no subpixels, no mosaic, no file) or ``"full"``.
        photo_size_wh: Size of the upright photo, pixels.
        preset: Purpose, which sets how often what goes wrong.
        scenery: Pictures of rooms; without, rooms are drawn.
    """
    settings = PRESETS[preset]
    scenery = Scenery() if scenery is None else scenery
    panel = draw_panel(seed, export.size_wh)
    housing = draw_housing(seed, handheld=export.size_wh[1] > export.size_wh[0])
    room = draw_room(seed, settings)
    phone = draw_phone(seed, room.rgb)
    lens = draw_lens(seed, settings)
    sensor = draw_sensor(seed, settings)
    encoding = draw_encoding(seed, settings)
    geometry = draw_geometry(
        seed, settings, export.size_wh, photo_size_wh, panel.pitch_mm, phone.zoom
    )
    layers = draw_scene(seed, room, panel, housing, lens, geometry, scenery, 1.0)
    light = compose(export.pixels, panel, geometry, layers)
    pixels = develop(expose(seed, light, lens, sensor, phone), phone, encoding)
    truth = PhotoTruth(
        seed=seed,
        profile=profile,
        photo_size_wh=photo_size_wh,
        shows=export.shows,
        panel_key=f"panel-{seed}",
        phone_key=f"phone-{seed}",
        content_id=export.content_id,
        corners_xy=geometry.corners_xy,
        homography=geometry.homography,
        distortion_k1=geometry.distortion_k1,
        tilt_deg=geometry.tilt_deg,
        roll_deg=geometry.roll_deg,
        visible_fraction=geometry.visible_fraction,
    )
    return SimulatedPhoto(pixels=pixels, data=None, truth=truth)


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
        profile: ``"fast"`` or ``"full"``.
        photo_size_wh: Size of the upright photo, pixels.
        preset: Purpose.
        scenery: Pictures of rooms; without, rooms are drawn.
    """
    settings = PRESETS[preset]
    scenery = Scenery() if scenery is None else scenery
    room = draw_room(seed, settings)
    phone = draw_phone(seed, room.rgb)
    lens = draw_lens(seed, settings)
    sensor = draw_sensor(seed, settings)
    encoding = draw_encoding(seed, settings)
    rng = stage_rng(seed, "empty")
    white = np.asarray(room.rgb, np.float32) * np.float32(room.level)
    rear_blur = px_scale(photo_size_wh) * (lens.rear_blur_px if rng.random() < 0.4 else 0.0)
    light = draw_backdrop(seed, room, scenery, photo_size_wh, rear_blur) * white
    for number in range(int(rng.integers(0, 4))):
        kind = str(rng.choice(["paper", "window", "frame"]))
        draw_neighbour(seed, number, kind, light, None, white, scenery)
    # The eye of the camera adapts to the room: nothing in it is as bright as a screen.
    light *= np.float32(float(rng.uniform(0.3, 0.9)) / max(room.level, 1e-3))
    pixels = develop(expose(seed, light, lens, sensor, phone), phone, encoding)
    truth = PhotoTruth(
        seed=seed,
        profile=profile,
        photo_size_wh=photo_size_wh,
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
    return SimulatedPhoto(pixels=pixels, data=None, truth=truth)
