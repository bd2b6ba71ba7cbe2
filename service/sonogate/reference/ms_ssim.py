"""MS-SSIM: multi-scale structural similarity.

Z. Wang, E. P. Simoncelli, A. C. Bovik, "Multiscale structural similarity for image quality
assessment", Asilomar Conference on Signals, Systems and Computers, 2003.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.reference.planes import (
    Mask,
    Picture,
    Plane,
    check_pair,
    halve_mask,
    luma,
    masked_mean,
)
from sonogate.reference.ssim import WINDOW, inner, ssim_maps

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ms_ssim(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return MS-SSIM of the luma, 0–1.

    A scale whose mean contrast similarity is negative counts as 0, as is customary.

    Args:
        reference: The export, 0–255, at least 176 pixels a side.
        distorted: The registered picture, same shape.
        mask: (height, width) bool, pixels that count.

    Raises:
        ValueError: Shapes differ, the mask is empty or the picture is too small.
    """
    check_pair(reference, distorted, mask)
    a, b, count = luma(reference), luma(distorted), mask
    least = WINDOW * 2 ** (len(_WEIGHTS) - 1)
    if min(a.shape) < least:
        raise ValueError(f"MS-SSIM needs at least {least} pixels a side, got {a.shape}")
    product = 1.0
    for scale, weight in enumerate(_WEIGHTS):
        similarity, contrast = ssim_maps(a, b)
        last = scale == len(_WEIGHTS) - 1
        value = masked_mean(
            similarity if last else contrast, None if count is None else inner(count)
        )
        product *= max(value, 0.0) ** weight
        a, b = _halve(a), _halve(b)
        count = None if count is None else halve_mask(count)
    return product


def _halve(plane: Plane) -> Plane:
    """Average 2×2 pixels, mirrored at the edge as its authors do, and keep every other."""
    mean = cv2.boxFilter(plane, -1, (2, 2), anchor=(0, 0), borderType=cv2.BORDER_REFLECT)
    return np.ascontiguousarray(mean[::2, ::2])
