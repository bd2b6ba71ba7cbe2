"""Small photos to run over: a few of screens, many of nothing, and files that are no photos.

What is tried is the keeping of the books, so most photos are such as the gate is soon done
with: a blurred field without a display in it.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from sonogate.simulate import photograph, render_export

SIZE_WH = (320, 240)
JPEG_QUALITY = 95
SEED = 970_000_000
# Of every so many files one shows a screen, and one is cut short.
SCREEN_EVERY = 20
CUT_EVERY = 100


def write_photos(folder: Path, count: int) -> None:
    """Write ``count`` files into a new folder, no two alike."""
    cv2.setNumThreads(1)
    folder.mkdir(parents=True)
    for number in range(count):
        pixels = _screen(number) if number % SCREEN_EVERY == 0 else _field(number)
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        data = cv2.imencode(".jpg", pixels[..., ::-1], quality)[1].tobytes()
        if number % CUT_EVERY == CUT_EVERY - 1:
            data = data[: len(data) // 2]
        (folder / f"{number:06d}.jpg").write_bytes(data)


def _screen(number: int) -> np.ndarray:
    seed = SEED + number
    export = render_export(seed)
    return photograph(export, seed, "fast", SIZE_WH, "locator", fidelity=False).pixels


def _field(number: int) -> np.ndarray:
    coarse = np.random.default_rng(SEED + number).integers(60, 200, (3, 4, 3), dtype=np.uint8)
    return cv2.resize(coarse, SIZE_WH, interpolation=cv2.INTER_CUBIC)
