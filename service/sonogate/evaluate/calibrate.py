"""Choosing how strict the gate is, with a statement of how often it will be wrong.

P(bad | accepted) is a ratio, so the threshold is chosen by Learn-then-Test (Angelopoulos,
Bates, Candès, Jordan and Lei, arXiv:2110.01052): thresholds are tried from the strictest to
the laxest, each tested against "more than the allowed share of the accepted is bad" with the
exact binomial p-value, and the search stops at the first that fails. Fixing the order
beforehand is what lets every test have the whole error rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonogate.evaluate.bad import bad_photos
from sonogate.evaluate.statistics import binomial_p, upper_bound
from sonogate.policy import Policy, parse_policy
from sonogate.types import FloatArray

STEP = 1.0  # points of fidelity from one threshold to the next
ACCEPTED = ("accepted", "accepted_with_limits")


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one threshold does on the calibration photos.

    Attributes:
        min_fidelity: Predicted fidelity below which a retake is asked for.
        accepted: Photos accepted.
        errors: Bad ones among them.
        good_accepted: Share of the good that are accepted.
        bound: Upper confidence bound of P(bad | accepted).
        certified: Whether the bound on the risk is proved for it.
    """

    min_fidelity: float
    accepted: int
    errors: int
    good_accepted: float
    bound: float
    certified: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome: every threshold tried, and the laxest that is certified, if any."""

    tried: tuple[Threshold, ...]
    chosen: Threshold | None


def choose(rows: list[dict[str, Any]], policy: Policy) -> Choice:
    """Find the laxest fidelity that keeps the share of the bad within the allowed risk.

    Args:
        rows: What ``quality_run`` returned for photos that no model was fitted to, under a
            policy whose ``min_fidelity`` is 0, so that the measures alone have decided.
        policy: ``calibration`` says what is bad, and which risk is allowed how surely.
    """
    rules = policy.calibration
    bad = bad_photos(rows, rules)
    passed = np.array([row["outcome"] in ACCEPTED for row in rows])
    value = np.array(
        [-1.0 if row.get("fidelity") is None else float(row["fidelity"]) for row in rows]
    )
    tried: list[Threshold] = []
    certified = True
    for limit in np.arange(100.0, -STEP / 2, -STEP):
        one = _try(float(limit), value, passed, bad, rules.confidence)
        if one.accepted < fewest(rules.risk, rules.confidence):
            continue  # no test could succeed: the order starts where one can
        p = binomial_p(one.errors, one.accepted, rules.risk)
        certified = certified and p <= 1.0 - rules.confidence
        tried.append(
            Threshold(
                one.min_fidelity, one.accepted, one.errors, one.good_accepted, one.bound, certified
            )
        )
    good = [one for one in tried if one.certified]
    return Choice(tuple(tried), good[-1] if good else None)


def fewest(risk: float, confidence: float) -> int:
    """Return how many photos without an error prove that the risk is at most ``risk``."""
    return int(np.ceil(np.log(1.0 - confidence) / np.log(1.0 - risk)))


def _try(
    limit: float, value: FloatArray, passed: Any, bad: FloatArray, confidence: float
) -> Threshold:
    kept = passed & (value >= limit)
    count, errors = int(kept.sum()), int((kept & (bad > 0.5)).sum())
    good = max(int((bad < 0.5).sum()), 1)
    share = float((kept & (bad < 0.5)).sum()) / good
    return Threshold(limit, count, errors, share, upper_bound(errors, count, confidence), False)


def rewrite(text: str, chosen: Threshold, version: str) -> str:
    """Return the text of a policy with the threshold and a new version, all else untouched.

    Raises:
        ValueError: The text lacks one of both entries.
        PolicyError: The result is not a policy.
    """
    changed, found = re.subn(
        r"(?m)^min_fidelity = [0-9.]+", f"min_fidelity = {chosen.min_fidelity:.1f}", text, count=1
    )
    changed, named = re.subn(r'(?m)^version = ".*"', f'version = "{version}"', changed, count=1)
    if not (found and named):
        raise ValueError("the policy has no version or no min_fidelity")
    parse_policy(changed.encode("utf-8"))
    return changed


def as_text(choice: Choice, policy: Policy, photos: int) -> str:
    """Return the outcome in words."""
    rules = policy.calibration
    goal = f"P(bad | accepted) ≤ {rules.risk:.1%} at {rules.confidence:.0%} confidence"
    least = fewest(rules.risk, rules.confidence)
    lines = [f"{photos} photos; {goal} needs at least {least} accepted without an error."]
    if not choice.tried:
        return lines[0] + "\nToo few photos are accepted at any threshold: nothing is certified."
    show = choice.chosen or min(choice.tried, key=lambda one: one.bound)
    verdict = "certified" if choice.chosen else "not certified; the best threshold tried"
    lines.append(
        f"min_fidelity {show.min_fidelity:.0f} ({verdict}): {show.accepted} accepted, "
        f"{show.errors} of them bad, bound {show.bound:.1%}, {show.good_accepted:.1%} of the "
        "good accepted."
    )
    return "\n".join(lines)
