"""What a submission makes of the gate's answers: the best of a burst, and the retry cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sonogate.policy import SubmissionPolicy
from sonogate.types import Assessment, Limit, Outcome

_RANK: dict[Outcome, int] = {
    "accepted": 3,
    "accepted_with_limits": 2,
    "retake": 1,
    "rejected": 0,
}


@dataclass(frozen=True, slots=True)
class Release:
    """What an attempt is taken as.

    Attributes:
        outcome: As the gate's, or ``accepted_with_limits`` where the cap let it through.
        limits: What the picture is not good for.
    """

    outcome: Outcome
    limits: tuple[Limit, ...]

    @property
    def accepted(self) -> bool:
        """Whether the picture is stored."""
        return self.outcome in ("accepted", "accepted_with_limits")


def best(assessments: Sequence[Assessment]) -> Assessment:
    """Return the best of the photos that came together: by verdict, then by fidelity.

    A readable photo comes before one that is not; of equals the first is taken.
    """
    return max(assessments, key=_merit)


def release(assessment: Assessment, number: int, rules: SubmissionPolicy) -> Release:
    """Return what attempt ``number`` of a submission is taken as.

    From the retry cap on, a picture that is only poor passes with every limit on it, so
    that a sender is not kept from sending what cannot be had better. One whose masking is
    not trusted, or that shows no whole scan, never does.
    """
    verdict = assessment.verdict
    if verdict.outcome != "retake" or number < rules.retry_cap or not _safe(assessment, rules):
        return Release(verdict.outcome, verdict.limits)
    return Release("accepted_with_limits", rules.cap_limits)


def _safe(assessment: Assessment, rules: SubmissionPolicy) -> bool:
    names = assessment.identifiers
    screen = assessment.screen
    return (
        names is not None
        and names.complete
        and assessment.masked is not None
        and screen is not None
        and screen.scan_area_xy is not None
        and all(reason.code in rules.cap_passes for reason in assessment.verdict.reasons)
    )


def _merit(assessment: Assessment) -> tuple[bool, int, float]:
    quality = assessment.quality
    fidelity = None if quality is None else quality.fidelity
    return (
        assessment.photo is not None,
        _RANK[assessment.verdict.outcome],
        -1.0 if fidelity is None else fidelity.value,
    )
