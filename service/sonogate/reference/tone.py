"""A monotone tone fit: what of the picture is recoverable by a tone curve alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from sonogate.reference.planes import Mask, Picture, check_pair

_LEVELS = 256


def fit_tone(
    reference: Picture, captured: Picture, mask: Mask | None = None
) -> NDArray[np.float32]:
    """Return ``captured`` through the monotone curve, one a channel, nearest to ``reference``.

    The curve is the isotonic least-squares regression of the export's codes on the
    captured ones (256 levels, pool-adjacent-violators), so it can undo exposure, gamma,
    white balance and a uniform veil, but neither blur nor noise nor reflections.

    Args:
        reference: The export, 0–255.
        captured: The registered picture, same shape.
        mask: (height, width) bool, pixels that the fit looks at.

    Returns:
        float32 picture of the same shape, 0–255.

    Raises:
        ValueError: Shapes differ or the mask is empty.
    """
    check_pair(reference, captured, mask)
    if reference.ndim == 2:
        return _fit_channel(reference, captured, mask)
    channels = [
        _fit_channel(reference[..., channel], captured[..., channel], mask)
        for channel in range(reference.shape[2])
    ]
    return np.stack(channels, axis=2)


def _fit_channel(reference: Picture, captured: Picture, mask: Mask | None) -> NDArray[np.float32]:
    level = np.clip(np.rint(captured), 0, _LEVELS - 1).astype(np.intp)
    counted, wanted = (level, reference) if mask is None else (level[mask], reference[mask])
    counts = np.bincount(counted.ravel(), minlength=_LEVELS)
    sums = np.bincount(counted.ravel(), np.ravel(wanted), minlength=_LEVELS)
    seen = np.flatnonzero(counts)
    curve = isotonic_regression(sums[seen] / counts[seen], weights=counts[seen]).x
    values = np.interp(np.asarray(captured, np.float64).ravel(), seen, curve)
    return values.reshape(captured.shape).astype(np.float32)
