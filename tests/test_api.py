"""The functions of the package: what they take, what they give, and what they show."""

from __future__ import annotations

import base64
import doctest
import importlib
import re
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.gatekit import BrokenReader, canary_jpeg, empty_room_jpeg, make_gate, photo_jpeg

import sonogate as sg
from sonogate.pipeline import Gate
from sonogate.types import PixelArray
from sonogate.views import AssessmentView

DOCUMENTED = ("sonogate", "sonogate.api")
CANARY = "CANARY-DOE-JANE-4711"


@cache
def gate() -> Gate:
    return make_gate()


@cache
def assessed() -> AssessmentView:
    return sg.assess(photo_jpeg(), gate())


def rgb(data: bytes) -> PixelArray:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(picture[..., ::-1])


def test_a_path_bytes_and_pixels_give_the_same_screen(tmp_path: Path) -> None:
    data = photo_jpeg()
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    quads = [sg.locate(source, gate()) for source in (path, str(path), data, rgb(data))]
    assert quads[0] is not None
    for quad in quads[1:]:
        assert quad is not None
        np.testing.assert_allclose(quad.corners_xy, quads[0].corners_xy, atol=0.5)
    picture = sg.decode(data, gate())
    assert sg.decode(picture) is picture


def test_the_stages_one_by_one_give_what_assess_gives() -> None:
    found = assessed()
    photo = sg.decode(photo_jpeg(), gate())
    screen = sg.rectify(photo, gate=gate())
    assert screen is not None
    assert found.screen is not None
    assert np.array_equal(screen.pixels, found.screen.pixels)
    quality = sg.measure(photo, screen, gate())
    assert quality is not None
    assert quality.to_frame().equals(found.to_frame())
    report, masked = sg.mask(screen, gate())
    assert found.masked is not None
    assert np.array_equal(masked.pixels, found.masked.pixels)
    assert found.identifiers is not None
    assert report.complete == found.identifiers.complete


def test_corners_may_be_given_and_the_grid_too() -> None:
    corners = np.array([[200.0, 120], [1410, 135], [1400, 1050], [210, 1035]])
    screen = sg.rectify(photo_jpeg(), corners, (1024, 768), gate())
    assert screen is not None
    assert screen.export_size_wh == (1024, 768)
    assert screen.export_size_sure
    assert sg.rectify(empty_room_jpeg(), gate=gate()) is None
    assert sg.measure(empty_room_jpeg(), gate=gate()) is None


@pytest.mark.parametrize(
    "pixels", [np.zeros((90, 90), np.uint8), np.zeros((90, 90, 3), np.float32)]
)
def test_pixels_of_another_kind_are_refused(pixels: PixelArray) -> None:
    with pytest.raises(ValueError, match="uint8 RGB"):
        sg.decode(pixels)


def test_a_result_prints_its_verdict_and_its_measures() -> None:
    text = repr(assessed())
    assert text.startswith(assessed().verdict.outcome)
    for part in ("sampling", "export px", "fidelity", "masking"):
        assert part in text
    frame = assessed().to_frame()
    assert list(frame.index) == [measure.name for measure in assessed().quality.measures]  # type: ignore[union-attr]
    assert frame.loc["sampling", "raw"] == pytest.approx(1.18, rel=0.05)
    regions = assessed().regions_to_frame()
    assert set(regions["action"]) == {"masked", "kept"}
    assert (regions["right"] > regions["left"]).all()


def test_a_notebook_shows_the_masked_picture_alone() -> None:
    found = assessed()
    page = found._repr_html_()
    pictures = re.findall(r"data:image/png;base64,([\w+/=]+)", page)
    assert len(pictures) == 1
    shown = rgb(base64.b64decode(pictures[0]))
    assert found.masked is not None
    height, width = shown.shape[:2]
    filled = cv2.resize(
        found.masked.mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA
    )
    assert not shown[filled == 1.0].any()
    assert (filled == 1.0).mean() > 0.2
    assert "scan area" in page
    assert "kept" in page


def test_where_masking_fails_a_notebook_shows_nothing_of_the_screen() -> None:
    page = sg.assess(photo_jpeg(), make_gate(BrokenReader()))._repr_html_()
    shown = rgb(base64.b64decode(re.findall(r"base64,([\w+/=]+)", page)[0]))
    assert not shown.any()


def test_no_canary_is_shown_or_printed() -> None:
    found = sg.assess(canary_jpeg(CANARY), gate())
    assert CANARY not in found._repr_html_() + repr(found)


def test_a_photo_without_a_screen_shows_its_verdict() -> None:
    found = sg.assess(empty_room_jpeg(), gate())
    assert "no_screen" in found._repr_html_()
    assert found.to_frame().empty
    assert found.regions_to_frame().empty
    assert "rejected" in repr(sg.assess(b"", gate()))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parent.parent)
    result = doctest.testmod(importlib.import_module(name), raise_on_error=False)
    assert result.attempted > 2
    assert result.failed == 0
