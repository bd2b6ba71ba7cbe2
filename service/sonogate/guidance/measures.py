"""Quick measures of the display in a frame.

Whole numbers wherever that is possible, so that the page's own measures are the very same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sonogate.guidance.rules import GuidanceRules
from sonogate.screen import geometry
from sonogate.types import FloatArray, PixelArray

SATURATED = 250
LUMA = (77, 150, 29)  # of 256: ITU-R BT.601 in whole numbers
BLUR_REACH = 4
CELLS = 12
STEP = 2
LEAST_PIXELS = 8
UNKNOWN_GRID_HEIGHT_PX = 768
_UNIT_SQUARE: FloatArray = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
Luma = NDArray[np.int64]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FrameMeasures:
    """What was measured on a frame.

    Attributes:
        sampling: Pixels of the photo to come per pixel of the display's own grid.
        tilt_deg: Angle between the camera's axis and the display's normal.
        visible_pct: Share of the display inside the frame.
        reflected_pct: Share of its parts that are bright throughout while most are not.
        saturated_pct: Share of the display's visible part without any grey level left.
        white: Luma (0–255) that the brightest hundredth of it reaches.
        blur: 0 (sharp) to 1.
    """

    sampling: float
    tilt_deg: float
    visible_pct: float
    reflected_pct: float
    saturated_pct: float
    white: float
    blur: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The measures, and where light is reflected.

    Attributes:
        measures: What was measured.
        reflected: (12, 12) parts of the display: 1 where light is reflected, else 0.
    """

    measures: FrameMeasures
    reflected: FloatArray


def measure(
    pixels: PixelArray, corners_xy: FloatArray, still_scale: float, rules: GuidanceRules
) -> Seen:
    """Measure the display in a frame.

    Args:
        pixels: (height, width, 3) uint8 RGB, the frame.
        corners_xy: (4, 2) of the display, frame pixels.
        still_scale: Pixels of the photo to come per pixel of the frame.
        rules: The grids that displays have.

    Raises:
        ValueError: The corners are degenerate.
    """
    size_wh = (pixels.shape[1], pixels.shape[0])
    usual = tuple(width / height for width, height in rules.formats_wh)
    pose = geometry.pose(corners_xy, size_wh, None, usual)
    grid_w, grid_h = _grid_of(pose.aspect, rules)
    area = abs(geometry.signed_area(corners_xy))
    box = _box(corners_xy, size_wh)
    inward = geometry.homography(corners_xy, _UNIT_SQUARE)
    light = _light(pixels, inward, box)
    reflected, reflected_pct = _reflected(light.darkest, rules)
    measures = FrameMeasures(
        sampling=still_scale * math.sqrt(area / (grid_w * grid_h)),
        tilt_deg=pose.tilt_deg,
        visible_pct=100.0 * geometry.visible_fraction(corners_xy, size_wh),
        reflected_pct=reflected_pct,
        saturated_pct=light.saturated_pct,
        white=light.white,
        blur=_blur(_luma(pixels[box[1] : box[3], box[0] : box[2]])),
    )
    return Seen(measures, reflected)


def _grid_of(aspect: float, rules: GuidanceRules) -> tuple[float, float]:
    """Return the commonest display grid of a shape, or one made up where none has it."""
    errors = [abs(math.log(aspect * height / width)) for width, height in rules.formats_wh]
    best = min(range(len(errors)), key=lambda index: round(errors[index], 3))
    if errors[best] <= rules.format_tolerance:
        return rules.formats_wh[best]
    return UNKNOWN_GRID_HEIGHT_PX * min(max(aspect, 0.1), 10.0), UNKNOWN_GRID_HEIGHT_PX


def _box(corners_xy: FloatArray, size_wh: tuple[int, int]) -> Box:
    """Return left, top, right and bottom of the frame's part that the display is in."""
    least = np.floor(np.clip(corners_xy.min(0), 0, size_wh)).astype(int)
    most = np.ceil(np.clip(corners_xy.max(0), 0, size_wh)).astype(int)
    return int(least[0]), int(least[1]), int(most[0]), int(most[1])


@dataclass(frozen=True, slots=True, eq=False)
class _Light:
    """How bright the display is.

    Attributes:
        saturated_pct: Share of its pixels without any grey level left.
        white: Luma that its brightest hundredth reaches.
        darkest: (144,) luma that the darkest tenth of each part is at most; -1 out of sight.
    """

    saturated_pct: float
    white: float
    darkest: NDArray[np.int64]


def _light(pixels: PixelArray, inward: FloatArray, box: Box) -> _Light:
    """Return how bright the display is.

    Args:
        pixels: The frame.
        inward: Homography, frame pixel → the display's unit square.
        box: The display's.
    """
    left, top, right, bottom = box
    x, y = np.meshgrid(np.arange(left, right, STEP), np.arange(top, bottom, STEP))
    w = inward[2, 0] * x + inward[2, 1] * y + inward[2, 2]
    u = (inward[0, 0] * x + inward[0, 1] * y + inward[0, 2]) / w
    v = (inward[1, 0] * x + inward[1, 1] * y + inward[1, 2]) / w
    inside = (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    seen = pixels[top:bottom:STEP, left:right:STEP][inside]
    if len(seen) == 0:
        return _Light(0.0, 0.0, np.full(CELLS * CELLS, -1))
    cell = (v[inside] * CELLS).astype(np.int64) * CELLS + (u[inside] * CELLS).astype(np.int64)
    counts = np.bincount(cell * 256 + _luma(seen), minlength=CELLS * CELLS * 256).reshape(-1, 256)
    darkest = (np.cumsum(counts, axis=1) * 10 >= counts.sum(axis=1, keepdims=True)).argmax(axis=1)
    darkest[counts.sum(axis=1) < LEAST_PIXELS] = -1
    brightest = np.cumsum(counts.sum(axis=0)[::-1]) * 100 >= len(seen)
    saturated = int((seen.min(axis=1) >= SATURATED).sum())
    return _Light(100.0 * saturated / len(seen), float(255 - brightest.argmax()), darkest)


def _reflected(darkest: NDArray[np.int64], rules: GuidanceRules) -> tuple[FloatArray, float]:
    """Return which parts are bright throughout while most are not, and their share in %."""
    visible = np.sort(darkest[darkest >= 0])
    if len(visible) == 0:
        return np.zeros((CELLS, CELLS)), 0.0
    most = float(visible[len(visible) // 2])
    least = max(rules.glare_luma, most + rules.glare_rise)
    reflected = (darkest >= least).astype(np.float64)
    return reflected.reshape(CELLS, CELLS), 100.0 * float(reflected.sum()) / len(visible)


def _luma(pixels: PixelArray) -> Luma:
    red, green, blue = (pixels[..., channel].astype(np.int64) for channel in range(3))
    return (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue) >> 8


def _blur(luma: Luma) -> float:
    """Return how little a picture loses when it is blurred again, the worse of two directions.

    Crété, Dolmiere, Ladret & Nicolas, "The blur effect" (SPIE 6492, 2007).
    """
    return max(_blur_along(luma), _blur_along(luma.T))


def _blur_along(luma: Luma) -> float:
    """Return the blur along the rows, 0–1; 1 where there is nothing to see."""
    span = 2 * BLUR_REACH + 1
    if luma.shape[0] < 1 or luma.shape[1] <= span + 1:
        return 1.0
    sums = np.cumsum(np.pad(luma, ((0, 0), (1, 0))), axis=1)
    again = sums[:, span:] - sums[:, :-span]
    # Both are scaled by the span, so that all stays in whole numbers.
    sharp = np.abs(np.diff(luma[:, BLUR_REACH:-BLUR_REACH], axis=1)) * span
    soft = np.abs(np.diff(again, axis=1))
    total = int(sharp.sum())
    if total == 0:
        return 1.0
    return 1.0 - float(np.maximum(sharp - soft, 0).sum()) / total
