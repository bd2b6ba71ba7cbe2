"""Figures of a predictor against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from sonogate.evaluate import statistics as st


def test_auc_is_the_chance_that_a_good_one_scores_higher() -> None:
    rng = np.random.default_rng(0)
    seen, bad = rng.normal(size=60).round(1), (rng.random(60) < 0.4).astype(float)
    good, poor = seen[bad < 0.5], seen[bad > 0.5]
    wins = (good[:, None] > poor[None]).mean() + 0.5 * (good[:, None] == poor[None]).mean()
    assert st.auc(seen, bad) == pytest.approx(wins)
    assert np.isnan(st.auc(seen, np.zeros(60)))


def test_discarding_by_a_perfect_score_leaves_only_good_ones() -> None:
    true = np.linspace(0, 100, 200)
    bad = (true < 30).astype(float)
    share, error = st.error_versus_discard(true, bad)
    assert error[0] == pytest.approx(0.3)
    assert error[share >= 0.31].max() == 0.0
    assert (np.diff(error) <= 1e-9).all()
    covered, risk = st.risk_coverage(true, bad)
    assert risk[covered <= 0.69].max() == 0.0
    assert risk[-1] == pytest.approx(0.3)


def test_the_logistic_fit_undoes_a_monotone_curve() -> None:
    true = np.linspace(20, 90, 80)
    seen = 1 / (1 + np.exp(-(true - 55) / 20))
    assert st.rmse(st.logistic_fit(seen, true), true) < 6
    assert st.plcc(st.logistic_fit(-seen, true), true) > 0.98


def test_whole_clusters_are_drawn() -> None:
    rng = np.random.default_rng(1)
    truth = np.repeat(rng.normal(size=12), 20)
    seen = truth + np.repeat(rng.normal(size=12), 20)
    names = [f"c{k // 20}" for k in range(240)]
    clustered = st.by_cluster(st.srcc, seen, truth, names)
    alone = st.by_cluster(st.srcc, seen, truth, [str(k) for k in range(240)])
    assert clustered.low < alone.low < clustered.value < alone.high < clustered.high


@pytest.mark.parametrize(("risk", "least"), [(0.05, 59), (0.02, 149), (0.01, 299)])
def test_certifying_without_an_error_needs_so_many(risk: float, least: int) -> None:
    assert st.binomial_p(0, least, risk) <= 0.05 < st.binomial_p(0, least - 1, risk)
    assert st.upper_bound(0, least, 0.95) <= risk < st.upper_bound(0, least - 1, 0.95)


def test_a_bound_holds_the_share() -> None:
    assert st.upper_bound(3, 100, 0.95) == pytest.approx(0.0757, abs=5e-4)
    assert st.upper_bound(0, 0, 0.95) == 1.0
