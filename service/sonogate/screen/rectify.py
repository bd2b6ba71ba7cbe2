"""The display, seen straight on."""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np

from sonogate.policy import ScreenPolicy
from sonogate.screen import geometry
from sonogate.screen.colour import to_srgb
from sonogate.screen.native_grid import measure_grid
from sonogate.screen.scan_area import find_scan_area
from sonogate.screen.scan_choice import choose_scan_area
from sonogate.types import FloatArray, HeatArray, Photo, PixelArray, RectifiedScreen, ScreenQuad

MIN_SIDE_PX = 32
UNKNOWN_GRID_HEIGHT_PX = 768
# A scale this near below a whole multiple of the grid is raised to it.
NEAR_WHOLE = 0.9
_DENSITY_GRID = 9
MAP_STEP_PX, BAND_PX = 16, 128


def rectify(
    photo: Photo,
    quad: ScreenQuad,
    policy: ScreenPolicy,
    export_size_wh: tuple[int, int] | None = None,
) -> RectifiedScreen:
    """Take the display out of the photo, at a size that loses no camera pixel.

    The display's corners land at (-0.5, -0.5) to (w - 0.5, h - 0.5) of the rectified
    picture; what lies out of the frame is black. ``homography`` leads to undistorted
    photo pixels: where ``quad.distortion_k1`` is not 0, the seen place follows by
    ``geometry.distort``.

    Args:
        photo: The photo, upright.
        quad: Where the display is; its corners are as seen, with the lens's distortion.
        policy: Display formats and the largest size.
        export_size_wh: The display's own grid where it is known; None to measure it where
            the photo is sharp enough to show it, or else to choose the commonest grid of the
            measured shape.

    Raises:
        ValueError: The quad is degenerate (not convex, or three corners on a line).
    """
    k1 = quad.distortion_k1
    corners_xy = geometry.undistort(quad.corners_xy, k1, photo.size_wh)
    if not geometry.is_convex(corners_xy):
        raise ValueError("the quad is not convex")
    usual = tuple(width / height for width, height in policy.formats_wh)
    pose = geometry.pose(corners_xy, photo.size_wh, photo.camera.focal_35mm_mm, usual)
    known_wh = export_size_wh or measure_grid(photo, corners_xy, k1, pose.aspect, policy)
    sure = known_wh is not None
    grid_wh = known_wh or choose_grid(pose.aspect, policy)
    size_wh = rectified_size(corners_xy, photo.size_wh, grid_wh, policy.max_side_px, sure)
    matrix = geometry.homography(geometry.screen_corners(size_wh), corners_xy)
    pixels = to_srgb(_warp(photo, matrix, k1, size_wh), photo.icc_profile)
    if pixels.base is None:
        # Nobody else holds it: as read-only it is taken over without a copy.
        pixels.flags.writeable = False
    return RectifiedScreen(
        pixels=pixels,
        quad=quad,
        homography=matrix,
        photo_size_wh=photo.size_wh,
        tilt_deg=pose.tilt_deg,
        export_size_wh=grid_wh,
        export_size_sure=sure,
        scan_area_xy=choose_scan_area(find_scan_area(pixels), quad, size_wh, policy),
    )


def choose_grid(aspect: float, policy: ScreenPolicy) -> tuple[int, int]:
    """Return the display grid whose shape is nearest to ``aspect`` (width / height).

    Where no known format is within ``policy.format_tolerance``, a grid of the measured
    shape is made up: the shape is then as it was seen.
    """
    errors = [abs(math.log(aspect * height / width)) for width, height in policy.formats_wh]
    best = int(np.argmin(np.round(errors, 3)))
    if errors[best] <= policy.format_tolerance:
        return policy.formats_wh[best]
    aspect = min(max(aspect, 0.1), 10.0)
    return max(round(UNKNOWN_GRID_HEIGHT_PX * aspect), 1), UNKNOWN_GRID_HEIGHT_PX


def rectified_size(
    corners_xy: FloatArray,
    photo_size_wh: tuple[int, int],
    grid_wh: tuple[int, int],
    max_side_px: int,
    to_whole: bool = False,
) -> tuple[int, int]:
    """Return the size at which the densest visible part keeps one pixel a camera pixel.

    Args:
        corners_xy: (4, 2) undistorted corners, photo pixels.
        photo_size_wh: Size of the photo, pixels.
        grid_wh: A grid of the display's shape.
        max_side_px: Longest side allowed.
        to_whole: Whether a scale little below a whole multiple of the grid is raised to it.
    """
    matrix = geometry.homography(geometry.screen_corners(grid_wh), corners_xy)
    ticks = (np.arange(_DENSITY_GRID) + 0.5) / _DENSITY_GRID
    points = np.stack(np.meshgrid(ticks * grid_wh[0], ticks * grid_wh[1]), axis=-1).reshape(-1, 2)
    density = _density(matrix, points)
    seen = geometry.project(matrix, points)
    inside = np.all((seen > -0.5) & (seen < np.array(photo_size_wh) - 0.5), axis=1)
    scale = float(density[inside].max() if inside.any() else density.max())
    # Later stages shrink to a known grid by areas: a whole multiple gives every grid pixel the
    # same number of rectified ones.
    whole = math.ceil(scale - 1e-6)
    if to_whole and scale > NEAR_WHOLE * whole and whole * max(grid_wh) <= max_side_px:
        scale = float(whole)
    scale = min(scale, max_side_px / max(grid_wh))
    width, height = (min(max(round(n * scale), MIN_SIDE_PX), max_side_px) for n in grid_wh)
    return width, height


def _density(matrix: FloatArray, points_xy: FloatArray) -> FloatArray:
    """Return camera pixels along one grid pixel, the larger of the two axes, (N,)."""
    here = geometry.project(matrix, points_xy)
    right = geometry.project(matrix, points_xy + np.array([0.5, 0.0])) - here
    down = geometry.project(matrix, points_xy + np.array([0.0, 0.5])) - here
    steps = np.stack([np.hypot(*right.T), np.hypot(*down.T)])
    return cast(FloatArray, 2.0 * steps.max(axis=0))


def _warp(photo: Photo, matrix: FloatArray, k1: float, size_wh: tuple[int, int]) -> PixelArray:
    # Bicubic: at one rectified pixel a camera pixel linear interpolation would cost a
    # third of the contrast at half the sampling rate, which the sharpness measure and the
    # fidelity would then blame on the photo.
    if k1 == 0.0:
        warped = cv2.warpPerspective(
            photo.pixels,
            matrix,
            size_wh,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return cast(PixelArray, warped)
    # Band by band, so that the maps stay in the processor's cache.
    warped_bands = np.empty((size_wh[1], size_wh[0], 3), np.uint8)
    nodes = _seen_nodes(matrix, k1, photo.size_wh, size_wh)
    for top in range(0, size_wh[1], BAND_PX):
        band = warped_bands[top : top + BAND_PX]
        rows = nodes[top // MAP_STEP_PX : (top + BAND_PX) // MAP_STEP_PX + 2]
        x, y = (_between_nodes(rows[..., axis], (size_wh[0], len(band))) for axis in (0, 1))
        cv2.remap(photo.pixels, x, y, cv2.INTER_CUBIC, dst=band, borderMode=cv2.BORDER_CONSTANT)
    return warped_bands


def _seen_nodes(
    matrix: FloatArray, k1: float, photo_size_wh: tuple[int, int], size_wh: tuple[int, int]
) -> HeatArray:
    """Return where in the photo every 16th rectified pixel is seen, (rows, columns, 2).

    Between them the places are so smooth that linear interpolation is off by less than a
    hundredth of a pixel, below the 1/32 px of the interpolation of colours.
    """
    counts = [math.ceil(length / MAP_STEP_PX) + 2 for length in size_wh]
    ticks = [(np.arange(count) - 0.5) * MAP_STEP_PX - 0.5 for count in counts]
    ideal = geometry.project(matrix, np.stack(np.meshgrid(*ticks), axis=-1))
    return np.asarray(geometry.distort(ideal, k1, photo_size_wh), np.float32)


def _between_nodes(nodes: HeatArray, size_wh: tuple[int, int]) -> HeatArray:
    """Return a map of ``size_wh`` between its nodes, of which one is a margin all around."""
    # Enlarged, a node is the middle of a cell of its step's width.
    whole = (nodes.shape[1] * MAP_STEP_PX, nodes.shape[0] * MAP_STEP_PX)
    enlarged = cv2.resize(nodes, whole, interpolation=cv2.INTER_LINEAR)
    inner = enlarged[MAP_STEP_PX : MAP_STEP_PX + size_wh[1], MAP_STEP_PX : MAP_STEP_PX + size_wh[0]]
    return np.asarray(inner, np.float32)
