"""From bytes to an assessment and its report, with real stages and a fake text reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest
from tests.gatekit import BrokenReader, FakeReader, empty_room_jpeg, make_gate, photo_jpeg

from sonogate import report
from sonogate.types import (
    MEASURE_NAMES,
    Assessment,
    FloatArray,
    Photo,
    PixelArray,
    ScreenQuad,
)

STAGES = {"decode", "locate", "rectify", "assess", "read", "mask", "total"}


def valid(assessment: Assessment) -> dict[str, Any]:
    """Return the report after checking it against its schema and for being plain JSON."""
    document = report.to_json(assessment)
    jsonschema.validate(document, report.report_schema())
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    return document


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return make_gate().assess(photo_jpeg())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(report.report_schema())


def test_a_photo_yields_every_field_of_the_contract(assessment: Assessment) -> None:
    document = valid(assessment)
    assert document["schema"] == "sonogate.report/1"
    assert document["photo"]["size_wh"] == [1600, 1200]
    truth = np.array([[200, 120], [1410, 135], [1400, 1050], [210, 1035]])
    assert np.abs(np.array(document["screen"]["corners_xy"]) - truth).max() < 3.0
    assert tuple(document["quality"]["measures"]) == MEASURE_NAMES
    assert document["identifiers"]["complete"] is True
    assert set(document["timings_ms"]) == STAGES
    assert document["timings_ms"]["total"] >= document["timings_ms"]["assess"] > 0.0


def test_the_homography_leads_from_the_picture_to_the_corners(assessment: Assessment) -> None:
    screen = report.to_json(assessment)["screen"]
    width, height = screen["size_wh"]
    ends = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]]) - [0.5, 0.5, 0]
    mapped = ends @ np.array(screen["homography"]).T
    corners = mapped[:, :2] / mapped[:, 2:]
    assert np.abs(corners - np.array(screen["corners_xy"])).max() < 1.0


def test_the_picture_is_png_without_metadata_and_equals_the_masked_pixels(
    assessment: Assessment,
) -> None:
    assert assessment.masked is not None
    png = report.encode_png(assessment.masked)
    chunks = {png[i + 4 : i + 8] for i in range(8, len(png)) if png[i + 4 : i + 8].isalpha()}
    assert chunks.isdisjoint({b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP", b"tIME"})
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert decoded is not None
    assert np.array_equal(decoded, assessment.masked.pixels)


def test_nothing_but_a_masked_screen_can_be_encoded(assessment: Assessment) -> None:
    with pytest.raises(TypeError):
        report.encode_png(assessment.screen)  # type: ignore[arg-type]


def test_a_good_photo_is_accepted() -> None:
    document = valid(make_gate().assess(photo_jpeg(scale=2)))
    assert document["verdict"]["outcome"] in {"accepted", "accepted_with_limits"}


def test_an_unreadable_file_is_a_rejected_report() -> None:
    document = valid(make_gate().assess(b"not a photo at all"))
    assert document["screen"] is document["quality"] is document["identifiers"] is None
    assert document["photo"]["format"] is None
    assert document["verdict"]["outcome"] == "rejected"
    reason = document["verdict"]["reasons"][0]
    assert (reason["code"], reason["detail"]) == ("unreadable_file", "not_a_photo")


def test_a_room_without_a_display_is_no_screen() -> None:
    assessment = make_gate().assess(empty_room_jpeg())
    document = valid(assessment)
    assert document["verdict"]["reasons"][0]["code"] == "no_screen"
    assert assessment.masked is None


def test_a_reader_that_fails_gives_away_nothing() -> None:
    assessment = make_gate(BrokenReader()).assess(photo_jpeg())
    document = valid(assessment)
    assert document["identifiers"]["complete"] is False
    assert "masking_unsure" in [reason["code"] for reason in document["verdict"]["reasons"]]
    assert document["verdict"]["outcome"] == "retake"
    assert "CANARY" not in json.dumps(document)
    assert assessment.masked is not None
    assert assessment.masked.mask.all()
    assert len(np.unique(assessment.masked.pixels)) == 1


class LateReader(FakeReader):
    """Finds a name only once the picture has been masked."""

    def __init__(self) -> None:
        super().__init__()
        self.recognised = False

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        if not self.recognised:
            return super().detect(pixels, map_threshold, box_threshold)
        height, width = pixels.shape[:2]
        x0, y0, x1, y1 = 0.45 * width, 0.5 * height, 0.55 * width, 0.53 * height
        return np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]), np.array([0.9])

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        self.recognised = True
        return super().recognise(crops)


def test_text_left_after_masking_withholds_the_whole_picture() -> None:
    assessment = make_gate(LateReader()).assess(photo_jpeg())
    assert assessment.masked is not None
    assert assessment.masked.mask.all()
    document = valid(assessment)
    assert document["identifiers"]["complete"] is False
    assert {region["action"] for region in document["identifiers"]["regions"]} == {"masked"}
    assert document["verdict"]["outcome"] == "retake"


def test_a_screen_without_a_scan_is_rejected_unread_and_wholly_filled() -> None:
    export = np.full((768, 1024, 3), 235, np.uint8)
    cv2.putText(export, "Inbox", (60, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, (30, 30, 30), 3)
    scene = np.full((1200, 1600, 3), 40, np.uint8)
    scene[130:1130, 140:1460] = 15
    scene[160:1100, 170:1430] = cv2.resize(export, (1260, 940))
    data = cv2.imencode(".jpg", scene)[1].tobytes()

    class Unused(FakeReader):
        def detect(
            self, pixels: PixelArray, map_threshold: float, box_threshold: float
        ) -> tuple[FloatArray, FloatArray]:
            raise AssertionError("nothing on such a screen is to be read")

    assessment = make_gate(Unused()).assess(data)
    document = valid(assessment)
    assert document["screen"] is not None
    assert document["scan_area"] is None
    assert document["verdict"]["outcome"] == "rejected"
    assert document["verdict"]["reasons"][0]["code"] == "no_scan_area"
    assert assessment.masked is not None
    assert assessment.masked.mask.all()


def test_side_by_side_and_one_after_the_other_agree(assessment: Assessment) -> None:
    with ThreadPoolExecutor(1) as executor:
        beside = replace(make_gate(), executor=executor).assess(photo_jpeg())
    first, second = report.to_json(assessment), report.to_json(beside)
    for document in (first, second):
        del document["timings_ms"]
    assert first == second


def test_a_fault_in_the_locator_is_raised_not_swallowed() -> None:
    def broken(photo: Photo) -> ScreenQuad | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replace(make_gate(), locator=broken).assess(photo_jpeg())


def test_a_known_grid_is_used_and_said_to_be_sure() -> None:
    document = valid(replace(make_gate(), export_size_wh=(1024, 768)).assess(photo_jpeg()))
    assert document["screen"]["export_size_wh"] == [1024, 768]
    assert document["screen"]["export_size_sure"] is True


def test_what_is_not_finite_cannot_be_reported(assessment: Assessment) -> None:
    assert assessment.screen is not None
    broken = replace(assessment, screen=replace(assessment.screen, tilt_deg=float("nan")))
    with pytest.raises(ValueError, match="finite"):
        report.to_json(broken)
