"""Stored pictures judged again by the policy of today, from what was measured then.

The photo is gone and the masks alter what is measured, so nothing is measured anew: the
native values on record are scored by today's curves and held against today's limits. What
was found and masked, and the predicted fidelity, stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sonogate.policy import MeasuresPolicy, Policy, ScoreCurve
from sonogate.records.values import StoredImage
from sonogate.types import MEASURE_NAMES, MeasureName, Outcome


@dataclass(frozen=True, slots=True)
class Reassessment:
    """What today's policy says of a picture.

    Attributes:
        image_id: The picture.
        was: The gate's verdict on the photo, before any retry cap.
        now: Today's.
        failing: Measures that would ask for a retake today.
        mediocre: Measures that would limit what the picture is good for.
    """

    image_id: str
    was: Outcome
    now: Outcome
    failing: tuple[MeasureName, ...]
    mediocre: tuple[MeasureName, ...]

    @property
    def worse(self) -> bool:
        """Whether the picture would fare worse today."""
        order = ("accepted", "accepted_with_limits", "retake", "rejected")
        return order.index(self.now) > order.index(self.was)


def reassess(image: StoredImage, policy: Policy) -> Reassessment | None:
    """Return what ``policy`` says of a picture; None of one whose report is gone."""
    quality: Mapping[str, Any] | None = image.report.get("quality")
    if not quality:
        return None
    rules = policy.verdict
    failing: list[MeasureName] = []
    mediocre: list[MeasureName] = []
    for name in MEASURE_NAMES:
        raw = quality["measures"].get(name, {}).get("raw")
        if raw is None:
            (failing if name in rules.essential else mediocre).append(name)
            continue
        score = _curve(policy.measures, name).score(raw)
        if score < rules.retake_below:
            # False colours limit, and never ask for a retake.
            (mediocre if name == "colour" else failing).append(name)
        elif score < rules.limit_below:
            mediocre.append(name)
    now: Outcome = "accepted"
    if failing:
        now = "retake"
    elif mediocre:
        now = "accepted_with_limits"
    was: Outcome = image.report["verdict"]["outcome"]
    return Reassessment(image.id, was, now, tuple(failing), tuple(mediocre))


def _curve(curves: MeasuresPolicy, name: MeasureName) -> ScoreCurve:
    curve: ScoreCurve = getattr(curves, name)
    return curve
