"""Plots of an evaluation of quality, as PNG and SVG files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from sonogate.evaluate import quality_summary as summary
from sonogate.evaluate import statistics as st
from sonogate.types import MEASURE_NAMES, FloatArray

DOT, PALE = "#1b6ca8", "#9aa5b1"
BINS = 10
RANK_TITLE = {"noise": "1 / sqrt(variance)"}


def draw_all(folder: Path, rows: summary.Rows, bad: FloatArray) -> list[str]:
    """Write every plot and return the names of the PNG files, in the report's order.

    Args:
        folder: Where to.
        rows: What ``quality_run`` returned.
        bad: (N,) 1 where the photo is bad by its truth, 0 elsewhere, in the order of ``rows``.
    """
    seen, true, _ = summary.fidelity(rows)
    told = np.array([row.get("fidelity") is not None for row in rows])
    figures = {
        "fidelity": _fidelity(rows),
        "recovery": _recovery(rows),
        "decision": _decision(seen, true, bad[told]),
    }
    for name, figure in figures.items():
        for suffix in ("png", "svg"):
            with mpl.rc_context({"svg.hashsalt": "sonogate"}):
                figure.savefig(folder / f"{name}.{suffix}", dpi=110, metadata=_metadata(suffix))
    return [f"{name}.png" for name in figures]


def _metadata(suffix: str) -> dict[str, Any]:
    return {"Date": None} if suffix == "svg" else {"Software": None}


def _fidelity(rows: summary.Rows) -> Figure:
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    kept = [row for row in rows if row.get("fidelity") is not None]
    seen, true, _ = summary.fidelity(rows)
    half = [
        [row["fidelity"] - row["fidelity_low"] for row in kept],
        [row["fidelity_high"] - row["fidelity"] for row in kept],
    ]
    left.errorbar(true, seen, yerr=half, fmt="none", ecolor=PALE, elinewidth=0.4, zorder=1)
    left.plot(true, seen, ".", color=DOT, markersize=4, zorder=2)
    left.plot([0, 100], [0, 100], color="black", linewidth=0.7)
    left.set(xlabel="true HaarPSI × 100", ylabel="predicted", xlim=(15, 100), ylim=(15, 100))
    left.set_title(f"SRCC {st.srcc(seen, true):.3f}, RMSE {st.rmse(seen, true):.1f}, n {len(kept)}")
    predicted, found = st.reliability(seen, true, BINS)
    right.plot([15, 100], [15, 100], color="black", linewidth=0.7)
    right.plot(predicted, found, "o-", color=DOT)
    right.set(xlabel="mean prediction of a tenth", ylabel="mean truth", title="reliability")
    return figure


def _recovery(rows: summary.Rows) -> Figure:
    columns = 4
    figure = Figure(figsize=(13, 9), layout="constrained")
    axes = np.ravel(figure.subplots(math.ceil(len(MEASURE_NAMES) / columns), columns))
    for name, axis in zip(MEASURE_NAMES, axes, strict=True):
        seen, true, _ = summary.pairs(name, [row for row in rows if row["found"]])
        axis.plot(true, seen, ".", color=DOT, markersize=3)
        if len(seen) and name not in summary.RANK_ONLY:
            ends = [float(min(true.min(), seen.min())), float(max(true.max(), seen.max()))]
            axis.plot(ends, ends, color="black", linewidth=0.7)
        axis.set(title=f"{name} (n {len(seen)})", xlabel=RANK_TITLE.get(name, "truth"))
    axes[0].set_ylabel("measured")
    return figure


def _decision(seen: FloatArray, true: FloatArray, bad: FloatArray) -> Figure:
    figure = Figure(figsize=(13, 3.8), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    accepted_bad, accepted_good = st.roc(seen, bad)
    left.plot(accepted_bad, accepted_good, color=DOT)
    left.set(xlabel="share of the bad accepted", ylabel="share of the good accepted")
    left.set_title(f"ROC of the fidelity, AUC {st.auc(seen, bad):.3f}")
    middle.plot(*st.error_versus_discard(seen, bad), color=DOT)
    middle.set(xlabel="share discarded", ylabel="share of the bad among the rest", title="EDC")
    covered, lost = st.risk_coverage(seen, 100.0 - true)
    right.plot(covered, lost, color=DOT)
    right.set(xlabel="share accepted", ylabel="mean of 100 − true fidelity", title="risk–coverage")
    return figure
