"""SSIM: structural similarity, with the Gaussian window of its paper.

Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from error
visibility to structural similarity", IEEE Transactions on Image Processing 13(4), 2004.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.reference.planes import Mask, Picture, Plane, check_pair, luma, masked_mean

WINDOW = 11
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2


def ssim(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return the mean SSIM of the luma over windows that lie wholly inside the picture.

    Args:
        reference: The export, 0–255, at least 11 pixels a side.
        distorted: The registered picture, same shape.
        mask: (height, width) bool; windows whose centre it holds count.

    Raises:
        ValueError: Shapes differ, the mask is empty or the picture is too small.
    """
    check_pair(reference, distorted, mask)
    similarity, _ = ssim_maps(luma(reference), luma(distorted))
    return masked_mean(similarity, None if mask is None else inner(mask))


def ssim_maps(a: Plane, b: Plane) -> tuple[Plane, Plane]:
    """Return SSIM and its contrast–structure part at every full window.

    Raises:
        ValueError: The planes are smaller than the window.
    """
    if min(a.shape) < WINDOW:
        raise ValueError(f"SSIM needs at least {WINDOW} pixels a side, got {a.shape}")
    # Means are subtracted before squaring: float32 would lose small variances otherwise.
    level = np.float32(0.5) * (a.mean() + b.mean())
    a, b = a - level, b - level
    mean_a, mean_b = _blur(a), _blur(b)
    var_a = _blur(a * a) - mean_a * mean_a
    var_b = _blur(b * b) - mean_b * mean_b
    cov = _blur(a * b) - mean_a * mean_b
    contrast = (2.0 * cov + _C2) / (var_a + var_b + _C2)
    mean_a, mean_b = mean_a + level, mean_b + level
    brightness = (2.0 * mean_a * mean_b + _C1) / (mean_a * mean_a + mean_b * mean_b + _C1)
    return np.asarray(brightness * contrast, np.float32), np.asarray(contrast, np.float32)


def inner(mask: Mask) -> Mask:
    """Crop a mask to the centres of full windows."""
    edge = WINDOW // 2
    return mask[edge:-edge, edge:-edge]


def _blur(plane: Plane) -> Plane:
    edge = WINDOW // 2
    smooth = cv2.GaussianBlur(plane, (WINDOW, WINDOW), _SIGMA)
    return np.asarray(smooth[edge:-edge, edge:-edge], np.float32)
