"""Screens drawn with their text's ink as truth, and readers that stand in for OCR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sonogate.onnx.ocr import RapidOcrReader
from sonogate.policy import IdentifiersPolicy, Policy
from sonogate.types import FloatArray, PixelArray, RectifiedScreen, ScreenQuad

FONTS = Path("/usr/share/fonts/truetype")


def box(x0: float, y0: float, x1: float, y1: float) -> FloatArray:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)


def as_screen(
    pixels: PixelArray,
    scan_area_xy: FloatArray | None = None,
    export_size_wh: tuple[int, int] | None = None,
) -> RectifiedScreen:
    height, width = pixels.shape[:2]
    quad = ScreenQuad(box(-0.5, -0.5, width - 0.5, height - 0.5), 100.0, 1.0)
    size_wh = (width, height)
    return RectifiedScreen(
        pixels, quad, np.eye(3), size_wh, 0.0, export_size_wh or size_wh, True, scan_area_xy
    )


@dataclass
class FakeReader:
    """Finds the given boxes first and others in the check, and reads from a table in turn."""

    found: list[FloatArray] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    second_texts: list[str] | None = None
    found_later: list[FloatArray] = field(default_factory=list)
    later_texts: list[str] = field(default_factory=list)
    searches: int = 0
    readings: int = 0
    found_confidence: float = 0.8

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        self.searches += 1
        return self._boxes(self.found if self.searches == 1 else [])

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        self.searches += 1
        return self._boxes(self.found_later)

    def _boxes(self, found: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
        polygons = np.asarray(found, dtype=np.float64).reshape(-1, 4, 2)
        return polygons, np.full(len(polygons), self.found_confidence)

    def skim(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return self._read(crops)

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return self._read(crops)

    def _read(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        self.readings += 1
        texts = self.texts
        second = self.second_texts if self.second_texts is not None else self.texts
        if self.readings == 2 and len(crops) <= len(second):
            texts = second[: len(crops)]
        elif self.readings > 1:
            later = self.later_texts[0] if self.later_texts else ""
            texts = [later] * len(crops)
        assert len(texts) == len(crops)
        return [(text, 0.95 if text else 0.0) for text in texts]


@dataclass
class DrawnScreen:
    """A picture with the ink of each text drawn on it."""

    pixels: PixelArray
    inks: list[tuple[str, NDArray[np.bool_]]] = field(default_factory=list)

    def write(
        self,
        text: str,
        xy: tuple[float, float],
        size_px: int = 14,
        colour: tuple[int, int, int] = (220, 220, 220),
        font: str = "dejavu/DejaVuSans.ttf",
        turned: bool = False,
    ) -> None:
        height, width = self.pixels.shape[:2]
        layer = Image.new("L", (width, height))
        writing = ImageFont.truetype(str(FONTS / font), size_px)
        ImageDraw.Draw(layer).text(xy, text, fill=255, font=writing)
        if turned:
            x0, y0, x1, y1 = layer.getbbox() or (0, 0, 1, 1)
            glyphs = layer.crop((x0, y0, x1, y1)).rotate(90, expand=True)
            layer = Image.new("L", (width, height))
            layer.paste(glyphs, (x0, y0))
        share = np.asarray(layer, dtype=np.float64)[:, :, None] / 255.0
        self.pixels = np.round(
            self.pixels * (1.0 - share) + np.array(colour, dtype=np.float64) * share
        ).astype(np.uint8)
        self.inks.append((text, share[:, :, 0] > 0.4))


@pytest.fixture
def limits(policy: Policy) -> IdentifiersPolicy:
    """The package's limits, the search at a pixel a pixel, as fake readers answer it."""
    return replace(policy.identifiers, canvas_px_per_export_px=1.0)


@pytest.fixture(scope="session")
def reader() -> RapidOcrReader:
    return RapidOcrReader(threads=1)


@pytest.fixture
def fonts() -> Path:
    if not (FONTS / "dejavu" / "DejaVuSans.ttf").is_file():
        pytest.skip("the fonts of Debian's fonts-dejavu-core are not installed")
    return FONTS
