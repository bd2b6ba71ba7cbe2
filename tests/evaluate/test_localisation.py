"""Figures of localisation on answers whose figures are known."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate.evaluate import gallery
from sonogate.evaluate.localisation import as_table, clipped_overlap, judge, run, summarise
from sonogate.evaluate.localisation_set import LabelledPhoto, read_dataset, strata_of
from sonogate.policy import Policy
from sonogate.types import FloatArray, Photo, ScreenQuad

TRUE = np.array([[100.0, 50.0], [300.0, 50.0], [300.0, 200.0], [100.0, 200.0]])
PHOTO = Photo(pixels=np.zeros((300, 400, 3), np.uint8), sha256="0" * 64, format="png")


class Says:
    """A locator with one answer."""

    def __init__(self, corners_xy: FloatArray | None) -> None:
        self._corners_xy = corners_xy

    def __call__(self, photo: Photo) -> ScreenQuad | None:
        return None if self._corners_xy is None else ScreenQuad(self._corners_xy, 95.0, 1.0)


def labelled(corners_xy: FloatArray | None, name: str = "a") -> LabelledPhoto:
    return LabelledPhoto(name, PHOTO, corners_xy, "desktop", ("near",))


def test_exact_answer() -> None:
    outcome = judge(labelled(TRUE), ScreenQuad(TRUE, 95.0, 1.0))

    assert outcome.overlap == pytest.approx(1.0)
    assert outcome.corner_error == 0.0
    assert outcome.upright


def test_shifted_answer() -> None:
    outcome = judge(labelled(TRUE), ScreenQuad(TRUE + np.array([3.0, 4.0]), 95.0, 1.0))

    assert outcome.corner_error == pytest.approx(5.0 / 250.0)
    assert outcome.overlap == pytest.approx(197 * 146 / (2 * 200 * 150 - 197 * 146), abs=1e-4)


def test_turned_answer_is_not_upright() -> None:
    outcome = judge(labelled(TRUE), ScreenQuad(np.roll(TRUE, 2, axis=0), 95.0, 1.0))

    assert outcome.overlap == pytest.approx(1.0)
    assert not outcome.upright


def test_only_the_part_in_the_frame_counts() -> None:
    far = TRUE + np.array([[-400.0, 0], [0, 0], [0, 0], [-400.0, 0]])
    nearer = TRUE + np.array([[-250.0, 0], [0, 0], [0, 0], [-250.0, 0]])

    assert clipped_overlap(far, nearer, (400, 300)) == pytest.approx(1.0)


def test_summary_counts_misses_and_false_finds(policy: Policy) -> None:
    outcomes = run([labelled(TRUE), labelled(None)], Says(TRUE), policy, refined=False)
    outcomes += run([labelled(TRUE), labelled(None)], Says(None), policy, refined=False)

    summary = summarise(outcomes)

    assert [row.stratum for row in summary.rows] == ["all", "near"]
    assert summary.rows[0].photos == 2
    assert summary.rows[0].mean_overlap == pytest.approx(0.5)
    assert summary.rows[0].found_percent == 50.0
    assert summary.empty_photos == 2
    assert summary.false_finds_percent == 50.0
    assert summary.calibration == ((95.0, 1.0, 1),)
    assert "| all | 2 | 0.5000" in as_table(summary)


def test_dataset_is_read(tmp_path: Path, policy: Policy) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((100, 120, 3), 80, np.uint8))
    cv2.imwrite(str(tmp_path / "two.png"), np.full((100, 120, 3), 80, np.uint8))
    corners = json.dumps(TRUE.tolist())
    text = f'["one.png"]\ncorners_xy = {corners}\nshows = "desktop"\ncut = ["top"]\n["two.png"]\n'
    (tmp_path / "truth.toml").write_text(text, "utf-8")

    one, two = read_dataset(tmp_path, policy)

    np.testing.assert_array_equal(one.corners_xy, TRUE)
    assert one.strata == ("desktop", "cut off")
    assert two.corners_xy is None


def test_strata_have_their_edges() -> None:
    facts = {"tilt_deg": 20.0, "fill": 0.1, "visible_fraction": 0.5}

    assert strata_of(facts) == ("tilt 20–35°", "fill 0–0.35", "cut off")


def test_page_draws_truth_and_answer() -> None:
    photos = [labelled(TRUE, "a"), labelled(TRUE, "b")]
    outcomes = [judge(photo, ScreenQuad(TRUE + 9.0, 95.0, 1.0)) for photo in photos]

    page = gallery.worst_page(photos, outcomes)

    for colour in (gallery.TRUE_RGB, gallery.FOUND_RGB):
        assert (page == np.array(colour)).all(2).sum() > 100
