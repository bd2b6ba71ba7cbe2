"""A canvas that remembers what text was drawn where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.screens.fonts import Face, render_text
from sonogate.simulate.screens.shapes import Colour, Shapes
from sonogate.simulate.values import ScreenText, TextKind

Anchor = Literal["left", "middle", "right"]
VISIBLE_LEVELS = 8  # a change of fewer of the 255 levels is not taken for ink
Turn = Literal["up", "down"]
TURNS_TOWARDS: dict[Turn, int] = {"up": 1, "down": 3}


@dataclass(frozen=True, slots=True)
class Pen:
    """How text is set.

    Attributes:
        face: Typeface.
        size_px: Em height, export pixels.
        colour: RGB.
        opacity: 1 for solid, less for half-transparent text.
        halo: RGB of a one-pixel outline, or None.
    """

    face: Face
    size_px: float
    colour: Colour
    opacity: float = 1.0
    halo: Colour | None = None

    def at(
        self,
        *,
        size_px: float | None = None,
        colour: Colour | None = None,
        opacity: float | None = None,
    ) -> Pen:
        """Return this pen with another size, colour or opacity."""
        return Pen(
            self.face,
            self.size_px if size_px is None else size_px,
            self.colour if colour is None else colour,
            self.opacity if opacity is None else opacity,
            self.halo,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Text that waits to be drawn."""

    glyphs: NDArray[np.uint8]
    x0: int
    y0: int
    text: str
    pen: Pen
    kind: TextKind
    turn: Turn | None


class Canvas(Shapes):
    """Pixels to draw on, and the truth about the text drawn."""

    def __init__(self, size_wh: tuple[int, int], colour: Colour, scale: float = 1.0) -> None:
        super().__init__(size_wh, colour, scale)
        self.texts: list[ScreenText] = []
        self._queue: list[_Run] = []
        self._taken = np.zeros(self.pixels.shape[:2], np.bool_)

    def measure(self, text: str, pen: Pen) -> tuple[float, float]:
        """Return the width and height that ``text`` would take."""
        glyphs, _ = render_text(pen.face, self._size(pen), text)
        return glyphs.shape[1] / self.scale, glyphs.shape[0] / self.scale

    def _size(self, pen: Pen) -> int:
        return max(3, round(pen.size_px * self.scale))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        pen: Pen,
        kind: TextKind = "clinical",
        *,
        anchor: Anchor = "left",
        turn: Turn | None = None,
        fit_w: float | None = None,
    ) -> tuple[float, float]:
        """Take one run of text, its top at ``y``, to be drawn when all shapes are.

        Args:
            x: The text's left, middle or right, as ``anchor`` says.
            y: Top of the line.
            text: What to write.
            pen: How.
            kind: What it tells.
            anchor: Which point of the line ``x`` is.
            turn: Reading upwards or downwards instead of to the right.
            fit_w: Width that the line must keep to; it is set smaller until it does, and
                left out where even the smallest is too wide.

        Returns:
            Width and height that it takes; zeros where there is nothing to draw.
        """
        size = self._size(pen)
        if not text.strip():
            return 0.0, 0.0
        glyphs, _ = render_text(pen.face, size, text)
        if fit_w is not None:
            while glyphs.shape[1] > fit_w * self.scale and size > max(3, round(6 * self.scale)):
                size -= 1
                glyphs, _ = render_text(pen.face, size, text)
            if glyphs.shape[1] > fit_w * self.scale + 1:
                return 0.0, 0.0
        if turn is not None:
            glyphs = np.rot90(glyphs, TURNS_TOWARDS[turn])
        h, w = glyphs.shape
        shift = {"left": 0.0, "middle": 0.5, "right": 1.0}[anchor]
        x0, y0 = round(x * self.scale - shift * w), self._px(y)
        self._queue.append(_Run(glyphs, x0, y0, text, pen, kind, turn))
        return w / self.scale, h / self.scale

    def write(self) -> None:
        """Draw the text taken so far, identifying runs first.

        A run that would leave the canvas is moved into it; one that would cover another is
        left out: no screen shows text over text.
        """
        height, width = self.pixels.shape[:2]
        for run in sorted(self._queue, key=lambda run: run.kind == "clinical"):
            h, w = run.glyphs.shape
            x0, y0 = min(max(run.x0, 0), width - w), min(max(run.y0, 0), height - h)
            if x0 >= 0 and y0 >= 0:
                self._blend(run.glyphs, x0, y0, run.text, run.pen, run.kind, run.turn)
        self._queue.clear()

    def bury(self, x: float, y: float, w: float, h: float) -> None:
        """Forget written text, or the part of it, that a rectangle is about to cover."""
        x0, y0, x1, y1 = (max(0, self._px(v)) for v in (x, y, x + w, y + h))
        self._taken[y0:y1, x0:x1] = False
        left: list[ScreenText] = []
        for text in self.texts:
            ink, (ix, iy) = text.ink.copy(), text.ink_xy
            ink[max(0, y0 - iy) : max(0, y1 - iy), max(0, x0 - ix) : max(0, x1 - ix)] = False
            if ink.any():
                left.append(ScreenText(text.text, text.kind, text.polygon_xy, text.ink_xy, ink))
        self.texts = left

    def _blend(
        self,
        glyphs: NDArray[np.uint8],
        x0: int,
        y0: int,
        text: str,
        pen: Pen,
        kind: TextKind,
        turn: Turn | None,
    ) -> bool:
        rows, columns = np.flatnonzero(glyphs.any(1)), np.flatnonzero(glyphs.any(0))
        if rows.size == 0:
            return False
        glyphs = glyphs[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        x0, y0 = x0 + int(columns[0]), y0 + int(rows[0])
        if pen.halo is not None:
            glyphs = np.pad(glyphs, 1)
            x0, y0 = x0 - 1, y0 - 1
            if x0 < 0 or y0 < 0:
                return False
        h, w = glyphs.shape
        taken = self._taken[y0 : y0 + h, x0 : x0 + w]
        if taken.shape != (h, w) or taken.any():
            return False
        patch = self.pixels[y0 : y0 + h, x0 : x0 + w]
        before = patch.astype(np.float32)
        after = before
        if pen.halo is not None:
            ring = cv2.dilate(glyphs, np.ones((3, 3), np.uint8)).astype(np.float32)[..., None]
            after = after + ring * (pen.opacity / 255.0) * (np.array(pen.halo, np.float32) - after)
        cover = glyphs.astype(np.float32)[..., None] * (pen.opacity / 255.0)
        after = after + cover * (np.array(pen.colour, np.float32) - after)
        patch[:] = np.round(after)
        ink = np.abs(patch.astype(np.int16) - before.astype(np.int16)).max(2) >= VISIBLE_LEVELS
        # The polygon is the box of what is visible: faint pixels at a glyph's rim are not.
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        if rows.size == 0:
            patch[:] = before
            return False
        self._taken[y0 : y0 + h, x0 : x0 + w] = True
        left, top = x0 + int(columns[0]), y0 + int(rows[0])
        ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
        right, bottom = left + ink.shape[1] - 0.5, top + ink.shape[0] - 0.5
        corners = np.array(
            [
                (left - 0.5, top - 0.5),
                (right, top - 0.5),
                (right, bottom),
                (left - 0.5, bottom),
            ]
        )
        # Clockwise from the text's own top left: a line that reads upwards starts at the
        # export's lower left, one that reads downwards at its upper right.
        start = {None: 0, "up": 3, "down": 1}[turn]
        self.texts.append(ScreenText(text, kind, np.roll(corners, -start, 0), (left, top), ink))
        return True

    def line(
        self,
        x: float,
        y: float,
        runs: list[tuple[str, TextKind]],
        pen: Pen,
        gap: float,
        *,
        anchor: Anchor = "left",
        fit_w: float | None = None,
    ) -> float:
        """Draw several runs on one line, each with its own kind; return the width taken.

        A line wider than ``fit_w`` is set smaller, down to six pixels.
        """
        widths = [self.measure(text, pen)[0] for text, _ in runs]
        total = sum(widths) + gap * (len(runs) - 1)
        if fit_w is not None and total > fit_w and pen.size_px > 6:
            smaller = max(6.0, pen.size_px * max(fit_w / total, 0.55) - 0.5)
            return self.line(x, y, runs, pen.at(size_px=smaller), gap * 0.8, anchor=anchor)
        left = x - {"left": 0.0, "middle": 0.5, "right": 1.0}[anchor] * total
        for (text, kind), width in zip(runs, widths, strict=True):
            self.text(left, y, text, pen, kind)
            left += width + gap
        return total
