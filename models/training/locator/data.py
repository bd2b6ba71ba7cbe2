"""Batches: photos from the pool, moved, turned, recoloured, with their targets.

A batch is all landscape or all portrait, since the network takes both shapes. One view in
four is what the second look of the locator sees: the display about upright in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.locator.network import FULL, STRIDE_PX, Scale
from models.training.locator.pool import Pool
from models.training.locator.views import (
    OUTSIDE,
    close_view,
    even,
    far_view,
    filling_view,
    glare_cells,
    moved,
    polygon_cover,
    recoloured,
)

CLOSE_SHARE = 0.25
FILLING_SHARE = 0.2
# Of the photos without a display: replaced by one that shows nothing at all.
EVEN_SHARE = 0.08
HEAT_SIGMA_CELLS = 0.9
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """Pictures and what the network should say of them (see ``network.Outputs``).

    Attributes:
        picture: (N, 3, H, W) in 0–1.
        corners_xy: (N, 4, 2) input pixels; NaN without a display.
        masks: (N, 2, h, w) in 0–1 on the canvas.
        scan_known: (N,) True where the second mask is to be learned.
        glare: (N, 1, h, w) in 0–1.
        glare_known: (N,).
        present: (N,) 1 with a display.
        ultrasound: (N,) 1 with an ultrasound picture on it.
        mirrored: (N,) 1 where the corners run anticlockwise.
    """

    picture: Tensor
    corners_xy: Tensor
    masks: Tensor
    scan_known: Tensor
    glare: Tensor
    glare_known: Tensor
    present: Tensor
    ultrasound: Tensor
    mirrored: Tensor


class Batches:
    """Endless batches from a pool.

    Args:
        pool: The photos.
        size: Photos in a batch.
        seed: Two runs with one seed see the same.
        indices: Which of the photos.
        scale: Shape of the pictures.
    """

    def __init__(
        self, pool: Pool, size: int, seed: int, indices: NDArray[np.int64], scale: Scale = FULL
    ) -> None:
        self._pool, self._size, self._scale = pool, size, scale
        self._rng = np.random.default_rng(seed)
        wide = np.fromiter(pool.landscape(), bool)
        self._sides = {True: indices[wide[indices]], False: indices[~wide[indices]]}

    def __iter__(self) -> Iterator[Batch]:
        rng = self._rng
        counts = {side: len(values) for side, values in self._sides.items()}
        while True:
            side = bool(rng.random() < counts[True] / sum(counts.values()))
            chosen = rng.choice(self._sides[side], self._size)
            stray = rng.random(self._size) < 0.05
            if counts[not side]:
                chosen = np.where(stray, rng.choice(self._sides[not side], self._size), chosen)
            long, short, _ = self._scale
            size_wh = (long, short) if side else (short, long)
            yield _batch([self._view(int(k), size_wh) for k in chosen])

    def _view(
        self, index: int, size_wh: tuple[int, int]
    ) -> tuple[NDArray[np.uint8], dict[str, object]]:
        rng, pool = self._rng, self._pool
        photo = pool.pixels(index)
        photo_wh = photo.shape[1], photo.shape[0]
        corners = pool.corners[index]
        present = bool(np.isfinite(corners).all())
        if not present and rng.random() < EVEN_SHARE:
            photo = even(rng, photo_wh)
        seen_as = corners
        if not present and rng.random() < CLOSE_SHARE:
            seen_as = rng.random((4, 2)).astype(np.float32) * 0.25 + np.array(
                [[0, 0], [0.75, 0], [0.75, 0.75], [0, 0.75]]
            )
            seen_as = (seen_as * photo_wh).astype(np.float32)
        if np.isfinite(seen_as).all() and (rng.random() < CLOSE_SHARE or not present):
            view = close_view(rng, seen_as, size_wh)
        elif present and rng.random() < FILLING_SHARE:
            view = filling_view(rng, corners, size_wh)
        else:
            view = far_view(rng, photo_wh, size_wh)
        if rng.random() < 0.03:
            view = np.array([[-1, 0, size_wh[0] - 1], [0, 1, 0], [0, 0, 1]], np.float64) @ view
        flags = cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC
        picture = cv2.warpPerspective(
            photo,
            view,
            size_wh,
            flags=flags,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(OUTSIDE,) * 3,
        )
        inside = cv2.warpPerspective(np.full(photo.shape[:2], 255, np.uint8), view, size_wh) > 127
        truth: dict[str, object] = {
            "ultrasound": bool(pool.ultrasound[index]),
            "corners": np.full((4, 2), np.nan, np.float32),
        }
        margin = self._scale.margin_px
        canvas = size_wh[0] + 2 * margin, size_wh[1] + 2 * margin
        empty = np.zeros((canvas[1] // STRIDE_PX, canvas[0] // STRIDE_PX), np.float32)
        masks = [empty, empty]
        scan_known = not present or not pool.ultrasound[index]
        if present:
            seen = moved(corners, view)
            truth["corners"] = seen
            masks[0] = polygon_cover(seen, canvas, STRIDE_PX, margin)
            if np.isfinite(pool.scan[index]).all():
                masks[1] = polygon_cover(moved(pool.scan[index], view), canvas, STRIDE_PX, margin)
                scan_known = True
        truth["masks"], truth["scan_known"] = np.stack(masks), scan_known
        truth["glare_known"] = bool(pool.glare_known[index])
        truth["glare"] = glare_cells(pool.glare[index], photo_wh, view, canvas, margin)
        return recoloured(rng, picture, inside), truth


def _batch(views: list[tuple[NDArray[np.uint8], dict[str, object]]]) -> Batch:
    def stack(name: str) -> Tensor:
        return torch.from_numpy(np.stack([np.asarray(truth[name]) for _, truth in views]))

    pictures = np.stack([picture for picture, _ in views])
    corners = stack("corners").float()
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    turn = (b - a)[:, 0] * (c - b)[:, 1] - (b - a)[:, 1] * (c - b)[:, 0]
    return Batch(
        picture=torch.from_numpy(pictures)
        .permute(0, 3, 1, 2)
        .float()
        .div_(255.0)
        .contiguous(memory_format=torch.channels_last),
        corners_xy=corners,
        masks=stack("masks").float(),
        scan_known=stack("scan_known").float(),
        glare=stack("glare").float()[:, None],
        glare_known=stack("glare_known").float(),
        present=torch.isfinite(corners).all(2).all(1).float(),
        ultrasound=stack("ultrasound").float(),
        mirrored=(turn < 0).float(),
    )
