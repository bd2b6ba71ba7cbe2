"""Every photo of a data set through the measures and the verdict: one flat row each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sonogate import quality, verdict
from sonogate.evaluate.baselines import baselines
from sonogate.evaluate.quality_maps import map_figures
from sonogate.evaluate.quality_set import Case, open_cases, read_truth, true_cast
from sonogate.policy import Policy
from sonogate.prompts import Sentences
from sonogate.screen import ScreenLocator
from sonogate.types import IdentifierReport, MeasureName

GROUPS = ("content_id", "panel_key", "phone_key", "family", "split")
# The truth that a measure ought to recover; what is not here has its own computation.
TRUTHS: Mapping[MeasureName, str] = {
    "sharpness": "mtf50_cpx",
    "motion": "motion_export_px",
    "glare": "glare_pct",
    "veil": "veil_pct",
    "moire": "moire_delta_e",
    "exposure": "clipped_pct",
    "perspective": "tilt_deg",
    "compression": "jpeg_quality",
}
CARRIED = (
    "captured_haarpsi", "captured_haarpsi_med", "captured_ms_ssim", "captured_gmsd",
    "captured_vifp", "tone_fitted_haarpsi", "sampling_px", "occluded_pct", "visible_fraction",
    "noise_variance", "motion_export_px", "mtf50_cpx", "glare_pct", "dominant_fault",
)  # fmt: skip


def measure_dataset(
    dataset: Path,
    policy: Policy,
    sentences: Sentences,
    glare_model: quality.GlareModel,
    fidelity_model: quality.FidelityModel,
    split: str | None = None,
    locator: ScreenLocator | None = None,
    report: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Return one row a photo: truth, measures, fidelity, verdict, baselines.

    Args:
        dataset: Folder that ``sonogate simulate`` wrote.
        policy: Score curves and thresholds.
        sentences: Language of the prompts.
        glare_model: Tells reflections from what is displayed.
        fidelity_model: Predicts the fidelity.
        split: Only this split; None for all.
        locator: Finds the screens; None to take the true corners.
        report: Called with photos done and photos in all.
    """
    rows = read_truth(dataset, split)
    out = []
    for done, case in enumerate(open_cases(dataset, rows, policy, locator), 1):
        out.append(judge(case, policy, sentences, glare_model, fidelity_model))
        if report is not None:
            report(done, len(rows))
    return out


def judge(
    case: Case,
    policy: Policy,
    sentences: Sentences,
    glare_model: quality.GlareModel,
    fidelity_model: quality.FidelityModel,
) -> dict[str, Any]:
    """Return the row of one photo."""
    row: dict[str, Any] = {name: case.truth[name] for name in ("index", "photo", *GROUPS)}
    row |= {f"truth_{name}": case.truth.get(name) for name in CARRIED}
    row |= {f"truth_{name}": gain for name, gain in case.truth.items() if _is_gain(name)}
    row["true_fidelity"] = 100.0 * float(case.truth["captured_haarpsi"])
    row |= {f"true_{name}": value for name, value in true_measures(case).items()}
    row["found"] = case.screen is not None
    masked = IdentifierReport((), complete=True)
    if case.screen is None:
        told = verdict.decide(None, None, masked, policy, sentences)
        return row | _told(told.outcome, [reason.code for reason in told.reasons])
    start = time.thread_time()
    found = quality.assess(case.screen, case.photo, policy, glare_model, fidelity_model)
    row["assess_cpu_ms"] = 1e3 * (time.thread_time() - start)
    for measure in found.measures:
        row[f"raw_{measure.name}"] = measure.raw
        row[f"score_{measure.name}"] = measure.score
        row[f"gain_{measure.name}"] = found.gains.get(measure.name)
    if found.fidelity is not None:
        row |= {
            "fidelity": found.fidelity.value,
            "fidelity_low": found.fidelity.low,
            "fidelity_high": found.fidelity.high,
        }
    row |= map_figures(case, found)
    row |= {f"baseline_{name}": value for name, value in baselines(case.screen).items()}
    told = verdict.decide(case.screen, found, masked, policy, sentences)
    return row | _told(told.outcome, [reason.code for reason in told.reasons])


def _told(outcome: str, codes: list[str]) -> dict[str, Any]:
    return {"outcome": outcome, "first_reason": codes[0] if codes else None}


def _is_gain(column: str) -> bool:
    return column.startswith("gain_")


def true_measures(case: Case) -> dict[str, float | None]:
    """Return what each measure ought to say, None where the truth is not known."""
    truth: dict[str, float | None] = {
        name: None if case.truth.get(column) is None else float(case.truth[column])
        for name, column in TRUTHS.items()
    }
    truth["completeness"] = 100.0 * float(case.truth["visible_fraction"])
    truth["noise"] = float(case.truth["noise_variance"]) ** -0.5
    truth["colour"] = true_cast(case)
    truth["sampling"] = None
    if "sampling" in case.maps and case.screen is not None:
        inside = _scan_cells(case, case.maps["sampling"].shape)
        if inside.any():
            truth["sampling"] = float(np.percentile(case.maps["sampling"][inside], 5.0))
    return truth


def _scan_cells(case: Case, shape: tuple[int, int]) -> Any:
    area = np.array(case.truth["scan_area_xy"], np.float64).reshape(-1, 2)
    filled = np.zeros(case.export.shape[:2], np.float32)
    cv2.fillPoly(filled, [np.rint(area).astype(np.int32)], 1.0)
    return cv2.resize(filled, (shape[1], shape[0]), interpolation=cv2.INTER_AREA) >= 0.5


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as Parquet; a column that a row lacks is null there."""
    names = list({name: None for row in rows for name in row})
    table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
    pq.write_table(table, path)
