"""An evaluation from simulated photos to a page, on two of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sonogate.evaluate import quality_command, quality_report
from sonogate.evaluate import quality_summary as summary
from sonogate.evaluate.quality_maps import lost_share, map_figures
from sonogate.evaluate.quality_set import open_cases, read_truth, true_cast
from sonogate.policy import Policy
from sonogate.simulate.dataset import DatasetRecipe, write_dataset
from sonogate.types import MEASURE_NAMES, Measure, QualityReport


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    recipe = DatasetRecipe("quality", 2, 5, "full", 0.6, None)
    write_dataset(folder, recipe, 1, lambda done: None)
    return folder


def row(index: int, fidelity: float, true: float, **more: Any) -> dict[str, Any]:
    names = {key: f"{key}{index % 3}" for key in ("content_id", "panel_key", "phone_key", "family")}
    raws = {f"raw_{name}": 1.0 + index for name in MEASURE_NAMES}
    return {
        **names,
        **raws,
        "index": index,
        "photo": "absent.jpg",
        "split": "test",
        "found": True,
        "outcome": "accepted",
        "first_reason": None,
        "fidelity": fidelity,
        "fidelity_low": fidelity - 5,
        "fidelity_high": fidelity + 5,
        "true_fidelity": true,
        "truth_visible_fraction": 1.0,
        "truth_mtf50_cpx": 0.4,
        "true_sharpness": 1.1 * (1.0 + index),
        "true_noise": 3.0 - index,
        **more,
    }


def test_the_command_writes_rows_figures_plots_and_a_page(
    dataset: Path, policy: Policy, tmp_path: Path
) -> None:
    lines: list[str] = []
    told = quality_command.evaluate(dataset, tmp_path, policy, None, False, lines.append)
    rows = pq.read_table(tmp_path / "photos.parquet").to_pylist()
    assert len(rows) == len(read_truth(dataset))
    assert f"{len(rows)} photos" in told
    for one in rows:
        assert 0 <= one["fidelity_low"] <= one["fidelity"] <= one["fidelity_high"] <= 100
        assert one["outcome"] in {"accepted", "accepted_with_limits", "retake"}
        # the truth of these comes from the geometry alone, and so does the measure
        assert one["raw_sampling"] == pytest.approx(one["true_sampling"], rel=0.08)
        assert one["raw_completeness"] == pytest.approx(one["true_completeness"], abs=0.5)
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert {one["name"] for one in figures["recovery"]} == set(MEASURE_NAMES)
    for name in ("fidelity", "recovery", "decision"):
        assert (tmp_path / f"{name}.png").stat().st_size > 1000
        assert "<svg" in (tmp_path / f"{name}.svg").read_text("utf-8")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("data:image/png;base64") == 3
    assert "Recovery of each measure" in page


def test_a_screen_of_the_truth_shows_its_export(dataset: Path, policy: Policy) -> None:
    for case in open_cases(dataset, read_truth(dataset), policy):
        assert case.screen is not None
        assert case.screen.export_size_wh == case.export.shape[1::-1]
        assert case.screen.scan_area_xy is not None
        cast = true_cast(case)
        assert cast is None or 0 <= cast < 40


def test_figures_are_those_of_the_rows(policy: Policy) -> None:
    rows = [row(k, 50.0 + k, 50.0 + k + (10 if k == 2 else 0)) for k in range(6)]
    rows[0] |= {"true_fidelity": 10.0}
    rows[1] |= {"truth_dominant_fault": "glare", "first_reason": "glare"}
    rows[3] |= {"truth_dominant_fault": "veil", "first_reason": "glare", "outcome": "retake"}
    bad = np.array([1.0, 0, 0, 0, 0, 0])
    found = quality_report.collect(rows, bad)
    assert found["accepted"] == 5
    assert found["bad_accepted"] == 1
    assert found["good_accepted"] == pytest.approx(4 / 5)
    assert found["coverage"] == pytest.approx(4 / 6)
    assert found["cause_first"] == pytest.approx(0.5)
    assert found["causes"] == {"glare → glare": 1, "veil → glare": 1}
    by_name = {one["name"]: one for one in found["recovery"]}
    assert by_name["sharpness"]["bias"] == pytest.approx(-1 / 11)
    assert by_name["noise"]["srcc"]["value"] == pytest.approx(-1.0)
    assert np.isnan(by_name["noise"]["bias"])
    assert by_name["glare"]["count"] == 0


def test_a_smeared_photo_says_nothing_of_sharpness() -> None:
    rows = [row(k, 50.0, 50.0, truth_motion_export_px=float(k)) for k in range(4)]
    seen, _, _ = summary.pairs("sharpness", rows)
    assert len(seen) == 1
    assert len(summary.pairs("noise", rows)[0]) == 4


def test_following_the_first_prompt_is_judged_by_what_it_would_have_gained() -> None:
    rows = [
        row(0, 50, 50, first_reason="glare", truth_gain_glare=8.0, truth_gain_noise=1.0),
        row(1, 50, 50, first_reason="noise", truth_gain_glare=8.0, truth_gain_noise=-2.0),
        row(2, 50, 50, first_reason="too_far", truth_gain_glare=8.0),
        row(3, 50, 50),
    ]
    assert summary.followed(rows, 0.5) == (2, 0.5, 3.0)
    assert summary.followed(rows[2:], 0.5) == (0, None, None)


def test_maps_are_summed_over_photos() -> None:
    rows = [
        row(0, 50, 50, map_auc_glare=0.9, map_both_glare=3.0, map_either_glare=4.0),
        row(1, 50, 50, map_auc_glare=None, map_both_glare=0.0, map_either_glare=2.0),
        row(2, 50, 50, map_srcc_moire=0.4),
    ]
    found = summary.maps(rows)
    assert (found.glare_photos, found.glare_auc, found.glare_iou) == (1, 0.9, 0.5)
    assert (found.moire_photos, found.moire_srcc) == (1, 0.4)


def test_a_map_that_is_the_truth_fits_it(dataset: Path, policy: Policy) -> None:
    case = next(iter(open_cases(dataset, read_truth(dataset), policy)))
    size = (32, 24)
    lit = np.zeros((24, 32), np.float32)
    lit[:, :16] = 30.0
    lost = lost_share(case.export, lit, size)
    assert (lost[:, :15] == 1.0).all()
    assert (lost[:, 17:] == 0.0).all()
    maps = {**case.maps, "reflection": lit, "moire": lit, "occluded": np.zeros((24, 32))}
    measures = [Measure(name, None, "", None, "not measured") for name in MEASURE_NAMES]
    for place, name in enumerate(MEASURE_NAMES):
        if name in ("glare", "moire"):
            heat = (lost > 0.5).astype(np.float32)
            measures[place] = Measure(name, 1.0, "", 50.0, heat=heat)
    found = map_figures(replace(case, maps=maps), QualityReport(tuple(measures), None))
    assert found["map_auc_glare"] == 1.0
    assert found["map_both_glare"] == found["map_either_glare"]
    assert found["map_srcc_moire"] == pytest.approx(1.0, abs=0.05)
