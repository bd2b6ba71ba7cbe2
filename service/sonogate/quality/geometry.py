"""From the display's own pixel grid to the photo's pixels, with the exact derivative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonogate.types import FloatArray, RectifiedScreen


@dataclass(frozen=True, slots=True, eq=False)
class ExportToPhoto:
    """The map from export pixels to photo pixels: a homography, then radial distortion.

    Attributes:
        matrix: (3, 3) float64 homography, export pixel → undistorted photo pixel.
        distortion_k1: Radial distortion as in ``ScreenQuad``.
        photo_size_wh: Size of the photo, pixels.
    """

    matrix: FloatArray
    distortion_k1: float
    photo_size_wh: tuple[int, int]

    def points(self, export_xy: FloatArray) -> FloatArray:
        """Map (N, 2) export pixels to (N, 2) photo pixels.

        Raises:
            ValueError: The homography sends a point to infinity.
        """
        return self._distort(self._project(export_xy)[0])

    def jacobians(self, export_xy: FloatArray) -> FloatArray:
        """Return (N, 2, 2): photo pixels per export pixel at (N, 2) export pixels.

        Raises:
            ValueError: The homography sends a point to infinity.
        """
        m = self.matrix
        seen, depth = self._project(export_xy)
        jacobian = (m[None, :2, :2] - seen[:, :, None] * m[None, 2:3, :2]) / depth[:, None, None]
        if self.distortion_k1 == 0.0:
            return np.asarray(jacobian, np.float64)
        centre, radius = self._frame()
        p = (seen - centre) / radius
        k1 = self.distortion_k1
        radial = (1.0 + k1 * (p**2).sum(1))[:, None, None] * np.eye(2)
        radial = radial + 2.0 * k1 * p[:, :, None] * p[:, None, :]
        return np.asarray(radial @ jacobian, np.float64)

    def _project(self, export_xy: FloatArray) -> tuple[FloatArray, FloatArray]:
        homogeneous = np.c_[export_xy, np.ones(len(export_xy))] @ self.matrix.T
        depth = homogeneous[:, 2]
        if len(depth) and not (np.abs(depth) > 1e-9).all():
            raise ValueError("the homography sends points of the screen to infinity")
        return homogeneous[:, :2] / depth[:, None], depth

    def _frame(self) -> tuple[FloatArray, float]:
        size = np.asarray(self.photo_size_wh, np.float64)
        return (size - 1.0) / 2.0, float(np.hypot(*size)) / 2.0

    def _distort(self, seen: FloatArray) -> FloatArray:
        if self.distortion_k1 == 0.0:
            return seen
        centre, radius = self._frame()
        p = (seen - centre) / radius
        bent = p * (1.0 + self.distortion_k1 * (p**2).sum(1, keepdims=True))
        return np.asarray(centre + radius * bent, np.float64)


def export_to_photo(screen: RectifiedScreen) -> ExportToPhoto:
    """Compose the screen's homography with the scale from export to rectified pixels.

    Pixel centres are whole numbers, so the scale acts about the corner (-0.5, -0.5).
    """
    scale_x = screen.size_wh[0] / screen.export_size_wh[0]
    scale_y = screen.size_wh[1] / screen.export_size_wh[1]
    to_rectified = np.array(
        [[scale_x, 0.0, 0.5 * scale_x - 0.5], [0.0, scale_y, 0.5 * scale_y - 0.5], [0.0, 0.0, 1.0]]
    )
    matrix = screen.homography @ to_rectified
    return ExportToPhoto(matrix, screen.quad.distortion_k1, screen.photo_size_wh)


def rectified_to_export(screen: RectifiedScreen, rectified_xy: FloatArray) -> FloatArray:
    """Map (N, 2) rectified pixels to export pixels."""
    ratio = np.asarray(screen.export_size_wh, np.float64) / np.asarray(screen.size_wh, np.float64)
    return np.asarray((rectified_xy + 0.5) * ratio - 0.5, np.float64)
