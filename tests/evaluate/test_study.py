"""Studies as files: read strictly, run once, resumed, analysed and reported."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.gatekit import EXPORT, empty_room_jpeg, make_gate

from sonogate.evaluate.study import StudyOptions, read_study, run_study
from sonogate.evaluate.study.analysis import analyse
from sonogate.evaluate.study.description import StudyError
from sonogate.evaluate.study.importers import import_chexphoto, import_opinion
from sonogate.evaluate.study.mixed import MixedModel, fit_mixed
from sonogate.evaluate.study.plots import draw_plots
from sonogate.evaluate.study.report import write_report
from sonogate.evaluate.study.run import ROW_SCHEMA
from sonogate.evaluate.study.statistics import agree, mean_of
from sonogate.reference import FullReference
from sonogate.types import MEASURE_NAMES

HEAD = 'schema = "sonogate.study/1"\ntitle = "A study"\n'
PAIRS = 96


def make_study(folder: Path, toml: str, pairs: str = "", ratings: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "study.toml").write_text(HEAD + toml)
    for name, text in (("pairs.csv", pairs), ("ratings.csv", ratings)):
        if text:
            (folder / name).write_text(text)
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(empty_room_jpeg())
    (folder / "e.png").write_bytes(EXPORT.read_bytes())
    return folder


LISTED = "photo,export,phone,scan_area\na.jpg,e.png,x,0 0 9 0 9 9\nb.jpg,e.png,y,\n"


def test_a_study_is_read_with_its_facts_and_ratings(tmp_path: Path) -> None:
    toml = 'pairs = "pairs.csv"\nratings = "ratings.csv"\ncluster = "phone"\nfactors = ["phone"]\n'
    ratings = "pair,rater,score,accept\n00001,r1,3.5,yes\n00001,r2,,no\n00002,r1,4,\n"
    study = read_study(make_study(tmp_path, toml, LISTED, ratings))
    assert [pair.name for pair in study.pairs] == ["00001", "00002"]
    assert dict(study.pairs[0].facts) == {"phone": "x"}
    assert study.pairs[0].scan_area_xy is not None
    assert study.pairs[0].scan_area_xy.tolist() == [[0, 0], [9, 0], [9, 9]]
    assert study.pairs[1].scan_area_xy is None
    assert [(one.score, one.accept) for one in study.ratings] == [
        (3.5, True), (None, False), (4.0, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("toml", "pairs", "ratings", "message"),
    [
        ("colour = 3\n", LISTED, "", "unknown colour"),
        ('pairs = "absent.csv"\n', "", "", "cannot be read"),
        ('pairs = "pairs.csv"\n', "export\ne.png\n", "", "lacks the column photo"),
        ('pairs = "pairs.csv"\n', "photo,export\nz.jpg,e.png\n", "", "a file is missing"),
        ('pairs = "pairs.csv"\n', "photo,export,scan_area\na.jpg,e.png,1 2\n", "", "scan_area"),
        ('pairs = "pairs.csv"\n', "photo,pair\na.jpg,1\nb.jpg,1\n", "", "one name"),
        ('pairs = "pairs.csv"\nfactors = ["panel"]\n', LISTED, "", "no column panel"),
        ('pairs = "pairs.csv"\n[labels]\nphone = "phone"\n', LISTED, "", "labels of no factor"),
        ('pairs = "pairs.csv"\nlabels = "phone"\n', LISTED, "", "a table of words"),
        (
            'pairs = "pairs.csv"\nratings = "ratings.csv"\n', LISTED,
            "pair,rater,score\n9,r,1\n", "no pair",
        ),
        (
            'pairs = "pairs.csv"\nratings = "ratings.csv"\n', LISTED,
            "pair,rater,score\n00001,r,1\n00001,r,2\n", "twice",
        ),
        (
            'pairs = "pairs.csv"\nratings = "ratings.csv"\n', LISTED,
            "pair,rater,accept\n00001,r,maybe\n", "accept",
        ),
        ("", "", "", "folders of photos and exports"),
    ],
)  # fmt: skip
def test_a_study_that_is_not_as_described_is_refused(
    tmp_path: Path, toml: str, pairs: str, ratings: str, message: str
) -> None:
    with pytest.raises(StudyError, match=message):
        read_study(make_study(tmp_path, toml, pairs, ratings))


def test_two_folders_are_matched_by_stem_and_lonely_files_are_an_error(tmp_path: Path) -> None:
    folder = make_study(tmp_path, "")
    for name in ("photos", "exports"):
        (folder / name).mkdir()
    (folder / "photos" / "one.jpg").write_bytes(b"x")
    (folder / "exports" / "one.dcm").write_bytes(b"x")
    assert [pair.photo.name for pair in read_study(folder).pairs] == ["one.jpg"]
    (folder / "photos" / "two.jpg").write_bytes(b"x")
    with pytest.raises(StudyError, match="1 files have no counterpart"):
        read_study(folder)


def test_a_run_is_resumed_and_each_row_names_its_versions(tmp_path: Path) -> None:
    study = read_study(make_study(tmp_path, 'pairs = "pairs.csv"\n', LISTED))
    gate, out = make_gate(), tmp_path / "out"
    seen: list[int] = []
    first = run_study(study, gate, out, StudyOptions(verdicts=False), seen.append)
    assert seen == [1, 2]
    assert first["failure"].tolist() == ["no_screen"] * 2
    assert set(first["schema"]) == {ROW_SCHEMA}
    assert set(first["policy_version"]) == {gate.policy.version}
    assert not first.astype(str).apply(lambda column: column.str.contains("a.jpg")).any().any()
    kept = {path.name: path.stat().st_mtime_ns for path in (out / "rows").iterdir()}
    again = run_study(study, gate, out, StudyOptions(verdicts=False), seen.append)
    assert {path.name: path.stat().st_mtime_ns for path in (out / "rows").iterdir()} == kept
    pd.testing.assert_frame_equal(first, again)
    (tmp_path / "b.jpg").write_bytes(b"another file")
    third = run_study(study, gate, out, StudyOptions(verdicts=False), seen.append)
    assert third["failure"].tolist() == ["no_screen", "unreadable_file"]
    pd.testing.assert_frame_equal(third, pd.read_parquet(out / "pairs.parquet"))


def made_table() -> pd.DataFrame:
    """Rows whose figures follow their factors in a known way, three to a cluster."""
    rng = np.random.default_rng(11)
    sampling = rng.uniform(1.0, 3.0, PAIRS)
    phone = np.arange(PAIRS) // 3
    offset = rng.normal(0, 0.05, phone.max() + 1)[phone]
    haarpsi = 0.4 + 0.15 * sampling + offset + rng.normal(0, 0.02, PAIRS)
    columns = {
        "schema": [ROW_SCHEMA] * PAIRS,
        "sonogate_version": "0",
        "policy_version": "p",
        "pair": [f"{number:05d}" for number in range(1, PAIRS + 1)],
        "failure": [None] * (PAIRS - 1) + ["no_screen"],
        "trusted": [True] * (PAIRS - 2) + [False, False],
        "outcome": "accepted",
        "fact_phone": phone.astype(str),
        "fact_sampling": sampling.astype(str),
        "fidelity_value": 100 * haarpsi + rng.normal(0, 2, PAIRS),
    }
    columns["fidelity_low"] = columns["fidelity_value"] - 3.3
    columns["fidelity_high"] = columns["fidelity_value"] + 3.3
    for name in FullReference.__dataclass_fields__:
        columns[f"captured_{name}"] = haarpsi
        columns[f"tone_fitted_{name}"] = haarpsi + 0.05
    for name in MEASURE_NAMES:
        columns[f"{name}_score"] = rng.uniform(0, 100, PAIRS)
    columns["sampling_score"] = 30 * sampling
    columns["colour_score"] = 100.0
    return pd.DataFrame(columns)


def rated_study(folder: Path, table: pd.DataFrame) -> Path:
    rng = np.random.default_rng(2)
    lines, rows = ["pair,rater,score,accept"], ["photo,export,pair,phone,sampling"]
    for row in table.itertuples():
        rows.append(f"a.jpg,e.png,{row.pair},{row.fact_phone},{row.fact_sampling}")
        for rater in ("r1", "r2", "r3"):
            score = np.clip(1 + 5 * (row.captured_haarpsi - 0.4) + rng.normal(0, 0.4), 1, 5)
            lines.append(f"{row.pair},{rater},{score:.2f},{'yes' if score > 2.5 else 'no'}")
    toml = (
        'pairs = "pairs.csv"\nratings = "ratings.csv"\ncluster = "phone"\nfactors = ["sampling"]\n'
        '[labels]\nsampling = "sampling, camera px per export px"\n'
    )
    return make_study(folder, toml, "\n".join(rows), "\n".join(lines))


def test_an_analysis_finds_what_was_put_in_and_its_report_says_so(tmp_path: Path) -> None:
    table = made_table()
    study = read_study(rated_study(tmp_path, table))
    found = analyse(study, table)
    assert len(found.used) == PAIRS - 2
    assert found.failures == {"no_screen": 1, "registration_too_coarse": 1}
    assert found.fidelity is not None
    assert found.fidelity.srcc.value > 0.95
    assert found.fidelity.srcc.low < found.fidelity.srcc.value < found.fidelity.srcc.high
    assert found.fidelity.srcc.clusters == 32
    assert found.fidelity.rmse is not None
    assert found.fidelity.rmse.value == pytest.approx(2.0, abs=0.5)
    assert found.coverage is not None
    assert 0.8 < found.coverage.value < 0.98
    assert found.measures["colour"] is None
    best = found.measures["sampling"]
    assert best is not None
    assert best.srcc.value > 0.8
    assert isinstance(found.model, MixedModel)
    slope = found.model.effects[1]
    per_sd = 0.15 * np.std(found.used["fact_sampling"].astype(float), ddof=1)
    assert slope.low < per_sd < slope.high
    assert found.model.between_sd == pytest.approx(0.05, abs=0.02)
    assert found.model.within_sd == pytest.approx(0.02, abs=0.005)
    assert found.raters is not None
    assert found.raters.mean is not None
    assert found.raters.single is not None
    assert found.raters.mean.value > found.raters.single.value > 0.4
    plots = draw_plots(found, tmp_path / "plots")
    assert set(plots) == {
        "captured_and_fitted", "fidelity", "measures", "factor_sampling", "opinion",
    }  # fmt: skip
    path = tmp_path / "report.html"
    write_report(study, found, plots, path)
    page = path.read_text("utf-8")
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "<script" not in page
    per = f"sampling, camera px per export px: per standard deviation, {per_sd / 0.15:.3g}"
    for part in ("A study", "94 have figures", "no screen", "ICC(2,k)", per):
        assert part in page
    for plot in plots.values():
        assert "<svg" in plot.read_text("utf-8")
        assert plot.with_suffix(".png").stat().st_size > 3000
    write_report(replace(study, title="<script>x</script>"), found, {}, path)
    assert "<script" not in path.read_text("utf-8")


def test_intervals_are_wider_over_clusters_than_over_rows() -> None:
    rng = np.random.default_rng(3)
    own = np.repeat(np.arange(20), 10)
    values = rng.normal(0, 1, 20)[own] + rng.normal(0, 0.1, 200)
    clustered = mean_of(values, own.astype(str))
    single = mean_of(values, np.arange(200).astype(str))
    assert clustered.high - clustered.low > 2 * (single.high - single.low)
    few = mean_of(values[:20], own[:20].astype(str))
    assert np.isnan(few.low)


def test_a_falling_figure_is_fitted_too_and_a_constant_one_is_not() -> None:
    x = np.linspace(0, 1, 60)
    y = 80 - 50 / (1 + np.exp(-(x - 0.5) / 0.1))
    names = np.arange(60).astype(str)
    found = agree(x, y, names)
    assert found is not None
    assert found.srcc.value == pytest.approx(-1.0)
    assert found.plcc is not None
    assert found.plcc.value > 0.999
    assert agree(np.ones(60), y, names) is None


def test_no_step_is_fitted_through_noise() -> None:
    x = np.linspace(0.0, 1.0, 60)
    noise = np.random.default_rng(4).normal(0.0, 1.0, 60)
    found = agree(x, np.where(x > 0.5, 1.0, -1.0) + noise, np.arange(60).astype(str))
    assert found is not None
    assert found.curve is not None
    assert found.curve[3] >= 0.2 * x.std()


def test_five_pairs_are_too_few_to_agree() -> None:
    x, names = np.arange(5.0), np.arange(5).astype(str)
    assert agree(x, 2.0 * x, names) is None


def test_a_model_that_cannot_be_fitted_says_why() -> None:
    table = pd.DataFrame({"y": np.arange(8.0), "f": list("abababab"), "c": list("aabbccdd")})
    assert "too few" in str(fit_mixed(table, "y", ("f",), "c"))
    table = pd.DataFrame({"y": np.arange(60.0), "f": ["a"] * 60, "c": [str(k) for k in range(60)]})
    assert "more than one value" in str(fit_mixed(table, "y", ("f",), "c"))


def test_clusters_that_do_not_differ_are_no_obstacle() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(0, 1, 90)
    table = pd.DataFrame({"y": 0.5 + 0.1 * x + rng.normal(0, 0.05, 90), "x": x})
    table["own"] = np.arange(90) % 45
    found = fit_mixed(table, "y", ("x",), "own")
    assert isinstance(found, MixedModel)
    assert found.effects[1].value == pytest.approx(0.1 * x.std(ddof=1), abs=0.02)
    assert found.between_sd < 0.03


def test_a_set_laid_out_like_chexphoto_becomes_a_study(tmp_path: Path) -> None:
    ways = ("natural/iphone", "synthetic/digital")
    lines = ["Path,Sex"]
    for way in ways:
        path = tmp_path / "Photos" / "valid" / way / "patient1" / "study1" / "view1.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
        lines.append(f"Photos/valid/{way}/patient1/study1/view1.jpg,F")
    original = tmp_path / "Originals" / "valid" / "patient1" / "study1" / "view1.jpg"
    original.parent.mkdir(parents=True)
    original.write_bytes(b"x")
    (tmp_path / "valid.csv").write_text("\n".join(lines))
    out = tmp_path / "study"
    count = import_chexphoto(
        tmp_path / "valid.csv", tmp_path / "Photos", tmp_path / "Originals", out
    )
    study = read_study(out)
    assert count == len(study.pairs) == 2
    assert [pair.facts["device"] for pair in study.pairs] == ["iphone", "digital"]
    assert {pair.facts["content"] for pair in study.pairs} == {"patient1/study1/view1.jpg"}
    assert all(pair.export is not None and pair.export.samefile(original) for pair in study.pairs)


def test_a_set_with_opinion_scores_becomes_a_study(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "mos.csv").write_text("Images,MOS,Std\n1.jpg,3.5,0.2\n2.jpg,2.25,0.4\n")
    assert import_opinion(tmp_path / "mos.csv", tmp_path, tmp_path / "s") == 2
    study = read_study(tmp_path / "s")
    assert [(one.rater, one.score) for one in study.ratings] == [("mean", 3.5), ("mean", 2.25)]
    (tmp_path / "each.csv").write_text("image_name,anna,ben,set\n1.jpg,3,4,train\n2.jpg,5,,test\n")
    assert import_opinion(tmp_path / "each.csv", tmp_path, tmp_path / "t") == 2
    assert [one.rater for one in read_study(tmp_path / "t").ratings] == ["anna", "ben", "anna"]


def test_a_table_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mos.csv").write_text("Images,MOS\n../secret.jpg,3\n")
    with pytest.raises(StudyError, match="leads out"):
        import_opinion(tmp_path / "mos.csv", tmp_path, tmp_path / "s")
