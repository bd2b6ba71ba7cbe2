"""Where a fault lies and which way to move, in words."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from sonogate.prompts import Place, Smear
from sonogate.types import FloatArray, HeatArray, RectifiedScreen

GRID: tuple[tuple[Place, Place, Place], ...] = (
    ("upper left", "top", "upper right"),
    ("left", "centre", "right"),
    ("lower left", "bottom", "lower right"),
)


def place_of(heat: HeatArray | FloatArray | None, everywhere_share: float) -> Place | None:
    """Return where on the screen a fault is worst, or None when it is everywhere or nowhere.

    Args:
        heat: (rows, columns), how bad it is where, 0–1; or None.
        everywhere_share: Share of cells at half the worst or above from which the fault is
            said to be everywhere.
    """
    if heat is None or heat.size == 0 or not np.isfinite(heat).all() or heat.max() <= 0.0:
        return None
    if np.mean(heat >= 0.5 * heat.max()) > everywhere_share:
        return None
    rows, columns = heat.shape
    row_of = np.minimum(np.arange(rows) * 3 // max(rows, 1), 2)
    column_of = np.minimum(np.arange(columns) * 3 // max(columns, 1), 2)
    sums = np.zeros((3, 3))
    np.add.at(sums, (row_of[:, None], column_of[None, :]), heat.astype(np.float64))
    row, column = divmod(int(sums.argmax()), 3)
    return GRID[row][column]


def cut_off_side(screen: RectifiedScreen) -> Place | None:
    """Return the side of the photo over which the screen runs, or None when not one side.

    The word is the way to move the camera: a screen that runs over the photo's right edge
    comes back into it when the camera moves right.
    """
    width, height = screen.photo_size_wh
    x, y = screen.quad.corners_xy[:, 0], screen.quad.corners_xy[:, 1]
    over_x = _one_side(-0.5 - x.min(), x.max() - (width - 0.5), 0.005 * width)
    over_y = _one_side(-0.5 - y.min(), y.max() - (height - 0.5), 0.005 * height)
    if over_x is None or over_y is None:
        return None
    return None if over_x == over_y == 0 else GRID[1 + over_y][1 + over_x]


def edge_side(screen: RectifiedScreen, edge_margin: float) -> Place | Literal["none"] | None:
    """Return the edge of the photo along which a side of the quad runs.

    A side that runs along the photo's edge is no sign that the screen ends there: what a
    locator follows may be the edge of the photo.

    Args:
        screen: The screen with its quad.
        edge_margin: Share of the photo's side that still counts as on the edge.

    Returns:
        The way to move the camera, ``"none"`` when no side runs along an edge, and None
        when sides run along opposite edges.
    """
    width, height = screen.photo_size_wh
    corners = screen.quad.corners_xy
    sides = [(corners[i], corners[(i + 1) % 4]) for i in range(4)]

    def along(axis: int, length: int) -> tuple[bool, bool]:
        margin = edge_margin * length
        low = any(max(a[axis], b[axis]) <= -0.5 + margin for a, b in sides)
        high = any(min(a[axis], b[axis]) >= length - 0.5 - margin for a, b in sides)
        return low, high

    (left, right), (top, bottom) = along(0, width), along(1, height)
    if not (left or right or top or bottom):
        return "none"
    if (left and right) or (top and bottom):
        return None
    return GRID[1 + bottom - top][1 + right - left]


def _one_side(before: float, after: float, least: float) -> int | None:
    """Return -1, 0 or 1 for over the low edge, neither, the high edge; None for both."""
    if before > least and after > least:
        return None
    return 1 if after > least else -1 if before > least else 0


def far_side(corners_xy: FloatArray, side_ratio: float) -> Place | None:
    """Return the side of the screen farther from the camera, or None when none stands out.

    The farther of two opposite sides is seen shorter; the camera has to move towards it.

    Args:
        corners_xy: (4, 2) float64, the quad's corners in photo pixels, TL, TR, BR, BL.
        side_ratio: Least relative difference of two opposite sides.
    """
    top, right, bottom, left = (
        float(np.linalg.norm(corners_xy[(i + 1) % 4] - corners_xy[i])) for i in range(4)
    )
    if min(top, right, bottom, left) <= 0.0:
        return None
    across, down = math.log(left / right), math.log(top / bottom)
    strongest = max(abs(across), abs(down))
    if strongest < side_ratio:
        return None
    least = max(side_ratio, 0.5 * strongest)
    column = 0 if abs(across) < least else 1 if across > 0 else -1
    row = 0 if abs(down) < least else 1 if down > 0 else -1
    return GRID[1 + row][1 + column]


def smear_of(angle_deg: float) -> Smear:
    """Return in words which way the picture is smeared.

    Args:
        angle_deg: Direction on the screen, degrees from +x towards +y.
    """
    off_level = abs((angle_deg + 90.0) % 180.0 - 90.0)
    return "sideways" if off_level < 30.0 else "up and down" if off_level > 60.0 else "diagonally"
