"""What a data set is made of: which screen, panel and phone each photo has, and its split."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import cv2
import numpy as np

from sonogate.simulate.camera import PresetName, Scenery, photograph, photograph_empty
from sonogate.simulate.camera.photograph import Profile
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.screens import render_export, render_other_screen
from sonogate.simulate.screens.pixels import pictures_in
from sonogate.simulate.values import Export, SimulatedPhoto

Split = Literal["train", "validation", "test"]
ItemKind = Literal["ultrasound", "desktop", "television", "bedside_monitor", "nested", "empty"]

SPLITS: tuple[Split, ...] = get_args(Split)
_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
_SPLIT_SHARES = (0.7, 0.1, 0.2)
# Displays and phones are numbered; each split owns a range of the numbers.
_PANELS = MappingProxyType({"train": (0, 140), "validation": (140, 160), "test": (160, 200)})
_PHONES = MappingProxyType({"train": (0, 42), "validation": (42, 48), "test": (48, 60)})
_CONTENTS = MappingProxyType({"train": (0, 7), "validation": (7, 8), "test": (8, 10)})
_PATIENT = re.compile(r"pat\d+|(?<![A-Za-z0-9])S\d+(?![A-Za-z0-9])")
_KIND_SHARES = MappingProxyType(
    {
        "locator": (0.66, 0.06, 0.04, 0.06, 0.04, 0.14),
        "quality": (1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        "masking": (1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        "decision": (0.92, 0.02, 0.01, 0.02, 0.01, 0.02),
    }
)
_SHAPES = ((4, 3), (3, 4), (16, 9), (9, 16))
_SHAPE_SHARES = (0.45, 0.3, 0.15, 0.1)


@dataclass(frozen=True, slots=True)
class Item:
    """One photo to be made.

    Attributes:
        index: Place in the data set.
        split: Split it belongs to.
        kind: What is in view.
        seed: Seeds scene and content; no two items share one.
        panel_number: Names the panel.
        phone_number: Names the phone.
        photo_size_wh: Size before any messenger.
    """

    index: int
    split: Split
    kind: ItemKind
    seed: int
    panel_number: int
    phone_number: int
    photo_size_wh: tuple[int, int]


def plan(preset: PresetName, count: int, seed: int, megapixels: float) -> tuple[Item, ...]:
    """Lay out a data set; an item depends on its index alone, not on ``count``.

    Args:
        preset: Purpose.
        count: Photos.
        seed: The data set's seed.
        megapixels: Size of the photos.
    """
    return tuple(_item(preset, index, seed, megapixels) for index in range(count))


def _item(preset: PresetName, index: int, seed: int, megapixels: float) -> Item:
    rng = stage_rng(seed * 1_000_003 + index, f"item-{preset}")
    split = SPLITS[int(rng.choice(len(SPLITS), p=_SPLIT_SHARES))]
    kind = _KINDS[int(rng.choice(len(_KINDS), p=_KIND_SHARES[preset]))]
    wide, tall = _SHAPES[int(rng.choice(len(_SHAPES), p=_SHAPE_SHARES))]
    unit = float(np.sqrt(megapixels * 1e6 / (wide * tall)))
    return Item(
        index=index,
        split=split,
        kind=kind,
        seed=int(rng.integers(1 << 40)) * 1_000_000 + index % 1_000_000,
        panel_number=int(rng.integers(*_PANELS[split])),
        phone_number=int(rng.integers(*_PHONES[split])),
        photo_size_wh=(4 * round(wide * unit / 4), 4 * round(tall * unit / 4)),
    )


def make(
    item: Item,
    preset: PresetName,
    profile: Profile,
    scenery: Scenery,
    backgrounds: Path | None,
    moire: bool = False,
    pictures: Path | None = None,
) -> tuple[Export | None, SimulatedPhoto]:
    """Make a photo and what its display shows.

    Args:
        item: What to make.
        preset: Purpose.
        profile: Profile of the camera.
        scenery: Pictures of rooms.
        backgrounds: Folder of photos for desktops and televisions, or None.
        moire: Whether the truth holds the moiré.
        pictures: Folder of real ultrasound pictures that some screens show, or None.
    """
    size = item.photo_size_wh
    if item.kind == "empty":
        return None, photograph_empty(item.seed, profile, size, preset, scenery)
    export = _export(item, scenery, backgrounds, pictures)
    photo = photograph(
        export,
        item.seed,
        profile,
        size,
        preset,
        scenery,
        panel_number=item.panel_number,
        phone_number=item.phone_number,
        moire=moire,
    )
    return export, photo


def pictures_of(folder: Path, split: Split) -> tuple[Path, ...]:
    """Return a split's own share of a folder of pictures; one patient's stay together.

    A part of the name such as ``pat3`` or ``S12`` names a patient; otherwise each picture is
    taken for a patient of its own.
    """
    low, high = _CONTENTS[split]
    found = []
    for path in pictures_in(folder):
        named = _PATIENT.search(path.stem)
        key = path.stem if named is None else named.group(0)
        if low <= int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10 < high:
            found.append(path)
    return tuple(found)


def _export(
    item: Item, scenery: Scenery, backgrounds: Path | None, pictures: Path | None
) -> Export:
    if item.kind == "ultrasound" or item.kind == "empty":  # noqa: PLR1714
        own = None if pictures is None else pictures_of(pictures, item.split)
        return render_export(item.seed, content=own)
    if item.kind == "nested":
        return nested_screen(item.seed, scenery, backgrounds)
    return render_other_screen(item.seed, item.kind, backgrounds)


def nested_screen(seed: int, scenery: Scenery, backgrounds: Path | None) -> Export:
    """Return a desktop with a window that shows a photo of an ultrasound screen.

    The display in view is the desktop's; the screen inside the window is part of its
    picture. The window's own texts are not among the export's.
    """
    rng = stage_rng(seed, "nested")
    desktop = render_other_screen(seed, "desktop", backgrounds)
    width, height = desktop.size_wh
    size = (int(width * rng.uniform(0.3, 0.75)), int(height * rng.uniform(0.4, 0.8)))
    inner = photograph(render_export(seed), seed, "fast", size, "masking", scenery).pixels
    left = int(rng.uniform(0, width - size[0]))
    top = int(rng.uniform(24, height - size[1]))
    pixels = desktop.pixels.copy()
    bar = [int(code) for code in rng.integers(20, 245, 3)]
    cv2.rectangle(pixels, (left, top - 24), (left + size[0] - 1, top), bar, -1)
    pixels[top : top + size[1], left : left + size[0]] = inner
    return replace(desktop, pixels=pixels, texts=(), content_id=f"nested-{seed}")
