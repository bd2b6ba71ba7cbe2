"""How sure it is that a quad is the display's, as a probability that was fitted.

The probability is that the quad, refined, overlaps the display by more than 0.95; the
regressions (Platt, 1999) are fitted to photos that no network was trained on.
"""

from __future__ import annotations

import math

from sonogate.policy import ConfidencePolicy

# Beliefs and agreements this near to 0 or 1 count as this near.
_LEAST = 0.005


def combined(belief: float, agreement: float, policy: ConfidencePolicy) -> float:
    """Return the confidence in a quad that two locators were asked for.

    Args:
        belief: The deciding locator's own confidence, 0–100.
        agreement: Overlap (0–1) of its quad with the other's; 0 where that found none.
        policy: The weights.
    """
    apart = -math.log(1.0 + _LEAST - agreement)
    logit = policy.intercept + policy.belief * _logit(belief) + policy.agreement * apart
    return _percent(logit)


def refined(belief: float, support: float, policy: ConfidencePolicy) -> float:
    """Return the confidence in a quad after its sides were placed along edges.

    Args:
        belief: The confidence before, 0–100.
        support: Mean over the sides of the share (0–1) that shows a believed edge.
        policy: The weights.
    """
    logit = policy.refined_intercept + policy.refined_belief * _logit(belief)
    return _percent(logit + policy.refined_support * support)


def _logit(percent: float) -> float:
    share = min(max(percent / 100.0, _LEAST), 1.0 - _LEAST)
    return math.log(share / (1.0 - share))


def _percent(logit: float) -> float:
    return 100.0 / (1.0 + math.exp(-min(max(logit, -60.0), 60.0)))
