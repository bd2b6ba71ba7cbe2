"""Shifts between two registered pictures, tile by tile, by phase cross-correlation.

M. Guizar-Sicairos, S. T. Thurman, J. R. Fienup, "Efficient subpixel image registration
algorithms", Optics Letters 33(2), 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.registration import phase_cross_correlation

from sonogate.reference.planes import Mask, Picture, Plane, luma
from sonogate.types import FloatArray

TILE_PX = 96
LARGEST_SHIFT_PX = 1.5
_LOCAL_SIGMA = 12.0
_SMOOTH_SIGMA = 1.0
_CONTRAST_FLOOR = 3.0
_GLARE_CODE = 250.0
_UPSAMPLE = 20
_LEAST_TEXTURE = 0.15
_MOST_INVALID = 0.2
_LEAST_TILES = 4
# Of two normal coordinates the mean square is this many times the median square.
_MEAN_OF_MEDIAN = 1.0 / np.log(2.0)


@dataclass(frozen=True, slots=True, eq=False)
class TileShifts:
    """What the tiles say.

    Attributes:
        centres_xy: (N, 2) float64, pixels.
        shifts_xy: (N, 2) float64, how far the second picture lies from the first, pixels.
        weights: (N,) float64, how much each tile can tell.
    """

    centres_xy: FloatArray
    shifts_xy: FloatArray
    weights: FloatArray


def normalised(plane: Plane) -> Plane:
    """Take off the local mean, divide by the local contrast, and soften single pixels."""
    soft = cv2.GaussianBlur(plane, (0, 0), _SMOOTH_SIGMA)
    mean = cv2.GaussianBlur(soft, (0, 0), _LOCAL_SIGMA)
    centred = np.asarray(soft - mean, np.float32)
    spread = np.sqrt(np.asarray(cv2.GaussianBlur(centred * centred, (0, 0), _LOCAL_SIGMA)))
    return np.asarray(np.clip(centred / (spread + _CONTRAST_FLOOR), -2.5, 2.5), np.float32)


def valid_pixels(captured: Plane, wanted: Plane, mask: Mask | None) -> NDArray[np.uint8]:
    """Return 255 where pixels may be looked at: saturated in the photo alone is glare."""
    glare = np.asarray((captured >= _GLARE_CODE) & (wanted < 0.8 * _GLARE_CODE), np.uint8)
    glare = np.asarray(cv2.dilate(glare, np.ones((9, 9), np.uint8)), np.uint8)
    valid = np.full(captured.shape, 255, np.uint8)
    valid[glare > 0] = 0
    if mask is not None:
        valid[~mask] = 0
    return valid


def tile_shifts(wanted: Plane, aligned: Plane, valid: NDArray[np.uint8]) -> TileShifts:
    """Measure the shift of overlapping tiles of two normalised planes.

    Args:
        wanted: The export, normalised.
        aligned: The registered picture, normalised, same size.
        valid: 255 where pixels may be looked at.
    """
    height, width = wanted.shape
    window = np.outer(np.hanning(TILE_PX), np.hanning(TILE_PX)).astype(np.float32)
    places, shifts, weights = [], [], []
    for top in range(0, height - TILE_PX + 1, TILE_PX // 2):
        for left in range(0, width - TILE_PX + 1, TILE_PX // 2):
            part = (slice(top, top + TILE_PX), slice(left, left + TILE_PX))
            texture = min(float(wanted[part].std()), float(aligned[part].std()))
            if texture < _LEAST_TEXTURE or (valid[part] == 0).mean() > _MOST_INVALID:
                continue
            offset, error, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
                wanted[part] * window,
                aligned[part] * window,
                upsample_factor=_UPSAMPLE,
                normalization=None,
            )
            if np.abs(offset).max() < LARGEST_SHIFT_PX:
                places.append([left + (TILE_PX - 1) / 2, top + (TILE_PX - 1) / 2])
                shifts.append([-offset[1], -offset[0]])
                weights.append(max(1.0 - float(error), 0.01) * texture)
    return TileShifts(
        np.array(places, np.float64).reshape(-1, 2),
        np.array(shifts, np.float64).reshape(-1, 2),
        np.array(weights, np.float64),
    )


def remaining_shift_px(export: Picture, registered: Picture, mask: Mask | None) -> float | None:
    """Estimate how far a registered picture still lies from its export, root mean square.

    The estimate holds the tiles' own error of measurement, so it is rather too large; one
    tile that failed does not move it, since it follows the median.

    Args:
        export: The export, 0–255.
        registered: The registered picture, same size, 0–255.
        mask: Pixels to look at; all when None.

    Returns:
        Export pixels, or None when too few tiles have texture to tell.
    """
    wanted, got = luma(export), luma(registered)
    found = tile_shifts(normalised(wanted), normalised(got), valid_pixels(got, wanted, mask))
    if len(found.weights) < _LEAST_TILES:
        return None
    squares = np.sum(found.shifts_xy**2, axis=1)
    return float(np.sqrt(_MEAN_OF_MEDIAN * np.median(squares)))
