"""A photo beside its export: registration, figures, and pictures that hide what both hide."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.gatekit import EXPORT, BrokenReader, empty_room_jpeg, make_gate, photo_jpeg

from sonogate.evaluate.alignment import align
from sonogate.evaluate.paired import Comparison, compare, to_json
from sonogate.evaluate.paired_files import write_comparison
from sonogate.photo import decode
from sonogate.screen import rectify
from sonogate.types import PixelArray, ScreenQuad

# Where the export says "OKONKWO-LINDQVIST, MARGARETHE" and the number below it.
NAME_XYXY = (285, 2, 540, 46)


def export_pixels() -> PixelArray:
    picture = cv2.imread(str(EXPORT))
    assert picture is not None
    return np.ascontiguousarray(picture[..., ::-1])


@cache
def compared() -> Comparison:
    return compare(photo_jpeg(), export_pixels(), make_gate())


def test_a_photo_registers_and_its_figures_are_as_expected_of_a_good_one() -> None:
    found = compared()
    assert found.failure is None
    assert found.trusted
    assert found.captured is not None
    assert found.tone_fitted is not None
    assert found.in_frame == 1.0
    # The photo has a veil of 6 codes and little else: a tone curve takes it away.
    assert found.captured.haarpsi > 0.75
    assert found.tone_fitted.haarpsi > found.captured.haarpsi
    assert found.tone_fitted.psnr_db > found.captured.psnr_db + 3.0


def test_the_export_corrects_where_the_screen_was_taken_to_be() -> None:
    true_xy = np.array([[200.0, 120], [1410, 135], [1400, 1050], [210, 1035]])
    policy = make_gate().policy
    photo = decode(photo_jpeg(), policy.photo)
    off = true_xy + np.array([[25.0, 14], [-30, 9], [12, -25], [-20, 16]])
    turned = np.roll(off, 2, axis=0)
    for quad_xy in (off, turned):
        screen = rectify(photo, ScreenQuad(quad_xy, 90.0, 1.0), policy.screen, (1024, 768))
        found = align(export_pixels(), screen, photo, policy, None)
        assert found is not None
        corners = np.array([[-0.5, -0.5], [1023.5, -0.5], [1023.5, 767.5], [-0.5, 767.5]])
        assert np.abs(found.to_photo(corners) - true_xy).max() < 0.6
        inner = np.array([[300.0, 300], [700, 300], [512, 600]])
        matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), true_xy.astype(np.float32))
        true = cv2.perspectiveTransform(inner[None], matrix)[0]
        assert np.abs(found.to_photo(inner) - true).max() < 0.15


def test_another_export_is_not_registered() -> None:
    rng = np.random.default_rng(1)
    other = cv2.GaussianBlur(rng.integers(0, 255, (768, 1024, 3)).astype(np.uint8), (0, 0), 2)
    area = np.array([[200.0, 200], [800, 200], [800, 600], [200, 600]])
    found = compare(photo_jpeg(), other, make_gate(), area)
    assert found.failure == "not_registered"
    assert found.captured is None


def test_what_cannot_be_compared_is_a_value_with_its_reason() -> None:
    gate = make_gate()
    assert compare(b"", export_pixels(), gate).failure == "unreadable_file"
    assert compare(empty_room_jpeg(), export_pixels(), gate).failure == "no_screen"
    plain = np.full((768, 1024, 3), 200, np.uint8)
    assert compare(photo_jpeg(), plain, gate).failure == "no_scan_area"


def test_no_picture_shows_what_was_not_read_in_both() -> None:
    found = compared()
    difference = found.difference
    assert difference is not None
    x0, y0, x1, y1 = NAME_XYXY
    for masked in (
        difference.export,
        difference.photo,
        difference.captured,
        difference.tone_fitted,
    ):
        assert masked.mask[y0:y1, x0:x1].all()
        assert not masked.pixels[masked.mask].any()
    inside = ~difference.captured.mask
    assert inside[300:500, 400:700].mean() > 0.95


def test_where_masking_fails_no_pixel_is_shown() -> None:
    found = compare(photo_jpeg(), export_pixels(), make_gate(BrokenReader()))
    assert found.difference is not None
    assert found.difference.photo.mask.all()
    assert not found.difference.captured.pixels.any()
    assert found.captured is not None


def test_files_hold_the_figures_and_only_masked_pictures(tmp_path: Path) -> None:
    found = compared()
    written = write_comparison(found, tmp_path, "pair")
    assert sorted(path.name for path in written) == [
        "pair.comparison.json", "pair.comparison.png", "pair.difference.png",
    ]  # fmt: skip
    document = json.loads((tmp_path / "pair.comparison.json").read_text())
    assert document == to_json(found)
    assert document["captured"]["haarpsi"] == pytest.approx(found.captured.haarpsi, abs=1e-5)  # type: ignore[union-attr]
    picture = cv2.imread(str(tmp_path / "pair.difference.png"))
    assert picture is not None
    assert found.difference is not None
    assert not picture[found.difference.captured.mask].any()


def test_pictures_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    write_comparison(compared(), tmp_path, "pair")
    failed = compare(empty_room_jpeg(), export_pixels(), make_gate())
    assert [path.name for path in write_comparison(failed, tmp_path, "pair")] == [
        "pair.comparison.json"
    ]
    assert len(list(tmp_path.iterdir())) == 1
