"""From measures and masking to accepted, accepted with limits, retake or rejected.

A measure below its limit asks for a retake and names one thing to do. Which thing comes
first is a counterfactual: the one whose mending would raise the predicted fidelity most.
Where that makes no difference, geometry comes before blur and glare and those before the
rest, because a new position of the camera changes all the others. Nothing that could not
be assessed counts as a pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sonogate.errors import UnreadableReason
from sonogate.policy import Policy, VerdictPolicy
from sonogate.prompts import Place, Sentences, Smear
from sonogate.types import (
    HeatArray,
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
BLUR_AND_GLARE: frozenset[ReasonCode] = frozenset({"blur_motion", "blur_focus", "glare", "veil"})

_GRID: tuple[tuple[Place, Place, Place], ...] = (
    ("upper left", "top", "upper right"),
    ("left", "centre", "right"),
    ("lower left", "bottom", "lower right"),
)
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

    No display is a retake; a display without an ultrasound picture is rejected. A measure
    below its limit, an essential measure that could not be assessed, or masking that cannot
    be trusted is a retake. A mediocre or unassessed measure limits what an accepted picture
    is good for.

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
    if screen.scan_area_xy is None or elsewhere:
        return _plain("rejected", "no_scan_area", sentences)

    if quality is None:
        raise ValueError("decide: an ultrasound picture needs its measures")
    rules = policy.verdict
    failing, mediocre, limits = _faults(screen, quality, rules)
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
    mediocre = {code: fault for code, fault in mediocre.items() if code not in failing}
    return list(failing.values()), list(mediocre.values()), tuple(limits)


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
        place = far_side(screen, rules.side_ratio)
    else:
        place = place_of(measure.heat, rules.place_share)
    smear = None
    if code == "blur_motion" and measure.angle_deg is not None:
        smear = smear_of(measure.angle_deg)
    return _Fault(code, score, gain, place, smear)


def _ranked(faults: list[_Fault], rules: VerdictPolicy) -> list[_Fault]:
    """Order by gain; among gains within a tie of the best one left, by kind and score."""
    left = sorted(faults, key=lambda fault: -(fault.gain or 0.0))
    ranked: list[_Fault] = []
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


def place_of(heat: HeatArray | None, everywhere_share: float) -> Place | None:
    """Return where on the screen a fault is worst, or None when it is everywhere or nowhere.

    Args:
        heat: (rows, columns), how bad it is where, 0–1; or None.
        everywhere_share: Share of cells at half the worst or above from which the fault is
            said to be everywhere.
    """
    if heat is None or heat.size == 0 or not np.isfinite(heat).all() or heat.max() <= 0.0:
        return None
    if np.mean(heat >= 0.5 * heat.max()) > everywhere_share:
        return None
    rows, columns = heat.shape
    row_of = np.minimum(np.arange(rows) * 3 // max(rows, 1), 2)
    column_of = np.minimum(np.arange(columns) * 3 // max(columns, 1), 2)
    sums = np.zeros((3, 3))
    np.add.at(sums, (row_of[:, None], column_of[None, :]), heat.astype(np.float64))
    row, column = divmod(int(sums.argmax()), 3)
    return _GRID[row][column]


def cut_off_side(screen: RectifiedScreen) -> Place | None:
    """Return the side of the photo over which the screen runs, or None when not one side.

    The word is the way to move the camera: a screen that runs over the photo's right edge
    comes back into it when the camera moves right.
    """
    width, height = screen.photo_size_wh
    x, y = screen.quad.corners_xy[:, 0], screen.quad.corners_xy[:, 1]
    over_x = _one_side(-0.5 - x.min(), x.max() - (width - 0.5), 0.005 * width)
    over_y = _one_side(-0.5 - y.min(), y.max() - (height - 0.5), 0.005 * height)
    if over_x is None or over_y is None:
        return None
    return None if over_x == over_y == 0 else _GRID[1 + over_y][1 + over_x]


def _one_side(before: float, after: float, least: float) -> int | None:
    """Return -1, 0 or 1 for over the low edge, neither, the high edge; None for both."""
    if before > least and after > least:
        return None
    return 1 if after > least else -1 if before > least else 0


def far_side(screen: RectifiedScreen, side_ratio: float) -> Place | None:
    """Return the side of the screen farther from the camera, or None when none stands out.

    The farther of two opposite sides is seen shorter; the camera has to move towards it.

    Args:
        screen: The screen with its quad.
        side_ratio: Least relative difference of two opposite sides.
    """
    corners = screen.quad.corners_xy
    top, right, bottom, left = (
        float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4)
    )
    if min(top, right, bottom, left) <= 0.0:
        return None
    across, down = math.log(left / right), math.log(top / bottom)
    strongest = max(abs(across), abs(down))
    if strongest < side_ratio:
        return None
    least = max(side_ratio, 0.5 * strongest)
    column = 0 if abs(across) < least else 1 if across > 0 else -1
    row = 0 if abs(down) < least else 1 if down > 0 else -1
    return _GRID[1 + row][1 + column]


def smear_of(angle_deg: float) -> Smear:
    """Return in words which way the picture is smeared.

    Args:
        angle_deg: Direction on the screen, degrees from +x towards +y.
    """
    off_level = abs((angle_deg + 90.0) % 180.0 - 90.0)
    return "sideways" if off_level < 30.0 else "up and down" if off_level > 60.0 else "diagonally"
