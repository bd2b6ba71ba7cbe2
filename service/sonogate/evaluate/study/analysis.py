"""A study's tables turned into what its report says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sonogate.evaluate.study.agreement import Icc, icc, krippendorff_alpha
from sonogate.evaluate.study.description import Study
from sonogate.evaluate.study.mixed import MixedModel, fit_mixed
from sonogate.evaluate.study.run import usable
from sonogate.evaluate.study.statistics import Agreement, Estimate, agree, estimate, mean_of
from sonogate.reference import FullReference
from sonogate.types import MEASURE_NAMES, FloatArray

TARGET = "captured_haarpsi"
_LEAST_COMMON = 2

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """How far the raters agree.

    Attributes:
        raters: Raters.
        scores: Opinion scores given.
        single: ICC(2,1); None when no two subjects were rated by all.
        mean: ICC(2,k).
        alpha_scores: Krippendorff's alpha of the scores, interval level.
        alpha_accept: Krippendorff's alpha of accept or not, nominal level.
    """

    raters: int
    scores: int
    single: Icc | None
    mean: Icc | None
    alpha_scores: float | None
    alpha_accept: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a study found.

    Attributes:
        table: One row a pair.
        used: Its rows that the figures rest on.
        clusters: (len(used),) what the intervals are taken over.
        failures: Pairs without trusted figures, by why.
        means: Mean of each full-reference figure.
        by_factor: Mean of the target for each level of each factor.
        labels: What a factor is called where it is shown.
        fidelity: Predicted fidelity against the target times 100; None when too few.
        coverage: Share of pairs whose interval of fidelity holds the target.
        measures: Each measure's score against the target.
        model: Effects of the factors on the target, or why there is none.
        raters: None without ratings.
        opinion: Figures against the mean opinion score, by name.
    """

    table: pd.DataFrame
    used: pd.DataFrame
    clusters: NDArray[np.str_]
    failures: Mapping[str, int]
    means: Mapping[str, Estimate]
    by_factor: Mapping[str, Mapping[str, Estimate]]
    labels: Mapping[str, str]
    fidelity: Agreement | None
    coverage: Estimate | None
    measures: Mapping[str, Agreement | None]
    model: MixedModel | str
    raters: RaterAgreement | None
    opinion: Mapping[str, Agreement | None]


def analyse(study: Study, table: pd.DataFrame) -> Analysis:
    """Return what the table of pairs says.

    Args:
        study: Names clusters and factors, and holds the ratings.
        table: From ``run_study``.
    """
    used = usable(table)
    column = "pair" if study.cluster is None else f"fact_{study.cluster}"
    clusters = used[column].astype(str).to_numpy(str)
    target = _numbers(used, TARGET)
    fidelity = _numbers(used, "fidelity_value")
    factors = tuple(f"fact_{name}" for name in study.factors)
    model: MixedModel | str = "The study names no factors, or no column of clusters."
    if factors and study.cluster is not None and len(used):
        model = fit_mixed(used, TARGET, factors, column)
    raters, opinion = _ratings(study, table, column)
    return Analysis(
        table=table,
        used=used,
        clusters=clusters,
        failures=_failures(table, used),
        means={
            f"{prefix}_{name}": mean_of(_numbers(used, f"{prefix}_{name}"), clusters)
            for prefix in ("captured", "tone_fitted")
            for name in FullReference.__dataclass_fields__
            if len(used)
        },
        by_factor={name: _levels(used, f"fact_{name}", clusters) for name in study.factors},
        labels={name: study.labels.get(name, name.replace("_", " ")) for name in study.factors},
        fidelity=agree(fidelity, 100.0 * target, clusters) if len(used) else None,
        coverage=_coverage(used, 100.0 * target, clusters) if len(used) else None,
        measures={
            name: agree(_numbers(used, f"{name}_score"), target, clusters, fit=False)
            if len(used)
            else None
            for name in MEASURE_NAMES
        },
        model=model,
        raters=raters,
        opinion=opinion,
    )


def _numbers(table: pd.DataFrame, column: str) -> FloatArray:
    if column not in table:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64)


def _failures(table: pd.DataFrame, used: pd.DataFrame) -> dict[str, int]:
    rest = table.drop(index=used.index)
    why = rest["failure"].fillna("registration_too_coarse") if len(rest) else rest["failure"]
    return {str(name): int(count) for name, count in why.value_counts().items()}


def _levels(used: pd.DataFrame, column: str, clusters: NDArray[np.str_]) -> dict[str, Estimate]:
    numbers = pd.to_numeric(used[column], errors="coerce")
    if numbers.notna().all() and numbers.nunique() > 6:
        # A quantity is shown by its thirds.
        thirds = pd.qcut(numbers, 3, duplicates="drop")
        groups = thirds.map(lambda span: f"{span.left:.3g} to {span.right:.3g}").astype(str)
        order = [f"{span.left:.3g} to {span.right:.3g}" for span in thirds.cat.categories]
    else:
        groups = used[column].astype(str)
        order = sorted(groups.unique())
    found = {}
    for level in order:
        rows = (groups == level).to_numpy(bool)
        found[level] = mean_of(_numbers(used, TARGET)[rows], clusters[rows])
    return found


def _coverage(
    used: pd.DataFrame, target: FloatArray, clusters: NDArray[np.str_]
) -> Estimate | None:
    low, high = _numbers(used, "fidelity_low"), _numbers(used, "fidelity_high")
    known = np.isfinite(low) & np.isfinite(target)
    if not known.any():
        return None
    inside = ((target >= low) & (target <= high))[known].astype(np.float64)
    return estimate(lambda rows: float(inside[rows].mean()), clusters[known], len(inside))


def _ratings(
    study: Study, table: pd.DataFrame, column: str
) -> tuple[RaterAgreement | None, dict[str, Agreement | None]]:
    if not study.ratings:
        return None, {}
    names = sorted({one.pair for one in study.ratings})
    people = sorted({one.rater for one in study.ratings})
    scores = np.full((len(names), len(people)), np.nan)
    accepts = scores.copy()
    for one in study.ratings:
        place = names.index(one.pair), people.index(one.rater)
        scores[place] = np.nan if one.score is None else one.score
        accepts[place] = np.nan if one.accept is None else float(one.accept)
    complete = int((~np.isnan(scores).any(axis=1)).sum())
    enough = len(people) >= _LEAST_COMMON and complete >= _LEAST_COMMON
    agreement = RaterAgreement(
        raters=len(people),
        scores=int((~np.isnan(scores)).sum()),
        single=_or_none(lambda: icc(scores)) if enough else None,
        mean=_or_none(lambda: icc(scores, of_mean=True)) if enough else None,
        alpha_scores=_or_none(lambda: krippendorff_alpha(scores, "interval")),
        alpha_accept=_or_none(lambda: krippendorff_alpha(accepts, "nominal")),
    )
    rated = ~np.isnan(scores).all(axis=1)
    opinion = dict(zip(np.array(names)[rated], np.nanmean(scores[rated], axis=1), strict=True))
    own = table[table["pair"].isin(opinion)]
    mos = own["pair"].map(opinion).to_numpy(np.float64)
    clusters = own[column].astype(str).to_numpy(str)
    figures = ("fidelity_value", "captured_haarpsi", "tone_fitted_haarpsi", "captured_ms_ssim",
               "captured_gmsd", "captured_vifp", "captured_ssim", "captured_psnr_db")  # fmt: skip
    return agreement, {
        name: agree(_numbers(own, name), mos, clusters, fit=False) for name in figures
    }


def _or_none(compute: Callable[[], _Found]) -> _Found | None:
    try:
        return compute()
    except ValueError:
        return None
