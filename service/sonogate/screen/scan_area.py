"""Where on the rectified display the ultrasound picture is.

Speckle fills its region without a gap: every place of it has detail, dark places too once
levels are compressed. Text, traces and icons have quiet gaps between their strokes, and the
machine's surround is flat.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, PixelArray

WORK_SIDE_PX = 512
MIN_SHARE, MAX_SHARE = 0.042, 0.93
# Detail of speckle against the quietest parts of the screen, on the compressed scale 0-255.
MIN_DETAIL, DETAIL_OVER_NOISE = 1.1, 1.8
FILL_WINDOW_PX, MIN_FILL = 13, 0.65
OPENING_PX = 19
MEDIAN_WINDOW_PX, MAX_SKEW = 15, 0.30
CLEAN_NOISE, MIN_SOLIDITY = 0.15, 0.8
LEVEL_STEP, LEVEL_OPENING_PX = 7.0, 13
JOIN_SHARE = 0.12
MIN_HEIGHT_SHARE = 0.10
MAX_CHROMA_SPREAD = 14.0
MAX_MEDIAN_LUMA = 175.0
MAX_SURROUND_LUMA = 120.0
MIN_QUIET_SURROUND = 0.45

# Keeps sensor noise in black from passing for speckle.
LIFT = 6.0

_Mask = NDArray[np.uint8]
_Map = NDArray[np.float32]


def find_scan_area(pixels: PixelArray) -> FloatArray | None:
    """Find the ultrasound picture: a speckled region on a plain, dark surround.

    Args:
        pixels: (height, width, 3) uint8 RGB, rectified.

    Returns:
        (N, 2) convex polygon in pixels of ``pixels``, or None when nothing on the display
        looks like an ultrasound picture.
    """
    height, width = pixels.shape[:2]
    scale = min(WORK_SIDE_PX / max(height, width), 1.0)
    size = (max(round(width * scale), 32), max(round(height * scale), 32))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    level = np.asarray(16.0 * np.sqrt(luma + LIFT), dtype=np.float32)
    detail = _detail(level)
    noise = float(np.percentile(detail, 15))
    active = np.asarray(detail > max(MIN_DETAIL, DETAIL_OVER_NOISE * noise), dtype=np.uint8)
    seeds = _seeds(np.asarray(active & _even(level), dtype=np.uint8), small, luma)
    if seeds is None:
        return None
    region = _grown(seeds, active, level) if noise < CLEAN_NOISE else seeds
    hull = _hull(region)
    if hull is None or not _on_plain_surround(hull, active, luma):
        hull = _hull(seeds)
        if hull is None or not _on_plain_surround(hull, active, luma):
            return None
    polygon = cv2.approxPolyDP(hull, 1.0, True).reshape(-1, 2).astype(np.float64)
    if len(polygon) < 3:
        return None
    scaled = (polygon + 0.5) * np.array([width / size[0], height / size[1]]) - 0.5
    return np.asarray(scaled)


def _detail(level: _Map) -> _Map:
    detail = np.abs(level - cv2.GaussianBlur(level, (0, 0), 2.0))
    return np.asarray(cv2.GaussianBlur(detail, (0, 0), 1.0), dtype=np.float32)


def _even(level: _Map) -> NDArray[np.bool_]:
    """Tell where levels lie evenly about their middle: speckle does, strokes on a ground don't."""
    window = (MEDIAN_WINDOW_PX, MEDIAN_WINDOW_PX)
    mean = cv2.boxFilter(level, -1, window, borderType=cv2.BORDER_REFLECT)
    square = cv2.boxFilter(level * level, -1, window, borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(square - mean * mean, 1.0))
    middle = cv2.medianBlur(np.rint(np.minimum(level, 255.0)).astype(np.uint8), MEDIAN_WINDOW_PX)
    lean = cv2.boxFilter(mean - middle.astype(np.float32), -1, window)
    return np.asarray(np.abs(lean) < MAX_SKEW * cv2.boxFilter(spread, -1, window) + 0.4)


def _seeds(active: _Mask, small: PixelArray, luma: _Map) -> _Mask | None:
    """Return the regions that are filled with speckle, or None."""
    window = (FILL_WINDOW_PX, FILL_WINDOW_PX)
    fill = cv2.boxFilter(active.astype(np.float32), -1, window, borderType=cv2.BORDER_REFLECT)
    dense = np.asarray(fill > MIN_FILL, dtype=np.uint8)
    opened = _open(dense, OPENING_PX)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    areas = stats[:, cv2.CC_STAT_AREA]
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), dtype=np.float32)
    good = [
        i
        for i in range(1, count)
        if stats[i, cv2.CC_STAT_HEIGHT] >= MIN_HEIGHT_SHARE * active.shape[0]
        and _looks_like_speckle(labels == i, lab, luma)
    ]
    if not good:
        return None
    largest = max(areas[i] for i in good)
    if largest < 0.4 * MIN_SHARE * active.size:
        return None
    kept = [i for i in good if areas[i] >= JOIN_SHARE * largest]
    return np.asarray(np.isin(labels, kept), dtype=np.uint8)


def _looks_like_speckle(region: NDArray[np.bool_], lab: _Map, luma: _Map) -> bool:
    """Tell grey speckle from a coloured picture or a bright page."""
    chroma = lab[region][:, 1:]
    spread = np.abs(chroma - np.median(chroma, axis=0)).sum(axis=1)
    if float(np.percentile(spread, 70)) > MAX_CHROMA_SPREAD:
        return False
    return bool(float(np.median(luma[region])) < MAX_MEDIAN_LUMA)


def _grown(seeds: _Mask, active: _Mask, level: _Map) -> _Mask:
    """Add what touches the seeds and differs from the surround: dark far and near fields."""
    smooth = np.asarray(cv2.GaussianBlur(level, (0, 0), 1.5), dtype=np.float32)
    outside = (active == 0) & (_dilate(seeds, 9) == 0)
    if not outside.any():
        return seeds
    counts = np.bincount(smooth[outside].astype(np.intp), minlength=256)
    surround = float(np.argmax(np.convolve(counts, np.ones(5), "same")))
    differs = np.asarray(np.abs(smooth - surround) > LEVEL_STEP, dtype=np.uint8)
    opened = _open(differs, LEVEL_OPENING_PX)
    _, labels = cv2.connectedComponents(opened)
    touching = np.unique(labels[seeds > 0])
    grown = np.asarray(np.isin(labels, touching[touching > 0]) | (seeds > 0), dtype=np.uint8)
    hull = _hull(grown)
    if hull is None or grown.sum() < MIN_SOLIDITY * cv2.contourArea(hull):
        return seeds
    return grown


def _hull(region: _Mask) -> NDArray[Any] | None:
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    return np.asarray(cv2.convexHull(np.concatenate([np.asarray(c) for c in contours])))


def _on_plain_surround(hull: NDArray[Any], active: _Mask, luma: _Map) -> bool:
    """Tell whether the polygon has a scan's size and a quiet, dark ring around it."""
    inside = np.zeros_like(active)
    cv2.fillConvexPoly(inside, hull, 1)
    if not MIN_SHARE <= float(inside.mean()) <= MAX_SHARE:
        return False
    ring = (_dilate(inside, 21) > 0) & (_dilate(inside, 7) == 0)
    if ring.sum() < 50:
        return False
    quiet = float((active[ring] == 0).mean())
    return quiet >= MIN_QUIET_SURROUND and float(np.median(luma[ring])) <= MAX_SURROUND_LUMA


def _open(mask: _Mask, size_px: int) -> _Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), dtype=np.uint8)


def _dilate(mask: _Mask, size_px: int) -> _Mask:
    return np.asarray(cv2.dilate(mask, np.ones((size_px, size_px), np.uint8)), dtype=np.uint8)
