"""One ultrasound picture, made by the generator or taken from a folder of real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.screens.bmode import (
    Look,
    beam_picture,
    draw_look,
    grid_shape,
    sample,
    tinted,
)
from sonogate.simulate.screens.geometry import Fan, View, lay_out
from sonogate.simulate.screens.pixels import load_picture
from sonogate.simulate.screens.scenes import EXAMS, Exam, draw_fan
from sonogate.simulate.screens.tissue import Tissue
from sonogate.types import FloatArray, HeatArray, PixelArray

Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An ultrasound picture and its geometry.

    Attributes:
        pixels: (h, w, 3) uint8 patch.
        mask: (h, w) bool, pixels that belong to the picture.
        outline_xy: Its outline in pixels of the patch.
        px_per_cm: Scale, pixels of the patch.
        view: Geometry of the beams; None for a real picture.
        exam: Name of the examination.
        content_id: Names the content.
        tissue: What the beams met; None for a real picture.
        look: The machine's settings; None for a real picture.
    """

    pixels: PixelArray = field(repr=False)
    mask: NDArray[np.bool_] = field(repr=False)
    outline_xy: FloatArray
    px_per_cm: float
    view: View | None
    exam: str
    content_id: str
    tissue: Tissue | None = None
    look: Look | None = None

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the patch."""
        return self.pixels.shape[1], self.pixels.shape[0]


def draw_exam(rng: Rng, names: tuple[str, ...] | None = None) -> Exam:
    """Draw an examination, of given names or of any."""
    choices = [exam for exam in EXAMS if names is None or exam.name in names]
    weights = np.array([0.3 if exam.name in {"phantom", "ocular"} else 1.0 for exam in choices])
    return choices[int(rng.choice(len(choices), p=weights / weights.sum()))]


def make_picture(
    rng: Rng,
    room_wh: tuple[int, int],
    exam: Exam,
    *,
    fan: Fan | None = None,
    look: Look | None = None,
    background: tuple[int, int, int] = (0, 0, 0),
) -> Picture:
    """Scan invented tissue and fit the picture into a room of pixels."""
    fan = draw_fan(rng, exam) if fan is None else fan
    content = int(rng.integers(1 << 62))
    own = np.random.default_rng(content)
    mirror = bool(own.random() < 0.1)
    upside_down = bool(fan.kind == "endocavity" and own.random() < 0.3)
    view = lay_out(fan, room_wh, mirror=mirror, upside_down=upside_down)
    tissue = Tissue(own, fan, grid_shape(view), fan.depth_cm * 0.008)
    exam.paint(own, tissue)
    look = draw_look(own, fan) if look is None else look
    grey = sample(beam_picture(own, tissue, look), view)
    pixels = tinted(grey, look.tint)
    pixels[~view.inside] = background
    return Picture(
        pixels,
        view.inside,
        view.outline_xy,
        view.px_per_cm,
        view,
        exam.name,
        f"generated-{content:016x}",
        tissue,
        look,
    )


def _hull(grey: PixelArray) -> FloatArray | None:
    """Return the convex outline of what is lit, or None where too little is."""
    height, width = grey.shape
    small = cv2.GaussianBlur(grey, (0, 0), max(1.0, width / 220))
    bright = (small > 9).astype(np.uint8)
    lit = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(lit)
    if count < 2:
        return None
    biggest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    ys, xs = np.nonzero(names == biggest)
    hull = cv2.convexHull(np.stack([xs, ys], 1).astype(np.int32))
    if cv2.contourArea(hull) < 0.35 * height * width:
        return None
    shape = cv2.approxPolyDP(hull, 0.004 * width, True)[:, 0, :].astype(np.float64)
    return np.asarray(shape)


def take_picture(
    rng: Rng, room_wh: tuple[int, int], path: Path, background: tuple[int, int, int] = (0, 0, 0)
) -> Picture | None:
    """Fit a real picture into a room; None where it cannot be used.

    A real picture's outline is the convex outline of what is lit in it; all else is set to
    the background, so that the outline is exact for what is shown.
    """
    pixels = load_picture(path)
    if pixels is None:
        return None
    linear = "linear" in path.stem or path.stem.startswith("tim")
    if linear:
        # Marks of the machine that a crop left behind lie at the rim.
        h, w = pixels.shape[:2]
        pixels = pixels[int(h * 0.05) : int(h * 0.97), int(w * 0.09) : int(w * 0.89)]
    h, w = pixels.shape[:2]
    hull = (
        np.array([(-0.5, -0.5), (w - 0.5, -0.5), (w - 0.5, h - 0.5), (-0.5, h - 0.5)])
        if linear
        else _hull(np.asarray(pixels.max(2), np.uint8))
    )
    if hull is None:
        return None
    ratio = min(room_wh[0] / w, room_wh[1] / h)
    size = (max(8, int(w * ratio)), max(8, int(h * ratio)))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)
    outline = (hull + 0.5) * [size[0] / w, size[1] / h] - 0.5
    if rng.random() < 0.5:
        scaled = scaled[:, ::-1].copy()
        outline[:, 0] = size[0] - 1 - outline[:, 0]
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    inside = mask > 0
    scaled[~inside] = background
    depth_cm = 5.0 if linear else 13.0
    exam = "msk" if path.stem.startswith("tim") else "lung"
    return Picture(
        scaled, inside, outline, size[1] / depth_cm, None, exam, f"real-{path.stem}", None, None
    )


def grey_levels(picture: Picture) -> HeatArray:
    """Return the picture's luma, float32."""
    return np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), np.float32)
