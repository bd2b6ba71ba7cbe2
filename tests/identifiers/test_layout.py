"""What the layout says about words that are names too, and what the mask leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.identifiers.conftest import as_screen, box

from sonogate.identifiers import classify, mask
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, RegionAction, TextRun, TextRuns

HEIGHT, WIDTH = 480, 640


def run(text: str, polygon_xy: FloatArray, second: str | None = None) -> TextRun:
    return TextRun(polygon_xy, (text, text if second is None else second), 0.95)


def actions(limits: IdentifiersPolicy, *runs: TextRun) -> list[RegionAction]:
    screen = as_screen(np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8))
    report = classify(TextRuns(runs), screen, limits)
    assert report.regions[0].kind == "surround"
    return [region.action for region in report.regions if region.kind != "surround"]


HEADER = box(20, 8, 70, 24)
SIDE = box(10, 200, 60, 216)


@pytest.mark.parametrize(
    ("text", "in_header", "at_side"),
    [
        ("MI 1.1", "kept", "kept"),
        ("11 cm", "kept", "kept"),
        ("C5-1", "kept", "kept"),
        ("RT KIDNEY", "kept", "kept"),
        ("LONG", "masked", "kept"),
        ("Head", "masked", "kept"),
        ("LONG HEAD", "masked", "kept"),
        ("SMITH", "masked", "masked"),
        ("12345", "masked", "masked"),
    ],
)
def test_place(text: str, in_header: str, at_side: str, limits: IdentifiersPolicy) -> None:
    assert actions(limits, run(text, HEADER)) == [in_header]
    assert actions(limits, run(text, SIDE)) == [at_side]


def test_a_name_split_in_two_is_masked_whole(limits: IdentifiersPolicy) -> None:
    family, given_name = run("SMITH", SIDE), run("LONG", box(100, 200, 150, 216))
    assert actions(limits, family, given_name) == ["masked", "masked"]
    below = run("Head", box(10, 222, 60, 238))
    assert actions(limits, family, below) == ["masked", "masked"]
    far = run("LONG", box(10, 400, 60, 416))
    assert actions(limits, family, far) == ["masked", "kept"]


def test_digits_beside_a_denied_run_are_denied(limits: IdentifiersPolicy) -> None:
    digits = run("12", box(100, 200, 120, 216))
    assert actions(limits, run("MRN 4477", SIDE), digits) == ["masked", "masked"]
    assert actions(limits, run("11 cm", SIDE), digits) == ["kept", "masked"]


def test_numbers_stay_only_on_a_ruler(limits: IdentifiersPolicy) -> None:
    column = [run(str(i), box(600, 100 + 60 * i, 616, 114 + 60 * i)) for i in range(1, 5)]
    assert actions(limits, *column) == ["kept"] * 4
    assert actions(limits, *column[:2]) == ["masked"] * 2
    off_scale = run("7", box(600, 400, 616, 414))
    assert actions(limits, *column, off_scale)[-1] == "masked"
    letters = run("AB", box(600, 400, 616, 414))
    assert actions(limits, *column, letters)[-1] == "masked"
    unread = TextRun(box(600, 400, 616, 414), (), 0.6)
    assert actions(limits, *column, unread) == ["kept"] * 5
    ticked = [run(f"-{i}", box(600, 100 + 60 * i, 616, 114 + 60 * i), f"o{i}") for i in (5, 10)]
    assert actions(limits, *ticked) == ["kept"] * 2
    beside = run("72", box(300, 160, 320, 174))
    assert actions(limits, *column, beside) == ["kept"] * 4 + ["masked"]


def test_two_searches_that_read_different_things(limits: IdentifiersPolicy) -> None:
    other = TextRun(box(8, 198, 92, 218), ("SMITH",), 0.9)
    assert actions(limits, run("MI 1.1", SIDE), other) == ["masked", "masked"]
    wider = TextRun(box(8, 198, 140, 218), ("MI 1.1 SMITH",), 0.9)
    assert actions(limits, run("MI 1.1", SIDE), wider) == ["masked", "masked"]


def test_an_unread_echo_of_a_known_run_is_dropped(limits: IdentifiersPolicy) -> None:
    echo = TextRun(box(12, 202, 60, 214), (), 0.4)
    assert actions(limits, run("MI 1.1", SIDE), echo) == ["kept"]


def test_words_beside_an_identifier_in_the_header(limits: IdentifiersPolicy) -> None:
    words = run("LIVER", box(20, 8, 80, 24))
    assert actions(limits, words, run("5/25/2011", box(500, 8, 600, 24)))[0] == "masked"
    assert actions(limits, words, run("TIS 0.2", box(500, 8, 560, 24)))[0] == "kept"
    date = run("5/25/2011", box(500, 8, 600, 24))
    # A key of the console that is a surname, one that is none, and a preset.
    assert actions(limits, run("Freeze", box(20, 8, 80, 24)), date)[0] == "masked"
    assert actions(limits, run("Calipers", box(20, 8, 100, 24)), date)[0] == "kept"
    assert actions(limits, run("Abd Gen", box(20, 8, 90, 24)), date)[0] == "kept"
    # Given and family name, both words of the clinic.
    pair = run("Art", box(20, 8, 50, 24)), run("LIVER", box(60, 8, 120, 24))
    assert actions(limits, *pair) == ["masked", "masked"]


def test_the_name_of_a_field_stays_and_its_value_does_not(limits: IdentifiersPolicy) -> None:
    label = run("Name:", box(20, 8, 70, 24))
    assert actions(limits, label, run("SMITH", box(76, 8, 130, 24))) == ["kept", "masked"]


def test_a_run_wider_than_what_was_read_of_it_is_masked(limits: IdentifiersPolicy) -> None:
    # A name in a script that the recogniser passes over.
    assert actions(limits, run("Name:", box(20, 8, 160, 24))) == ["masked"]
    assert actions(limits, run("MI 1.1", box(10, 200, 200, 216))) == ["masked"]


def test_two_readings_must_agree_with_confidence(limits: IdentifiersPolicy) -> None:
    assert actions(limits, run("MI 1.1", SIDE, "MI 11")) == ["masked"]
    assert actions(limits, run("LONG", SIDE, "LUNG")) == ["masked"]
    # Whichever digit it is, it is a mechanical index.
    assert actions(limits, run("MI 1.1", SIDE, "MI 1.7")) == ["kept"]
    assert actions(limits, TextRun(SIDE, ("MI 1.1",), 0.99)) == ["masked"]
    assert actions(limits, TextRun(SIDE, ("MI 1.1", "MI 1.1"), 0.1)) == ["masked"]
    assert actions(limits, TextRun(SIDE, (), 0.99)) == ["masked"]


def test_vendors_are_the_sites_choice(limits: IdentifiersPolicy) -> None:
    assert actions(limits, run("PHILIPS", SIDE)) == ["masked"]
    keeping = replace(limits, keeps=replace(limits.keeps, machine=True))
    assert actions(keeping, run("PHILIPS", SIDE)) == ["kept"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("10:16:17", True),
        ("2:04 PM", True),
        ("16 OCT 07 10:16", True),
        ("2007.07.31 14:04:25", True),
        ("11-28-17 4:20:40 PM", True),
        # It may be the day of birth.
        ("16 OCT 07", False),
        ("1931-07-23", False),
        ("SMITH 10:16", False),
        ("10:16 SMITH", False),
        ("1:25 000", False),
    ],
)
def test_times_are_the_sites_choice_and_dates_alone_are_never_kept(
    limits: IdentifiersPolicy, text: str, kept: bool
) -> None:
    assert actions(limits, run(text, HEADER)) == ["masked"]
    keeping = replace(limits, keeps=replace(limits.keeps, times=True))
    assert actions(keeping, run(text, HEADER)) == ["kept" if kept else "masked"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Op: JD", True),
        ("Operator: Meyer", True),
        ("Untersucher: Meyer", True),
        ("Meyer", False),
        ("Op:", False),
        ("Operator: Anna Meyer", False),
        ("Patient: Meyer", False),
        ("Op: 4711", False),
    ],
)
def test_the_operator_is_the_sites_choice(limits: IdentifiersPolicy, text: str, kept: bool) -> None:
    keeping = replace(limits, keeps=replace(limits.keeps, operator=True))
    assert actions(keeping, run(text, HEADER)) == ["kept" if kept else "masked"]


def test_a_site_keeps_nothing_unless_it_says_so(limits: IdentifiersPolicy) -> None:
    assert not any((limits.keeps.machine, limits.keeps.times, limits.keeps.operator))


def test_only_the_scan_area_and_kept_runs_stay(limits: IdentifiersPolicy) -> None:
    pixels = np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8)
    scan = box(200, 100, 500, 400)
    screen = as_screen(pixels, scan)
    runs = TextRuns((run("MI 1.1", SIDE), run("SMITH", box(300, 200, 360, 220))))
    masked = mask(screen, classify(runs, screen, limits), limits)
    assert not masked.mask[202:214, 12:58].any()
    assert masked.mask[200:221, 300:361].all()
    assert not masked.mask[300, 300]
    assert masked.mask[300, 100]
    assert masked.mask[0].all()
    assert masked.mask[-1].all()
    np.testing.assert_array_equal(masked.pixels[masked.mask], limits.fill_grey)
    np.testing.assert_array_equal(masked.pixels[~masked.mask], 90)


def test_where_a_mask_meets_a_kept_run_the_mask_wins(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8))
    runs = TextRuns((run("MI 1.1", SIDE), run("SMITH 5", box(50, 195, 150, 220))))
    masked = mask(screen, classify(runs, screen, limits), limits)
    assert masked.mask[196:219, 51:90].all()


def test_a_lone_large_shape_in_the_scan_area_is_anatomy(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8), box(200, 100, 500, 400))
    valve = TextRun(box(300, 200, 330, 226), ("O",), 0.6)
    name = TextRun(box(300, 300, 400, 326), ("O",), 0.6)
    masked = mask(screen, classify(TextRuns((valve, name)), screen, limits), limits)
    assert not masked.mask[200:226, 300:330].any()
    assert masked.mask[300:326, 300:400].all()


def test_a_line_in_the_scan_area_is_masked_beyond_its_ends(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8), box(200, 100, 500, 400))
    found = TextRuns((run("29, 234", box(300, 200, 360, 216)),))
    masked = mask(screen, classify(found, screen, limits), limits)
    assert masked.mask[201:215, 285:375].all()
    assert not masked.mask[201:215, 380:490].any()


def test_an_upright_line_in_the_scan_area_is_masked_beyond_its_ends(
    limits: IdentifiersPolicy,
) -> None:
    screen = as_screen(np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8), box(200, 100, 500, 400))
    found = TextRuns((run("29, 234", box(300, 200, 316, 260)),))
    masked = mask(screen, classify(found, screen, limits), limits)
    assert masked.mask[185:275, 301:315].all()
    assert not masked.mask[170:290, 280:296].any()


def test_a_kept_line_and_its_masked_neighbour_part_in_the_middle(
    limits: IdentifiersPolicy,
) -> None:
    screen = as_screen(np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8))
    kept, below = run("MI 1.1", box(10, 200, 60, 220)), run("SMITH", box(10, 216, 60, 236))
    masked = mask(screen, classify(TextRuns((kept, below)), screen, limits), limits)
    assert not masked.mask[201:217, 11:59].any()
    assert masked.mask[219:236, 11:59].all()


def test_a_box_that_holds_more_than_was_read_is_masked(limits: IdentifiersPolicy) -> None:
    # The label's box reaches over the name below it; another box has the rest of both.
    label = run("Name:", box(14, 0, 97, 48))
    rest = TextRun(box(59, 5, 98, 46), ("rieu",), 0.6)
    assert actions(limits, label, rest) == ["masked", "masked"]
