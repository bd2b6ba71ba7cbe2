"""Shapes on a grid of pixels, in the export's own coordinates.

Layouts speak in the export's own pixels; with ``scale`` below one the same layout is drawn
smaller, for quick pools of training pictures.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, PixelArray

Colour = tuple[int, int, int]


class Shapes:
    """Pixels to draw on."""

    def __init__(self, size_wh: tuple[int, int], colour: Colour, scale: float = 1.0) -> None:
        self.scale = scale
        self.size_wh = size_wh
        width, height = (max(8, round(side * scale)) for side in size_wh)
        self.pixels: PixelArray = np.empty((height, width, 3), np.uint8)
        self.pixels[:] = colour

    def _px(self, value: float) -> int:
        return round(value * self.scale)

    def box(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        """Fill a rectangle."""
        x0, y0, x1, y1 = (max(0, self._px(v)) for v in (x, y, x + w, y + h))
        self.pixels[y0:y1, x0:x1] = colour

    def frame(
        self, x: float, y: float, w: float, h: float, colour: Colour, thick: float = 1
    ) -> None:
        """Draw a rectangle's outline."""
        cv2.rectangle(
            self.pixels,
            (self._px(x), self._px(y)),
            (self._px(x + w) - 1, self._px(y + h) - 1),
            colour,
            max(1, self._px(thick)),
        )

    def pill(self, x: float, y: float, w: float, h: float, colour: Colour, radius: float) -> None:
        """Fill a rectangle with round corners."""
        x0, y0, x1, y1 = (self._px(v) for v in (x, y, x + w, y + h))
        r = max(1, min(self._px(radius), (x1 - x0) // 2, (y1 - y0) // 2))
        cv2.rectangle(self.pixels, (x0 + r, y0), (x1 - r - 1, y1 - 1), colour, -1)
        cv2.rectangle(self.pixels, (x0, y0 + r), (x1 - 1, y1 - r - 1), colour, -1)
        for cx in (x0 + r, x1 - r - 1):
            for cy in (y0 + r, y1 - r - 1):
                cv2.circle(self.pixels, (cx, cy), r, colour, -1, cv2.LINE_AA)

    def lines(
        self,
        points_xy: FloatArray | list[tuple[float, float]],
        colour: Colour,
        thick: float = 1,
        *,
        closed: bool = False,
        smooth: bool = True,
    ) -> None:
        """Draw a polyline."""
        fine = np.asarray(points_xy, np.float64) * self.scale
        points = np.round(fine * 16).astype(np.int32).reshape(-1, 1, 2)
        line_type = cv2.LINE_AA if smooth else cv2.LINE_8
        width = max(1, self._px(thick))
        cv2.polylines(self.pixels, [points], closed, colour, width, line_type, 4)

    def fill(self, points_xy: FloatArray | list[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon."""
        fine = np.asarray(points_xy, np.float64) * self.scale
        points = np.round(fine * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillPoly(self.pixels, [points], colour, cv2.LINE_AA, 4)

    def disc(
        self, x: float, y: float, radius: float, colour: Colour, thick: float | None = None
    ) -> None:
        """Fill a disc, or draw a ring where ``thick`` is given."""
        centre = (round(x * self.scale * 16), round(y * self.scale * 16))
        width = -1 if thick is None else max(1, self._px(thick))
        cv2.circle(
            self.pixels, centre, round(radius * self.scale * 16), colour, width, cv2.LINE_AA, 4
        )

    def gradient(
        self, x: float, y: float, w: float, h: float, first: Colour, last: Colour, *, down: bool
    ) -> None:
        """Fill a rectangle with a linear ramp from ``first`` to ``last``."""
        x0, y0, x1, y1 = (max(0, self._px(v)) for v in (x, y, x + w, y + h))
        patch = self.pixels[y0:y1, x0:x1]
        if patch.size == 0:
            return
        steps = patch.shape[0] if down else patch.shape[1]
        ramp = np.linspace(first, last, steps)
        patch[:] = np.round(ramp[:, None] if down else ramp[None])

    def paste(
        self, patch: PixelArray, x: float, y: float, mask: NDArray[np.bool_] | None = None
    ) -> None:
        """Copy pixels that are already at the canvas's scale to (x, y) of the layout."""
        x0, y0 = self._px(x), self._px(y)
        height, width = self.pixels.shape[:2]
        cut = patch[max(0, -y0) : height - y0, max(0, -x0) : width - x0]
        target = self.pixels[max(0, y0) : y0 + patch.shape[0], max(0, x0) : x0 + patch.shape[1]]
        if mask is None:
            target[:] = cut
        else:
            where = mask[max(0, -y0) : height - y0, max(0, -x0) : width - x0]
            target[where] = cut[where]
