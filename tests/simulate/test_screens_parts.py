"""The parts that exports are made of: probes, speckle, canvas, fonts, other displays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonogate.simulate.screens import render_other_screen
from sonogate.simulate.screens.bmode import beam_picture, draw_look, grid_shape
from sonogate.simulate.screens.canvas import Canvas, Pen
from sonogate.simulate.screens.doppler import colour_flow, stiffness
from sonogate.simulate.screens.fonts import Face, available_scripts, draw_face, render_text
from sonogate.simulate.screens.geometry import Fan, lay_out
from sonogate.simulate.screens.identifiers import draw_locale, draw_patient
from sonogate.simulate.screens.picture import make_picture
from sonogate.simulate.screens.scenes import EXAMS, draw_fan
from sonogate.simulate.screens.tissue import Tissue
from sonogate.simulate.screens.traces import motion, rendered_volume, spectrum
from sonogate.simulate.screens.writing import words

FANS = (
    Fan("linear", 4.0, half_width_cm=1.9),
    Fan("linear", 4.0, half_width_cm=1.9, steer_rad=0.2),
    Fan("trapezoid", 4.0, half_width_cm=1.9, radius_cm=6.0),
    Fan("curved", 15.0, radius_cm=5.0, half_angle_rad=0.6),
    Fan("curved", 15.0, radius_cm=5.0, half_angle_rad=0.6, clip_x_cm=8.0, flat_end=True),
    Fan("phased", 16.0, radius_cm=0.4, half_angle_rad=0.75),
    Fan("endocavity", 7.0, radius_cm=1.1, half_angle_rad=1.2),
)
PLAIN = replace(
    draw_look(np.random.default_rng(1), FANS[0]),
    dynamic_range_db=60.0, gain_db=0.0, looks=1, gamma=1.0, noise_db=-90.0, smooth=0.0, base=0.5,
    ring=0.0, fade_db=0.0, contact_db=0.0, haze_db=-90.0, streak_db=0.0, focus=0.5,
)  # fmt: skip
PEN = Pen(Face("", "sans"), 16, (255, 255, 255))


@given(st.sampled_from(FANS), st.floats(0.01, 0.99), st.floats(-0.98, 0.98))
def test_beams_and_points_are_each_others_inverse(fan: Fan, share: float, beam: float) -> None:
    depth = np.array([share * fan.depth_cm])
    x, z = fan.to_xz(depth, np.array([beam]))
    back, across = fan.to_beam(x.astype(np.float32), z.astype(np.float32))
    assert back[0] == pytest.approx(depth[0], abs=2e-4)
    assert across[0] == pytest.approx(beam, abs=2e-4)


@pytest.mark.parametrize("fan", FANS, ids=lambda fan: f"{fan.kind}-{fan.flat_end}")
@pytest.mark.parametrize("mirror", [False, True])
def test_the_outline_is_the_pictures(fan: Fan, mirror: bool) -> None:
    view = lay_out(fan, (420, 360), mirror=mirror)
    filled = np.zeros(view.inside.shape, np.uint8)
    # Pixel centres inside the outline, to a sixteenth of a pixel.
    cv2.fillPoly(filled, [np.round(view.outline_xy * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    agree = (filled > 0) & view.inside
    assert agree.sum() / ((filled > 0) | view.inside).sum() > 0.985
    assert view.size_wh[0] <= 420
    assert view.size_wh[1] <= 360
    deepest = view.place(np.array([[0.0, fan.depth_cm]])) - view.place(np.zeros((1, 2)))
    assert deepest[0, 1] == pytest.approx(fan.depth_cm * view.px_per_cm)


def test_even_tissue_gives_fully_developed_speckle() -> None:
    """Rayleigh's envelope has a mean of 1.91 deviations (Burckhardt 1978)."""
    fan = Fan("linear", 4.0)
    rng = np.random.default_rng(4)
    tissue = Tissue(rng, fan, (400, 300), 0.0)
    plain = replace(PLAIN, dynamic_range_db=90.0, base=0.6)
    grey = beam_picture(rng, tissue, plain)[60:340, 30:270]
    # The gain of a real machine wanders with place: take it out before looking at speckle.
    decibels = grey / 255 * plain.dynamic_range_db
    decibels -= cv2.blur(decibels, (81, 81))
    envelope = 10 ** (decibels / 20)
    assert envelope.mean() / envelope.std() == pytest.approx(1.91, rel=0.08)


def test_a_stone_casts_a_shadow_and_a_cyst_brightens_what_is_behind() -> None:
    fan = Fan("linear", 4.0)
    shadow, plain, behind, cyst = [], [], [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        tissue = Tissue(rng, fan, (400, 300), 0.0)
        tissue.paint(tissue.ellipse(-1.0, 1.5, 0.35, 0.2), 15, 26)
        tissue.paint(tissue.ellipse(1.0, 1.5, 0.4, 0.4), -40, -1.5)
        grey = beam_picture(rng, tissue, PLAIN)
        deep = slice(240, 300)
        plain.append(grey[deep, 140:160].mean())
        shadow.append(grey[deep, 70:80].mean())
        behind.append(grey[deep, 215:235].mean())
        cyst.append(grey[140:160, 215:235].mean())
    assert np.mean(shadow) < 0.5 * np.mean(plain)
    assert np.mean(behind) > np.mean(plain) + 4
    assert np.mean(cyst) < 0.5 * np.mean(plain)


@pytest.mark.parametrize("exam", EXAMS, ids=lambda exam: exam.name)
def test_every_exam_fills_its_picture(exam: object) -> None:
    for seed in range(2):
        picture = make_picture(np.random.default_rng(seed), (260, 220), exam)  # type: ignore[arg-type]
        lit = picture.pixels.max(2)[picture.mask]
        assert 8 < lit.mean() < 200
        assert lit.std() > 10
        assert not picture.pixels[~picture.mask].any()


def test_colour_stays_in_its_box() -> None:
    exam = next(exam for exam in EXAMS if exam.name == "vascular")
    painted = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        plain = make_picture(rng, (320, 280), exam)
        coloured = colour_flow(rng, plain, power=seed % 2 == 0)
        assert coloured is not None
        changed = (coloured.picture.pixels != plain.pixels).any(2)
        box = np.zeros(changed.shape, np.uint8)
        cv2.fillPoly(box, [np.round(coloured.box_xy).astype(np.int32)], 1)
        painted += int(changed.sum())
        assert not changed[cv2.dilate(box, np.ones((5, 5))) == 0].any()
    assert painted > 500


def test_stiffness_is_mapped_over_the_picture() -> None:
    exam = next(exam for exam in EXAMS if exam.name == "breast")
    rng = np.random.default_rng(2)
    plain = make_picture(rng, (320, 280), exam)
    mapped = stiffness(rng, plain)
    assert mapped is not None
    spread = np.ptp(mapped.picture.pixels.astype(int), axis=2)
    assert (spread > 60).mean() > 0.02


def test_traces_fill_their_strips() -> None:
    rng = np.random.default_rng(3)
    fan = Fan("phased", 15.0, radius_cm=0.5, half_angle_rad=0.7)
    tissue = Tissue(rng, fan, (200, 120), 0.1)
    for strip in (
        spectrum(rng, (300, 120), (255, 255, 255))[0],
        motion(rng, tissue, (300, 120), (255, 255, 255)),
        rendered_volume(rng, (300, 120)),
    ):
        assert strip.shape == (120, 300, 3)
        assert strip.std() > 5


def test_identifiers_are_written_before_other_text_and_nothing_is_written_over() -> None:
    canvas = Canvas((200, 60), (0, 0, 0))
    canvas.text(10, 10, "DEPTH", PEN)
    canvas.text(10, 10, "Long, May", PEN, "name")
    canvas.write()
    assert [text.kind for text in canvas.texts] == ["name"]


@pytest.mark.parametrize(("turn", "start"), [(None, 0), ("up", 3), ("down", 1)])
def test_a_turned_runs_polygon_starts_at_its_own_top_left(turn: str | None, start: int) -> None:
    canvas = Canvas((120, 120), (0, 0, 0))
    canvas.text(40, 10, "MRN 12", PEN, "number", turn=turn)  # type: ignore[arg-type]
    canvas.write()
    polygon = canvas.texts[0].polygon_xy
    low, high = polygon.min(0), polygon.max(0)
    box = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    assert np.array_equal(polygon[0], box[start])
    along = polygon[1] - polygon[0]
    assert abs(along[0 if turn is None else 1]) > abs(along[1 if turn is None else 0])


def test_half_transparent_text_still_has_ink() -> None:
    canvas = Canvas((120, 40), (0, 0, 0))
    canvas.text(5, 5, "Smith", PEN.at(opacity=0.2), "name")
    canvas.write()
    ink = canvas.texts[0].ink
    assert ink.sum() > 20
    assert canvas.pixels.max() == pytest.approx(51, abs=1)


def test_buried_text_is_forgotten() -> None:
    canvas = Canvas((200, 60), (0, 0, 0))
    canvas.text(5, 5, "under", PEN)
    canvas.text(120, 5, "beside", PEN)
    canvas.write()
    canvas.bury(0, 0, 100, 60)
    assert [text.text for text in canvas.texts] == ["beside"]


def test_a_line_is_set_smaller_to_fit() -> None:
    canvas = Canvas((300, 60), (0, 0, 0))
    wide = canvas.measure("a rather long institution", PEN)[0]
    taken = canvas.line(
        0, 0, [("a rather long institution", "institution")], PEN, 4, fit_w=wide * 0.7
    )
    assert taken < 0.85 * wide


def test_text_is_set_without_any_installed_font() -> None:
    glyphs, baseline = render_text(Face("", "sans"), 14, "ID 4711")
    assert glyphs.max() == 255
    assert 8 <= baseline <= glyphs.shape[0]


def test_hard_edges_have_no_in_between() -> None:
    face = draw_face(np.random.default_rng(1), "bitmap")
    glyphs, _ = render_text(face, 13, "GAIN 60")
    assert set(np.unique(glyphs)) <= {0, 255}


def test_arabic_is_joined_where_it_can_be_set() -> None:
    if "arabic" not in available_scripts():
        pytest.skip("no Arabic font here")
    face = Face("", "sans")
    joined, _ = render_text(face, 40, "محمد")
    apart, _ = render_text(face, 40, "م ح م د")
    assert cv2.connectedComponents((joined > 100).astype(np.uint8))[0] - 1 == 1
    assert cv2.connectedComponents((apart > 100).astype(np.uint8))[0] - 1 == 4


def test_without_fonts_of_other_scripts_names_are_latin() -> None:
    scripts = words()["scripts"]
    rng = np.random.default_rng(0)
    locales = {draw_locale(rng, frozenset({"latin"})) for _ in range(200)}
    assert {scripts[locale] for locale in locales} == {"latin"}
    with_all = {draw_locale(rng, frozenset(set(scripts.values()))) for _ in range(400)}
    assert {scripts[locale] for locale in with_all} == set(scripts.values())


def test_patients_differ() -> None:
    rng = np.random.default_rng(2)
    people = [draw_patient(rng, draw_locale(rng)) for _ in range(300)]
    assert len({person.name for person in people}) > 280
    assert len({person.number for person in people}) > 280


def test_a_fan_suits_its_exam() -> None:
    rng = np.random.default_rng(6)
    for exam in EXAMS:
        fan = draw_fan(rng, exam)
        assert fan.kind in exam.kinds
        rows, columns = grid_shape(lay_out(fan, (500, 400)))
        assert rows >= 48
        assert columns >= 40


@pytest.mark.parametrize("shows", ["desktop", "television", "bedside_monitor"])
def test_other_displays_have_no_scan_area(shows: str) -> None:
    first, second = (render_other_screen(4, shows, scale=0.5) for _ in range(2))  # type: ignore[arg-type]
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert first.scan_area_xy is None
    assert first.shows == shows
    assert first.pixels.std() > 5


def test_a_bedside_monitor_names_its_patient(tmp_path: Path) -> None:
    export = render_other_screen(4, "bedside_monitor", tmp_path)
    assert {"name", "number", "date_time"} <= {text.kind for text in export.texts}
    with pytest.raises(ValueError, match="shows"):
        render_other_screen(4, "paper")  # type: ignore[arg-type]
