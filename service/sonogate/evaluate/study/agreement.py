"""How far raters agree, which caps what any measure can reach against them.

Intraclass correlation: P. E. Shrout, J. L. Fleiss, "Intraclass correlations: uses in
assessing rater reliability", Psychological Bulletin 86(2), 1979, cases (2,1) and (2,k):
raters drawn at random, absolute agreement. Alpha: K. Krippendorff, "Content Analysis", 4th
edition, 2018, chapter 12; worked in his "Computing Krippendorff's alpha-reliability", 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

Ratings: TypeAlias = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class Icc:
    """An intraclass correlation with its 95% interval.

    Attributes:
        value: The coefficient, at most 1.
        low: Lower end of the interval.
        high: Upper end.
        subjects: Subjects that every rater rated.
        raters: Raters.
    """

    value: float
    low: float
    high: float
    subjects: int
    raters: int


def icc(ratings: Ratings, *, of_mean: bool = False, confidence: float = 0.95) -> Icc:
    """Return ICC(2,1), the reliability of one rater, or ICC(2,k), that of their mean.

    Args:
        ratings: (subjects, raters); subjects with a rating missing (NaN) are left out.
        of_mean: Whether the reliability of the raters' mean is wanted.
        confidence: Of the interval.

    Raises:
        ValueError: Fewer than two raters, or than two subjects rated by all.

    Example:
        >>> import numpy as np
        >>> table = np.array([[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
        ...                   [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
        >>> round(icc(table).value, 2), round(icc(table, of_mean=True).value, 2)
        (0.29, 0.62)
    """
    table = np.asarray(ratings, np.float64)
    if table.ndim != 2:
        raise ValueError("ratings must be (subjects, raters)")
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        raise ValueError("agreement needs two raters and two subjects that both rated")
    grand = table.mean()
    between = k * float(np.sum((table.mean(axis=1) - grand) ** 2)) / (n - 1)
    judges = n * float(np.sum((table.mean(axis=0) - grand) ** 2)) / (k - 1)
    rest = table - table.mean(axis=1)[:, None] - table.mean(axis=0)[None, :] + grand
    error = float(np.sum(rest**2)) / ((n - 1) * (k - 1))
    spread = between + (k - 1) * error + k * (judges - error) / n
    if spread <= 0.0:
        raise ValueError("the ratings do not vary")
    single: float = (between - error) / spread
    low, high = _interval(single, between, judges, error, n, k, confidence)
    if of_mean:
        single, low, high = (_stepped_up(one, k) for one in (single, low, high))
    return Icc(single, low, high, n, k)


def _interval(
    single: float, between: float, judges: float, error: float, n: int, k: int, confidence: float
) -> tuple[float, float]:
    """Return the interval of ICC(2,1) by Satterthwaite's degrees of freedom."""
    tail = 1.0 - (1.0 - confidence) / 2.0
    if error <= 0.0:
        return single, single
    ratio = judges / error
    top = (k - 1) * (n - 1) * (k * single * ratio + n * (1 + (k - 1) * single) - k * single) ** 2
    bottom = (n - 1) * k**2 * single**2 * ratio**2 + (n * (1 + (k - 1) * single) - k * single) ** 2
    freedom = top / bottom
    upper = float(f_distribution.ppf(tail, n - 1, freedom))
    lower = float(f_distribution.ppf(tail, freedom, n - 1))
    noise = k * judges + (k * n - k - n) * error
    low = n * (between - upper * error) / (upper * noise + n * between)
    high = n * (lower * between - error) / (noise + n * lower * between)
    return low, high


def _stepped_up(single: float, raters: int) -> float:
    """Return the reliability of a mean of raters (Spearman, Brown)."""
    below = 1.0 + (raters - 1) * single
    return float(raters * single / below) if below > 0.0 else float("-inf")


def krippendorff_alpha(ratings: Ratings, level: Level = "interval") -> float:
    """Return Krippendorff's alpha: 1 for perfect agreement, 0 for chance.

    Args:
        ratings: (units, raters), NaN where a rater did not rate; units with fewer than two
            ratings are left out, as the method has it.
        level: What differences between values mean.

    Raises:
        ValueError: No unit was rated twice, or no two values differ.

    Example:
        >>> import numpy as np
        >>> alike = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
        >>> krippendorff_alpha(alike, "nominal")
        1.0
    """
    table = np.asarray(ratings, np.float64)
    if table.ndim != 2:
        raise ValueError("ratings must be (units, raters)")
    table = table[(~np.isnan(table)).sum(axis=1) >= 2]
    if not len(table):
        raise ValueError("no unit was rated twice")
    values, where = np.unique(table[~np.isnan(table)], return_inverse=True)
    counts = np.zeros((len(table), len(values)))
    np.add.at(counts, (np.nonzero(~np.isnan(table))[0], where), 1.0)
    each = counts.sum(axis=1)
    coincidences = (counts / (each - 1.0)[:, None]).T @ counts - np.diag(
        (counts / (each - 1.0)[:, None]).sum(axis=0)
    )
    totals = coincidences.sum(axis=0)
    distance = _distance(values, totals, level)
    expected = float(np.sum(np.outer(totals, totals) * distance) / (totals.sum() - 1.0))
    if expected == 0.0:
        raise ValueError("the ratings do not vary")
    return 1.0 - float(np.sum(coincidences * distance)) / expected


def _distance(values: Ratings, totals: Ratings, level: Level) -> Ratings:
    """Return the squared difference of each two values."""
    a, b = values[:, None], values[None, :]
    if level == "nominal":
        return np.asarray(a != b, np.float64)
    if level == "interval":
        return np.asarray((a - b) ** 2, np.float64)
    if level == "ratio":
        total = a + b
        return np.asarray(
            np.divide(a - b, total, out=np.zeros_like(total), where=total != 0) ** 2, np.float64
        )
    ranks = np.cumsum(totals) - totals / 2.0
    return np.asarray((ranks[:, None] - ranks[None, :]) ** 2, np.float64)
