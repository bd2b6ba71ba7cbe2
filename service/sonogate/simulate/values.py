"""What the simulator makes: exports with their text, and photos with their exact truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, PixelArray

TextKind = Literal[
    "name",
    "number",
    "birth_date",
    "age_sex",
    "date_time",
    "institution",
    "operator",
    "station",
    "phone",
    "address",
    "clinical",
]
ExportShows = Literal[
    "ultrasound",
    "patient_page",
    "worklist",
    "report",
    "desktop",
    "television",
    "bedside_monitor",
]


@dataclass(frozen=True, slots=True, eq=False)
class ScreenText:
    """One run of text drawn on an export.

    Attributes:
        text: The string, as drawn.
        kind: What it tells; all but ``"clinical"`` identify.
        polygon_xy: (4, 2) float64, export pixels, clockwise from the text's own top left.
        ink_xy: (2,) int, top-left export pixel of ``ink``.
        ink: (h, w) bool, pixels that the glyphs change visibly.
    """

    text: str = field(repr=False)
    kind: TextKind
    polygon_xy: FloatArray
    ink_xy: tuple[int, int]
    ink: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A screen as the machine would have exported it.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, sRGB.
        shows: What is displayed.
        family: Layout family, such as ``"cart_wide_dark"``.
        content_id: Names the ultrasound picture shown, for splits that keep content apart.
        texts: Every run of text on it.
        scan_area_xy: (N, 2) float64 polygon of the ultrasound picture, export pixels; None
            where there is none.
        px_per_cm: Export pixels per centimetre of depth, None without a depth ruler.
        seed: The seed that made it.
    """

    pixels: PixelArray = field(repr=False)
    shows: ExportShows
    family: str
    content_id: str
    texts: tuple[ScreenText, ...]
    scan_area_xy: FloatArray | None
    px_per_cm: float | None
    seed: int

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in export pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]
