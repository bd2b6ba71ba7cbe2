"""The verdict: what is accepted, what is not, and which reason comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from sonogate import verdict
from sonogate.policy import Policy
from sonogate.prompts import load_sentences
from sonogate.types import (
    MEASURE_NAMES,
    Fidelity,
    HeatArray,
    IdentifierReport,
    Measure,
    MeasureName,
    QualityReport,
    ReasonCode,
    RectifiedScreen,
    ScreenQuad,
    Verdict,
)

SENTENCES = load_sentences("en")
SQUARE = np.array([[10.0, 10.0], [90.0, 10.0], [90.0, 70.0], [10.0, 70.0]])
COMPLETE = IdentifierReport((), complete=True)


def screen(
    corners_xy: np.ndarray = SQUARE,
    *,
    scan_area: bool = True,
    shows_ultrasound: float | None = None,
) -> RectifiedScreen:
    return RectifiedScreen(
        pixels=np.zeros((60, 80, 3), np.uint8),
        quad=ScreenQuad(corners_xy, 90.0, 1.0, shows_ultrasound=shows_ultrasound),
        homography=np.eye(3),
        photo_size_wh=(100, 80),
        tilt_deg=0.0,
        export_size_wh=(80, 60),
        scan_area_xy=np.array([[1.0, 1.0], [70.0, 1.0], [70.0, 50.0]]) if scan_area else None,
    )


def quality(
    scores: Mapping[MeasureName, float | None] | None = None,
    *,
    gains: Mapping[MeasureName, float] | None = None,
    heat: Mapping[MeasureName, HeatArray] | None = None,
    reasons: Mapping[MeasureName, ReasonCode] | None = None,
    angle_deg: float | None = None,
) -> QualityReport:
    """All measures at 95, but for ``scores``; None is a failure to assess."""
    measures = []
    for name in MEASURE_NAMES:
        score = {**dict.fromkeys(MEASURE_NAMES, 95.0), **(scores or {})}[name]
        measures.append(
            Measure(
                name,
                raw=None if score is None else 1.0,
                unit="u",
                score=score,
                failure="nothing to measure" if score is None else None,
                reason=(reasons or {}).get(name),
                heat=(heat or {}).get(name),
                angle_deg=angle_deg if name == "motion" else None,
            )
        )
    return QualityReport(tuple(measures), Fidelity(80, 70, 90), gains or {})


def decide(
    policy: Policy,
    report: QualityReport,
    *,
    found: RectifiedScreen | None = None,
    names: IdentifierReport | None = COMPLETE,
) -> Verdict:
    return verdict.decide(found or screen(), report, names, policy, SENTENCES)


def codes(answer: Verdict) -> list[ReasonCode]:
    return [reason.code for reason in answer.reasons]


def test_a_good_photo_is_accepted_without_reasons_or_limits(policy: Policy) -> None:
    assert decide(policy, quality()) == Verdict("accepted")


def test_no_display_is_a_retake_and_a_display_without_a_scan_is_rejected(policy: Policy) -> None:
    none = verdict.decide(None, None, None, policy, SENTENCES)
    assert (none.outcome, codes(none)) == ("retake", ["no_screen"])
    desktop = decide(policy, quality(), found=screen(scan_area=False))
    assert (desktop.outcome, codes(desktop)) == ("rejected", ["no_scan_area"])


@pytest.mark.parametrize(
    ("belief", "outcome"), [(None, "accepted"), (0.9, "accepted"), (0.1, "rejected")]
)
def test_what_is_believed_to_be_no_ultrasound_is_rejected(
    policy: Policy, belief: float | None, outcome: str
) -> None:
    found = screen(shows_ultrasound=belief)
    assert decide(policy, quality(), found=found).outcome == outcome


@pytest.mark.parametrize(
    ("measure", "code", "limit"),
    [
        ("sampling", "too_far", "fine_detail"),
        ("sharpness", "blur_focus", "fine_detail"),
        ("motion", "blur_motion", "fine_detail"),
        ("glare", "glare", "grey_levels"),
        ("veil", "veil", "grey_levels"),
        ("moire", "moire", "fine_detail"),
        ("exposure", "too_dark", "grey_levels"),
        ("noise", "noise", "grey_levels"),
        ("perspective", "off_angle", "measuring"),
        ("compression", "compressed", "fine_detail"),
        ("completeness", "cut_off", "measuring"),
    ],
)
def test_each_measure_asks_for_a_retake_below_its_limit_and_limits_when_mediocre(
    policy: Policy, measure: MeasureName, code: ReasonCode, limit: str
) -> None:
    poor = decide(policy, quality({measure: 49.9}))
    assert (poor.outcome, codes(poor)) == ("retake", [code])
    mediocre = decide(policy, quality({measure: 50.0}))
    assert (mediocre.outcome, codes(mediocre)) == ("accepted_with_limits", [code])
    assert mediocre.limits == (limit,)
    assert decide(policy, quality({measure: 70.0})).outcome == "accepted"


def test_false_colours_limit_and_never_ask_for_a_retake(policy: Policy) -> None:
    answer = decide(policy, quality({"colour": 3.0}))
    assert answer == Verdict("accepted_with_limits", (), ("colour",))


@pytest.mark.parametrize("name", MEASURE_NAMES)
def test_what_could_not_be_assessed_never_passes(policy: Policy, name: MeasureName) -> None:
    answer = decide(policy, quality({name: None}))
    if name in policy.verdict.essential:
        assert answer.outcome == "retake"
        assert len(answer.reasons) == 1
    else:
        assert answer.outcome == "accepted_with_limits"
    assert answer.limits == (policy.verdict.limits[name],)


def test_nothing_assessed_at_all_is_a_retake(policy: Policy) -> None:
    assert decide(policy, quality(dict.fromkeys(MEASURE_NAMES, None))).outcome == "retake"


@pytest.mark.parametrize(
    "names", [None, IdentifierReport((), complete=False, failure="text is too blurred")]
)
def test_masking_that_cannot_be_trusted_is_a_retake(
    policy: Policy, names: IdentifierReport | None
) -> None:
    answer = decide(policy, quality(), names=names)
    assert (answer.outcome, codes(answer)) == ("retake", ["masking_unsure"])
    blurred = decide(policy, quality({"sharpness": 10.0}), names=names)
    assert codes(blurred) == ["blur_focus", "masking_unsure"]


def test_the_greatest_gain_comes_first(policy: Policy) -> None:
    scores: dict[MeasureName, float | None] = {"glare": 40.0, "sampling": 45.0, "noise": 10.0}
    gains: dict[MeasureName, float] = {"glare": 12.0, "sampling": 5.0, "noise": 30.0}
    answer = decide(policy, quality(scores, gains=gains))
    assert codes(answer) == ["noise", "glare", "too_far"]
    assert [reason.gain for reason in answer.reasons] == [30.0, 12.0, 5.0]


def test_too_low_a_fidelity_asks_for_what_gains_most(policy: Policy) -> None:
    strict = replace(policy, verdict=replace(policy.verdict, min_fidelity=81.0))
    gains: dict[MeasureName, float] = {"glare": 4.0, "sampling": 9.0, "colour": 20.0}
    answer = decide(strict, quality(gains=gains))
    assert (answer.outcome, codes(answer)) == ("retake", ["too_far"])
    assert answer.limits == ("fine_detail",)
    lax = replace(policy, verdict=replace(policy.verdict, min_fidelity=80.0))
    assert decide(lax, quality(gains=gains)) == Verdict("accepted")
    failing = decide(strict, quality({"veil": 10.0}, gains=gains))
    assert codes(failing) == ["veil"]


def test_an_unknown_fidelity_is_no_pass_where_one_is_asked_for(policy: Policy) -> None:
    strict = replace(policy, verdict=replace(policy.verdict, min_fidelity=1.0))
    assert decide(strict, replace(quality(), fidelity=None)).outcome == "retake"


def test_where_gains_tie_geometry_comes_before_blur_and_glare_and_those_before_the_rest(
    policy: Policy,
) -> None:
    scores: dict[MeasureName, float | None] = {
        "noise": 5.0,
        "glare": 20.0,
        "sharpness": 10.0,
        "sampling": 45.0,
    }
    assert codes(decide(policy, quality(scores))) == ["too_far", "blur_focus", "glare", "noise"]
    tied: dict[MeasureName, float] = {"noise": 4.0, "glare": 3.5, "sharpness": 3.2, "sampling": 3.1}
    answer = decide(policy, quality(scores, gains=tied))
    assert codes(answer) == ["too_far", "blur_focus", "glare", "noise"]


def test_what_asks_for_a_retake_comes_before_what_only_limits(policy: Policy) -> None:
    scores: dict[MeasureName, float | None] = {"sampling": 60.0, "compression": 40.0}
    gains: dict[MeasureName, float] = {"sampling": 9.0, "compression": 1.0}
    answer = decide(policy, quality(scores, gains=gains))
    assert (answer.outcome, codes(answer)) == ("retake", ["compressed", "too_far"])


def test_a_measure_may_name_its_reason_and_one_reason_is_given_once(policy: Policy) -> None:
    bright = decide(policy, quality({"exposure": 10.0}, reasons={"exposure": "too_bright"}))
    assert codes(bright) == ["too_bright"]
    both = quality({"motion": 30.0, "sharpness": 20.0}, reasons={"sharpness": "blur_motion"})
    assert codes(decide(policy, both)) == ["blur_motion"]


@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("column", range(3))
def test_the_place_is_named_from_the_heat_map(policy: Policy, row: int, column: int) -> None:
    heat = np.zeros((10, 16), np.float32)
    heat[row * 3 + 1, column * 6 + 1] = 0.9
    place = (
        ("upper left", "top", "upper right"),
        ("left", "centre", "right"),
        ("lower left", "bottom", "lower right"),
    )[row][column]
    answer = decide(policy, quality({"glare": 10.0}, heat={"glare": heat}))
    assert answer.reasons[0].where == place
    words = {"left": "the left side", "right": "the right side"}.get(place, f"the {place}")
    assert words in answer.reasons[0].prompt


@pytest.mark.parametrize(
    "heat",
    [
        np.zeros((4, 4), np.float32),
        np.ones((4, 4), np.float32),
        np.full((4, 4), np.nan, np.float32),
        np.zeros((0, 4), np.float32),
        None,
    ],
)
def test_no_place_is_named_when_the_fault_is_everywhere_or_nowhere(heat: HeatArray | None) -> None:
    assert verdict.place_of(heat, 0.5) is None


@pytest.mark.parametrize(
    ("shift_xy", "side"),
    [
        ((0, 0), None),
        ((30, 0), "right"),
        ((-30, 0), "left"),
        ((0, 30), "bottom"),
        ((0, -30), "top"),
        ((30, -30), "upper right"),
        ((-30, 30), "lower left"),
    ],
)
def test_the_side_that_is_cut_off_says_where_to_move(
    policy: Policy, shift_xy: tuple[int, int], side: str | None
) -> None:
    found = screen(SQUARE + np.array(shift_xy, dtype=float))
    answer = decide(policy, quality({"completeness": 5.0}), found=found)
    assert (answer.reasons[0].code, answer.reasons[0].where) == ("cut_off", side)


def test_a_screen_over_opposite_edges_says_to_move_back(policy: Policy) -> None:
    wide = np.array([[-20.0, 10.0], [120.0, 10.0], [120.0, 70.0], [-20.0, 70.0]])
    reason = decide(policy, quality({"completeness": 5.0}), found=screen(wide)).reasons[0]
    assert reason.where is None
    assert reason.prompt.startswith("Move back")


@pytest.mark.parametrize(
    ("corners", "side", "words"),
    [
        ([[10, 10], [80, 20], [80, 60], [10, 70]], "right", "to the right"),
        ([[20, 20], [90, 10], [90, 70], [20, 60]], "left", "to the left"),
        ([[10, 10], [90, 10], [75, 70], [25, 70]], "bottom", "down"),
        ([[25, 10], [75, 10], [90, 70], [10, 70]], "top", "up"),
        ([[10, 10], [90, 10], [90, 70], [10, 70]], None, "straight in front"),
    ],
)
def test_an_angle_is_mended_by_moving_to_the_far_side(
    policy: Policy, corners: list[list[float]], side: str | None, words: str
) -> None:
    found = screen(np.array(corners, dtype=float))
    reason = decide(policy, quality({"perspective": 5.0}), found=found).reasons[0]
    assert (reason.code, reason.where) == ("off_angle", side)
    assert words in reason.prompt


@pytest.mark.parametrize(
    ("angle_deg", "words"),
    [(0, "sideways"), (178, "sideways"), (90, "up and down"), (-92, "up and down"), (45, "diagon")],
)
def test_the_smear_is_told_in_words(policy: Policy, angle_deg: float, words: str) -> None:
    answer = decide(policy, quality({"motion": 5.0}, angle_deg=angle_deg))
    assert words in answer.reasons[0].prompt


def test_an_unreadable_file_is_rejected_with_its_reason() -> None:
    answer = verdict.unreadable("raw_photo", SENTENCES)
    assert answer.outcome == "rejected"
    assert (answer.reasons[0].code, answer.reasons[0].detail) == ("unreadable_file", "raw_photo")
    assert "raw" in answer.reasons[0].prompt


def test_a_scan_without_measures_is_a_fault(policy: Policy) -> None:
    with pytest.raises(ValueError, match="measures"):
        verdict.decide(screen(), None, COMPLETE, policy, SENTENCES)


def test_thresholds_come_from_the_policy(policy: Policy) -> None:
    strict = replace(policy, verdict=replace(policy.verdict, retake_below=96.0, limit_below=100.0))
    assert decide(strict, quality()).outcome == "retake"


@pytest.mark.parametrize(
    ("corners", "side"),
    [
        ([[20, 10], [99.5, 10], [99.5, 70], [20, 70]], "right"),
        ([[-0.5, 10], [90, 10], [90, 70], [-0.4, 70]], "left"),
        ([[10, -0.5], [90, -0.5], [90, 70], [10, 70]], "top"),
        ([[20, 10], [99.5, 10], [99.5, 79.5], [20, 79.5]], "lower right"),
        ([[-0.5, -0.5], [99.5, -0.5], [99.5, 79.5], [-0.5, 79.5]], None),
    ],
)
def test_a_screen_that_ends_where_the_photo_ends_is_cut_off(
    policy: Policy, corners: list[list[float]], side: str | None
) -> None:
    report = quality({"noise": 10.0}, gains={"noise": 50.0})
    answer = decide(policy, report, found=screen(np.array(corners, dtype=float)))
    assert answer.outcome == "retake"
    assert codes(answer) == ["cut_off", "noise"]
    assert answer.reasons[0].where == side


def test_a_corner_on_the_edge_of_the_photo_is_not_cut_off(policy: Policy) -> None:
    corners = np.array([[20.0, 10.0], [99.5, 5.0], [90.0, 70.0], [20.0, 70.0]])
    assert decide(policy, quality(), found=screen(corners)).outcome == "accepted"


def test_blur_is_named_where_no_scan_was_recognised(policy: Policy) -> None:
    found = screen(scan_area=False)
    answer = decide(policy, quality({"sharpness": 5.0, "noise": 5.0}), found=found)
    assert (answer.outcome, codes(answer)) == ("rejected", ["no_scan_area", "blur_focus"])
