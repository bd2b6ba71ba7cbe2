"""Registration of a photo's rectified screen to the direct export, to a few hundredths of a pixel.

First a homography by enhanced correlation coefficient maximisation over a pyramid (G. D.
Evangelidis, E. Z. Psarakis, "Parametric image alignment using enhanced correlation
coefficient maximization", IEEE TPAMI 30(10), 2008), on luma whose local contrast was
normalised and with glare masked out; then a smooth field of residual shifts, measured on
overlapping tiles by phase cross-correlation (M. Guizar-Sicairos and others, Optics Letters
33(2), 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.reference.planes import Mask, Picture, Plane, luma
from sonogate.reference.tiles import normalised, tile_shifts, valid_pixels
from sonogate.types import FloatArray

_LEVELS = 3
_ITERATIONS = (50, 30, 15)
_EPSILON = 1e-5
_ORDER = 2


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Where the export's pixels are in a rectified screen.

    Attributes:
        homography: (3, 3) float64, export pixel → pixel of the rectified screen.
        residual: (2, terms) float64, coefficients of a smooth shift on top of it, export
            pixels, in the monomials of ``shift``.
        correlation: Enhanced correlation coefficient reached, at most 1.
        export_size_wh: Grid of the export.
    """

    homography: FloatArray
    residual: FloatArray
    correlation: float
    export_size_wh: tuple[int, int]

    def shift(self, points_xy: FloatArray) -> FloatArray:
        """Return the smooth residual shift (N, 2) at (N, 2) export pixels."""
        return np.asarray(_monomials(points_xy, self.export_size_wh) @ self.residual.T)

    def to_rectified(self, points_xy: FloatArray) -> FloatArray:
        """Map (N, 2) export pixels to pixels of the rectified screen."""
        moved = points_xy + self.shift(points_xy)
        mapped = moved @ self.homography[:, :2].T + self.homography[:, 2]
        return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)

    def resample(self, rectified: Picture) -> NDArray[np.float32]:
        """Bring a rectified screen onto the export's grid, float32, same channels."""
        width, height = self.export_size_wh
        grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
        place = self.to_rectified(grid.reshape(-1, 2).astype(np.float64)).astype(np.float32)
        x = np.ascontiguousarray(place[:, 0].reshape(height, width))
        y = np.ascontiguousarray(place[:, 1].reshape(height, width))
        moved = cv2.remap(
            np.asarray(rectified, np.float32),
            x,
            y,
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(moved, np.float32)


def register(
    export: Picture,
    rectified: Picture,
    mask: Mask | None = None,
    start: FloatArray | None = None,
    *,
    smooth: bool = True,
) -> Registration | None:
    """Register a rectified screen to the export.

    Args:
        export: The export, (height, width[, 3]), 0–255.
        rectified: The rectified screen, any size, 0–255.
        mask: Export pixels to look at, bool; all when None.
        start: (3, 3) first guess, export pixel → rectified pixel; without one the outlines
            of both pictures are taken to agree.
        smooth: Whether the residual shifts are measured too; without them there is the
            homography alone, in half the time.

    Returns:
        The registration, or None when the pictures could not be brought together.
    """
    height, width = export.shape[:2]
    scale = np.array([rectified.shape[1] / width, rectified.shape[0] / height])
    to_rectified = np.array(
        [[scale[0], 0, (scale[0] - 1) / 2], [0, scale[1], (scale[1] - 1) / 2], [0, 0, 1.0]]
    )
    start = to_rectified if start is None else np.asarray(start, np.float64)
    # Work on a picture of the export's own size: the rectified one, resized.
    resized = np.linalg.inv(to_rectified)
    captured = luma(rectified)
    if captured.shape != (height, width):
        way = cv2.INTER_AREA if min(scale) > 1 else cv2.INTER_CUBIC
        captured = np.asarray(cv2.resize(captured, (width, height), interpolation=way), np.float32)
    wanted = luma(export)
    valid = valid_pixels(captured, wanted, mask)
    found = _pyramid(normalised(wanted), normalised(captured), valid, resized @ start)
    if found is None:
        return None
    warp, correlation = found
    homography = np.asarray(to_rectified @ warp, np.float64)
    if not smooth:
        none = np.zeros((2, _monomials(np.zeros((1, 2)), (width, height)).shape[1]))
        return Registration(homography, none, correlation, (width, height))
    aligned = cv2.warpPerspective(
        captured,
        warp,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    residual = _residual(normalised(wanted), normalised(np.asarray(aligned, np.float32)), valid)
    return Registration(
        homography=homography,
        residual=residual,
        correlation=correlation,
        export_size_wh=(width, height),
    )


def _pyramid(
    wanted: Plane, captured: Plane, valid: NDArray[np.uint8], warp: FloatArray
) -> tuple[FloatArray, float] | None:
    warp = warp / warp[2, 2]
    correlation = 0.0
    for level in range(_LEVELS - 1, -1, -1):
        factor = 0.5**level
        size = (round(wanted.shape[1] * factor), round(wanted.shape[0] * factor))
        way = cv2.INTER_AREA
        small, moving = (
            np.asarray(cv2.resize(plane, size, interpolation=way), np.float32) if level else plane
            for plane in (wanted, captured)
        )
        allowed = valid
        if level:
            allowed = np.asarray(cv2.resize(valid, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        fx, fy = size[0] / wanted.shape[1], size[1] / wanted.shape[0]
        down = np.array([[fx, 0, (fx - 1) / 2], [0, fy, (fy - 1) / 2], [0, 0, 1.0]])
        local = (down @ warp @ np.linalg.inv(down)).astype(np.float32)
        count = _ITERATIONS[_LEVELS - 1 - level]
        criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, count, _EPSILON)
        try:
            correlation, moved = cv2.findTransformECC(
                small, moving, local, cv2.MOTION_HOMOGRAPHY, criteria, allowed, 1
            )
        except cv2.error:
            return None
        warp = np.linalg.inv(down) @ np.asarray(moved, np.float64) @ down
        warp = warp / warp[2, 2]
    return np.asarray(warp, np.float64), float(correlation)


def _monomials(points_xy: FloatArray, size_wh: tuple[int, int]) -> FloatArray:
    u = 2.0 * points_xy[:, 0] / size_wh[0] - 1.0
    v = 2.0 * points_xy[:, 1] / size_wh[1] - 1.0
    terms = [u**i * v**j for i in range(_ORDER + 2) for j in range(_ORDER + 2 - i)]
    return np.stack(terms, axis=1)


def _residual(wanted: Plane, aligned: Plane, valid: NDArray[np.uint8]) -> FloatArray:
    """Fit a smooth shift to the tiles' residuals; none where too few tiles can tell."""
    height, width = wanted.shape
    found = tile_shifts(wanted, aligned, valid)
    terms = _monomials(np.zeros((1, 2)), (width, height)).shape[1]
    if len(found.weights) < 2 * terms:
        return np.zeros((2, terms))
    design = _monomials(found.centres_xy, (width, height))
    return _robust_fit(design, found.shifts_xy, found.weights)


def _robust_fit(design: FloatArray, shifts: FloatArray, weights: FloatArray) -> FloatArray:
    """Fit by iteratively reweighted least squares (Huber), with a slight pull to no shift."""
    fitted = np.zeros((2, design.shape[1]))
    pull = 0.02 * weights.sum() * np.eye(design.shape[1])
    robust = np.ones(len(shifts))
    for _ in range(5):
        scaled = design * (weights * robust)[:, None]
        fitted = np.linalg.solve(design.T @ scaled + pull, scaled.T @ shifts).T
        distance = np.hypot(*(shifts - design @ fitted.T).T)
        limit = max(1.5 * float(np.median(distance)), 1e-3)
        robust = np.minimum(1.0, limit / np.maximum(distance, 1e-9))
    return np.asarray(fitted, np.float64)
