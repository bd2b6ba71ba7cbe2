"""Plane geometry of a display in a photo: quads, homographies, lens, pose.

Pixel centres are at whole numbers: a picture of width ``w`` spans x from -0.5 to w - 0.5.
The display's corners therefore lie at (-0.5, -0.5), (w - 0.5, -0.5), (w - 0.5, h - 0.5),
(-0.5, h - 0.5) of its rectified picture, not at the centres of the corner pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonogate.types import FloatArray

FILM_DIAGONAL_MM = math.hypot(36.0, 24.0)
# A phone's main camera has 24-28 mm (35 mm equivalent), its tele 50-80 mm.
USUAL_FOCAL_DIAGONALS = 30.0 / FILM_DIAGONAL_MM
USUAL_FOCAL_LOG_SD = 0.30
KNOWN_FOCAL_LOG_SD = 0.06
# What a corner error of a quarter of a percent does to the cosine of a right angle.
RIGHT_ANGLE_SD = 0.004
# How well a shape is measured, and what it costs to have none of the usual ones.
USUAL_ASPECT_LOG_SD, OTHER_ASPECT_COST = 0.006, 6.0
_FOCAL_LOG_GRID: FloatArray = np.linspace(math.log(0.25), math.log(6.0), 121)
_UNDISTORT_STEPS = 12
_OUTLINE_STEPS = 16


@dataclass(frozen=True, slots=True)
class Pose:
    """How the display stands before the camera.

    Attributes:
        aspect: Width of the display divided by its height.
        focal_px: Focal length used, photo pixels.
        tilt_deg: Angle between the camera's axis and the display's normal, degrees.
        misfit: How badly the quad fits a rectangle seen by that camera, in standard
            deviations (0 is a perfect fit).
    """

    aspect: float
    focal_px: float
    tilt_deg: float
    misfit: float


def signed_area(corners_xy: FloatArray) -> float:
    """Return the polygon's area, px²; positive when it runs clockwise on the screen."""
    x, y = corners_xy[:, 0], corners_xy[:, 1]
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def is_convex(corners_xy: FloatArray) -> bool:
    """Tell whether four corners make a strictly convex quad that runs clockwise."""
    edges = np.roll(corners_xy, -1, axis=0) - corners_xy
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    return bool(np.all(turns > 1e-3 * lengths * np.roll(lengths, -1)) and np.all(lengths > 1e-6))


def order_corners(corners_xy: FloatArray) -> FloatArray:
    """Order four corners as TL, TR, BR, BL in the reading orientation nearest to upright.

    The quad is made clockwise and turned so that the sides between TL and TR and between
    BL and BR point as far to the right, and the other two as far down, as they can.

    Args:
        corners_xy: (4, 2) corners in any order around the quad.
    """
    centre = corners_xy.mean(axis=0)
    angles = np.arctan2(corners_xy[:, 1] - centre[1], corners_xy[:, 0] - centre[0])
    ring = corners_xy[np.argsort(angles, kind="stable")]
    return max((np.roll(ring, -k, axis=0) for k in range(4)), key=_uprightness)


def _uprightness(ring: FloatArray) -> float:
    across = (ring[1] - ring[0]) + (ring[2] - ring[3])
    down = (ring[3] - ring[0]) + (ring[2] - ring[1])
    across = across / max(float(np.hypot(*across)), 1e-9)
    down = down / max(float(np.hypot(*down)), 1e-9)
    return float(across[0] + down[1])


def diagonal_px(corners_xy: FloatArray) -> float:
    """Return the mean of the quad's two diagonals, px."""
    first = math.hypot(*(corners_xy[2] - corners_xy[0]))
    return 0.5 * (first + math.hypot(*(corners_xy[3] - corners_xy[1])))


def screen_corners(size_wh: tuple[int, int]) -> FloatArray:
    """Return where the display's corners are in its rectified picture of ``size_wh``."""
    right, bottom = size_wh[0] - 0.5, size_wh[1] - 0.5
    return np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])


def homography(from_xy: FloatArray, to_xy: FloatArray) -> FloatArray:
    """Return the (3, 3) homography that takes four points to four others, h33 = 1.

    Raises:
        ValueError: The points are degenerate (three on a line).
    """
    rows = np.zeros((8, 8))
    rows[0::2, 0:2], rows[0::2, 2] = from_xy, 1.0
    rows[1::2, 3:5], rows[1::2, 5] = from_xy, 1.0
    rows[0::2, 6:8] = -from_xy * to_xy[:, :1]
    rows[1::2, 6:8] = -from_xy * to_xy[:, 1:]
    try:
        solution = np.linalg.solve(rows, to_xy.reshape(8))
    except np.linalg.LinAlgError as error:
        raise ValueError("the four points are degenerate") from error
    matrix = np.append(solution, 1.0).reshape(3, 3)
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-15:
        raise ValueError("the four points are degenerate")
    return matrix


def project(matrix: FloatArray, points_xy: FloatArray) -> FloatArray:
    """Return ``points_xy`` (..., 2) taken through the homography ``matrix``."""
    mapped = points_xy @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[..., :2] / mapped[..., 2:])


def distort(points_xy: FloatArray, k1: float, photo_size_wh: tuple[int, int]) -> FloatArray:
    """Return where the lens shows ideal points: q = p (1 + k1 |p|²) (see ScreenQuad)."""
    centre, unit = lens_frame(photo_size_wh)
    ideal = (points_xy - centre) / unit
    radius2 = np.sum(ideal * ideal, axis=-1, keepdims=True)
    return np.asarray(ideal * (1.0 + k1 * radius2) * unit + centre)


def undistort(points_xy: FloatArray, k1: float, photo_size_wh: tuple[int, int]) -> FloatArray:
    """Return the ideal points behind seen ones, by Newton's method on the radius."""
    if k1 == 0.0:
        return np.asarray(points_xy, dtype=np.float64)
    centre, unit = lens_frame(photo_size_wh)
    seen = (points_xy - centre) / unit
    radius = np.hypot(seen[..., 0], seen[..., 1])[..., None]
    ideal = radius.copy()
    for _ in range(_UNDISTORT_STEPS):
        slope = np.maximum(1.0 + 3.0 * k1 * ideal**2, 0.1)
        ideal = np.clip(ideal - (ideal * (1.0 + k1 * ideal**2) - radius) / slope, 0.0, 10.0)
    scale = np.where(radius > 1e-12, ideal / np.maximum(radius, 1e-12), 1.0)
    return np.asarray(seen * scale * unit + centre)


def lens_frame(photo_size_wh: tuple[int, int]) -> tuple[FloatArray, float]:
    """Return the photo's centre and half its diagonal: the lens's origin and unit, px."""
    width, height = photo_size_wh
    return np.array([(width - 1) / 2.0, (height - 1) / 2.0]), 0.5 * math.hypot(width, height)


def visible_fraction(
    corners_xy: FloatArray, photo_size_wh: tuple[int, int], k1: float = 0.0
) -> float:
    """Return the share of the quad's area that is inside the photo, 0-1.

    Args:
        corners_xy: (4, 2) ideal corners.
        photo_size_wh: Size of the photo.
        k1: The lens's distortion, which bows the sides.
    """
    if k1 != 0.0:
        steps = (np.arange(_OUTLINE_STEPS) / _OUTLINE_STEPS)[None, :, None]
        sides = np.roll(corners_xy, -1, axis=0) - corners_xy
        outline = (corners_xy[:, None] + steps * sides[:, None]).reshape(-1, 2)
        corners_xy = distort(outline, k1, photo_size_wh)
    whole = abs(signed_area(corners_xy))
    if whole < 1e-9:
        return 0.0
    width, height = photo_size_wh
    polygon = np.asarray(corners_xy, dtype=np.float64)
    for axis, limit, sign in (
        (0, -0.5, 1),
        (0, width - 0.5, -1),
        (1, -0.5, 1),
        (1, height - 0.5, -1),
    ):
        polygon = _clip(polygon, axis, limit, sign)
        if len(polygon) < 3:
            return 0.0
    return min(abs(signed_area(polygon)) / whole, 1.0)


def _clip(polygon: FloatArray, axis: int, limit: float, sign: int) -> FloatArray:
    """Cut a polygon by a half-plane parallel to an axis (Sutherland & Hodgman 1974)."""
    distance = sign * (polygon[:, axis] - limit)
    kept: list[FloatArray] = []
    for here, there, d0, d1 in zip(
        polygon, np.roll(polygon, -1, axis=0), distance, np.roll(distance, -1), strict=True
    ):
        if d0 >= 0:
            kept.append(here)
        if (d0 < 0) != (d1 < 0):
            kept.append(here + (there - here) * (d0 / (d0 - d1)))
    return np.array(kept).reshape(-1, 2)


def pose(
    corners_xy: FloatArray,
    photo_size_wh: tuple[int, int],
    focal_35mm_mm: float | None = None,
    usual_aspects: tuple[float, ...] = (),
) -> Pose:
    """Find the display's aspect ratio, the focal length and the tilt from its corners.

    A rectangle's two sides are at right angles in space; with square pixels and the
    principal point in the photo's middle this fixes the focal length (Zhang & He,
    "Whiteboard scanning and image enhancement", 2007). Seen nearly straight on it does
    not, so the right angle is weighed against what is known of the focal length, and both
    against the shapes that displays have.

    Args:
        corners_xy: (4, 2) undistorted corners, TL, TR, BR, BL, photo pixels.
        photo_size_wh: Size of the photo, pixels.
        focal_35mm_mm: 35 mm equivalent focal length from EXIF, or None.
        usual_aspects: Aspect ratios that displays have; another one is possible.

    Raises:
        ValueError: The corners are degenerate.
    """
    centre, half_diagonal = lens_frame(photo_size_wh)
    unit_square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    matrix = homography(unit_square, (corners_xy - centre) / half_diagonal)
    across, down = matrix[:, 0], matrix[:, 1]
    usual, spread = USUAL_FOCAL_DIAGONALS, USUAL_FOCAL_LOG_SD
    if focal_35mm_mm is not None and 5.0 < focal_35mm_mm < 1000.0:
        usual, spread = focal_35mm_mm / FILM_DIAGONAL_MM, KNOWN_FOCAL_LOG_SD
    focals = 2.0 * np.exp(_FOCAL_LOG_GRID)
    weight = 1.0 / focals**2
    flat = across[0] * down[0] + across[1] * down[1]
    across2 = (across[0] ** 2 + across[1] ** 2) * weight + across[2] ** 2
    down2 = (down[0] ** 2 + down[1] ** 2) * weight + down[2] ** 2
    cosine = (flat * weight + across[2] * down[2]) / np.sqrt(across2 * down2)
    cost = (cosine / RIGHT_ANGLE_SD) ** 2
    cost = cost + ((_FOCAL_LOG_GRID - math.log(usual)) / spread) ** 2
    aspects = np.sqrt(across2 / down2)
    if usual_aspects:
        away = np.log(aspects)[:, None] - np.log(usual_aspects)[None]
        unusual = np.minimum((away / USUAL_ASPECT_LOG_SD) ** 2, OTHER_ASPECT_COST).min(axis=1)
        best = int(np.argmin(cost + unusual))
    else:
        best = int(np.argmin(cost))
    # The normal is the cross product of the two sides' directions in space.
    inverse_k = np.array([1.0 / focals[best], 1.0 / focals[best], 1.0])
    normal = np.cross(across * inverse_k, down * inverse_k)
    tilt = math.degrees(math.acos(min(abs(normal[2]) / float(np.linalg.norm(normal)), 1.0)))
    return Pose(
        aspect=float(aspects[best]),
        focal_px=float(focals[best] * half_diagonal),
        tilt_deg=tilt,
        misfit=float(math.sqrt(cost[best])),
    )
