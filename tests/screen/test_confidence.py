"""Confidence follows belief, agreement and support."""

from __future__ import annotations

import pytest

from sonogate.policy import ConfidencePolicy, default_policy
from sonogate.screen import confidence

SHIPPED = default_policy().screen.confidence
PLAIN = ConfidencePolicy(
    intercept=0.0,
    belief=1.0,
    agreement=0.0,
    refined_intercept=0.0,
    refined_belief=1.0,
    refined_support=0.0,
)


@pytest.mark.parametrize("belief", [1.0, 30.0, 50.0, 98.0])
def test_weights_of_one_change_nothing(belief: float) -> None:
    assert confidence.combined(belief, 0.5, PLAIN) == pytest.approx(belief)
    assert confidence.refined(belief, 0.5, PLAIN) == pytest.approx(belief)


def test_certainty_stays_finite() -> None:
    assert confidence.combined(0.0, 0.0, PLAIN) == pytest.approx(0.5)
    assert confidence.combined(100.0, 1.0, PLAIN) == pytest.approx(99.5)


def test_agreement_and_support_are_worth_something() -> None:
    alone, agreed = (confidence.combined(60.0, share, SHIPPED) for share in (0.0, 0.98))
    bare, supported = (confidence.refined(60.0, share, SHIPPED) for share in (0.0, 0.9))

    assert agreed > alone + 5.0
    assert supported > bare + 5.0


def test_a_known_value() -> None:
    weights = ConfidencePolicy(-0.5, 0.8, 0.25, 0.1, 1.1, 0.6)

    # -0.5 + 0.8 ln(0.7 / 0.3) - 0.25 ln(1.005 - 0.9), then 0.1 + 1.1 x + 0.6 * 0.5.
    before = confidence.combined(70.0, 0.9, weights)
    assert before == pytest.approx(67.73, abs=0.01)
    assert confidence.refined(before, 0.5, weights) == pytest.approx(77.13, abs=0.01)
