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

from sonogate.screen.reduce import reduced
from sonogate.screen.scan_outline import Evidence, join, outline
from sonogate.screen.scan_rhythm import rhythm
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
MAX_PIECES, MIN_PIECE_SHARE, MIN_JOINT_SOLIDITY = 6, 0.2, 0.88
MIN_CUT_PX, MAX_CUTS = 3, 2
MIN_WHOLE_AGREEMENT, MIN_WHOLE_FILL = 0.7, 0.35
MIN_HEIGHT_SHARE = 0.10
MAX_CHROMA_SPREAD = 14.0
MAX_MEDIAN_LUMA = 175.0
MAX_SURROUND_LUMA = 120.0
MIN_QUIET_SURROUND = 0.45
# Lines of text and striped tables repeat; no scan did so by more.
MAX_RHYTHM = 0.45

# Keeps sensor noise in black from passing for speckle.
LIFT = 6.0

_Mask = NDArray[np.uint8]
_Map = NDArray[np.float32]


def find_scan_area(pixels: PixelArray) -> FloatArray | None:
    """Find the ultrasound picture: a speckled region on a plain, dark surround.

    Args:
        pixels: (height, width, 3) uint8 RGB, rectified.

    Returns:
        (N, 2) polygon in pixels of ``pixels``; several pictures are joined to one polygon by
        bridges of no width. None when nothing on the display looks like an ultrasound picture.
    """
    height, width = pixels.shape[:2]
    scale = min(WORK_SIDE_PX / max(height, width), 1.0)
    size = (max(round(width * scale), 32), max(round(height * scale), 32))
    small = reduced(pixels, size)
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    level = np.asarray(16.0 * np.sqrt(luma + LIFT), dtype=np.float32)
    detail = _detail(level)
    noise = float(np.percentile(detail, 15))
    active = np.asarray(detail > max(MIN_DETAIL, DETAIL_OVER_NOISE * noise), dtype=np.uint8)
    seeds = _seeds(np.asarray(active & _even(level), dtype=np.uint8), small, luma)
    if seeds is None:
        return None
    region = _grown(seeds, active, level) if noise < CLEAN_NOISE else seeds
    whole = _whole_hull(region, active, luma) or _whole_hull(seeds, active, luma)
    if not whole:
        return None
    outlines = (
        _outlines(region, active, level, luma) or _outlines(seeds, active, level, luma) or whole
    )
    if not outlines:
        return None
    shown = np.maximum.reduce([_filled(outlined, region) for outlined in outlines])
    if rhythm(level, shown) > MAX_RHYTHM:
        return None
    polygon = np.clip(join(outlines), -0.5, np.array(size) - 0.5)
    scaled = (polygon + 0.5) * np.array([width / size[0], height / size[1]]) - 0.5
    return np.asarray(scaled)


def _outlines(
    region: _Mask, active: _Mask, level: _Map, luma: _Map, cuts: int = MAX_CUTS
) -> list[FloatArray]:
    """Return the outline of each picture of a region; none where they are too small in all."""
    whole = outline(Evidence(region, active, level))
    if whole is not None and whole.agreement > MIN_WHOLE_AGREEMENT:
        inside = _filled(whole.polygon_xy, region)
        small = cuts == MAX_CUTS and inside.mean() < MIN_SHARE
        if (
            not small
            and _on_plain_surround(inside, region, active, luma)
            and (region & inside).sum() > MIN_WHOLE_FILL * inside.sum()
        ):
            return [whole.polygon_xy]
    parts = _cut(region) if cuts > 0 else []
    if parts:
        found = [
            polygon for part in parts for polygon in _outlines(part, active, level, luma, cuts - 1)
        ]
    else:
        found = _pieces(region, active, level, luma)
    # Parts of a picture that was cut may be small: the sum is judged by who asked first.
    enough = cuts < MAX_CUTS or _area(found, region) >= MIN_SHARE * region.size
    return found if enough else []


def _whole_hull(region: _Mask, active: _Mask, luma: _Map) -> list[FloatArray]:
    """Return the hull of all pieces where it has a plain, dark ring around it."""
    hull = _hull(region)
    if hull is None or len(hull) < 3:
        return []
    polygon = hull.reshape(-1, 2).astype(np.float64)
    inside = _filled(polygon, region)
    plain = _on_plain_surround(inside, np.zeros_like(region), active, luma, (7, 21))
    return [polygon] if plain and inside.mean() >= MIN_SHARE else []


def _cut(region: _Mask) -> list[_Mask]:
    """Cut a region at the widest empty column or row band that parts it in earnest."""
    for axis in (0, 1):
        filled = region.any(axis=axis)
        where = np.flatnonzero(filled)
        gaps = np.diff(where)
        if not len(gaps) or gaps.max() < MIN_CUT_PX:
            continue
        at = int(where[int(np.argmax(gaps))]) + 1
        first, second = region.copy(), region.copy()
        if axis == 0:
            first[:, at:], second[:, :at] = 0, 0
        else:
            first[at:], second[:at] = 0, 0
        if min(first.sum(), second.sum()) > MIN_PIECE_SHARE * region.sum():
            return [first, second]
    return []


def _pieces(region: _Mask, active: _Mask, level: _Map, luma: _Map) -> list[FloatArray]:
    """Return the outlines of a region's pieces, those that belong together as one."""
    found: list[FloatArray] = []
    left, largest = region.copy(), 0
    for _ in range(MAX_PIECES):
        piece = _largest_piece(left)
        if piece is None or piece.sum() < MIN_PIECE_SHARE * largest:
            break
        left[piece > 0] = 0
        one = outline(Evidence(piece, active, level))
        if one is None:
            continue
        inside = _filled(one.polygon_xy, region)
        if _on_plain_surround(inside, region, active, luma):
            found.append(one.polygon_xy)
            largest = max(largest, int(piece.sum()))
            left[inside > 0] = 0
    return found


def _area(polygons: list[FloatArray], like: _Mask) -> float:
    return float(sum(int(_filled(polygon, like).sum()) for polygon in polygons))


def _filled(polygon: FloatArray, like: _Mask) -> _Mask:
    inside = np.zeros_like(like)
    cv2.fillPoly(inside, [np.rint(polygon).astype(np.int32)], 1)
    return inside


def _largest_piece(region: _Mask) -> _Mask | None:
    """Return the largest piece with the pieces that make one full shape with it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region)
    if count < 2:
        return None
    order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])
    piece = np.asarray(labels == order[0], dtype=np.uint8)
    for i in order[1:]:
        if stats[i, cv2.CC_STAT_AREA] < 30:
            break
        both = np.asarray((piece > 0) | (labels == i), dtype=np.uint8)
        hull = _hull(both)
        if hull is not None and both.sum() > MIN_JOINT_SOLIDITY * cv2.contourArea(hull):
            piece = both
    return piece


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


def _on_plain_surround(
    inside: _Mask,
    region: _Mask,
    active: _Mask,
    luma: _Map,
    ring_px: tuple[int, int] = (13, 27),
) -> bool:
    """Tell whether a picture has a quiet, dark ring around it, other pictures aside."""
    if float(inside.mean()) > MAX_SHARE:
        return False
    ring = (_dilate(inside, ring_px[1]) > 0) & (_dilate(inside, ring_px[0]) == 0)
    bare = ring & (region == 0)
    if bare.sum() < max(50, 0.3 * ring.sum()):
        return False
    quiet = float((active[bare] == 0).mean())
    return quiet >= MIN_QUIET_SURROUND and float(np.median(luma[bare])) <= MAX_SURROUND_LUMA


def _open(mask: _Mask, size_px: int) -> _Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), dtype=np.uint8)


def _dilate(mask: _Mask, size_px: int) -> _Mask:
    return np.asarray(cv2.dilate(mask, np.ones((size_px, size_px), np.uint8)), dtype=np.uint8)
