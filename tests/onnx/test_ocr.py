"""The text reader on drawn lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from sonogate.onnx.ocr import RapidOcrReader
from sonogate.types import PixelArray

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    if not FONT.is_file():
        pytest.skip("the fonts of Debian's fonts-dejavu-core are not installed")
    return RapidOcrReader(threads=1)


def line(text: str, size_px: int = 20, room_wh: tuple[int, int] = (260, 32)) -> PixelArray:
    picture = Image.new("RGB", room_wh, (10, 10, 10))
    ImageDraw.Draw(picture).text(
        (8, 3), text, (230, 230, 230), ImageFont.truetype(str(FONT), size_px)
    )
    return np.asarray(picture, dtype=np.uint8)


def test_lines_are_read_whatever_their_width_and_order(reader: RapidOcrReader) -> None:
    texts = ["MI 1.1", "RIGHT KIDNEY SAG", "C5-1", "Persist Low", "25/05/2011"]
    crops = [line(text, room_wh=(40 + 13 * len(text), 32)) for text in texts]
    read = reader.recognise(crops)
    assert [text for text, _ in read] == texts
    assert all(confidence > 0.4 for _, confidence in read)
    assert [text for text, _ in reader.recognise(crops[::-1])] == texts[::-1]


def test_an_empty_line_and_no_line(reader: RapidOcrReader) -> None:
    assert reader.recognise([]) == []
    ((text, confidence),) = reader.recognise([np.full((32, 200, 3), 20, dtype=np.uint8)])
    assert (text, confidence) == ("", 0.0)


def test_boxes_cover_the_text_in_pixels_of_any_size(reader: RapidOcrReader) -> None:
    picture = np.full((301, 413, 3), 10, dtype=np.uint8)
    picture[100:132, 60:320] = line("MARY SMITH 72Y")
    rows, columns = np.nonzero(picture[:, :, 0] > 100)
    boxes, scores = reader.detect(picture, 0.2, 0.3)
    assert len(boxes) >= 1
    assert (scores > 0.3).all()
    low, high = boxes.reshape(-1, 2).min(axis=0), boxes.reshape(-1, 2).max(axis=0)
    assert low[0] <= columns.min()
    assert high[0] >= columns.max()
    assert low[1] <= rows.min()
    assert high[1] >= rows.max()
    assert high[1] - low[1] < 60


def test_nothing_to_find(reader: RapidOcrReader) -> None:
    boxes, scores = reader.detect(np.zeros((64, 96, 3), dtype=np.uint8), 0.2, 0.3)
    assert boxes.shape == (0, 4, 2)
    assert scores.shape == (0,)
