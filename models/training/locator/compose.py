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
from models.training.locator.devices import draw_front
from models.training.locator.flat_objects import draw_flat_object
from models.training.locator.light import Floats, lamps, linear, moire, occlude, room
from models.training.locator.material import Library
from models.training.locator.placing import pose, warp
from models.training.locator.scenes import Scene, any_fill, hard_scene, random_content
from models.training.locator.screens import (
    photo_crop,
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
            _add_flat(rng, library, picture, room_light, any_fill(rng))
        picture, _ = expose(rng, picture, np.zeros(0), has_panel=False)
        return Sample(
            photograph(rng, picture),
            None,
            ultrasound=False,
            scan_xy=None,
            glare=None,
            source="composed",
        )
    scene = (
        hard_scene(rng, library)
        if hard
        else Scene(random_content(rng, library), draw_front, any_fill(rng))
    )
    content = scene.content
    if rng.random() < 0.1:
        other = random_content(rng, library)
        if content.ultrasound or not other.ultrasound:
            small = Scene(other, draw_front, float(rng.uniform(0.12, 0.5)))
            _add_display(rng, library, picture, small, room_light)
    placed = _add_display(rng, library, picture, scene, room_light)
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
    scene: Scene,
    light: float,
) -> _Placed:
    """Paint a display into the linear ``picture``, in place."""
    size = picture.shape[1], picture.shape[0]
    content = scene.content
    h, w = content.pixels.shape[:2]
    front = scene.front(rng, (w, h))
    x, y = front.screen_xywh[:2]
    homography = pose(rng, front.screen_xywh, size, scene.fill, steep=scene.steep)
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
