"""Pages of photos with true and found quads drawn on them, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from sonogate.evaluate.localisation import Outcome
from sonogate.evaluate.localisation_set import LabelledPhoto
from sonogate.types import FloatArray, PixelArray

CELL_PX = 420
CAPTION_PX = 24
COLUMNS = 5
TRUE_RGB, FOUND_RGB = (60, 220, 60), (255, 60, 60)


def worst_page(
    photos: Iterable[LabelledPhoto], outcomes: Sequence[Outcome], count: int = 20
) -> PixelArray:
    """Draw the photos with the least overlap, and false finds before them.

    Args:
        photos: The photos that were judged; read once more.
        outcomes: One for each.
        count: How many to draw.

    Returns:
        (height, width, 3) uint8 RGB: truth in green, found in red, its top-left corner dotted.
    """
    wrong = [o for o in outcomes if not o.present and o.found]
    shown = sorted((o for o in outcomes if o.present), key=lambda o: o.overlap)
    chosen = {o.name: o for o in (wrong + shown)[:count]}
    cells = {p.name: _cell(p, chosen[p.name]) for p in photos if p.name in chosen}
    ordered = [cells[name] for name in chosen if name in cells]
    blank = np.zeros((CELL_PX + CAPTION_PX, CELL_PX, 3), np.uint8)
    ordered += [blank] * (-len(ordered) % COLUMNS)
    rows = [np.hstack(ordered[k : k + COLUMNS]) for k in range(0, len(ordered), COLUMNS)]
    return np.vstack(rows) if rows else blank


def _cell(labelled: LabelledPhoto, outcome: Outcome) -> PixelArray:
    width, height = labelled.photo.size_wh
    scale = CELL_PX / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(labelled.photo.pixels, size, interpolation=cv2.INTER_AREA)
    cell = np.full((CELL_PX + CAPTION_PX, CELL_PX, 3), 40, np.uint8)
    cell[: size[1], : size[0]] = small
    _draw(cell, outcome.true_xy, scale, TRUE_RGB)
    _draw(cell, outcome.found_xy, scale, FOUND_RGB)
    caption = f"{outcome.name[:28]} {outcome.overlap:.3f} {outcome.confidence:.0f}"
    at = (4, CELL_PX + CAPTION_PX - 8)
    cv2.putText(cell, caption, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 0), 1, cv2.LINE_AA)
    return cell


def _draw(
    cell: PixelArray, quad_xy: FloatArray | None, scale: float, colour: tuple[int, int, int]
) -> None:
    if quad_xy is None:
        return
    fixed = np.clip(((quad_xy + 0.5) * scale - 0.5) * 16, -(2**20), 2**20).round().astype(np.int32)
    cv2.polylines(cell, [fixed], isClosed=True, color=colour, thickness=1, lineType=16, shift=4)
    cv2.circle(cell, (int(fixed[0, 0]), int(fixed[0, 1])), 5 * 16, colour, -1, cv2.LINE_AA, 4)
