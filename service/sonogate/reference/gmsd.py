"""GMSD: gradient magnitude similarity deviation.

W. Xue, L. Zhang, X. Mou, A. C. Bovik, "Gradient magnitude similarity deviation: a highly
efficient perceptual image quality index", IEEE Transactions on Image Processing 23(2), 2014.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.reference.planes import Mask, Picture, Plane, check_pair, halve, halve_mask, luma

_C = 170.0
_PREWITT = np.array([[1.0, 0.0, -1.0]] * 3, np.float32) / 3.0


def gmsd(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return GMSD: 0 for identical pictures, larger is worse.

    Args:
        reference: The export, 0–255.
        distorted: The registered picture, same shape.
        mask: (height, width) bool, pixels that count.

    Raises:
        ValueError: Shapes differ or the mask is empty.
    """
    check_pair(reference, distorted, mask)
    a, b = (_gradient(halve(luma(picture))) for picture in (reference, distorted))
    similarity = (2.0 * a * b + _C) / (a * a + b * b + _C)
    count = None if mask is None else halve_mask(mask)
    values = similarity if count is None or not count.any() else similarity[count]
    return float(np.std(values, dtype=np.float64))


def _gradient(plane: Plane) -> Plane:
    across = cv2.filter2D(plane, cv2.CV_32F, _PREWITT, borderType=cv2.BORDER_CONSTANT)
    down = cv2.filter2D(plane, cv2.CV_32F, _PREWITT.T, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(np.sqrt(across * across + down * down), np.float32)
