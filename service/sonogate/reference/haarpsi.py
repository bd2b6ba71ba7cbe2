"""HaarPSI: the Haar wavelet-based perceptual similarity index.

R. Reisenhofer, S. Bosse, G. Kutyniok, T. Wiegand, "A Haar wavelet-based perceptual
similarity index for image quality assessment", Signal Processing: Image Communication 61,
2018. HaarPSI-MED differs in its two parameters only: C. Karner, J. Gröhl, I. Selby and
others, "Parameter choices in HaarPSI for IQA with medical images", arXiv:2410.24098.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.reference.planes import Mask, Picture, Plane, check_pair, halve, halve_mask, yiq

_SCALES = 3
_C, _ALPHA = 30.0, 4.2
_C_MED, _ALPHA_MED = 5.0, 4.9
_TINY = 1e-12


def haarpsi(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return HaarPSI, 0–1, 1 for identical pictures.

    Args:
        reference: The export, 0–255.
        distorted: The registered picture, same shape.
        mask: (height, width) bool, pixels whose similarities count.

    Raises:
        ValueError: Shapes differ or the mask is empty.
    """
    return _similarity(reference, distorted, mask, _C, _ALPHA)


def haarpsi_med(reference: Picture, distorted: Picture, mask: Mask | None = None) -> float:
    """Return HaarPSI with the parameters found for medical pictures, 0–1.

    Raises:
        ValueError: Shapes differ or the mask is empty.
    """
    return _similarity(reference, distorted, mask, _C_MED, _ALPHA_MED)


def _haar(plane: Plane, scale: int) -> tuple[Plane, Plane]:
    """Return both orientations' coefficients at ``scale`` (1, 2, 3)."""
    size = 2**scale
    smooth = np.full(size, 2.0 ** (-0.5 * scale), np.float32)
    step = smooth.copy()
    step[size // 2 :] *= -1.0
    place = (size // 2 - 1, size // 2 - 1)
    border = cv2.BORDER_CONSTANT
    across = cv2.sepFilter2D(plane, cv2.CV_32F, smooth, step, anchor=place, borderType=border)
    along = cv2.sepFilter2D(plane, cv2.CV_32F, step, smooth, anchor=place, borderType=border)
    return np.asarray(across, np.float32), np.asarray(along, np.float32)


def _ratio(a: Plane, b: Plane, c: float) -> Plane:
    return np.asarray((2.0 * a * b + c) / (a * a + b * b + c), np.float32)


def _similarity(
    reference: Picture, distorted: Picture, mask: Mask | None, c: float, alpha: float
) -> float:
    check_pair(reference, distorted, mask)
    colour = reference.ndim == 3
    pair = [
        [halve(np.ascontiguousarray(channel)) for channel in np.moveaxis(yiq(picture), 2, 0)]
        for picture in (reference, distorted)
    ]
    count = None if mask is None else halve_mask(mask)
    levels = [[_haar(planes[0], scale) for scale in range(1, _SCALES + 1)] for planes in pair]
    total, total_weight = 0.0, 0.0
    weights = []

    def add(similarity: Plane, weight: Plane) -> None:
        nonlocal total, total_weight
        if count is not None:
            weight = weight * count
        total += float(np.sum(weight / (1.0 + np.exp(-alpha * similarity)), dtype=np.float64))
        total_weight += float(np.sum(weight, dtype=np.float64))

    for orientation in range(2):
        fine = [
            _ratio(np.abs(levels[0][scale][orientation]), np.abs(levels[1][scale][orientation]), c)
            for scale in range(_SCALES - 1)
        ]
        coarse = [np.abs(level[_SCALES - 1][orientation]) for level in levels]
        weights.append(np.maximum(coarse[0], coarse[1]))
        add(np.asarray(0.5 * (fine[0] + fine[1]), np.float32), weights[-1])
    if colour:
        similarity = np.zeros_like(weights[0])
        for channel in (1, 2):
            a, b = (
                np.abs(
                    cv2.boxFilter(
                        planes[channel], -1, (2, 2), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT
                    )
                )
                for planes in pair
            )
            similarity += 0.5 * _ratio(a, b, c)
        add(similarity, np.asarray(0.5 * (weights[0] + weights[1]), np.float32))
    if total_weight < _TINY:
        # Two flat pictures: nothing carries weight and nothing differs in structure.
        return 1.0
    mean = min(max(total / total_weight, 0.5), 1.0 - _TINY)
    return min(float((np.log(mean / (1.0 - mean)) / alpha) ** 2), 1.0)
