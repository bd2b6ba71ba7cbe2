"""What the picture under the scan area is like, and what the measured faults do to it.

How much a blur, a cast or a veil costs in a full-reference comparison hangs on the picture:
a smooth one has little to lose. So the faults that were measured are put on the picture once
more, and the Haar wavelet similarity (Reisenhofer et al., 2018) tells what that changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.quality.neutrals import YIQ, Neutrals
from sonogate.quality.planes import Planes

# The similarity's own constants: scales, stabiliser.
SCALES = 3
BANDS = (0.17, 0.085, 0.0425)  # cycles per export px
LEAST_TRANSFER = 0.15
STABILISER = 30.0
STRIDE = 2  # half-size pixels from one place to the next
COLOURED = 32.0  # chroma in the plane of I and Q, 8-bit codes
DOUBT = 5.0  # of such chroma: what the screen's greys leave open
WEAK = 5.0  # of a coefficient, codes
SMOOTH = 5  # half-size pixels over which colour noise is averaged
DARK = 24.0  # luma, 8-bit codes
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """What was measured of a photo, in the units of the display.

    Attributes:
        sigma_px: Gaussian blur, export pixels.
        noise_codes: Noise of one export pixel, 8-bit codes.
        neutrals: The screen's black and white; None where nothing tells them.
    """

    sigma_px: float
    noise_codes: float
    neutrals: Neutrals | None


def describe(planes: Planes, faults: Faults) -> Mapping[str, float]:
    """Return figures of the scan area's picture, by name; see ``describe_half``."""
    return describe_half(*_half(planes), faults)


def describe_half(small: NDArray[np.uint8], weight: Plane, faults: Faults) -> Mapping[str, float]:
    """Return figures of a picture of half the export's size.

    Args:
        small: (h, w, 3) uint8 sRGB.
        weight: (h, w) share of each pixel inside the scan area.
        faults: What was measured of it.

    Returns:
        ``tone``, ``cast``, ``noise``, ``sharpened``, ``detail``: similarity, 0–1, of the
        picture to itself without that fault (blur taken away at each pixel, or from the
        coefficients' magnitudes); ``blur``: to itself blurred once more; ``tint``: to grey,
        in colour alone; ``fine``, ``middle``, ``coarse``: natural logarithm of the mean
        wavelet coefficient at three scales, codes; ``grain``: that of the fine
        coefficients' kurtosis; ``weak``: share of detail too weak to be compared; ``mean``,
        ``top``: luma's mean and 95th percentile over 255; ``dark``: share of the scan area;
        ``coloured``: mean distance from the screen's greys, codes over 32, at most 1.
    """
    luma, red, blue = _yiq(small)
    inside = luma[weight > 0.5]
    margin = 2 ** (SCALES - 1)
    place = (slice(margin, None, STRIDE), slice(margin, None, STRIDE))
    levels = _coefficients(luma)
    tall, wide = levels[0][0].shape
    own = [_off_grey(luma, red, blue, faults.neutrals, k)[place][:tall, :wide] for k in (0, 1)]
    red, blue, weight = (plane[place][:tall, :wide] for plane in (red, blue, weight))
    weights = [np.asarray(level[-1] * weight, np.float32) for level in levels]
    both = np.asarray(0.5 * (weights[0] + weights[1]), np.float32)
    total = 2.0 * float(both.sum()) + 1e-6
    area = float(weight.sum()) + 1e-6
    figures = {}
    for k, name in enumerate(("fine", "middle", "coarse")):
        mean = sum(float((level[k] * weight).sum()) for level in levels) / (2.0 * area)
        figures[name] = math.log(mean + 1e-2)

    def alike(other: list[list[Plane]]) -> float:
        found = 0.0
        for mine, theirs, w in zip(levels, other, weights, strict=True):
            fine = _ratio(mine[0], theirs[0]) + _ratio(mine[1], theirs[1])
            found += float((0.5 * fine * w).sum())
        return found / total

    if faults.neutrals is None:
        figures["tone"] = 1.0
    else:
        evened = np.asarray(cv2.LUT(small, faults.neutrals.curves()[None]), np.uint8)
        figures["tone"] = alike(_coefficients(_yiq(evened)[0]))
    soft = np.asarray(cv2.GaussianBlur(luma, (0, 0), max(faults.sigma_px / 2.0, 0.1)), np.float32)
    figures["blur"] = alike(_coefficients(soft))
    figures["sharpened"] = alike(_coefficients(2.0 * luma - soft))
    figures["detail"] = alike(_without_blur(levels, faults.sigma_px))
    figures["noise"] = alike(_without_noise(levels, faults.noise_codes))
    size = np.hypot(own[0], own[1])
    share = np.asarray(np.maximum(size - DOUBT, 0.0) / np.maximum(size, 1e-3), np.float32)
    coloured = (np.asarray(own[0] * share), np.asarray(own[1] * share))
    grey = np.zeros_like(both)
    figures["tint"] = _same_colour((red, blue), (grey, grey), both)
    figures["cast"] = _same_colour((red, blue), coloured, both)
    figures["coloured"] = min(2.0 * float((size * both).sum()) / total / COLOURED, 1.0)
    fine = levels[0][0][weight > 0.5]
    figures["grain"] = math.log(float((fine**2).mean()) / (float(fine.mean()) ** 2 + 1e-6) + 1e-2)
    weak = sum(float((w * (x[0] < WEAK)).sum()) for x, w in zip(levels, weights, strict=True))
    figures["weak"] = weak / total
    figures["mean"] = float(inside.mean()) / 255.0
    figures["top"] = float(np.quantile(inside, 0.95)) / 255.0
    figures["dark"] = float((inside < DARK).mean())
    return MappingProxyType(figures)


def _off_grey(luma: Plane, red: Plane, blue: Plane, neutrals: Neutrals | None, axis: int) -> Plane:
    """Return the I (0) or Q (1) that a picture has beyond the screen's greys, smoothed."""
    plane = (red, blue)[axis]
    if neutrals is not None:
        code = np.rint(luma).clip(0, 255).astype(np.uint8)
        plane = plane - cv2.LUT(code, np.ascontiguousarray(neutrals.chroma()[:, axis]))
    return np.asarray(cv2.blur(plane, (SMOOTH, SMOOTH)), np.float32)


def _half(planes: Planes) -> tuple[NDArray[np.uint8], Plane]:
    """Return the scan area's surroundings at half the size, and its weight."""
    rows, columns = np.flatnonzero(planes.scan.any(1)), np.flatnonzero(planes.scan.any(0))
    part = (slice(rows[0] // 2 * 2, rows[-1] + 1), slice(columns[0] // 2 * 2, columns[-1] + 1))
    rgb = planes.rgb[part]
    least = 2 ** (SCALES + 1)
    size = (max(rgb.shape[1] // 2, least), max(rgb.shape[0] // 2, least))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    scan = planes.scan[part].astype(np.float32)
    weight = cv2.resize(scan, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), np.asarray(weight, np.float32)


def _yiq(rgb: NDArray[np.uint8]) -> tuple[Plane, Plane, Plane]:
    planes = cv2.split(cv2.transform(rgb.astype(np.float32), YIQ))
    return planes[0], planes[1], planes[2]  # type: ignore[return-value]


def _coefficients(luma: Plane) -> list[list[Plane]]:
    """Return magnitudes of the Haar coefficients at every second place, by direction, scale."""
    table = cv2.integral(luma, sdepth=cv2.CV_64F)
    height, width = luma.shape
    reach = 2**SCALES
    tall, wide = max((height - reach) // STRIDE, 1), max((width - reach) // STRIDE, 1)
    out: list[list[Plane]] = [[], []]
    for scale in range(1, SCALES + 1):
        half = 2 ** (scale - 1)
        first = reach // 2 - half  # windows of all scales share their middle
        rows = [first + step for step in (0, half, 2 * half)]
        corner = [[table[y:, x:][::STRIDE, ::STRIDE][:tall, :wide] for x in rows] for y in rows]
        (a, b, c), (d, _, f), (g, h, i) = corner
        outer = i - g - c + a
        for direction, inner in enumerate((f - d - c + a, h - g - b + a)):
            plane = np.abs(outer - 2.0 * inner) * np.float32(0.5 / half)
            out[direction].append(np.asarray(plane, np.float32))
    return out


def _without_blur(levels: list[list[Plane]], sigma_px: float) -> list[list[Plane]]:
    """Return the coefficients over a Gaussian's transfer at the middle of each band."""
    transfer = [math.exp(-2.0 * (math.pi * sigma_px * f) ** 2) for f in BANDS]
    gains = [np.float32(1.0 / max(one, LEAST_TRANSFER)) for one in transfer]
    return [[plane * gain for plane, gain in zip(level, gains, strict=True)] for level in levels]


def _without_noise(levels: list[list[Plane]], noise_codes: float) -> list[list[Plane]]:
    # orthonormal coefficients of white noise have its own deviation; halving halves it
    variance = np.float32((noise_codes / 2.0) ** 2)
    return [[np.sqrt(np.maximum(plane**2 - variance, 0.0)) for plane in level] for level in levels]


def _ratio(a: Plane, b: Plane) -> Plane:
    return np.asarray((2.0 * a * b + STABILISER) / (a * a + b * b + STABILISER), np.float32)


def _same_colour(a: tuple[Plane, Plane], b: tuple[Plane, Plane], weight: Plane) -> float:
    """Return the weighted mean similarity of two pairs of I and Q."""
    alike = sum(_ratio(np.abs(x), np.abs(y)) for x, y in zip(a, b, strict=True))
    return float((0.5 * alike * weight).sum() / (float(weight.sum()) + 1e-6))
