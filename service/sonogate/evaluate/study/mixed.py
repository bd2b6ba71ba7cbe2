"""Effects of a study's factors on a figure, with an intercept for each cluster.

A linear mixed model by restricted maximum likelihood (N. M. Laird, J. H. Ware,
"Random-effects models for longitudinal data", Biometrics 38(4), 1982).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

_LEAST_PER_TERM = 5


@dataclass(frozen=True, slots=True)
class Effect:
    """One fixed effect.

    Attributes:
        term: The factor and, after a colon, its level against the first level or the standard
            deviation that the change is for.
        value: Change of the figure, in its unit.
        low: Lower end of the 95% interval (Wald).
        high: Upper end.
        p: Two-sided p-value.
    """

    term: str
    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class MixedModel:
    """A fitted model.

    Attributes:
        figure: What is explained.
        effects: Fixed effects, the intercept first.
        between_sd: Standard deviation between clusters.
        within_sd: Standard deviation within them.
        n: Pairs.
        clusters: Clusters.
        warnings: What the fit complained of; empty for a clean one.
    """

    figure: str
    effects: tuple[Effect, ...]
    between_sd: float
    within_sd: float
    n: int
    clusters: int
    warnings: tuple[str, ...]


def fit_mixed(
    table: pd.DataFrame, figure: str, factors: tuple[str, ...], cluster: str
) -> MixedModel | str:
    """Fit the figure on the factors, or say in a sentence why that cannot be.

    A column all of whose values are numbers is taken as a number, standardised; any other
    as categories against the first, in alphabetical order.

    Args:
        table: One row a pair.
        figure: Column that is explained.
        factors: Columns whose effects are wanted.
        cluster: Column that names the clusters.
    """
    import statsmodels.formula.api as formulas  # noqa: PLC0415

    own = table[[figure, cluster, *factors]].dropna()
    data = pd.DataFrame({"figure": own[figure].astype(float), "cluster": own[cluster].astype(str)})
    terms = []
    spreads: dict[str, float] = {}
    for number, factor in enumerate(factors):
        numbers = pd.to_numeric(own[factor], errors="coerce")
        if numbers.notna().all() and numbers.nunique() > 2:
            spreads[f"x{number}"] = float(numbers.std()) or 1.0
            data[f"x{number}"] = (numbers - numbers.mean()) / spreads[f"x{number}"]
            terms.append(f"x{number}")
        elif own[factor].nunique() > 1:
            data[f"x{number}"] = own[factor].astype(str)
            terms.append(f"C(x{number})")
    groups = data["cluster"].nunique()
    columns = 1 + sum(
        1 if not term.startswith("C(") else data[term[2:-1]].nunique() - 1 for term in terms
    )
    if not terms:
        return "No factor takes more than one value."
    if len(data) < _LEAST_PER_TERM * (columns + 2):
        return f"{len(data)} pairs are too few for {columns} coefficients."
    if not 2 <= groups < len(data):
        return "Every pair is its own cluster, so that effects between and within are one."
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = formulas.mixedlm("figure ~ " + " + ".join(terms), data, groups=data["cluster"])
            # Gradient methods meet a singular matrix where clusters do not differ.
            fitted = model.fit(reml=True, method=["powell", "nm"])
        except (np.linalg.LinAlgError, ValueError) as error:
            return f"The model could not be fitted ({type(error).__name__})."
    spans = fitted.conf_int()
    effects = tuple(
        Effect(
            _named(str(term), factors, spreads),
            float(fitted.fe_params[term]),
            float(spans.loc[term, 0]),
            float(spans.loc[term, 1]),
            float(fitted.pvalues[term]),
        )
        for term in fitted.fe_params.index
    )
    return MixedModel(
        figure,
        effects,
        float(np.sqrt(max(float(fitted.cov_re.iloc[0, 0]), 0.0))),
        float(np.sqrt(fitted.scale)),
        len(data),
        groups,
        tuple(dict.fromkeys(str(one.message).split("\n")[0][:120] for one in caught)),
    )


def _named(term: str, factors: tuple[str, ...], spreads: Mapping[str, float]) -> str:
    """Return a term in the study's own words."""
    for number, factor in enumerate(factors):
        if term.startswith(f"C(x{number})"):
            return f"{factor}: {term.partition('[T.')[2].rstrip(']')}"
        if term == f"x{number}":
            return f"{factor}: per standard deviation, {spreads[term]:.3g}"
    return "intercept" if term == "Intercept" else term
