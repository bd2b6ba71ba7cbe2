"""Simulated photos with their truth, for the evaluation of masking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import Policy
from sonogate.screen import rectify
from sonogate.simulate import photograph, render_export
from sonogate.simulate.camera import PresetName
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.values import Export
from sonogate.types import FloatArray, Photo, RectifiedScreen, ScreenQuad

PRESET: PresetName = "masking"
# Photos just large enough: photo pixels per export pixel, and what would be refused.
BASE_SIZE_WH = (2308, 1732)
WANTED_SAMPLING = (1.65, 2.4)
LEAST_SAMPLING = 1.5
LEAST_SCALE = 0.87
MOST_REFLECTED = 0.008  # of the screen's white
MOST_NOISE = 1.2e-3  # variance over signal, at the screen's white


@dataclass(frozen=True, slots=True, eq=False)
class LabelledScreen:
    """A rectified screen and the export behind it.

    Attributes:
        name: Names it in tables.
        export: What was displayed.
        screen: The rectified screen, with its scan area as the gate finds it.
        in_frame: (height, width) bool, rectified pixels that the photo holds.
        photo: The photo, for its quality; None when that is of no interest.
    """

    name: str
    export: Export
    screen: RectifiedScreen
    in_frame: NDArray[np.bool_]
    photo: Photo | None = None


def simulated(
    seeds: Iterable[int], size_wh: tuple[int, int], policy: Policy
) -> Iterator[LabelledScreen]:
    """Make simulated photos, rectified by their true corners, their scan area as found.

    Args:
        seeds: One photo each; a screen without a scan area is left out.
        size_wh: Size of the photos, pixels.
        policy: For rectification.
    """
    for seed in seeds:
        export = render_export(seed)
        if export.scan_area_xy is not None:
            yield from _photographed(export, seed, size_wh, policy)


def near_enough(
    seeds: Iterable[int], most_megapixels: float, policy: Policy
) -> Iterator[LabelledScreen]:
    """The same, each photo just large enough for its screen to be sampled as the gate asks.

    Screens that would need a larger photo than ``most_megapixels`` are left out, and so are
    photos that the gate would most likely refuse: too far, a lamp or a bright room in the
    glass, much noise.

    Args:
        seeds: One photo each.
        most_megapixels: Size of the largest photo.
        policy: For rectification.
    """
    for seed in seeds:
        export = render_export(seed)
        if export.scan_area_xy is None:
            continue
        setup = draw_setup(seed, PRESETS[PRESET], export.size_wh, BASE_SIZE_WH, None, None)
        wanted = float(np.random.default_rng(seed).uniform(*WANTED_SAMPLING))
        at_base = least_sampling(setup.geometry.corners_xy, export.size_wh)
        scale = max(wanted / at_base, LEAST_SCALE)
        width, height = (4 * round(scale * side / 4) for side in BASE_SIZE_WH)
        messenger = setup.encoding.messenger
        shrinks = 1.0 if messenger is None else min(1.0, messenger[0] / width)
        if width * height > 1e6 * most_megapixels or shrinks * scale * at_base < LEAST_SAMPLING:
            continue
        reflected = setup.room.level * setup.panel.reflectance
        noise = setup.sensor.shot / setup.sensor.exposure
        if setup.room.lamps or reflected > MOST_REFLECTED or noise > MOST_NOISE:
            continue
        yield from _photographed(export, seed, (width, height), policy)


def least_sampling(corners_xy: FloatArray, size_wh: tuple[int, int]) -> float:
    """Return the photo pixels per export pixel where there are fewest of them."""
    width, height = size_wh
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    to_photo = cv2.getPerspectiveTransform(whole, corners_xy.astype(np.float32))
    grid = np.stack(np.meshgrid([0.1, 0.5, 0.9], [0.1, 0.5, 0.9]), axis=-1).reshape(-1, 1, 2)
    at = grid * (width, height)
    steps = [
        cv2.perspectiveTransform(at + step, to_photo) - cv2.perspectiveTransform(at, to_photo)
        for step in ((1.0, 0.0), (0.0, 1.0))
    ]
    jacobians = np.stack([step[:, 0] for step in steps], axis=-1)
    return float(np.linalg.svd(jacobians, compute_uv=False)[:, 1].min())


def _photographed(
    export: Export, seed: int, size_wh: tuple[int, int], policy: Policy
) -> Iterator[LabelledScreen]:
    """Yield the photo of an export, unless no scan area is found on it: nothing is shown then."""
    made = photograph(export, seed, "full", size_wh, PRESET, fidelity=False)
    truth = made.truth
    if truth.corners_xy is None:
        return
    photo = Photo(made.pixels, "0" * 64, "jpeg")
    quad = ScreenQuad(truth.corners_xy, 100.0, truth.visible_fraction, truth.distortion_k1)
    screen = rectify(photo, quad, policy.screen, export.size_wh)
    if screen.scan_area_xy is None:
        return
    blank = replace(photo, pixels=np.full_like(made.pixels, 255))
    frame = rectify(blank, quad, policy.screen, export.size_wh).pixels[..., 0] > 127
    yield LabelledScreen(str(seed), export, screen, frame, photo)
