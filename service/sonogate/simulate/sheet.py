"""The contact sheet of a data set: its photos, small, beside real ones where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from sonogate.types import PixelArray

SHEET_PHOTOS = 24
_THUMB_PX = 150
_GAP_PX = 4
_COLUMNS = 6
_HALF_COLUMNS = 4
_QUALITY = 72
_PICTURES = {".jpg", ".jpeg", ".png", ".heic"}
_READ_LONG_SIDE = 4 * _THUMB_PX


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)


def contact_sheet(photos: Sequence[Path], beside: Sequence[Path] = ()) -> bytes:
    """Return a JPEG of thumbnails, at most ``SHEET_PHOTOS`` a side.

    Args:
        photos: The data set's photos, shown on the right where there are others.
        beside: Real photos for the left side; may be empty.
    """
    chosen = _spread(photos)
    if beside:
        others = _spread(beside)
        rows = -(-max(len(chosen), len(others)) // _HALF_COLUMNS)
        halves = [_grid(half, _HALF_COLUMNS, rows) for half in (others, chosen)]
        rule = np.full((halves[0].shape[0], 3 * _GAP_PX, 3), 90, np.uint8)
        sheet = np.hstack([halves[0], rule, halves[1]])
    else:
        sheet = _grid(chosen, _COLUMNS, max(-(-len(chosen) // _COLUMNS), 1))
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    _, data = cv2.imencode(".jpg", sheet[..., ::-1], options)
    return bytes(data.tobytes())


def _spread(paths: Sequence[Path]) -> list[Path]:
    """Take evenly spread ones of too many."""
    count = min(len(paths), SHEET_PHOTOS)
    return [paths[number * len(paths) // count] for number in range(count)]


def _grid(paths: Sequence[Path], columns: int, rows: int) -> PixelArray:
    cell = _THUMB_PX + _GAP_PX
    grid = np.full((rows * cell + _GAP_PX, columns * cell + _GAP_PX, 3), 255, np.uint8)
    for number, path in enumerate(paths):
        small = _thumb(path)
        row, column = divmod(number, columns)
        top = _GAP_PX + row * cell + (_THUMB_PX - small.shape[0]) // 2
        left = _GAP_PX + column * cell + (_THUMB_PX - small.shape[1]) // 2
        grid[top : top + small.shape[0], left : left + small.shape[1]] = small
    return grid


def _thumb(path: Path) -> PixelArray:
    if path.suffix.lower() == ".heic":
        picture = np.asarray(pillow_heif.open_heif(path, convert_hdr_to_8bit=True))[..., :3]
    else:
        with Image.open(path) as opened:
            # A JPEG is then decoded no larger than needed.
            opened.draft("RGB", (_READ_LONG_SIDE, _READ_LONG_SIDE))
            picture = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    scale = _THUMB_PX / max(picture.shape[:2])
    size = tuple(max(round(side * scale), 1) for side in picture.shape[1::-1])
    shrunk = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8)
