"""Small photos of the simulator's fast profile, with the truth of their reflections.

A reflection is smooth, so that a photo of a third of a megapixel shows as much of it as one of
twelve; a hundred such photos cost what four of the full profile do. ``python -m
models.training.glare_photos COUNT OUT`` writes features (N, 24, 32, F), truth (N, 24, 32) and
cover (N, 24, 32) of photos of the training split's contents, panels and phones.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.quality.glare import local_loss
from sonogate.quality.glare_features import glare_features
from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, SRGB_TO_LINEAR, make_planes
from sonogate.simulate.camera import Scenery
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.fast import compose, develop, expose
from sonogate.simulate.camera.presets import PRESETS, PresetName
from sonogate.simulate.camera.scene import SceneLayers, draw_scene
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.camera.truth import straighten
from sonogate.simulate.items import Item, pictures_of, plan
from sonogate.simulate.screens import render_export
from sonogate.simulate.values import Export
from sonogate.types import PixelArray, RectifiedScreen, ScreenQuad

MEGAPIXELS = 0.35
EXPORT_SCALE = 0.5
CELLS = (HEAT_COLUMNS, HEAT_ROWS)
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
LOST_SHARE = 0.2
PRESET_NAMES: tuple[PresetName, ...] = ("quality", "decision", "locator")
Cells = NDArray[np.float32]


def sample(
    item: Item, preset: PresetName, scenery: Scenery, pictures: Path | None
) -> tuple[Cells, Cells, Cells] | None:
    """Return features, the share of each cell that is lost, and the share that is covered.

    None where the screen shows no ultrasound picture.
    """
    own = None if pictures is None else pictures_of(pictures, item.split)
    export = render_export(item.seed, content=own, scale=EXPORT_SCALE)
    if export.scan_area_xy is None:
        return None
    setup = draw_setup(
        item.seed, PRESETS[preset], export.size_wh, item.photo_size_wh,
        item.panel_number, item.phone_number,
    )  # fmt: skip
    layers = draw_scene(
        setup.seed, setup.room, setup.panel, setup.housing, setup.lens, setup.geometry, scenery, 1.0
    )
    light = compose(export.pixels, setup.panel, setup.geometry, layers)
    exposed = expose(setup.seed, light, setup.lens, setup.sensor, setup.phone)
    pixels = develop(exposed, setup.phone, setup.encoding)
    return (_features(export, setup, pixels), *_truth(export, setup, layers))


def _features(export: Export, setup: CameraSetup, pixels: NDArray[np.uint8]) -> Cells:
    seen: PixelArray = np.asarray(straighten(pixels, setup.geometry), np.uint8)
    quad = ScreenQuad(setup.geometry.corners_xy, 99.0, setup.geometry.visible_fraction)
    screen = RectifiedScreen(
        seen, quad, setup.geometry.homography, export.size_wh, 0.0,
        setup.geometry.photo_size_wh, True, export.scan_area_xy,
    )  # fmt: skip
    return glare_features(make_planes(screen))


def _truth(export: Export, setup: CameraSetup, layers: SceneLayers) -> tuple[Cells, Cells]:
    step = setup.geometry.photo_size_wh[0] / (layers.around.shape[1] / 2.0)
    mirror = straighten(np.asarray(layers.mirror @ LUMA), setup.geometry, step_px=step)
    shown = SRGB_TO_LINEAR[export.pixels] @ LUMA
    lost = local_loss(shown, np.asarray(mirror, np.float32)) > LOST_SHARE
    share = cv2.resize(lost.astype(np.float32), CELLS, interpolation=cv2.INTER_AREA)
    cover = np.zeros(share.shape, np.float32)
    if layers.front_cover is not None:
        front = straighten(layers.front_cover, setup.geometry, step_px=layers.step_px)
        cover = cv2.resize(front, CELLS, interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float32), np.asarray(cover, np.float32)


def main() -> None:
    """Write the arrays of so many photos, presets in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenery", type=Path)
    parser.add_argument("--ultrasound", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    scenery = Scenery(options.scenery)
    found = []
    for number, preset in enumerate(PRESET_NAMES):
        items = plan(preset, 4 * options.count, options.seed + number, MEGAPIXELS)
        chosen = [item for item in items if item.kind == "ultrasound" and item.split == "train"]
        for item in chosen[: options.count // len(PRESET_NAMES)]:
            photo = sample(item, preset, scenery, options.ultrasound)
            if photo is not None:
                found.append(photo)
    x, y, covered = (np.stack(parts).astype(np.float16) for parts in zip(*found, strict=True))
    np.savez_compressed(options.out, x=x, y=y, covered=covered)


if __name__ == "__main__":
    main()
