"""Pictures from a folder, in a fixed order."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from sonogate.types import PixelArray

SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})


@lru_cache(maxsize=8)
def pictures_in(folder: Path) -> tuple[Path, ...]:
    """Return the pictures of a folder by name; none where it is absent."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES))


@lru_cache(maxsize=64)
def load_picture(path: Path) -> PixelArray | None:
    """Return a file's pixels as RGB, or None where it cannot be read as a picture."""
    stored = np.frombuffer(path.read_bytes(), np.uint8)
    decoded = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    if decoded is None:
        return None
    pixels = np.ascontiguousarray(decoded[..., ::-1]).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels
