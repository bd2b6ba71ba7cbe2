"""What the rows of a data set say: recovery, fidelity, decision, causes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonogate.evaluate import statistics as st
from sonogate.types import MEASURE_NAMES, FloatArray, MeasureName

Rows = list[dict[str, Any]]
RATIOS: tuple[MeasureName, ...] = ("sampling", "sharpness")
# Rank alone can be compared: the truth has another unit.
RANK_ONLY: tuple[MeasureName, ...] = ("noise",)
STILL_PX = 0.5  # export px: above, sharpness and motion share the blur
INTERVAL = 0.9
FEWEST_IN_GROUP = 5


@dataclass(frozen=True, slots=True)
class Recovery:
    """How one measure compares with its truth.

    Attributes:
        name: The measure.
        count: Photos where both are known.
        failed: Photos where the measure could not be assessed.
        bias: Median difference; relative to the truth where ratios count; NaN where only
            ranks compare.
        median_error: Median absolute difference, likewise.
        p90_error: Its 90th percentile.
        low: 5th percentile of the truth.
        high: 95th percentile of the truth.
        srcc: Rank correlation, with an interval over contents.
    """

    name: str
    count: int
    failed: int
    bias: float
    median_error: float
    p90_error: float
    low: float
    high: float
    srcc: st.Estimate


def recovery(rows: Rows) -> list[Recovery]:
    """Compare each measure with its truth; sharpness on photos that were not smeared."""
    return [_recover(name, [row for row in rows if row["found"]]) for name in MEASURE_NAMES]


def pairs(name: MeasureName, rows: Rows) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return measured and true values and contents of the photos where both are known."""
    kept = [
        row
        for row in rows
        if row.get(f"raw_{name}") is not None
        and row.get(f"true_{name}") is not None
        and (name != "sharpness" or (row.get("truth_motion_export_px") or 0.0) < STILL_PX)
    ]
    seen = np.array([row[f"raw_{name}"] for row in kept], np.float64)
    true = np.array([row[f"true_{name}"] for row in kept], np.float64)
    return seen, true, [str(row["content_id"]) for row in kept]


def _recover(name: MeasureName, rows: Rows) -> Recovery:
    seen, true, contents = pairs(name, rows)
    failed = sum(row.get(f"raw_{name}") is None for row in rows)
    nothing = st.Estimate(float("nan"), float("nan"), float("nan"))
    if len(seen) < 3:
        nan = float("nan")
        return Recovery(name, len(seen), failed, nan, nan, nan, nan, nan, nothing)
    error = seen - true
    if name in RATIOS:
        error = error / np.maximum(true, 1e-6)
    elif name in RANK_ONLY:
        error = np.full(len(seen), np.nan)
    low, high = np.quantile(true, (0.05, 0.95))
    return Recovery(
        name,
        len(seen),
        failed,
        float(np.median(error)),
        float(np.median(np.abs(error))),
        float(np.quantile(np.abs(error), 0.9)),
        float(low),
        float(high),
        st.by_cluster(st.srcc, seen, true, contents),
    )


@dataclass(frozen=True, slots=True)
class Predictor:
    """How one figure follows the true fidelity."""

    name: str
    count: int
    srcc: st.Estimate
    krcc: float
    plcc: float
    rmse: float


def predictors(rows: Rows) -> list[Predictor]:
    """Compare the fidelity, each measure's score and the baselines with the true fidelity."""
    columns = ["fidelity", *(f"score_{name}" for name in MEASURE_NAMES)]
    columns += sorted({key for row in rows for key in row if key.startswith("baseline_")})
    out = []
    for column in columns:
        kept = [row for row in rows if row.get(column) is not None]
        seen = np.array([row[column] for row in kept], np.float64)
        true = np.array([row["true_fidelity"] for row in kept], np.float64)
        if len(kept) < 3 or np.ptp(seen) == 0.0:
            continue
        contents = [str(row["content_id"]) for row in kept]
        fitted = st.logistic_fit(seen, true)
        out.append(
            Predictor(
                column,
                len(kept),
                st.by_cluster(st.srcc, seen, true, contents),
                st.krcc(seen, true),
                st.plcc(fitted, true),
                st.rmse(fitted, true),
            )
        )
    return out


def groups(rows: Rows, key: str) -> list[tuple[str, int, float, float, float]]:
    """Return (group, photos, SRCC, mean error, share inside the interval), worst SRCC first."""
    out = []
    for name in sorted({str(row[key]) for row in rows}):
        part = [row for row in rows if str(row[key]) == name and row.get("fidelity") is not None]
        if len(part) < FEWEST_IN_GROUP:
            continue
        seen, true, inside = fidelity(part)
        out.append(
            (
                name,
                len(part),
                st.srcc(seen, true),
                float((seen - true).mean()),
                float(inside.mean()),
            )
        )
    return sorted(out, key=lambda one: one[2])


def fidelity(rows: Rows) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return predicted and true fidelity, and whether the interval holds the truth (0 or 1)."""
    kept = [row for row in rows if row.get("fidelity") is not None]
    seen = np.array([row["fidelity"] for row in kept], np.float64)
    true = np.array([row["true_fidelity"] for row in kept], np.float64)
    inside = [row["fidelity_low"] <= row["true_fidelity"] <= row["fidelity_high"] for row in kept]
    return seen, true, np.array(inside, np.float64)


def causes(rows: Rows) -> Counter[tuple[str, str]]:
    """Count (dominant fault by the truth, reason named first) where the truth tells it."""
    return Counter(
        (str(row["truth_dominant_fault"] or "none"), str(row["first_reason"] or "none"))
        for row in rows
        if row.get("truth_dominant_fault") is not None
    )


@dataclass(frozen=True, slots=True)
class Maps:
    """How maps lie on those of the truth.

    Attributes:
        glare_photos: Photos whose reflections take some cells and leave others.
        glare_auc: Mean of their own areas under the ROC curve.
        glare_iou: Cells marked and lost over cells marked or lost, of all photos.
        moire_photos: Photos whose moiré is known.
        moire_srcc: Mean rank correlation inside a photo.
    """

    glare_photos: int
    glare_auc: float | None
    glare_iou: float | None
    moire_photos: int
    moire_srcc: float | None


def maps(rows: Rows) -> Maps:
    """Summarise ``quality_maps.map_figures`` of all photos."""

    def known(name: str) -> list[float]:
        return [row[name] for row in rows if row.get(name) is not None]

    auc, srcc = known("map_auc_glare"), known("map_srcc_moire")
    either = sum(known("map_either_glare"))
    return Maps(
        len(auc),
        float(np.mean(auc)) if auc else None,
        sum(known("map_both_glare")) / either if either else None,
        len(srcc),
        float(np.mean(srcc)) if srcc else None,
    )


def followed(rows: Rows, least_gain: float) -> tuple[int, float | None, float | None]:
    """Return what doing what the gate asks first does to the true fidelity.

    Args:
        rows: Those whose truth tells what mending each fault would gain.
        least_gain: Points from which the next photo counts as better.

    Returns:
        Photos, share of them that get better, mean gain in points; None without any.
    """
    gains = [
        float(gain)
        for row in rows
        if (gain := row.get(f"truth_gain_{row.get('first_reason')}")) is not None
    ]
    if not gains:
        return 0, None, None
    better = sum(gain >= least_gain for gain in gains)
    return len(gains), better / len(gains), float(np.mean(gains))
