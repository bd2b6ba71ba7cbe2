"""What a comparison with the export would say, predicted from the measures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sonogate.policy import FidelityPolicy, MeasuresPolicy, ScoreCurve
from sonogate.quality.evidence import Evidence
from sonogate.quality.fidelity_model import CAPTURED, RECOVERABLE, FidelityModel
from sonogate.types import MEASURE_NAMES, Fidelity, Measure, MeasureName

LEAST = 1e-3  # native value below which a ratio says no more
RATIOS: tuple[MeasureName, ...] = ("sampling", "sharpness", "noise")  # halving costs the same


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a comparison with the export would say.

    Attributes:
        captured: Of the picture as it is.
        recoverable: Of the picture after the best tone curve; None without the model.
        gains: Points that mending each measure alone would add to ``captured``.
    """

    captured: Fidelity
    recoverable: Fidelity | None
    gains: Mapping[MeasureName, float]


def predict_by_model(
    measures: Mapping[MeasureName, Measure],
    evidence: Evidence,
    model: FidelityModel,
    policy: FidelityPolicy,
) -> Prediction:
    """Predict HaarPSI (times 100) over the scan area, and what mending each measure gains.

    The interval is the model's standard deviation times a factor that split conformal
    prediction chose (Lei et al., 2018); each measure that could not be assessed widens it.
    A gain is the prediction for the evidence without the fault, minus the prediction.
    """
    values, deviations = model.predict(evidence.features())
    now = float(values[CAPTURED])
    gains: dict[MeasureName, float] = {}
    for name in MEASURE_NAMES:
        mended, _ = model.predict(evidence.mended(name).features())
        gains[name] = round(max(float(mended[CAPTURED]) - now, 0.0), 2)
    unknown = sum(measures[name].failure is not None for name in MEASURE_NAMES)
    halves = policy.half_width_deviations * deviations + policy.half_width_per_failure * unknown
    captured, recoverable = (
        _fidelity(float(values[k]), float(halves[k])) for k in (CAPTURED, RECOVERABLE)
    )
    return Prediction(captured, recoverable, gains)


def _fidelity(value: float, half: float) -> Fidelity:
    low, high = max(value - half, 0.0), min(value + half, 100.0)
    return Fidelity(round(value, 2), round(min(low, value), 2), round(max(high, value), 2))


def predict_fidelity(
    measures: Mapping[MeasureName, Measure], curves: MeasuresPolicy, policy: FidelityPolicy
) -> Prediction:
    """Predict the same without the model, from the measures alone.

    The prediction is logistic in the measures' deficits. A measure's deficit is zero at
    x90 and one at x50 of its curve, linear in the native value, or in its logarithm where
    ratios count (resolution, noise). A measure that could not be assessed counts as at x50
    and widens the interval. The gain of a measure is the prediction with its deficit set
    to zero, minus the prediction.
    """
    deficits = {
        name: _deficit(name, measures[name], getattr(curves, name)) for name in MEASURE_NAMES
    }
    value = _predict(deficits, policy)
    gains: dict[MeasureName, float] = {}
    for name in MEASURE_NAMES:
        mended = {**deficits, name: min(deficits[name], 0.0)}
        gains[name] = round(max(_predict(mended, policy) - value, 0.0), 2)
    unknown = sum(measures[name].failure is not None for name in MEASURE_NAMES)
    half = policy.half_width + policy.half_width_per_failure * unknown
    return Prediction(_fidelity(value, half), None, gains)


def _deficit(name: MeasureName, measure: Measure, curve: ScoreCurve) -> float:
    if measure.raw is None:
        return 1.0
    raw, x50, x90 = measure.raw, curve.x50, curve.x90
    if name in RATIOS and min(x50, x90) > 0.0:
        raw, x50, x90 = math.log(max(raw, LEAST)), math.log(x50), math.log(x90)
    return min(max((raw - x90) / (x50 - x90), -1.0), 4.0)


def _predict(deficits: Mapping[MeasureName, float], policy: FidelityPolicy) -> float:
    total = policy.intercept
    for name, weight in policy.weights.items():
        total -= weight * deficits[name]  # type: ignore[index]
    return 100.0 / (1.0 + math.exp(-min(max(total, -50.0), 50.0)))
