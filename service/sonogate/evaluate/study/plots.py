"""A study's plots, each as SVG and PNG."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sonogate.evaluate.study.analysis import TARGET, Analysis
from sonogate.evaluate.study.statistics import Agreement, Estimate, logistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, ACCENT, SOFT = "#24292f", "#0969da", "#8c959f"
_DPI = 130
_LABEL_CHARACTERS = 18


def draw_plots(analysis: Analysis, folder: Path) -> dict[str, Path]:
    """Draw every plot that the study has data for; return the SVGs by name.

    Args:
        analysis: What the study found.
        folder: Where ``NAME.svg`` and ``NAME.png`` are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, Figure] = {}
    if len(analysis.used):
        drawn["captured_and_fitted"] = _captured_and_fitted(analysis)
    if analysis.fidelity is not None:
        drawn["fidelity"] = _fidelity(analysis, analysis.fidelity)
    if any(found is not None for found in analysis.measures.values()):
        drawn["measures"] = _bars(
            analysis.measures, "Spearman's correlation of a measure's score with HaarPSI"
        )
    for factor, levels in analysis.by_factor.items():
        drawn[f"factor_{factor}"] = _levels(analysis.labels[factor], levels)
    if any(found is not None for found in analysis.opinion.values()):
        drawn["opinion"] = _bars(
            analysis.opinion, "Spearman's correlation of a figure with the mean opinion score"
        )
    paths = {}
    for name, figure in drawn.items():
        paths[name] = folder / f"{name}.svg"
        figure.savefig(paths[name], metadata={"Date": None})
        figure.savefig(folder / f"{name}.png", dpi=_DPI)
    return paths


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.grid(color="#d0d7de", linewidth=0.5)
    axes.set_axisbelow(True)


def _captured_and_fitted(analysis: Analysis) -> Figure:
    figure = Figure(figsize=(5.2, 4.6), layout="constrained")
    axes = figure.subplots()
    _plain(axes)
    used = analysis.used
    low = float(used[[TARGET, "tone_fitted_haarpsi"]].min().min())
    axes.plot([low, 1], [low, 1], color=SOFT, linewidth=0.8, label="no change")
    axes.scatter(used[TARGET], used["tone_fitted_haarpsi"], s=14, color=ACCENT, alpha=0.6)
    axes.set_xlabel("HaarPSI as captured (0–1)")
    axes.set_ylabel("HaarPSI after a monotone tone fit (0–1)")
    axes.set_title(f"What a tone curve wins back, n = {len(used)} pairs", fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    return figure


def _fidelity(analysis: Analysis, agreement: Agreement) -> Figure:
    figure = Figure(figsize=(5.2, 4.6), layout="constrained")
    axes = figure.subplots()
    _plain(axes)
    used = analysis.used
    x = used["fidelity_value"].to_numpy(np.float64)
    y = 100.0 * used[TARGET].to_numpy(np.float64)
    low, high = (used[f"fidelity_{end}"].to_numpy(np.float64) for end in ("low", "high"))
    axes.hlines(y, low, high, color=SOFT, linewidth=0.5, alpha=0.5, label="90% interval")
    axes.scatter(x, y, s=14, color=ACCENT, label="pairs", zorder=3)
    axes.axline((50, 50), slope=1, color=INK, linewidth=0.8, linestyle=":", label="equal")
    if agreement.curve is not None:
        grid = np.linspace(np.nanmin(x), np.nanmax(x), 100)
        axes.plot(grid, logistic(grid, *agreement.curve), color="#cf222e", label="logistic fit")
    axes.set_xlabel("fidelity predicted without the export (0–100)")
    axes.set_ylabel("HaarPSI to the export × 100")
    axes.set_title(
        f"SRCC {agreement.srcc}, n = {agreement.srcc.n}, {agreement.srcc.clusters} clusters",
        fontsize=9,
    )
    axes.legend(fontsize=7, frameon=False)
    return figure


def _bars(found: Mapping[str, Agreement | None], title: str) -> Figure:
    known = {name: one.srcc for name, one in found.items() if one is not None}
    order = sorted(known, key=lambda name: abs(known[name].value))
    figure = Figure(figsize=(6.0, 0.32 * len(order) + 1.2), layout="constrained")
    axes = figure.subplots()
    _plain(axes)
    _intervals(axes, [known[name] for name in order])
    axes.set_yticks(range(len(order)), [f"{name} (n = {known[name].n})" for name in order])
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_xlim(-1.02, 1.02)
    axes.set_xlabel(f"{title},\n95% interval over clusters", fontsize=8)
    return figure


def _levels(label: str, levels: Mapping[str, Estimate]) -> Figure:
    shown = list(levels.items())[::-1]
    figure = Figure(figsize=(6.0, 0.32 * len(shown) + 1.2), layout="constrained")
    axes = figure.subplots()
    _plain(axes)
    _intervals(axes, [one for _, one in shown])
    axes.set_yticks(range(len(shown)), [f"{name} (n = {one.n})" for name, one in shown])
    known = any(np.isfinite(one.low) for _, one in shown)
    told = ", 95% interval over clusters" if known else "; too few clusters for intervals"
    axes.set_xlabel(f"mean HaarPSI as captured (0–1){told}", fontsize=8)
    axes.set_ylabel(textwrap.fill(label, _LABEL_CHARACTERS), fontsize=8)
    return figure


def _intervals(axes: Axes, found: list[Estimate]) -> None:
    for place, one in enumerate(found):
        if np.isfinite(one.low):
            axes.plot([one.low, one.high], [place, place], color=ACCENT, linewidth=2)
        axes.plot([one.value], [place], "o", color=ACCENT, markersize=5)
