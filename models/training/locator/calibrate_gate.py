"""Fit the confidence that the gate reports: ``python -m ... calibrate_gate MODEL SET [SET ...]``.

After ``calibrate``, whose regressions the model must carry. Prints the weights of
``[screen.confidence]`` for the policy: of "the refined quad overlaps the display by more
than 0.95", on all that is found, empty photos too.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from models.training.locator.calibrate import fit_logistic
from sonogate.evaluate.localisation import GOOD_OVERLAP, clipped_overlap
from sonogate.evaluate.localisation_set import read_dataset
from sonogate.onnx.locator import LearnedLocator
from sonogate.policy import ConfidencePolicy, Policy, ScreenPolicy, default_policy
from sonogate.screen import ClassicalLocator, refine
from sonogate.screen.combined import CombinedLocator
from sonogate.types import Photo, ScreenQuad

# Policies whose confidence is the sigmoid of one quantity alone.
BELIEF = ConfidencePolicy(0.0, 1.0, 0.0, 0.0, 1.0, 0.0)
AGREEMENT = ConfidencePolicy(0.0, 0.0, 1.0, 0.0, 1.0, 0.0)
SUPPORT = ConfidencePolicy(0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class _Said:
    """A locator that has answered already."""

    quad: ScreenQuad | None

    def __call__(self, photo: Photo) -> ScreenQuad | None:  # noqa: ARG002
        return self.quad


def _logit(percent: float) -> float:
    share = min(max(percent / 100.0, 0.005), 0.995)
    return math.log(share / (1.0 - share))


def _with(policy: ScreenPolicy, weights: ConfidencePolicy) -> ScreenPolicy:
    return replace(policy, confidence=weights)


def gather(model: Path, sets: list[Path], policy: Policy) -> np.ndarray:
    """Return a row for each find: log odds of belief, agreement, support, and whether good."""
    rules = policy.screen
    weights = model.read_bytes()
    learned = LearnedLocator(rules.locator, weights=weights, least_presence=rules.least_presence)
    suspecting = LearnedLocator(
        rules.locator, weights=weights, least_presence=rules.suspected_presence
    )
    edges = ClassicalLocator(rules)
    rows = []
    for folder in sets:
        for labelled in read_dataset(folder, policy):
            photo = labelled.photo
            known, edged = learned(photo), edges(photo)
            suspected = suspecting(photo) if known is None else None
            quads = [
                CombinedLocator(_Said(known), _Said(edged), _with(rules, alone), _Said(suspected))(
                    photo
                )
                for alone in (BELIEF, AGREEMENT)
            ]
            refined = quads[0] and refine(photo, quads[0], _with(rules, SUPPORT))
            if quads[0] is None or quads[1] is None or refined is None:
                continue
            overlap = 0.0
            if labelled.corners_xy is not None:
                overlap = clipped_overlap(refined.corners_xy, labelled.corners_xy, photo.size_wh)
            said = [_logit(q.confidence) for q in (*quads, refined) if q is not None]
            rows.append([*said, float(overlap > GOOD_OVERLAP)])
    return np.array(rows)


def main() -> None:
    """Read the command line, locate, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="ONNX file with its calibration")
    parser.add_argument("sets", type=Path, nargs="+", help="folders with truth.toml")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rows = gather(options.model, options.sets, default_policy())
    belief, agreement, support, good = rows.T
    first = fit_logistic(np.stack([belief, agreement], 1), good)
    combined = np.stack([belief, agreement], 1) @ first[:2] + first[2]
    second = fit_logistic(np.stack([combined, support], 1), good)
    said = 1 / (1 + np.exp(-(np.stack([combined, support], 1) @ second[:2] + second[2])))
    print(f"# {len(rows)} finds, Brier {np.mean((said - good) ** 2):.4f}")
    names = ("belief", "agreement", "intercept")
    refined = ("refined_belief", "refined_support", "refined_intercept")
    for name, weight in zip((*names, *refined), (*first, *second), strict=True):
        print(f"{name} = {weight:.3f}")


if __name__ == "__main__":
    main()
