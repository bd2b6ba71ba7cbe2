"""VIFp: visual information fidelity, pixel domain.

H. R. Sheikh, A. C. Bovik, "Image information and visual quality", IEEE Transactions on
Image Processing 15(2), 2006; the multi-scale pixel-domain form of its authors' release.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.reference.planes import Mask, Picture, check_pair, luma
from sonogate.types import FloatArray

_SCALES = 4
_NOISE = 2.0
_EPSILON = 1e-10


def vifp(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return VIFp of the luma: 1 for identical pictures, 0 when no information is left.

    It may exceed 1 where the distorted picture has more contrast.

    Args:
        reference: The export, 0–255, at least 48 pixels a side.
        distorted: The registered picture, same shape.
        mask: (height, width) bool, pixels that count.

    Raises:
        ValueError: Shapes differ, the mask is empty or the picture is too small.
    """
    check_pair(reference, distorted, mask)
    if min(reference.shape[:2]) < 48:
        raise ValueError(f"VIFp needs at least 48 pixels a side, got {reference.shape}")
    # Variances do not change by an offset; float64 keeps the smallest of them.
    a, b = (luma(picture).astype(np.float64) for picture in (reference, distorted))
    count = mask
    kept, had = 0.0, 0.0
    for scale in range(1, _SCALES + 1):
        size = 2 ** (_SCALES - scale + 1) + 1
        if scale > 1:
            a, b = _valid_blur(a, size)[::2, ::2], _valid_blur(b, size)[::2, ::2]
            if count is not None:
                count = _valid(count, size)[::2, ::2]
        inside = None if count is None else _valid(count, size)
        scale_kept, scale_had = _information(a, b, size, inside)
        kept, had = kept + scale_kept, had + scale_had
    return kept / had if had > 0.0 else 1.0


def _information(
    a: FloatArray,
    b: FloatArray,
    size: int,
    inside: Mask | None,
) -> tuple[float, float]:
    mean_a, mean_b = _valid_blur(a, size), _valid_blur(b, size)
    var_a = np.maximum(_valid_blur(a * a, size) - mean_a**2, 0.0)
    var_b = np.maximum(_valid_blur(b * b, size) - mean_b**2, 0.0)
    cov = _valid_blur(a * b, size) - mean_a * mean_b
    gain = cov / (var_a + _EPSILON)
    rest = var_b - gain * cov
    flat_a = var_a < _EPSILON
    gain[flat_a], rest[flat_a], var_a[flat_a] = 0.0, var_b[flat_a], 0.0
    flat_b = var_b < _EPSILON
    gain[flat_b], rest[flat_b] = 0.0, 0.0
    against = gain < 0.0
    rest[against], gain[against] = var_b[against], 0.0
    rest = np.maximum(rest, _EPSILON)
    kept = np.log10(1.0 + gain**2 * var_a / (rest + _NOISE))
    had = np.log10(1.0 + var_a / _NOISE)
    if inside is not None and inside.any():
        kept, had = kept[inside], had[inside]
    return float(kept.sum()), float(had.sum())


def _valid_blur(plane: FloatArray, size: int) -> FloatArray:
    smooth = np.asarray(cv2.GaussianBlur(plane, (size, size), size / 5.0), np.float64)
    return _valid_plane(smooth, size)


def _valid_plane(plane: FloatArray, size: int) -> FloatArray:
    edge = size // 2
    return plane[edge : plane.shape[0] - edge, edge : plane.shape[1] - edge]


def _valid(mask: Mask, size: int) -> Mask:
    edge = size // 2
    return mask[edge : mask.shape[0] - edge, edge : mask.shape[1] - edge]
