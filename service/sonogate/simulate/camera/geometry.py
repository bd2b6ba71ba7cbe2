"""Where the screen is in the photo: pose, projection, and the lens's radial distortion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray

FILM_DIAGONAL_MM = 43.27
_HORIZON = 1e-3
_NOWHERE = np.float32(1e6)


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """The projection of a flat display into a photo.

    Attributes:
        homography: (3, 3) float64, export pixel → ideal (undistorted) photo pixel.
        distortion_k1: Radial distortion as in ``sonogate.types.ScreenQuad``.
        photo_size_wh: Photo, pixels.
        export_size_wh: Display grid, pixels.
        pitch_mm: Pitch of the display grid, millimetres.
        rotation: (3, 3) float64, screen axes (x right, y down, z into the screen) → camera
            axes (x right, y down, z forward).
        centre_mm: (3,) float64, the screen's centre in camera axes.
        focal_px: Focal length in photo pixels.
        roll_deg: Turn of the screen in the photo, degrees clockwise.
    """

    homography: FloatArray
    distortion_k1: float
    photo_size_wh: tuple[int, int]
    export_size_wh: tuple[int, int]
    pitch_mm: float
    rotation: FloatArray
    centre_mm: FloatArray
    focal_px: float
    roll_deg: float

    @property
    def tilt_deg(self) -> float:
        """Angle between the camera's axis and the screen's normal, degrees."""
        return float(np.degrees(np.arccos(np.clip(self.rotation[2, 2], -1.0, 1.0))))

    @property
    def corners_xy(self) -> FloatArray:
        """(4, 2) float64, seen corners of the display area: TL, TR, BR, BL."""
        return self.to_photo(outline_xy(self.export_size_wh))

    def depth_mm(self, points_xy: FloatArray) -> FloatArray:
        """Return how far (N, 2) export pixels lie from the lens along the camera's axis."""
        centre = (np.array(self.export_size_wh) - 1.0) / 2.0
        away = (points_xy - centre) * self.pitch_mm
        return np.asarray(self.centre_mm[2] + away @ self.rotation[2, :2], np.float64)

    def to_photo(self, points_xy: FloatArray) -> FloatArray:
        """Map (N, 2) export pixels to seen photo pixels."""
        return distort(project(self.homography, points_xy), self.distortion_k1, self.photo_size_wh)

    def to_export(self, points_xy: FloatArray) -> FloatArray:
        """Map (N, 2) seen photo pixels to export pixels."""
        ideal = undistort(points_xy, self.distortion_k1, self.photo_size_wh)
        return project(np.asarray(np.linalg.inv(self.homography), np.float64), ideal)

    def export_maps(
        self, size_wh: tuple[int, int], step_px: float = 1.0, start_xy: tuple[float, float] = (0, 0)
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the export coordinates seen at a lattice of photo pixels.

        Args:
            size_wh: Lattice columns and rows.
            step_px: Photo pixels between neighbours.
            start_xy: Photo pixel of the first lattice point.

        Returns:
            x and y, (rows, columns) float32 each.
        """
        x = (start_xy[0] + step_px * np.arange(size_wh[0])).astype(np.float32)[None, :]
        y = (start_xy[1] + step_px * np.arange(size_wh[1])).astype(np.float32)[:, None]
        (cx, cy), unit = centre_and_unit(self.photo_size_wh)
        middle = np.array([*(np.array(self.export_size_wh) / 2.0), 1.0])
        inverse = np.linalg.inv(self.homography)
        inverse /= inverse[2] @ (self.homography @ middle / (self.homography[2] @ middle))
        # From the photo's centre on, float32 keeps a thousandth of a pixel.
        inverse[:, 2] += inverse[:, 0] * cx + inverse[:, 1] * cy
        m = inverse.astype(np.float32)
        x, y = x - np.float32(cx), y - np.float32(cy)
        if self.distortion_k1 != 0.0:
            shrink = (x * x + y * y) * np.float32(self.distortion_k1 / unit**2)
            shrink = _shrink_series(shrink)
            x, y = x * shrink, y * shrink
        weight = m[2, 0] * x + (m[2, 1] * y + m[2, 2])
        # Rays that meet the screen's plane behind the camera see nothing of it.
        beyond = weight <= _HORIZON
        some_beyond = bool(beyond.any())
        if some_beyond:
            weight[beyond] = _HORIZON
        columns, rows = ((m[row, 0] * x + (m[row, 1] * y + m[row, 2])) / weight for row in range(2))
        if some_beyond:
            columns[beyond] = rows[beyond] = _NOWHERE
        return columns, rows

    def photo_maps(
        self, x: FloatArray, y: FloatArray
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the photo's x and y seen of export columns x and rows y, to 0.01 pixels."""
        (cx, cy), unit = centre_and_unit(self.photo_size_wh)
        middle = np.array(self.export_size_wh) / 2.0
        to_centre = np.array([[1, 0, -cx], [0, 1, -cy], [0, 0, 1.0]])
        from_middle = np.array([[1, 0, middle[0]], [0, 1, middle[1]], [0, 0, 1.0]])
        m = to_centre @ self.homography @ from_middle
        m = (m / m[2, 2]).astype(np.float32)
        across = (x - middle[0]).astype(np.float32)[None, :]
        down = (y - middle[1]).astype(np.float32)[:, None]
        weight = 1 / (m[2, 0] * across + (m[2, 1] * down + m[2, 2]))
        columns = (m[0, 0] * across + (m[0, 1] * down + m[0, 2])) * weight
        rows = (m[1, 0] * across + (m[1, 1] * down + m[1, 2])) * weight
        if self.distortion_k1 != 0.0:
            stretch = columns * columns + rows * rows
            stretch = 1 + np.float32(self.distortion_k1 / unit**2) * stretch
            columns *= stretch
            rows *= stretch
        columns += np.float32(cx)
        rows += np.float32(cy)
        return columns, rows

    def jacobian(self, points_xy: FloatArray) -> FloatArray:
        """Return (N, 2, 2) d(seen photo pixel)/d(export pixel) at (N, 2) export pixels."""
        step = 1e-3
        columns = [
            (self.to_photo(points_xy + offset) - self.to_photo(points_xy - offset)) / (2.0 * step)
            for offset in (np.array([step, 0.0]), np.array([0.0, step]))
        ]
        return np.stack(columns, axis=2)

    def resized(self, photo_size_wh: tuple[int, int]) -> Geometry:
        """Return the same view in a photo that was resized as a whole."""
        if photo_size_wh == self.photo_size_wh:
            return self
        fx = photo_size_wh[0] / self.photo_size_wh[0]
        fy = photo_size_wh[1] / self.photo_size_wh[1]
        to_new = np.array([[fx, 0, (fx - 1) / 2], [0, fy, (fy - 1) / 2], [0, 0, 1.0]])
        return replace(
            self,
            homography=to_new @ self.homography,
            photo_size_wh=photo_size_wh,
            focal_px=self.focal_px * fx,
        )

    @property
    def visible_fraction(self) -> float:
        """Share of the seen quad's area that lies inside the frame, 0–1."""
        width, height = self.photo_size_wh
        frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
        outline = dense_outline_xy(self.export_size_wh)
        seen = self.to_photo(outline).astype(np.float32)
        area = abs(float(cv2.contourArea(seen)))
        hull = cv2.convexHull(seen)
        inside, _ = cv2.intersectConvexConvex(hull, frame)
        return min(float(inside) / max(area, 1e-9), 1.0)


def outline_xy(size_wh: tuple[int, int]) -> FloatArray:
    """Return (4, 2) the outer corners of a pixel grid, TL, TR, BR, BL."""
    right, bottom = size_wh[0] - 0.5, size_wh[1] - 0.5
    return np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])


def dense_outline_xy(size_wh: tuple[int, int], steps: int = 12) -> FloatArray:
    """Return the outline of a pixel grid with ``steps`` points a side."""
    corners = outline_xy(size_wh)
    along = np.arange(steps)[:, None] / steps
    sides = [corners[side] + along * (corners[(side + 1) % 4] - corners[side]) for side in range(4)]
    return np.concatenate(sides)


def project(homography: FloatArray, points_xy: FloatArray) -> FloatArray:
    """Apply a homography to (N, 2) points."""
    mapped = points_xy @ homography[:, :2].T + homography[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def centre_and_unit(size_wh: tuple[int, int]) -> tuple[tuple[float, float], float]:
    """Return a photo's centre and half its diagonal, pixels."""
    width, height = size_wh
    return ((width - 1) / 2.0, (height - 1) / 2.0), 0.5 * float(np.hypot(width, height))


def distort(points_xy: FloatArray, k1: float, size_wh: tuple[int, int]) -> FloatArray:
    """Move ideal points to where the lens shows them."""
    centre, unit = centre_and_unit(size_wh)
    p = (points_xy - centre) / unit
    return np.asarray(p * (1.0 + k1 * (p**2).sum(axis=1, keepdims=True)) * unit + centre)


def undistort(points_xy: FloatArray, k1: float, size_wh: tuple[int, int]) -> FloatArray:
    """Move seen points to where an ideal lens would show them."""
    centre, unit = centre_and_unit(size_wh)
    q = (points_xy - centre) / unit
    return np.asarray(q * _shrink((q**2).sum(axis=1, keepdims=True), k1) * unit + centre)


def _shrink_series(t: NDArray[Any]) -> NDArray[Any]:
    """Return |p| / |q| for t = k1 |q|², to 3e-6 where |t| ≤ 0.025 (reversion of the series)."""
    return 1.0 - t * (1.0 - t * (3.0 - t * (12.0 - 55.0 * t)))


def _shrink(q2: FloatArray, k1: float) -> FloatArray:
    """Solve |p| / |q| of q = p (1 + k1 |p|²), given |q|²."""
    t = k1 * q2
    ratio = _shrink_series(t)
    for _ in range(2):
        # Newton on ratio + t ratio³ = 1.
        ratio = ratio - (ratio + t * ratio**3 - 1.0) / (1.0 + 3.0 * t * ratio**2)
    return np.asarray(ratio)


def place(
    export_size_wh: tuple[int, int],
    photo_size_wh: tuple[int, int],
    pitch_mm: float,
    focal_px: float,
    tilt_deg: float,
    tilt_towards_deg: float,
    roll_deg: float,
    fill: float,
    centre_xy: tuple[float, float],
    distortion_k1: float = 0.0,
) -> Geometry:
    """Put a display before the camera.

    Args:
        export_size_wh: Display grid.
        photo_size_wh: Photo, pixels.
        pitch_mm: Pitch of the display grid.
        focal_px: Focal length, photo pixels.
        tilt_deg: Angle between the camera's axis and the screen's normal.
        tilt_towards_deg: Direction on the screen in which it recedes.
        roll_deg: Turn of the screen in the photo, clockwise.
        fill: Size of the seen screen over the frame, in the tighter direction.
        centre_xy: Seen place of the screen's centre as a share of the frame, (0.5, 0.5) is
            the middle.
        distortion_k1: Radial distortion.
    """
    width, height = photo_size_wh
    rotation = _rotation(tilt_deg, tilt_towards_deg, roll_deg)
    (cx, cy), _ = centre_and_unit(photo_size_wh)
    intrinsics = np.array([[focal_px, 0, cx], [0, focal_px, cy], [0, 0, 1.0]])
    to_mm = pitch_mm * np.array(
        [
            [1, 0, -(export_size_wh[0] - 1) / 2.0],
            [0, 1, -(export_size_wh[1] - 1) / 2.0],
            [0, 0, 1 / pitch_mm],
        ]
    )
    distance = focal_px * pitch_mm * export_size_wh[0] / (width * fill)
    homography, centre = np.eye(3), np.zeros(3)
    for _ in range(8):
        centre = distance * np.array(
            [
                (centre_xy[0] - 0.5) * width / focal_px,
                (centre_xy[1] - 0.5) * height / focal_px,
                1.0,
            ]
        )
        frame = np.column_stack([rotation[:, 0], rotation[:, 1], centre])
        homography = intrinsics @ frame @ to_mm
        seen = project(homography, outline_xy(export_size_wh))
        extent = np.ptp(seen, axis=0)
        distance *= float(max(extent[0] / width, extent[1] / height)) / fill
    return Geometry(
        homography=homography / homography[2, 2],
        distortion_k1=distortion_k1,
        photo_size_wh=photo_size_wh,
        export_size_wh=export_size_wh,
        pitch_mm=pitch_mm,
        rotation=rotation,
        centre_mm=centre,
        focal_px=focal_px,
        roll_deg=roll_deg,
    )


def _rotation(tilt_deg: float, towards_deg: float, roll_deg: float) -> FloatArray:
    tilt, towards, roll = np.radians([tilt_deg, towards_deg, roll_deg])
    # The screen turns about the axis in its plane at right angles to where it recedes.
    axis = np.array([-np.sin(towards), np.cos(towards), 0.0]) * -tilt
    turned, _ = cv2.Rodrigues(axis)
    spin = np.array(
        [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1.0]]
    )
    return np.asarray(spin @ turned, np.float64)
