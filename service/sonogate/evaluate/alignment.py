"""A photo's screen brought onto the grid of its direct export.

The corners that the gate found are a first guess only. With the export at hand its features
(SIFT: D. G. Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60(2),
2004) give a second one, the registration to the export decides between them, and where it
moves the corners the screen is taken out of the photo again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import Policy
from sonogate.reference.planes import Mask, Plane, luma
from sonogate.reference.registration import Registration, register
from sonogate.reference.tiles import remaining_shift_px
from sonogate.screen import geometry, rectify
from sonogate.types import FloatArray, Photo, PixelArray, RectifiedScreen

# Features are matched on pictures of this size; larger ones only cost time.
_FEATURE_SIDE_PX = 1200
_FEATURES = 3000
_RATIO = 0.8
_LEAST_MATCHES = 12
_MATCH_PX = 4.0
_STRIP_ROWS = 128
# What only the right place reaches.
_SURE_CORRELATION = 0.9
_MOST_OVERSAMPLING = 4


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A photo's screen on its export's grid.

    Attributes:
        screen: The rectified screen, its corners placed by the export.
        registration: Where the export's pixels are in it.
        pixels: (height, width, 3) float32, 0–255, the photo on the export's grid; black
            out of frame.
        in_frame: (height, width) bool, export pixels that the photo holds.
        remaining_px: Estimate of the misregistration that is left, export pixels, root
            mean square; None when too little texture is there to tell.
    """

    screen: RectifiedScreen
    registration: Registration
    pixels: NDArray[np.float32] = field(repr=False)
    in_frame: Mask = field(repr=False)
    remaining_px: float | None

    def to_photo(self, points_xy: FloatArray) -> FloatArray:
        """Map (N, 2) export pixels to undistorted photo pixels."""
        return geometry.project(
            self.screen.homography, self.registration.to_rectified(np.asarray(points_xy))
        )


def align(
    export: PixelArray, screen: RectifiedScreen, photo: Photo, policy: Policy, mask: Mask | None
) -> Alignment | None:
    """Bring a photo's screen onto the grid of its export.

    Args:
        export: (height, width, 3) uint8 RGB.
        screen: The screen as the gate rectified it.
        photo: The photo.
        policy: Limits on registrations.
        mask: Export pixels to judge the alignment by, such as the scan area; all when None.

    Returns:
        The alignment, or None when photo and export could not be brought together.
    """
    found = _registered(export, screen)
    if found is None or found.correlation < policy.paired.min_correlation:
        return None
    export_wh = (export.shape[1], export.shape[0])
    corners_xy = _photo_xy(screen, found, geometry.screen_corners(export_wh))
    again = _rectified_again(photo, screen, corners_xy, export_wh, policy)
    if again is not None:
        finer = register(export, again.pixels, _frame(again, photo.size_wh, export_wh))
        if finer is not None and finer.correlation >= found.correlation - 0.02:
            screen, found = again, finer
    pixels = straighten(screen, found)
    in_frame = _frame(screen, photo.size_wh, export_wh, found)
    judged = in_frame if mask is None else in_frame & mask
    remaining = remaining_shift_px(export, pixels, judged) if judged.any() else None
    return Alignment(screen, found, pixels, in_frame, remaining)


def straighten(screen: RectifiedScreen, registration: Registration) -> NDArray[np.float32]:
    """Average the rectified screen over each pixel of the export, (height, width, 3) float32."""
    width, height = registration.export_size_wh
    finer = int(np.clip(np.ceil(screen.rectified_px_per_export_px - 0.05), 1, _MOST_OVERSAMPLING))
    way = cv2.INTER_CUBIC if finer == 1 else cv2.INTER_LINEAR
    straight = np.empty((height, width, 3), np.float32)
    for first in range(0, height, _STRIP_ROWS):
        last = min(first + _STRIP_ROWS, height)
        place = _places(registration, first, last, finer)
        fine = np.asarray(
            cv2.remap(
                screen.pixels,
                np.ascontiguousarray(place[..., 0]),
                np.ascontiguousarray(place[..., 1]),
                way,
                borderMode=cv2.BORDER_CONSTANT,
            ),
            np.float32,
        )
        straight[first:last] = cv2.resize(fine, (width, last - first), interpolation=cv2.INTER_AREA)
    return straight


def _places(registration: Registration, first: int, last: int, finer: int) -> NDArray[np.float32]:
    """Return where ``finer`` × ``finer`` points of each export pixel lie, rows first to last.

    Within a pixel the mapping is a plane to far better than it is known.
    """
    width = registration.export_size_wh[0]
    x, y = np.meshgrid(np.arange(-1.0, width + 1.0), np.arange(first - 1.0, last + 1.0))
    flat = registration.to_rectified(np.stack([x.ravel(), y.ravel()], axis=1))
    place = flat.reshape(*x.shape, 2).astype(np.float32)
    across = 0.5 * (place[1:-1, 2:] - place[1:-1, :-2])
    down = 0.5 * (place[2:, 1:-1] - place[:-2, 1:-1])
    steps = ((np.arange(finer) + 0.5) / finer - 0.5).astype(np.float32)
    fine = (
        place[1:-1, None, 1:-1, None]
        + down[:, None, :, None] * steps[:, None, None, None]
        + across[:, None, :, None] * steps[None, None, :, None]
    )
    return np.asarray(fine.reshape((last - first) * finer, width * finer, 2), np.float32)


def _registered(export: PixelArray, screen: RectifiedScreen) -> Registration | None:
    """Return the better of the registrations from features and from the located corners."""
    start = _by_features(luma(export), luma(screen.pixels))
    found = None
    if start is not None:
        found = register(export, screen.pixels, start=start, smooth=False)
        if found is not None and found.correlation >= _SURE_CORRELATION:
            return found
    located = register(export, screen.pixels, smooth=False)
    if found is None or located is None:
        return found or located
    return max(found, located, key=lambda one: one.correlation)


def _by_features(export: Plane, rectified: Plane) -> FloatArray | None:
    """Return export pixel → rectified pixel by matched features, or None without enough."""
    sift = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=0.02)
    points, descriptors = [], []
    for plane in (export, rectified):
        scale = min(1.0, _FEATURE_SIDE_PX / max(plane.shape))
        small = plane if scale == 1.0 else _resized(plane, scale)
        keys, found = sift.detectAndCompute(np.clip(small, 0, 255).astype(np.uint8), None)
        if found is None or len(keys) < _LEAST_MATCHES:
            return None
        points.append((np.array([key.pt for key in keys]) + 0.5) / scale - 0.5)
        descriptors.append(found)
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(descriptors[0], descriptors[1], k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < _RATIO * p[1].distance]
    if len(good) < _LEAST_MATCHES:
        return None
    a = points[0][[match.queryIdx for match in good]]
    b = points[1][[match.trainIdx for match in good]]
    density = rectified.shape[1] / export.shape[1]
    matrix, inliers = cv2.findHomography(a, b, cv2.USAC_MAGSAC, _MATCH_PX * max(density, 1.0))
    if matrix is None or int(inliers.sum()) < _LEAST_MATCHES:
        return None
    return np.asarray(matrix, np.float64)


def _resized(plane: Plane, scale: float) -> Plane:
    return np.asarray(
        cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32
    )


def _photo_xy(
    screen: RectifiedScreen, registration: Registration, points_xy: FloatArray
) -> FloatArray:
    """Map export pixels to undistorted photo pixels by the homographies alone.

    The smooth residual is measured inside the screen and is not to be trusted at corners.
    """
    matrix = screen.homography @ registration.homography
    return geometry.project(matrix, points_xy)


def _rectified_again(
    photo: Photo,
    screen: RectifiedScreen,
    corners_xy: FloatArray,
    export_wh: tuple[int, int],
    policy: Policy,
) -> RectifiedScreen | None:
    """Take the screen out of the photo by corners that the export placed, if they make a quad."""
    seen = geometry.distort(corners_xy, screen.quad.distortion_k1, photo.size_wh)
    if not (np.isfinite(seen).all() and geometry.is_convex(seen)):
        return None
    visible = geometry.visible_fraction(seen, photo.size_wh)
    quad = replace(screen.quad, corners_xy=seen, visible_fraction=visible)
    try:
        return rectify(photo, quad, policy.screen, export_wh)
    except ValueError:
        return None


def _frame(
    screen: RectifiedScreen,
    photo_wh: tuple[int, int],
    export_wh: tuple[int, int],
    registration: Registration | None = None,
) -> Mask:
    """Return the export pixels that lie inside the photo, (height, width) bool."""
    width, height = export_wh
    if screen.quad.visible_fraction >= 1.0:
        return np.ones((height, width), bool)
    points = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
    flat = points.reshape(-1, 2).astype(np.float64)
    if registration is None:
        scale = np.array(screen.size_wh) / np.array(export_wh)
        place = (flat + 0.5) * scale - 0.5
    else:
        place = registration.to_rectified(flat)
    ideal = geometry.project(screen.homography, place)
    seen = geometry.distort(ideal, screen.quad.distortion_k1, photo_wh)
    inside = np.all((seen >= 0) & (seen <= np.array(photo_wh) - 1.0), axis=1)
    return np.asarray(inside.reshape(height, width), bool)
