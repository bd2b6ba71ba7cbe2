"""PSNR: peak signal-to-noise ratio."""

from __future__ import annotations

import numpy as np

from sonogate.reference.planes import Mask, Picture, check_pair, luma, masked_mean

_PEAK = 255.0
_LEAST_MSE = 1e-10


def psnr(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return PSNR of the luma in dB, at most 148 dB (identical pictures).

    Args:
        reference: The export, 0–255.
        distorted: The registered picture, same shape.
        mask: (height, width) bool, pixels that count.

    Raises:
        ValueError: Shapes differ or the mask is empty.
    """
    check_pair(reference, distorted, mask)
    error = masked_mean((luma(reference) - luma(distorted)).astype(np.float64) ** 2, mask)
    return float(10.0 * np.log10(_PEAK**2 / max(error, _LEAST_MSE)))
