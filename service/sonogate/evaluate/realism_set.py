"""Simulated photos to hold beside real ones: desktops, bedside monitors and ultrasound."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import cv2
import numpy as np

from sonogate.simulate.camera import PresetName, Scenery
from sonogate.simulate.items import Item, ItemKind, make
from sonogate.types import PixelArray

SIZES_WH = ((2304, 1728), (1728, 2304))
SENT_LONG_SIDE_PX = 1600
SENT_QUALITIES = (60, 86)
KINDS: tuple[ItemKind, ...] = ("desktop", "bedside_monitor", "ultrasound")
PRESETS: tuple[PresetName, ...] = ("decision", "locator")


def write_photos(folder: Path, count: int, seed: int, scenery: Path | None) -> None:
    """Write photos of the ``full`` profile, in turn of every kind and preset.

    They are taken at four megapixels and sent at 1600 pixels by a messenger, as the real
    photos they are held beside came.

    Args:
        folder: Where to; made when absent.
        count: Photos.
        seed: The same seed gives the same files.
        scenery: Folder with ``backgrounds/`` and ``environments/``, or None for drawn rooms.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rooms = Scenery(scenery)
    backgrounds = None if scenery is None else scenery / "backgrounds"
    turns = list(product(SIZES_WH, PRESETS, KINDS))
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        for index in range(count):
            size_wh, preset, kind = turns[index % len(turns)]
            number = 1000 * seed + index
            item = Item(index, "test", kind, number, number, number, size_wh)
            _, photo = make(item, preset, "full", rooms, backgrounds)
            quality = int(np.random.default_rng(number).integers(*SENT_QUALITIES))
            name = f"{kind}_{preset}_{index:03d}.jpg"
            (folder / name).write_bytes(_sent(photo.pixels, quality))
    finally:
        cv2.setNumThreads(threads)


def _sent(pixels: PixelArray, quality: int) -> bytes:
    scale = min(SENT_LONG_SIDE_PX / max(pixels.shape[:2]), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())
