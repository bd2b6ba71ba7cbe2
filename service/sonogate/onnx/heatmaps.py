"""From the locator network's maps to a quad: heat-map peaks, then the mask's straight sides.

The peaks tell which corner is which; a side of the mask, followed over its whole length,
places a corner more finely than its peak does and finds it even outside the canvas.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.onnx.rules import DecodeRules
from sonogate.onnx.sides import fit_sides
from sonogate.types import FloatArray

Heat = NDArray[np.float32]

WINDOW_CELLS = 2
PEAKS = 6
LEAST_CELLS = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A quad in canvas cells and how well the maps agree on it.

    Attributes:
        corners_xy: (4, 2) TL, TR, BR, BL, canvas cells.
        heat: (4,) share of each heat map's mass around its corner.
        overlap: Intersection over union of quad and mask.
        residual_cells: Root mean square distance of the mask's border from the quad's sides.
        sides: Of the four sides, the share that the mask's border confirms.
    """

    corners_xy: FloatArray
    heat: FloatArray
    overlap: float
    residual_cells: float
    sides: float


def decode(
    corner_logits: Heat,
    mask_logits: Heat,
    frame_xyxy: tuple[float, float, float, float],
    rules: DecodeRules,
    across_xy: tuple[float, float] = (1.0, 0.0),
) -> Decoded | None:
    """Return the quad that corner heat maps and mask describe.

    Args:
        corner_logits: (4, h, w) one map a corner, in reading order.
        mask_logits: (h, w) of the display.
        frame_xyxy: Where the photo lies on the canvas, cells.
        rules: When peaks and quads are believed.
        across_xy: Direction from the display's left to its right, for want of peaks.

    Returns:
        The quad, or None when the maps hold no convex quad.
    """
    logits = corner_logits.reshape(4, -1)
    heat = np.exp(logits - logits.max(1, keepdims=True))
    heat = (heat / heat.sum(1, keepdims=True)).reshape(corner_logits.shape)
    mask = (1.0 / (1.0 + np.exp(-mask_logits))).astype(np.float32)
    peaks = _ordered_peaks(heat, rules)
    best = None if peaks is None else _settled(heat, mask, peaks, frame_xyxy)
    if best is None or best.overlap < rules.doubtful_overlap:
        # Corners out of sight leave no peaks: the mask's own shape may be the better guide.
        outline = _mask_outline(mask, np.array(across_xy))
        other = None if outline is None else _settled(heat, mask, outline, frame_xyxy)
        if other is not None and (
            best is None or other.overlap > best.overlap + rules.better_overlap
        ):
            best = other
    return best


def _settled(
    heat: Heat, mask: Heat, corners: FloatArray, frame_xyxy: tuple[float, float, float, float]
) -> Decoded | None:
    """Move corners to where the mask's sides cross, or None when no quad is left."""
    mass = np.array([_window(heat[k], corners[k])[1] for k in range(4)])
    for _ in range(2):
        lines, found, residual = fit_sides(mask, corners, frame_xyxy)
        corners = _combined(corners, mass, lines, found, heat.shape[1:])
        if not _convex(corners):
            return None
    return Decoded(corners, mass, _overlap(mask, corners), residual, float(found.mean()))


def _mask_outline(mask: Heat, across: FloatArray) -> FloatArray | None:
    """Return the four corners of the mask's largest part, its left side first read upwards."""
    inside = (mask >= 0.5).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) < LEAST_CELLS:
        return None
    hull = cv2.convexHull(largest)
    if len(hull) < 4:
        return None
    corners = np.asarray(cv2.approxPolyN(hull, 4), np.float64).reshape(-1, 2)
    if len(corners) != 4 or not _convex(corners):
        return None
    turns = np.argsort(np.arctan2(*(corners - corners.mean(0)).T[::-1]))
    ring = corners[turns]
    rings = [np.roll(ring, k, 0) for k in range(4)]
    return max(rings, key=lambda quad: float((quad[1] - quad[0] + quad[2] - quad[3]) @ across))


def _window(heat: Heat, at_xy: FloatArray) -> tuple[FloatArray, float]:
    """Return the centroid and the mass of the cells around a place."""
    height, width = heat.shape
    x, y = (round(float(v)) for v in at_xy)
    x0, x1 = max(x - WINDOW_CELLS, 0), min(x + WINDOW_CELLS + 1, width)
    y0, y1 = max(y - WINDOW_CELLS, 0), min(y + WINDOW_CELLS + 1, height)
    if x0 >= x1 or y0 >= y1:
        return np.asarray(at_xy, np.float64), 0.0
    part = heat[y0:y1, x0:x1].astype(np.float64)
    mass = float(part.sum())
    if mass < 1e-9:
        return np.asarray(at_xy, np.float64), 0.0
    centre = np.array(
        [(part.sum(0) * np.arange(x0, x1)).sum(), (part.sum(1) * np.arange(y0, y1)).sum()]
    )
    return centre / mass, mass


def _ordered_peaks(heat: Heat, rules: DecodeRules) -> FloatArray | None:
    """Return the best four peaks of all maps together, in the order that the maps say."""
    total = heat.sum(0)
    peaks: list[FloatArray] = []
    remaining = total.copy()
    for _ in range(PEAKS):
        y, x = np.unravel_index(int(remaining.argmax()), remaining.shape)
        if len(peaks) >= 4 and remaining[y, x] < rules.least_peak:
            break
        centre, _ = _window(total, np.array([x, y], np.float64))
        peaks.append(centre)
        reach = WINDOW_CELLS + 1
        remaining[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1] = 0
    mass = np.array([[_window(heat[k], peak)[1] for peak in peaks] for k in range(4)])
    belief = np.log(mass + 1e-4)
    best, best_score = None, -np.inf
    for chosen in combinations(range(len(peaks)), 4):
        points = np.array([peaks[k] for k in chosen])
        around = np.argsort(np.arctan2(*(points - points.mean(0)).T[::-1]))
        if not _convex(points[around]):
            continue
        for step in (1, -1):
            for first in range(4):
                order = [chosen[around[(first + step * k) % 4]] for k in range(4)]
                score = float(belief[np.arange(4), order].sum()) + (
                    rules.mirrored_log_odds if step < 0 else 0.0
                )
                if score > best_score:
                    best, best_score = order, score
    if best is None:
        return None
    return np.array([_window(heat[k], peaks[best[k]])[0] for k in range(4)])


def _convex(quad_xy: FloatArray) -> bool:
    edges = np.roll(quad_xy, -1, 0) - quad_xy
    following = np.roll(edges, -1, 0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    area = 0.5 * abs(
        float(
            np.sum(
                quad_xy[:, 0] * np.roll(quad_xy[:, 1], -1)
                - np.roll(quad_xy[:, 0], -1) * quad_xy[:, 1]
            )
        )
    )
    return bool(((turns > 0).all() or (turns < 0).all()) and area > 6.0)


def _combined(
    corners: FloatArray,
    mass: FloatArray,
    lines: FloatArray,
    found: NDArray[np.bool_],
    canvas_hw: tuple[int, ...],
) -> FloatArray:
    """Return corners between the peaks and the sides' crossings, by what each is worth."""
    combined = corners.copy()
    height, width = canvas_hw
    for k in range(4):
        before = (k - 1) % 4
        if found[k] != found[before]:
            # One side is out of sight: the other still says on which line the corner is.
            line = lines[k] if found[k] else lines[before]
            combined[k] = corners[k] - (line[:2] @ corners[k] - line[2]) * line[:2]
        if not (found[k] and found[before]):
            continue
        system = np.stack([lines[before, :2], lines[k, :2]])
        if abs(float(np.linalg.det(system))) < 0.2:
            continue
        crossing = np.linalg.solve(system, np.array([lines[before, 2], lines[k, 2]]))
        apart = float(np.linalg.norm(crossing - corners[k]))
        on_canvas = 0 <= corners[k, 0] < width and 0 <= corners[k, 1] < height
        trust = float(mass[k]) if on_canvas else 0.0
        if apart > 4.0 and trust > 0.6:
            continue
        combined[k] = crossing + (corners[k] - crossing) * 0.4 * trust
    return combined


def _overlap(mask: Heat, corners: FloatArray) -> float:
    """Return intersection over union of the mask above one half and the quad, on the canvas."""
    height, width = mask.shape
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    quad = np.ones(mask.shape, np.bool_)
    middle = corners.mean(0)
    for start, end in zip(corners, np.roll(corners, -1, 0), strict=True):
        normal = np.array([start[1] - end[1], end[0] - start[0]])
        inward = normal if normal @ (middle - start) > 0 else -normal
        quad &= inward[0] * (x - start[0]) + inward[1] * (y - start[1]) >= 0
    inside = mask >= 0.5
    union = int((inside | quad).sum())
    return float((inside & quad).sum()) / union if union else 0.0
