"""Training photos composed quickly: a display in a room, lit, reflected and photographed.

Light is added linearly; the display emits, everything else reflects. The camera is plain
(blur, noise, tone, JPEG): the physical simulator of the package does that part properly,
and its photos are trained on beside these, which are many more and more varied.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.camera import expose, frame_size, photograph
from models.training.locator.devices import Front, draw_flat_object, draw_front
from models.training.locator.light import Floats, lamps, linear, moire, occlude, room
from models.training.locator.material import Library
from models.training.locator.medical import speckle, ultrasound, vital_signs
from models.training.locator.placing import pose, warp
from models.training.locator.screens import (
    Content,
    black_page,
    desktop,
    photo_crop,
    slide,
    tablet_home,
    video,
    white_page,
)


@dataclass(frozen=True)
class Sample:
    """A photo and its truth.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, longest side 320.
        corners_xy: (4, 2) TL, TR, BR, BL in reading orientation, or None without a display.
        ultrasound: True when an ultrasound picture is displayed.
        scan_xy: (N, 2) scan area in photo pixels, or None when there is or may be none.
        glare: (h, w) uint8 0–255, where reflections spoil the picture; None when unknown.
        source: Who made it, for tables.
    """

    pixels: NDArray[np.uint8]
    corners_xy: Floats | None
    ultrasound: bool
    scan_xy: Floats | None
    glare: NDArray[np.uint8] | None
    source: str


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


def _fill(rng: np.random.Generator) -> float:
    kind = rng.random()
    if kind < 0.12:
        return float(rng.uniform(0.16, 0.45))
    if kind < 0.56:
        return float(rng.uniform(0.45, 1.0))
    return float(rng.uniform(0.95, 1.8))


def hard_content(rng: np.random.Generator, library: Library) -> tuple[Content, float]:
    """Return what is easily taken for less or more than the display, and how near it is.

    Pages and bright pages on dark programs that run out of the frame, black pages, films,
    displays shown on displays, and pale medical displays in pale housings.
    """
    kind = rng.random()
    if kind < 0.15:
        return vital_signs(rng), float(rng.uniform(0.35, 1.2))
    if kind < 0.35:
        return video(rng, lambda: library.photo(rng)), _fill(rng)
    if kind < 0.5:
        return black_page(rng), _fill(rng)
    near = float(rng.uniform(0.9, 1.9))
    if kind < 0.65:
        return slide(rng), near
    if kind < 0.8:
        return white_page(rng), near
    if kind < 0.9:
        return _nested(rng, library), near
    return desktop(rng, lambda: library.photo(rng)), near


def compose(rng: np.random.Generator, library: Library, *, hard: bool = False) -> Sample:
    """Compose one photo: four of five show a display, a hard one at will."""
    size = frame_size(rng)
    room_light = float(10 ** rng.uniform(-2.3, 0.15))
    picture = linear(room(rng, library, size)) * room_light
    if rng.random() < 0.2:
        for _ in range(int(rng.integers(1, 4))):
            _add_flat(rng, library, picture, room_light, rng.uniform(0.15, 0.6))
    if rng.random() >= 0.8:
        if rng.random() < 0.75:
            _add_flat(rng, library, picture, room_light, _fill(rng))
        picture, _ = expose(rng, picture, np.zeros(0), has_panel=False)
        return Sample(
            photograph(rng, picture),
            None,
            ultrasound=False,
            scan_xy=None,
            glare=None,
            source="composed",
        )
    content, fill = (
        hard_content(rng, library) if hard else (random_content(rng, library), _fill(rng))
    )
    if rng.random() < 0.1:
        other = random_content(rng, library)
        if content.ultrasound or not other.ultrasound:
            _add_display(rng, library, picture, other, room_light, rng.uniform(0.12, 0.5))
    placed = _add_display(rng, library, picture, content, room_light, fill)
    picture, factor = expose(rng, picture, placed.panel, has_panel=True)
    stored = photograph(rng, picture)
    scale = stored.shape[1] / size[0]
    glare = cv2.resize(
        np.clip(placed.glare * factor * 255, 0, 255).astype(np.uint8),
        stored.shape[1::-1],
        interpolation=cv2.INTER_AREA,
    )
    scan = None if placed.scan_xy is None else (placed.scan_xy + 0.5) * scale - 0.5
    return Sample(
        stored, (placed.corners_xy + 0.5) * scale - 0.5, content.ultrasound, scan, glare, "composed"
    )


def _add_flat(
    rng: np.random.Generator, library: Library, picture: Floats, light: float, fill: float
) -> None:
    size = picture.shape[1], picture.shape[0]
    scan = library.scan(rng)
    flat, cover = draw_flat_object(rng, library.photo(rng), scan)
    homography = pose(rng, (0, 0, flat.shape[1], flat.shape[0]), size, fill)
    seen = (warp(cover, homography, size).astype(np.float32) / 255)[..., None]
    picture += seen * (
        linear(warp(flat, homography, size)) * light * rng.uniform(0.6, 1.4) - picture
    )


@dataclass(frozen=True)
class _Placed:
    panel: Floats
    glare: Floats
    corners_xy: Floats
    scan_xy: Floats | None


def _add_display(
    rng: np.random.Generator,
    library: Library,
    picture: Floats,
    content: Content,
    light: float,
    fill: float,
) -> _Placed:
    """Paint a display into the linear ``picture``, in place."""
    size = picture.shape[1], picture.shape[0]
    h, w = content.pixels.shape[:2]
    front: Front = draw_front(rng, (w, h))
    x, y = front.screen_xywh[:2]
    homography = pose(rng, front.screen_xywh, size, fill)
    to_photo = homography @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
    cover = (warp(front.cover, homography, size).astype(np.float32) / 255)[..., None]
    tilt_light = 2 ** rng.normal(0, 0.5)
    picture += cover * (linear(warp(front.pixels, homography, size)) * light * tilt_light - picture)
    panel = warp(np.full((h, w), 255, np.uint8), to_photo, size).astype(np.float32) / 255
    shown = content.pixels
    if rng.random() < 0.03:
        shown = (shown * rng.uniform(0.03, 0.3)).astype(np.uint8)
    black = float(10 ** rng.uniform(-3.3, -1.7))
    emitted = (linear(warp(shown, to_photo, size)) * (1 - black) + black) * float(
        2 ** rng.normal(0, 0.5)
    )
    fall = (
        np.linspace(rng.uniform(0.6, 1), 1, size[0])[None, :, None]
        * np.linspace(rng.uniform(0.7, 1), 1, size[1])[:, None, None]
    )
    emitted = emitted * fall.astype(np.float32) * (2 ** rng.normal(0, 0.1, 3)).astype(np.float32)
    if rng.random() < 0.25:
        emitted = emitted * moire(rng, size)
    if rng.random() < 0.08:
        rows = np.arange(size[1], dtype=np.float32)
        emitted *= (1 + rng.uniform(0, 0.3) * np.sin(rows * rng.uniform(0.02, 0.15)))[:, None, None]
    glass = panel[..., None]
    reflected = np.full((size[1], size[0], 3), light * 10 ** rng.uniform(-2.6, -1.3), np.float32)
    glossy = glass if not front.gloss else np.maximum(glass, cover)
    if rng.random() < 0.45:
        mirrored = photo_crop(rng, library.photo(rng), size[0], size[1])
        if rng.random() < 0.7:
            mirrored = cv2.GaussianBlur(mirrored, (0, 0), rng.uniform(1, 15))
        reflected += linear(mirrored) * (light + 0.05) * float(10 ** rng.uniform(-2.2, -0.7))
    lit = np.zeros(panel.shape, np.float32)
    if rng.random() < 0.35:
        lit = lamps(rng, size, panel)
        reflected += lit[..., None] * (1 + rng.normal(0, 0.06, 3)).astype(np.float32)
    picture += glass * (emitted - picture)
    picture += glossy * reflected
    if rng.random() < 0.6:
        picture += cv2.GaussianBlur(emitted * glass, (0, 0), rng.uniform(3, 12)) * rng.uniform(
            0, 0.04
        )
    outline = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64) - 0.5
    corners = cv2.perspectiveTransform(outline[None], to_photo)[0].astype(np.float32)
    if rng.random() < 0.14:
        occlude(rng, picture, corners, light + 0.03)
    scan = None
    if content.scan_xy is not None:
        scan = cv2.perspectiveTransform(content.scan_xy[None].astype(np.float64), to_photo)[
            0
        ].astype(np.float32)
    return _Placed(panel, lit * panel, corners, scan)
