"""What a composed photo shows: contents, what holds them, how near they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from models.training.locator.devices import Front, draw_front
from models.training.locator.housings import draw_machine, draw_television
from models.training.locator.material import Library
from models.training.locator.medical import speckle, ultrasound, vital_signs
from models.training.locator.programs import (
    editor,
    picture_page,
    player_page,
    presentation,
    tablet_home,
)
from models.training.locator.screens import (
    Content,
    Picture,
    black_page,
    desktop,
    slide,
    video,
    white_page,
)


def random_content(rng: np.random.Generator, library: Library) -> Content:
    """Return something that a display shows; every second time ultrasound."""
    kind = rng.random()
    if kind < 0.22:
        return library.export(rng)
    if kind < 0.37:
        scan = library.scan(rng) if rng.random() < 0.6 else speckle(rng)
        return ultrasound(rng, scan)
    if kind < 0.48 and (shown := library.other(rng)) is not None:
        return shown
    if kind < 0.63:
        return desktop(rng, lambda: library.photo(rng))
    if kind < 0.77:
        return slide(rng)
    if kind < 0.80:
        return _nested(rng, library)
    if kind < 0.85:
        return video(rng, lambda: library.photo(rng))
    if kind < 0.95:
        return vital_signs(rng)
    return tablet_home(rng, lambda: library.photo(rng))


def _nested(rng: np.random.Generator, library: Library) -> Content:
    """A picture of another display, shown on a page: the outer display is the one meant."""
    outer = desktop(rng, lambda: library.photo(rng)).pixels.copy()
    inner = vital_signs(rng) if rng.random() < 0.5 else desktop(rng, lambda: library.photo(rng))
    h, w = inner.pixels.shape[:2]
    front = draw_front(rng, (w, h))
    x, y = front.screen_xywh[:2]
    shown = front.pixels.copy()
    shown[y : y + h, x : x + w] = inner.pixels
    scale = rng.uniform(0.5, 0.9) * min(
        outer.shape[0] / shown.shape[0], outer.shape[1] / shown.shape[1]
    )
    size = max(8, int(shown.shape[1] * scale)), max(8, int(shown.shape[0] * scale))
    shown = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(front.cover, size, interpolation=cv2.INTER_AREA)[..., None] / 255.0
    left, top = (int(rng.random() * (b - a)) for a, b in zip(size, outer.shape[1::-1], strict=True))
    part = outer[top : top + size[1], left : left + size[0]]
    part[:] = (part + cover * (shown.astype(np.float32) - part)).astype(np.uint8)
    return Content(outer, ultrasound=False)


def any_fill(rng: np.random.Generator) -> float:
    """Return how much of the frame a display fills: at times little, at times it runs out."""
    kind = rng.random()
    if kind < 0.12:
        return float(rng.uniform(0.16, 0.45))
    if kind < 0.56:
        return float(rng.uniform(0.45, 1.0))
    return float(rng.uniform(0.95, 1.8))


@dataclass(frozen=True)
class Scene:
    """What is displayed, what holds it, how near it is, whether it is seen from the side."""

    content: Content
    front: Callable[[np.random.Generator, tuple[int, int]], Front]
    fill: float
    steep: bool = False


def _pictured(rng: np.random.Generator, library: Library) -> Content:
    """A page that shows a display: the outer display is the one meant."""
    inner = vital_signs(rng) if rng.random() < 0.6 else random_content(rng, library)
    if inner.ultrasound:
        inner = desktop(rng, lambda: library.photo(rng))
    h, w = inner.pixels.shape[:2]
    front = draw_machine(rng, (w, h)) if rng.random() < 0.3 else draw_front(rng, (w, h))
    x, y = front.screen_xywh[:2]
    shown = front.pixels.copy()
    shown[y : y + h, x : x + w] = inner.pixels
    return picture_page(rng, shown, front.cover)


def hard_scene(rng: np.random.Generator, library: Library) -> Scene:
    """Return what is easily taken for less or more than the display, or overlooked.

    Bright pages in dark programs that reach or leave the frame, players, black pages,
    displays shown on displays, pale machines, televisions across a room, displays seen from
    the side.
    """

    def photos() -> Picture:
        return library.photo(rng)

    kind = rng.random()
    near = float(rng.uniform(0.85, 1.25) if rng.random() < 0.6 else rng.uniform(0.6, 1.9))
    if kind < 0.14:
        return Scene(presentation(rng, photos), draw_front, near)
    if kind < 0.22:

        def inner() -> Picture:
            return (desktop if rng.random() < 0.5 else video)(rng, photos).pixels

        return Scene(player_page(rng, photos, inner), draw_front, near)
    if kind < 0.32:
        return Scene(_pictured(rng, library), draw_front, near)
    if kind < 0.38:
        return Scene(editor(rng), draw_front, near)
    if kind < 0.53:
        content = vital_signs(rng) if rng.random() < 0.7 else random_content(rng, library)
        fill = float(rng.uniform(0.3, 1.1))
        return Scene(content, draw_machine, fill, steep=bool(rng.random() < 0.5))
    if kind < 0.67:
        content = video(rng, photos) if rng.random() < 0.6 else random_content(rng, library)
        return Scene(content, draw_television, float(rng.uniform(0.15, 0.6)))
    if kind < 0.85:
        return Scene(random_content(rng, library), draw_front, any_fill(rng), steep=True)
    if kind < 0.91:
        return Scene(black_page(rng), draw_front, any_fill(rng))
    if kind < 0.96:
        return Scene(random_content(rng, library), draw_front, float(rng.uniform(0.14, 0.35)))
    return Scene(white_page(rng), draw_front, near)
