"""From measures and masking to accepted, accepted with limits, retake or rejected.

A measure below its limit asks for a retake and names one thing to do. Which thing comes
first is a counterfactual: the one whose mending would raise the predicted fidelity most.
Where that makes no difference, geometry comes before blur and glare and those before the
rest, because a new position of the camera changes all the others. Nothing that could not
be assessed counts as a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sonogate.errors import UnreadableReason
from sonogate.policy import Policy, VerdictPolicy
from sonogate.prompts import Place, Sentences, Smear
from sonogate.types import (
    IdentifierReport,
    Limit,
    Measure,
    MeasureName,
    QualityReport,
    Reason,
    ReasonCode,
    RectifiedScreen,
    Verdict,
)
from sonogate.verdict.places import cut_off_side, edge_side, far_side, place_of, smear_of

# The reason that a poor measure stands for when it names none itself; the contract has no
# code for false colours, which limit what a picture is good for but ask for no retake.
DEFAULT_REASONS: Mapping[MeasureName, ReasonCode] = MappingProxyType(
    {
        "sampling": "too_far",
        "sharpness": "blur_focus",
        "motion": "blur_motion",
        "glare": "glare",
        "veil": "veil",
        "moire": "moire",
        "exposure": "too_dark",
        "noise": "noise",
        "perspective": "off_angle",
        "compression": "compressed",
        "completeness": "cut_off",
    }
)
GEOMETRY: frozenset[ReasonCode] = frozenset({"too_far", "cut_off", "off_angle"})
BLUR: frozenset[ReasonCode] = frozenset({"blur_motion", "blur_focus"})
BLUR_AND_GLARE: frozenset[ReasonCode] = BLUR | {"glare", "veil"}

_UNASSESSED_SCORE = -1.0  # sorts before the worst score


@dataclass(frozen=True, slots=True)
class _Fault:
    code: ReasonCode
    score: float
    gain: float | None
    place: Place | None
    smear: Smear | None


def unreadable(reason: UnreadableReason, sentences: Sentences) -> Verdict:
    """Return the verdict on a file that could not be taken as a photo.

    Args:
        reason: Why not.
        sentences: The language of the prompt.
    """
    prompt = sentences.prompt("unreadable_file", detail=reason)
    return Verdict("rejected", (Reason("unreadable_file", None, prompt, detail=reason),))


def decide(
    screen: RectifiedScreen | None,
    quality: QualityReport | None,
    identifiers: IdentifierReport | None,
    policy: Policy,
    sentences: Sentences,
) -> Verdict:
    """Return the gate's answer for one readable photo.

    No display is a retake; a display without an ultrasound picture, or a page of text with
    one on it, is rejected. A measure
    below its limit, an essential measure that could not be assessed, a predicted fidelity
    below its own limit, or masking that cannot be trusted is a retake. A mediocre or
    unassessed measure limits what an accepted picture is good for.

    Args:
        screen: The rectified display, or None when none was found.
        quality: Its measures; needed whenever an ultrasound picture was found.
        identifiers: What was masked and whether that is complete, or None when not done.
        policy: Thresholds.
        sentences: The language of the prompts.

    Raises:
        ValueError: An ultrasound picture without its measures.
    """
    if screen is None:
        return _plain("retake", "no_screen", sentences)
    belief = screen.quad.shows_ultrasound
    elsewhere = belief is not None and belief < policy.screen.min_ultrasound
    rules = policy.verdict
    page = identifiers is not None and identifiers.page
    if screen.scan_area_xy is None or elsewhere or page:
        return _without_scan(screen, quality, rules, sentences, page=page)
    if quality is None:
        raise ValueError("decide: an ultrasound picture needs its measures")
    failing, mediocre, limits = _faults(screen, quality, rules)
    if not failing and _too_unlike(quality, rules):
        failing = [_most_useful(screen, quality, rules)]
        limits = tuple(dict.fromkeys((*limits, rules.limits[_most_gaining(quality)])))
    reasons = [_reason(fault, sentences) for fault in _ranked(failing, rules)]
    if identifiers is None or not identifiers.complete:
        prompt = sentences.prompt("masking_unsure")
        reasons.append(Reason("masking_unsure", None, prompt))
    must_retake = bool(reasons)
    seen = {reason.code for reason in reasons}
    reasons += [
        _reason(fault, sentences) for fault in _ranked(mediocre, rules) if fault.code not in seen
    ]
    if must_retake:
        return Verdict("retake", tuple(reasons), limits)
    return Verdict("accepted_with_limits" if limits else "accepted", tuple(reasons), limits)


def _plain(outcome: str, code: ReasonCode, sentences: Sentences) -> Verdict:
    reason = Reason(code, None, sentences.prompt(code))
    return Verdict("retake" if outcome == "retake" else "rejected", (reason,))


def _without_scan(
    screen: RectifiedScreen,
    quality: QualityReport | None,
    rules: VerdictPolicy,
    sentences: Sentences,
    *,
    page: bool,
) -> Verdict:
    """Reject; blur is named too, because a blurred scan may not be recognised as one."""
    detail: Literal["page"] | None = "page" if page else None
    first = Reason(
        "no_scan_area", None, sentences.prompt("no_scan_area", detail=detail), detail=detail
    )
    failing = _faults(screen, quality, rules)[0] if quality is not None else []
    blurred = [fault for fault in failing if fault.code in BLUR and fault.score >= 0.0]
    return Verdict(
        "rejected", (first, *(_reason(fault, sentences) for fault in _ranked(blurred, rules)))
    )


def _faults(
    screen: RectifiedScreen, quality: QualityReport, rules: VerdictPolicy
) -> tuple[list[_Fault], list[_Fault], tuple[Limit, ...]]:
    """Return faults that ask for a retake, faults that only limit, and the limits."""
    failing: dict[ReasonCode, _Fault] = {}
    mediocre: dict[ReasonCode, _Fault] = {}
    limits: dict[Limit, None] = {}
    for measure in quality.measures:
        score = measure.score
        if score is not None and score >= rules.limit_below:
            continue
        limits[rules.limits[measure.name]] = None
        code = measure.reason or DEFAULT_REASONS.get(measure.name)
        if code is None:
            continue
        essential = measure.name in rules.essential
        fails = essential if score is None else score < rules.retake_below
        # What could not be assessed and is not essential limits, but there is nothing to do.
        if score is None and not essential:
            continue
        fault = _fault(code, measure, screen, quality.gains.get(measure.name), rules)
        into = failing if fails else mediocre
        if code not in into or fault.score < into[code].score:
            into[code] = fault
    side = edge_side(screen, rules.edge_margin)
    if side != "none" and "cut_off" not in failing:
        failing["cut_off"] = _Fault("cut_off", 0.0, None, side, None)
        limits[rules.limits["completeness"]] = None
    mediocre = {code: fault for code, fault in mediocre.items() if code not in failing}
    return list(failing.values()), list(mediocre.values()), tuple(limits)


def _too_unlike(quality: QualityReport, rules: VerdictPolicy) -> bool:
    """Tell whether the predicted fidelity is too low though no single measure is."""
    if rules.min_fidelity <= 0.0:
        return False
    return quality.fidelity is None or quality.fidelity.value < rules.min_fidelity


def _most_gaining(quality: QualityReport) -> MeasureName:
    """Return the measure whose mending gains most; among equals the one that scores worst."""
    named = [one for one in quality.measures if one.reason or one.name in DEFAULT_REASONS]
    best = max(
        named,
        key=lambda one: (
            quality.gains.get(one.name, 0.0),
            -(_UNASSESSED_SCORE if one.score is None else one.score),
        ),
    )
    return best.name


def _most_useful(screen: RectifiedScreen, quality: QualityReport, rules: VerdictPolicy) -> _Fault:
    measure = quality[_most_gaining(quality)]
    code = measure.reason or DEFAULT_REASONS[measure.name]
    return _fault(code, measure, screen, quality.gains.get(measure.name), rules)


def _fault(
    code: ReasonCode,
    measure: Measure,
    screen: RectifiedScreen,
    gain: float | None,
    rules: VerdictPolicy,
) -> _Fault:
    score = _UNASSESSED_SCORE if measure.score is None else measure.score
    place: Place | None
    if code == "cut_off":
        place = cut_off_side(screen)
    elif code == "off_angle":
        place = far_side(screen.quad.corners_xy, rules.side_ratio)
    else:
        place = place_of(measure.heat, rules.place_share)
    smear = None
    if code == "blur_motion" and measure.angle_deg is not None:
        smear = smear_of(measure.angle_deg)
    return _Fault(code, score, gain, place, smear)


def _ranked(faults: list[_Fault], rules: VerdictPolicy) -> list[_Fault]:
    """Order by gain; among gains within a tie of the best one left, by kind and score.

    A screen that is cut off comes first whatever its gain: the fidelity is that of the part
    that is seen, and knows nothing of what is missing.
    """
    ranked = [fault for fault in faults if fault.code == "cut_off"]
    left = sorted(
        (fault for fault in faults if fault.code != "cut_off"),
        key=lambda fault: -(fault.gain or 0.0),
    )
    while left:
        best = left[0].gain or 0.0
        tied = [fault for fault in left if best - (fault.gain or 0.0) <= rules.gain_tie]
        ranked += sorted(tied, key=lambda fault: (_kind(fault.code), fault.score))
        left = left[len(tied) :]
    return ranked


def _kind(code: ReasonCode) -> int:
    return 0 if code in GEOMETRY else 1 if code in BLUR_AND_GLARE else 2


def _reason(fault: _Fault, sentences: Sentences) -> Reason:
    prompt = sentences.prompt(fault.code, place=fault.place, smear=fault.smear)
    return Reason(fault.code, fault.place, prompt, gain=fault.gain)
