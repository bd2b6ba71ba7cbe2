"""Figures that tell how good a predictor is, with intervals over clusters of photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import beta, binom, kendalltau, rankdata, spearmanr

from sonogate.types import FloatArray

RESAMPLES = 400
SEED = 20260101
STEPS = 101


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95% bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def by_cluster(
    figure: Callable[[FloatArray, FloatArray], float],
    seen: FloatArray,
    true: FloatArray,
    cluster: list[str],
) -> Estimate:
    """Return a figure with a percentile interval over clusters drawn with replacement.

    Photos of one content, panel or phone resemble one another, so whole clusters are drawn
    (Field and Welsh, 2007).

    Args:
        figure: Takes predictions and truths.
        seen: (N,) predictions.
        true: (N,) truths.
        cluster: The cluster of each.
    """
    names = sorted(set(cluster))
    members = {name: np.flatnonzero(np.array(cluster) == name) for name in names}
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, len(names), len(names))
        chosen = np.concatenate([members[names[k]] for k in drawn])
        value = figure(seen[chosen], true[chosen])
        if np.isfinite(value):
            found.append(value)
    low, high = np.quantile(found, (0.025, 0.975)) if found else (np.nan, np.nan)
    return Estimate(float(figure(seen, true)), float(low), float(high))


def srcc(seen: FloatArray, true: FloatArray) -> float:
    """Return Spearman's rank correlation, NaN where one of both is constant."""
    if len(seen) < 3 or np.ptp(seen) == 0.0 or np.ptp(true) == 0.0:
        return float("nan")
    return float(spearmanr(seen, true).statistic)


def krcc(seen: FloatArray, true: FloatArray) -> float:
    """Return Kendall's rank correlation, NaN where one of both is constant."""
    if len(seen) < 3 or np.ptp(seen) == 0.0 or np.ptp(true) == 0.0:
        return float("nan")
    return float(kendalltau(seen, true).statistic)


def logistic_fit(seen: FloatArray, true: FloatArray) -> FloatArray:
    """Return predictions through the 4-parameter logistic curve that brings them nearest.

    It is the mapping that ITU-T P.1401 and VQEG use before linear figures. Where a
    straight line comes nearer, that stands for it.
    """
    sign = 1.0 if srcc(seen, true) >= 0.0 else -1.0
    x = sign * (seen - seen.mean()) / (float(seen.std()) + 1e-9)

    def curve(p: FloatArray) -> FloatArray:
        steep = np.clip((x - p[2]) / (abs(float(p[3])) + 1e-3), -50.0, 50.0)
        return np.asarray(p[1] + (p[0] - p[1]) / (1.0 + np.exp(-steep)), np.float64)

    start = np.array([true.max(), true.min(), 0.0, 1.0])

    def miss(p: FloatArray) -> FloatArray:
        return np.asarray(curve(p) - true, np.float64)

    found = least_squares(miss, start, max_nfev=400)
    line = np.asarray(np.polyval(np.polyfit(x, true, 1), x), np.float64)
    fitted = curve(found.x)
    return fitted if rmse(fitted, true) <= rmse(line, true) else line


def plcc(seen: FloatArray, true: FloatArray) -> float:
    """Return Pearson's correlation, NaN where one of both is constant."""
    if len(seen) < 3 or seen.std() == 0.0 or true.std() == 0.0:
        return float("nan")
    return float(np.corrcoef(seen, true)[0, 1])


def rmse(seen: FloatArray, true: FloatArray) -> float:
    """Return the root mean squared difference."""
    return float(np.sqrt(np.mean((seen - true) ** 2)))


def auc(seen: FloatArray, bad: FloatArray) -> float:
    """Return the area under the ROC curve of a score that is lower for the bad."""
    is_bad = bad > 0.5
    negatives, positives = int(is_bad.sum()), int((~is_bad).sum())
    if negatives == 0 or positives == 0:
        return float("nan")
    ranks = rankdata(seen)
    total = float(ranks[~is_bad].sum()) - positives * (positives + 1) / 2.0
    return total / (positives * negatives)


def roc(seen: FloatArray, bad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (share of the bad accepted, share of the good accepted) over all thresholds."""
    is_bad = bad > 0.5
    order = np.argsort(-seen, kind="stable")
    accepted_bad = np.r_[0.0, np.cumsum(is_bad[order])] / max(int(is_bad.sum()), 1)
    accepted_good = np.r_[0.0, np.cumsum(~is_bad[order])] / max(int((~is_bad).sum()), 1)
    return accepted_bad, accepted_good


def error_versus_discard(seen: FloatArray, bad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (share discarded, share of the bad among the rest), worst scores first.

    The curve of Grother and Tabassi (2007), arXiv:2303.13294.
    """
    order = np.argsort(seen, kind="stable")
    discard = np.linspace(0.0, 0.95, STEPS)
    kept = [order[min(round(share * len(order)), len(order) - 1) :] for share in discard]
    return discard, np.array([float((bad[rest] > 0.5).mean()) for rest in kept])


def risk_coverage(seen: FloatArray, loss: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (share accepted, mean loss of the accepted), best scores first."""
    order = np.argsort(-seen, kind="stable")
    count = np.arange(1, len(order) + 1)
    return count / len(order), np.cumsum(loss[order]) / count


def reliability(seen: FloatArray, true: FloatArray, bins: int) -> tuple[FloatArray, FloatArray]:
    """Return mean prediction and mean truth in bins of equal counts."""
    parts = np.array_split(np.argsort(seen, kind="stable"), min(bins, len(seen)))
    return (
        np.array([seen[part].mean() for part in parts]),
        np.array([true[part].mean() for part in parts]),
    )


def upper_bound(errors: int, count: int, confidence: float) -> float:
    """Return the upper confidence bound of a proportion (Clopper and Pearson, 1934)."""
    if count == 0 or errors >= count:
        return 1.0
    return float(beta.ppf(confidence, errors + 1, count - errors))


def binomial_p(errors: int, count: int, risk: float) -> float:
    """Return the p-value of "the risk is above ``risk``" for so few errors among ``count``."""
    return 1.0 if count == 0 else float(binom.cdf(errors, count, risk))
