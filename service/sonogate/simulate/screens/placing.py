"""Pictures on the export: where they lie and how their pixels map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonogate.simulate.screens.picture import Picture
from sonogate.simulate.screens.stage import Stage
from sonogate.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A picture on the export.

    Attributes:
        picture: The picture.
        x: Left of its patch, export pixels.
        y: Top of its patch.
        scale: Patch pixels in one export pixel.
    """

    picture: Picture
    x: float
    y: float
    scale: float

    @property
    def w(self) -> float:
        """Width in export pixels."""
        return self.picture.size_wh[0] / self.scale

    @property
    def h(self) -> float:
        """Height in export pixels."""
        return self.picture.size_wh[1] / self.scale

    @property
    def px_per_cm(self) -> float:
        """Export pixels in a centimetre."""
        return self.picture.px_per_cm / self.scale

    @property
    def depth_cm(self) -> float:
        """Depth of the picture."""
        return (
            self.h / self.px_per_cm if self.picture.view is None else self.picture.view.fan.depth_cm
        )

    @property
    def face_y(self) -> float:
        """Export row of the probe's face in the middle of the picture."""
        if self.picture.view is None:
            return self.y
        return self.y + float(self.picture.view.place(np.zeros((1, 2)))[0, 1]) / self.scale

    @property
    def downwards(self) -> int:
        """1 when depth grows downwards, −1 when the probe is at the bottom."""
        view = self.picture.view
        return -1 if view is not None and view.upside_down else 1

    def at(self, points_xy: FloatArray) -> FloatArray:
        """Turn pixels of the patch into export pixels."""
        return np.asarray(points_xy / self.scale + [self.x, self.y])

    def inner(self, u: float, v: float) -> tuple[float, float]:
        """Return the export pixel at shares ``u`` and ``v`` of the patch's box."""
        return self.x + u * self.w, self.y + v * self.h

    def is_inside(self, x: float, y: float) -> bool:
        """Whether an export pixel shows the picture."""
        column, row = int((x - self.x) * self.scale), int((y - self.y) * self.scale)
        width, height = self.picture.size_wh
        return 0 <= column < width and 0 <= row < height and bool(self.picture.mask[row, column])


def put(
    stage: Stage,
    x: float,
    y: float,
    w: float,
    h: float,
    *,
    picture: Picture | None = None,
    counts: bool = True,
) -> Placed:
    """Make a picture (unless given), centre it in a room at the top, and place it."""
    if stage.well is not None:
        # Light screens set the picture into a dark panel, marks and all.
        stage.canvas.box(x, y, w, h, stage.well)
        rim = min(2.6 * stage.theme.size_px, 0.12 * w, 0.12 * h)
        x, y, w, h = x + rim, y + 0.3 * rim, w - 2 * rim, h - 0.6 * rim
    made = stage.picture(w, h) if picture is None else picture
    scale = stage.canvas.scale
    left = x + (w - made.size_wh[0] / scale) / 2
    top = y + max(0.0, stage.between(0, 0.3) * (h - made.size_wh[1] / scale))
    left, top = round(left * scale) / scale, round(top * scale) / scale
    stage.place(made, left, top, counts=counts)
    return Placed(made, left, top, scale)
