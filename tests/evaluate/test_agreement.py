"""Rater agreement against the tables that its methods were published with."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from sonogate.evaluate.study import agreement
from sonogate.evaluate.study.agreement import Level, icc, krippendorff_alpha

# Shrout and Fleiss (1979), table 2: six targets, four judges.
JUDGES = np.array(
    [[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
N = np.nan
# Krippendorff (2011), section E: four observers, twelve units, some values missing.
OBSERVERS = np.array(
    [
        [1.0, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
).T


def test_icc_is_that_of_shrout_and_fleiss() -> None:
    single, mean = icc(JUDGES), icc(JUDGES, of_mean=True)
    assert single.value == pytest.approx(0.290, abs=5e-4)
    assert mean.value == pytest.approx(0.620, abs=5e-4)
    assert (single.low, single.high) == (
        pytest.approx(0.019, abs=1e-3),
        pytest.approx(0.761, abs=1e-3),
    )
    assert (single.subjects, single.raters) == (6, 4)
    assert mean.low == pytest.approx(4 * single.low / (1 + 3 * single.low))


def test_icc_counts_a_raters_bias_as_disagreement() -> None:
    base = np.linspace(1, 5, 20)
    alike = np.stack([base, base + 1e-6 * np.sin(base * 9)], axis=1)
    assert icc(alike).value > 0.999
    assert icc(np.stack([base, base + 2.0 + 1e-3 * np.sin(base * 9)], axis=1)).value < 0.6


def test_subjects_that_a_rater_left_out_do_not_count() -> None:
    with_gap = np.vstack([JUDGES, [np.nan, 9, 9, 9]])
    assert icc(with_gap) == icc(JUDGES)


@pytest.mark.parametrize(
    "table", [np.ones((1, 4)), np.ones((5, 1)), np.full((4, 3), 2.0), np.ones(4)]
)
def test_what_has_no_agreement_to_measure_is_refused(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"raters|vary|ratings"):
        icc(table)


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_is_krippendorffs_own(level: Level, alpha: float) -> None:
    assert krippendorff_alpha(OBSERVERS, level) == pytest.approx(alpha, abs=6e-4)


def test_alpha_of_chance_is_about_nought_and_of_reversal_below() -> None:
    rng = np.random.default_rng(5)
    assert abs(krippendorff_alpha(rng.integers(0, 2, (4000, 2)).astype(float), "nominal")) < 0.05
    ones = np.repeat([[0.0, 1.0], [1.0, 0.0]], 20, axis=0)
    assert krippendorff_alpha(ones, "nominal") < -0.9


@pytest.mark.parametrize("table", [np.array([[1.0, N], [N, 2.0]]), np.ones((5, 3)), np.ones(3)])
def test_alpha_without_differences_or_pairs_is_refused(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"rated|vary|ratings"):
        krippendorff_alpha(table)


def test_the_examples_run() -> None:
    assert doctest.testmod(agreement).failed == 0
