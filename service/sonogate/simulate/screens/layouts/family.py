"""What a layout family is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sonogate.simulate.screens.fonts import Style
from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.values import ExportShows


@dataclass(frozen=True, slots=True)
class Family:
    """A manner of laying out a screen.

    Attributes:
        name: Its name.
        draw: Draws it.
        sizes_wh: Pixel grids that it comes in.
        styles: Typefaces that it comes in.
        text_px: Range of the size of ordinary text, as a share of the screen's height in
            thousandths.
        light: Share of screens with dark text on light ground.
        exams: Examinations that it shows, None for any.
        shows: What is displayed.
    """

    name: str
    draw: Callable[[Stage], None]
    sizes_wh: tuple[tuple[int, int], ...]
    styles: tuple[Style, ...] = ("sans", "sans", "condensed", "bold")
    text_px: tuple[float, float] = (11.0, 20.0)
    light: float = 0.0
    exams: tuple[str, ...] | None = None
    shows: ExportShows = "ultrasound"
