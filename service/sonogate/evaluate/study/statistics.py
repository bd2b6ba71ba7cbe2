"""Rank and linear agreement of two figures, with intervals over clusters.

Pairs of one content are not independent: intervals come from resampling whole clusters
(B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, percentile method).
PLCC and RMSE are taken after the four-parameter logistic of the Video Quality Experts
Group's final report on FR-TV, phase II, 2003.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeWarning, curve_fit
from scipy.stats import kendalltau, rankdata

from sonogate.types import FloatArray

RESAMPLES = 1000
_SEED = 20260301
_LEAST_PAIRS = 8
_CONFIDENCE = 0.95
# Standard deviations of the figure; a steeper curve is a step that follows a few pairs.
_LEAST_WIDTH = 0.25


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval over clusters.

    Attributes:
        value: The figure.
        low: Lower end; NaN when there are too few clusters to tell.
        high: Upper end.
        n: Pairs.
        clusters: Clusters that they fall into.
    """

    value: float
    low: float
    high: float
    n: int
    clusters: int

    def __str__(self) -> str:
        """Return the figure with its interval, three digits."""
        if not np.isfinite(self.low):
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a figure follows a target.

    Attributes:
        srcc: Spearman's rank correlation.
        krcc: Kendall's tau-b.
        plcc: Pearson's correlation after the logistic fit; None where that was not asked
            for or did not converge.
        rmse: Root mean square error after the fit, in the target's unit.
        curve: The fit's four parameters.
    """

    srcc: Estimate
    krcc: float
    plcc: Estimate | None
    rmse: Estimate | None
    curve: tuple[float, float, float, float] | None


def estimate(
    figure: Callable[[NDArray[np.intp]], float], clusters: NDArray[np.str_], n: int
) -> Estimate:
    """Return a figure of chosen rows with its interval over clusters.

    Args:
        figure: Computes it from row numbers, which may repeat.
        clusters: (n,) each row's cluster.
        n: Rows.
    """
    names, member = np.unique(clusters, return_inverse=True)
    rows = [np.flatnonzero(member == number) for number in range(len(names))]
    value = figure(np.arange(n))
    if len(names) < _LEAST_PAIRS:
        return Estimate(value, float("nan"), float("nan"), n, len(names))
    rng = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(RESAMPLES):
        chosen = rng.integers(len(names), size=len(names))
        drawn.append(figure(np.concatenate([rows[number] for number in chosen])))
    tail = 100.0 * (1.0 - _CONFIDENCE) / 2.0
    low, high = np.nanpercentile(drawn, (tail, 100.0 - tail))
    return Estimate(value, float(low), float(high), n, len(names))


def mean_of(values: FloatArray, clusters: NDArray[np.str_]) -> Estimate:
    """Return the mean with its interval over clusters."""
    return estimate(lambda rows: float(values[rows].mean()), clusters, len(values))


def agree(
    figure: FloatArray, target: FloatArray, clusters: NDArray[np.str_], *, fit: bool = True
) -> Agreement | None:
    """Return how ``figure`` follows ``target``, or None with fewer than eight pairs.

    Args:
        figure: (n,) what is judged; rows where either is NaN are left out.
        target: (n,) what it should follow.
        clusters: (n,) which rows belong together.
        fit: Whether the logistic, PLCC and RMSE are wanted.
    """
    good = np.isfinite(figure) & np.isfinite(target)
    x, y, own = figure[good], target[good], clusters[good]
    if len(x) < _LEAST_PAIRS or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return None
    curve = fit_logistic(x, y) if fit else None
    plcc = rmse = None
    if curve is not None:
        fitted = logistic(x, *curve)
        plcc = estimate(lambda rows: _pearson(fitted[rows], y[rows]), own, len(x))
        rmse = estimate(
            lambda rows: float(np.sqrt(np.mean((fitted[rows] - y[rows]) ** 2))), own, len(x)
        )
    return Agreement(
        srcc=estimate(lambda rows: _spearman(x[rows], y[rows]), own, len(x)),
        krcc=float(kendalltau(x, y).statistic),
        plcc=plcc,
        rmse=rmse,
        curve=curve,
    )


def logistic(x: FloatArray, low: float, high: float, middle: float, width: float) -> FloatArray:
    """Return the four-parameter logistic of ``x``."""
    exponent = np.clip(-(x - middle) / width, -60.0, 60.0)
    return np.asarray(low + (high - low) / (1.0 + np.exp(exponent)), np.float64)


def fit_logistic(x: FloatArray, y: FloatArray) -> tuple[float, float, float, float] | None:
    """Return the logistic that leads from ``x`` nearest to ``y``, or None."""
    falling = _spearman(x, y) < 0.0
    ends = (float(y.max()), float(y.min())) if falling else (float(y.min()), float(y.max()))
    spread = max(float(x.std()), 1e-9)
    start = (*ends, float(np.median(x)), spread)
    least = (-np.inf, -np.inf, -np.inf, _LEAST_WIDTH * spread)
    with warnings.catch_warnings():
        # A perfect or a flat fit has no covariance; none is used.
        warnings.simplefilter("ignore", OptimizeWarning)
        try:
            found, _ = curve_fit(logistic, x, y, start, bounds=(least, np.inf), maxfev=4000)
        except RuntimeError:
            return None
    return float(found[0]), float(found[1]), float(found[2]), float(found[3])


def _spearman(a: FloatArray, b: FloatArray) -> float:
    return _pearson(np.asarray(rankdata(a)), np.asarray(rankdata(b)))


def _pearson(a: FloatArray, b: FloatArray) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / scale if scale > 0.0 else float("nan")
