"""Choosing the least fidelity: what is certified is proved, and nothing else is written."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
import pytest

from sonogate.evaluate import calibrate
from sonogate.evaluate.bad import is_bad
from sonogate.policy import Policy, parse_policy


def row(fidelity: float, true: float, outcome: str = "accepted", **more: Any) -> dict[str, Any]:
    return {
        "fidelity": fidelity,
        "true_fidelity": true,
        "outcome": outcome,
        "truth_mtf50_cpx": 0.4,
        "truth_visible_fraction": 1.0,
        **more,
    }


def photos(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Photos whose prediction is off by some points."""
    rng = np.random.default_rng(seed)
    true = rng.uniform(20, 95, count)
    return [row(float(t + rng.normal() * 4), float(t)) for t in true]


@pytest.mark.parametrize(
    ("more", "bad"),
    [
        ({}, False),
        ({"true_fidelity": 10.0}, True),
        ({"truth_mtf50_cpx": 0.05}, True),
        ({"true_glare": 40.0}, True),
        ({"true_exposure": 30.0}, True),
        ({"truth_occluded_pct": 20.0}, True),
        ({"truth_visible_fraction": 0.9}, True),
    ],
)
def test_any_true_fault_makes_a_photo_bad(policy: Policy, more: dict[str, Any], bad: bool) -> None:
    assert is_bad(row(80.0, 80.0) | more, policy.calibration) is bad


def test_the_laxest_certified_threshold_is_chosen(policy: Policy) -> None:
    rules = replace(policy.calibration, risk=0.05)
    chosen = calibrate.choose(photos(3000), replace(policy, calibration=rules)).chosen
    assert chosen is not None
    assert chosen.bound <= 0.05
    assert abs(chosen.min_fidelity - rules.min_fidelity) < 6
    assert chosen.good_accepted > 0.9


def test_the_promise_holds_on_other_photos(policy: Policy) -> None:
    rules = replace(policy.calibration, risk=0.05)
    broken = 0
    for seed in range(40):
        chosen = calibrate.choose(photos(400, seed), replace(policy, calibration=rules)).chosen
        if chosen is not None:
            fresh = [
                one for one in photos(4000, 1000 + seed) if one["fidelity"] >= chosen.min_fidelity
            ]
            broken += np.mean([is_bad(one, rules) for one in fresh]) > 0.05
    assert broken <= 5  # 5% of 40, and chance


def test_too_few_photos_certify_nothing(policy: Policy) -> None:
    choice = calibrate.choose(photos(100), policy)
    assert choice.chosen is None
    assert "nothing is certified" in calibrate.as_text(choice, policy, 100)


def test_what_the_measures_refused_does_not_count(policy: Policy) -> None:
    refused = [one | {"outcome": "retake"} for one in photos(3000)]
    assert calibrate.choose(refused, policy).chosen is None


def test_a_rewritten_policy_differs_in_version_and_threshold_alone(policy: Policy) -> None:
    text = resources.files("sonogate.models").joinpath("policy.toml").read_text("utf-8")
    chosen = calibrate.Threshold(61.0, 300, 0, 0.9, 0.01, True)
    new = parse_policy(calibrate.rewrite(text, chosen, "site.1").encode())
    assert new.version.startswith("site.1+")
    assert new.verdict.min_fidelity == 61.0
    assert replace(new.verdict, min_fidelity=policy.verdict.min_fidelity) == policy.verdict
    assert new.measures == policy.measures
    with pytest.raises(ValueError, match="no version"):
        calibrate.rewrite("version = 1", chosen, "x")
