"""Simulated photos to hold beside real ones: desktops, bedside monitors and ultrasound."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import cv2

from sonogate.simulate.camera import PresetName, Scenery
from sonogate.simulate.items import Item, ItemKind, make

SIZES_WH = ((1600, 1200), (1200, 1600))
KINDS: tuple[ItemKind, ...] = ("desktop", "bedside_monitor", "ultrasound")
PRESETS: tuple[PresetName, ...] = ("decision", "locator")


def write_photos(folder: Path, count: int, seed: int, scenery: Path | None) -> None:
    """Write photos of the ``full`` profile, 1.9 megapixels, in turn of every kind and preset.

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
            if photo.data is None:
                raise ValueError("the full profile writes files")
            suffix = "heic" if photo.data[4:8] == b"ftyp" else "jpg"
            (folder / f"{kind}_{preset}_{index:03d}.{suffix}").write_bytes(photo.data)
    finally:
        cv2.setNumThreads(threads)
