"""From maps of where text is to boxes around it."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray

MIN_KERNEL_SIDE_PX = 2.0
# Share of area over perimeter by which a shrunk kernel is grown back (DB's unclip ratio).
UNCLIP_RATIO = 1.6
# A contour that fills less of its rectangle is cut in halves, down to this length.
MIN_SOLIDITY = 0.45
MAX_UNSOLID_PX = 24
# A box within this angle of upright is squared to the axes: screens are set level.
LEVEL_DEG = 4.0
# A line's core leaves out a quarter of its height on every side: half of the core's own.
CORE_GROWTH = 0.5
CORE_MARGIN_CELLS = 1.0
# Of a row or column near a core, the share of cells that belong to a line's box.
EXTENT_THRESHOLD = 0.4
MIN_EXTENT_SHARE = 0.2


def kernel_boxes(
    probability: NDArray[np.float32], map_threshold: float, box_threshold: float
) -> tuple[FloatArray, FloatArray]:
    """Turn DB's map of shrunk text into boxes around the whole text."""
    binary = (probability > map_threshold).astype(np.uint8)
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes: list[FloatArray] = []
    scores: list[float] = []
    pieces = [piece for contour in contours for piece in solid_pieces(contour)]
    for contour in pieces:
        centre_xy, (first, second), angle_deg = cv2.minAreaRect(contour)
        # Contours run through pixel centres: half a pixel on every side belongs to them.
        first, second = first + 1.0, second + 1.0
        if min(first, second) < MIN_KERNEL_SIDE_PX:
            continue
        left, top, width, height = cv2.boundingRect(contour)
        inside = np.zeros((height, width), dtype=np.uint8)
        cv2.drawContours(inside, [contour], -1, 1, -1, offset=(-left, -top))
        score = cv2.mean(probability[top : top + height, left : left + width], inside)[0]
        if score < box_threshold:
            continue
        off_level_deg = (angle_deg + 45.0) % 90.0 - 45.0
        if abs(off_level_deg) < LEVEL_DEG:
            grow = UNCLIP_RATIO * width * height / (2.0 * (width + height))
            box = np.array(
                [
                    [left - 0.5 - grow, top - 0.5 - grow],
                    [left + width - 0.5 + grow, top - 0.5 - grow],
                    [left + width - 0.5 + grow, top + height - 0.5 + grow],
                    [left - 0.5 - grow, top + height - 0.5 + grow],
                ]
            )
        else:
            grow = UNCLIP_RATIO * first * second / (2.0 * (first + second))
            size = (first + 2.0 * grow, second + 2.0 * grow)
            box = _clockwise(np.asarray(cv2.boxPoints((centre_xy, size, angle_deg))))
        boxes.append(box)
        scores.append(float(score))
    return (
        np.asarray(boxes, dtype=np.float64).reshape(-1, 4, 2),
        np.asarray(scores, dtype=np.float64),
    )


def solid_pieces(contour: NDArray[Any]) -> list[NDArray[Any]]:
    """Cut a contour that no rectangle fits (a ring, a bent line) until rectangles fit.

    One box around a bent shape would take in much that is not text.
    """
    (_, (first, second), _) = cv2.minAreaRect(contour)
    solid = cv2.contourArea(contour) >= MIN_SOLIDITY * first * second
    if solid or max(first, second) <= MAX_UNSOLID_PX:
        return [contour]
    left, top, width, height = cv2.boundingRect(contour)
    shape = np.zeros((height, width), dtype=np.uint8)
    cv2.drawContours(shape, [contour], -1, 1, -1, offset=(-left, -top))
    halves = (
        (shape[:, : width // 2], (left, top), shape[:, width // 2 :], (left + width // 2, top))
        if width >= height
        else (shape[: height // 2], (left, top), shape[height // 2 :], (left, top + height // 2))
    )
    pieces: list[NDArray[Any]] = []
    for half, offset in (halves[:2], halves[2:]):
        parts, _ = cv2.findContours(
            np.ascontiguousarray(half), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=offset
        )
        pieces += [piece for part in parts for piece in solid_pieces(part)]
    return pieces


def _clockwise(corners_xy: NDArray[np.float32]) -> FloatArray:
    """Order a rectangle's corners clockwise from the one nearest the top left."""
    from_centre = corners_xy - corners_xy.mean(axis=0)
    corners_xy = corners_xy[np.argsort(np.arctan2(from_centre[:, 1], from_centre[:, 0]))]
    start = int(np.argmin(corners_xy.sum(axis=1)))
    return np.roll(corners_xy, -start, axis=0).astype(np.float64)


def core_boxes(
    cores: NDArray[np.float32],
    extents: NDArray[np.float32],
    threshold: float,
    box_threshold: float,
) -> tuple[FloatArray, FloatArray]:
    """Turn maps of lines' cores and boxes into upright boxes around the whole lines.

    Args:
        cores: (rows, columns) float32, probability of a line's core.
        extents: (rows, columns) float32, probability of a line's box.
        threshold: Probability above which a cell belongs to a core.
        box_threshold: Highest probability that a core has somewhere, at least.

    Returns:
        Boxes, (n, 4, 2) float64 in cells, clockwise from the top left, and the highest
        probabilities, (n,) float64.
    """
    binary = (cores > threshold).astype(np.uint8)
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rows, columns = cores.shape
    boxes: list[list[float]] = []
    scores: list[float] = []
    for contour in (piece for whole in contours for piece in solid_pieces(whole)):
        left, top, width, height = cv2.boundingRect(contour)
        score = float(cores[top : top + height, left : left + width].max())
        if score < box_threshold:
            continue
        grow = math.ceil(CORE_GROWTH * min(width, height) + CORE_MARGIN_CELLS)
        x0, y0 = max(left - grow, 0), max(top - grow, 0)
        x1, y1 = min(left + width + grow, columns), min(top + height + grow, rows)
        inside = extents[y0:y1, x0:x1] > EXTENT_THRESHOLD
        wide, high = inside.mean(axis=0) > MIN_EXTENT_SHARE, inside.mean(axis=1) > MIN_EXTENT_SHARE
        # The core is part of the line, whatever the other map says.
        wide[left - x0 : left - x0 + width] = True
        high[top - y0 : top - y0 + height] = True
        across, down = np.flatnonzero(wide), np.flatnonzero(high)
        boxes.append([
            x0 + across[0] - 0.5, y0 + down[0] - 0.5, x0 + across[-1] + 0.5, y0 + down[-1] + 0.5
        ])  # fmt: skip
        scores.append(score)
    sides = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    corners = sides[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    return corners, np.asarray(scores, dtype=np.float64)
