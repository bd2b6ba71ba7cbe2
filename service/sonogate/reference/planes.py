"""Planes that the metrics work on: luma, chroma, masks and their reductions."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[Any]
Plane: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]

_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32
)


def luma(picture: Picture) -> Plane:
    """Return the BT.601 luma, (height, width) float32, 0–255."""
    values = np.asarray(picture, np.float32)
    if values.ndim == 2:
        return np.ascontiguousarray(values)
    return np.ascontiguousarray(cv2.transform(values, _YIQ[:1]))


def yiq(picture: Picture) -> Plane:
    """Return NTSC luma and chroma, (height, width, 3) float32, in units of 0–255."""
    values = np.asarray(picture, np.float32)
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=2)
    return np.asarray(cv2.transform(values, _YIQ), np.float32)


def check_pair(reference: Picture, distorted: Picture, mask: Mask | None) -> None:
    """Refuse pictures that cannot be compared.

    Raises:
        ValueError: The sizes differ, or the mask is empty or of another size.
    """
    if reference.shape != distorted.shape or reference.ndim not in {2, 3}:
        raise ValueError(f"pictures differ: {reference.shape} and {distorted.shape}")
    if mask is not None and (mask.shape != reference.shape[:2] or not mask.any()):
        raise ValueError("the mask must have the pictures' size and hold some pixels")


def halve(plane: Plane) -> Plane:
    """Average 2×2 pixels (a box anchored as MATLAB's ``conv2(..., 'same')``), keep every other."""
    mean = cv2.boxFilter(
        plane, -1, (2, 2), anchor=(0, 0), normalize=True, borderType=cv2.BORDER_CONSTANT
    )
    return np.ascontiguousarray(mean[::2, ::2])


def halve_mask(mask: Mask) -> Mask:
    """Keep every other pixel of a mask."""
    return np.ascontiguousarray(mask[::2, ::2])


def masked_mean(values: NDArray[Any], mask: Mask | None) -> float:
    """Return the mean of ``values`` over the mask, in double precision.

    A mask that lost all its pixels on the way down a pyramid counts as no mask.
    """
    if mask is not None and mask.any():
        return float(np.mean(values[mask], dtype=np.float64))
    return float(np.mean(values, dtype=np.float64))
