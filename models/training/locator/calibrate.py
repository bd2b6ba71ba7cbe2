"""Fit the confidence on photos that the network was not trained on.

``python -m models.training.locator.calibrate MODEL OUT SET [SET ...]`` reads labelled sets
as ``sonogate evaluate localisation`` does, and fits two logistic regressions on the
locator's evidence: of "there is a display", and, where there is one, of "the quad's overlap
with the truth is above 0.95".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.evaluate.localisation import GOOD_OVERLAP, clipped_overlap
from sonogate.evaluate.localisation_set import read_dataset
from sonogate.onnx.locator import EVIDENCE, LearnedLocator
from sonogate.policy import default_policy
from sonogate.screen import refine
from sonogate.types import ScreenQuad

RIDGE = 1.0
STEPS = 50


def fit_logistic(evidence: NDArray[np.float64], good: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights and, last, the bias of a ridge logistic regression (Newton's method)."""
    mean, spread = evidence.mean(0), evidence.std(0) + 1e-6
    inputs = np.concatenate([(evidence - mean) / spread, np.ones((len(evidence), 1))], 1)
    penalty = np.diag([RIDGE] * evidence.shape[1] + [1e-6])
    weights = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (said - good) + penalty @ weights
        curvature = (inputs * (said * (1 - said))[:, None]).T @ inputs + penalty
        weights = weights - np.linalg.solve(curvature, gradient)
    plain = weights[:-1] / spread
    return np.append(plain, weights[-1] - plain @ mean)


def main() -> None:
    """Read the command line, locate, fit, write JSON for ``export``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="ONNX file, its calibration disregarded")
    parser.add_argument("out", type=Path, help="the JSON file to write")
    parser.add_argument("sets", type=Path, nargs="+", help="folders with truth.toml")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    policy = default_policy()
    locator = LearnedLocator(policy.screen.locator, weights=options.model.read_bytes())
    rows, good, present = [], [], []
    for folder in options.sets:
        for labelled in read_dataset(folder, policy):
            finding = locator.find(labelled.photo.pixels)
            if finding is None:
                continue
            overlap = 0.0
            if labelled.corners_xy is not None:
                quad = ScreenQuad(finding.corners_xy, 100.0, 1.0)
                quad = refine(labelled.photo, quad, policy.screen) or quad
                size = labelled.photo.size_wh
                overlap = clipped_overlap(quad.corners_xy, labelled.corners_xy, size)
            rows.append(finding.evidence)
            good.append(float(overlap > GOOD_OVERLAP))
            present.append(float(labelled.corners_xy is not None))
    evidence, shown = np.array(rows), np.array(present)
    table = {
        "present": _fitted("display", evidence, shown, even=True),
        "confidence": _fitted("good quad", evidence[shown > 0], np.array(good)[shown > 0]),
    }
    options.out.write_text(json.dumps(table, indent=1), "utf-8")


def _fitted(
    what: str, evidence: NDArray[np.float64], yes: NDArray[np.float64], *, even: bool = False
) -> dict[str, object]:
    """Fit, at will as if as many were yes as no: how many photos are empty is the set's doing."""
    fitted = fit_logistic(evidence, yes)
    if even:
        fitted[-1] -= np.log(yes.mean() / (1 - yes.mean()))
    said = 1 / (1 + np.exp(-(evidence @ fitted[:-1] + fitted[-1])))
    wrong = float(np.mean((said > 0.5) != (yes > 0.5)))
    brier = float(np.mean((said - yes) ** 2))
    print(f"{what}: {len(yes)} finds, {yes.mean():.3f} yes, {wrong:.3f} wrong, Brier {brier:.4f}")
    weights = {name: round(float(w), 6) for name, w in zip(EVIDENCE, fitted[:-1], strict=True)}
    return {"weights": weights, "bias": round(float(fitted[-1]), 6)}


if __name__ == "__main__":
    main()
