"""Masks that a reviewer adds to a finished picture. There is no way to take one away."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.identifiers.mask import SHIFT
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, MaskedScreen, PixelArray

# What is drawn by hand, or rounded on its way, covers the pixels that it touches.
_TOUCHED = np.ones((3, 3), np.uint8)


def mask_more(
    pixels: PixelArray, polygons_xy: Sequence[FloatArray], policy: IdentifiersPolicy
) -> MaskedScreen:
    """Fill more of a picture that was masked before.

    Args:
        pixels: (height, width, 3) uint8 RGB of the masked picture.
        polygons_xy: (N ≥ 3, 2) each, in its pixels; what lies out of it does not matter.
        policy: The fill's grey level.

    Returns:
        The picture; its ``mask`` is True where these polygons filled it.

    Raises:
        ValueError: A polygon covers nothing of the picture.
    """
    filled: NDArray[np.uint8] = np.zeros(pixels.shape[:2], np.uint8)
    for polygon_xy in polygons_xy:
        corners = np.round(polygon_xy * (1 << SHIFT)).astype(np.int32)
        one = cv2.fillPoly(np.zeros_like(filled), [corners], 1, lineType=cv2.LINE_8, shift=SHIFT)
        if not one.any():
            raise ValueError("a mask covers nothing of the picture")
        filled = np.maximum(filled, cv2.dilate(one, _TOUCHED).astype(np.uint8))
    covered = filled > 0
    return MaskedScreen(np.where(covered[..., None], np.uint8(policy.fill_grey), pixels), covered)
