"""Exports: the same seed, the same bytes; text, ink and scan area as said."""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from sonogate.simulate.screens import FAMILIES, render_export
from sonogate.simulate.screens.canvas import VISIBLE_LEVELS
from sonogate.simulate.screens.fonts import can_set
from sonogate.simulate.screens.layouts import ALL
from sonogate.simulate.screens.render import draw_screen
from sonogate.simulate.screens.writing import words
from sonogate.simulate.values import Export, ScreenText, TextKind

TEXT_PAGES = {"report_page", "patient_page", "worklist"}


def ink_on(export: Export, texts: tuple[ScreenText, ...]) -> np.ndarray:
    """All ink of some runs on the export's grid."""
    page = np.zeros(export.pixels.shape[:2], bool)
    for text in texts:
        (x, y), (h, w) = text.ink_xy, text.ink.shape
        page[y : y + h, x : x + w] |= text.ink
    return page


@pytest.fixture(scope="module")
def many() -> list[Export]:
    """Exports of all families, small."""
    return [
        render_export(seed, family, scale=0.4)
        for family in FAMILIES
        for seed in (range(100, 105) if family not in TEXT_PAGES else range(100, 101))
    ]


def test_there_are_at_least_sixteen_families() -> None:
    assert len(set(FAMILIES)) == len(FAMILIES) >= 16


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_gives_the_same_bytes(family: str) -> None:
    first, second = (render_export(7, family, scale=0.5) for _ in range(2))
    other = render_export(8, family, scale=0.5)
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert [text.text for text in first.texts] == [text.text for text in second.texts]
    assert [text.text for text in first.texts] != [text.text for text in other.texts]


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_an_export_has_one_of_its_familys_sizes_and_texts(family: object) -> None:
    export = render_export(3, family.name)  # type: ignore[attr-defined]
    assert export.size_wh in family.sizes_wh  # type: ignore[attr-defined]
    assert export.pixels.dtype == np.uint8
    assert len(export.texts) >= 5
    assert (export.scan_area_xy is None) == (export.family in TEXT_PAGES)
    assert export.shows == family.shows  # type: ignore[attr-defined]
    assert (export.px_per_cm is None) or export.px_per_cm > 3


def test_the_ink_fills_the_polygon_and_lies_on_the_export(many: list[Export]) -> None:
    for export in many:
        height, width = export.pixels.shape[:2]
        for text in export.texts:
            (x, y), (h, w) = text.ink_xy, text.ink.shape
            assert text.ink.any(0).all() or text.ink.any(), "a run without ink"
            low, high = text.polygon_xy.min(0), text.polygon_xy.max(0)
            assert np.array_equal(low, [x - 0.5, y - 0.5])
            assert np.array_equal(high, [x + w - 0.5, y + h - 0.5])
            assert min(x, y) >= 0
            assert x + w <= width
            assert y + h <= height


@pytest.mark.parametrize("family", FAMILIES)
def test_text_changes_pixels_visibly_in_its_ink_and_nowhere_else(family: str) -> None:
    bare, _ = draw_screen(11, family, None, 0.7)
    export = render_export(11, family, scale=0.7)
    change = np.abs(export.pixels.astype(int) - bare.canvas.pixels.astype(int)).max(2)
    assert np.array_equal(change >= VISIBLE_LEVELS, ink_on(export, export.texts))


def test_no_run_covers_another(many: list[Export]) -> None:
    for export in many:
        total = sum(int(text.ink.sum()) for text in export.texts)
        assert total == ink_on(export, export.texts).sum()


def test_every_letter_can_be_set(many: list[Export]) -> None:
    assert [text.kind for export in many for text in export.texts if not can_set(text.text)] == []


def test_every_kind_of_identifier_occurs(many: list[Export]) -> None:
    seen = {text.kind for export in many for text in export.texts}
    assert seen == set(get_args(TextKind))


def test_identifiers_stand_in_unusual_places(many: list[Export]) -> None:
    vertical = inside = clinical_words = 0
    lists = words()["clinical_names"]
    odd = {name.lower() for name in (*lists["given"], *lists["family"])}
    for export in many:
        for text in export.texts:
            if text.kind == "clinical":
                continue
            edge = text.polygon_xy[1] - text.polygon_xy[0]
            vertical += abs(edge[1]) > abs(edge[0])
            middle = text.polygon_xy.mean(0)
            if export.scan_area_xy is not None:
                outline = export.scan_area_xy.astype(np.float32)
                inside += cv2.pointPolygonTest(outline, middle.tolist(), False) > 0
            if text.kind == "name":
                parts = text.text.lower().replace(",", " ").replace("^", " ").split()
                clinical_words += sum(part in odd for part in parts) >= 2
    assert vertical >= 1
    assert inside >= 5
    assert clinical_words >= 5


def test_a_worklist_shows_other_patients() -> None:
    export = render_export(5, "worklist", scale=0.6)
    names = {text.text for text in export.texts if text.kind == "name"}
    assert len(names) >= 3


def test_a_real_folder_is_used_and_an_absent_one_is_not(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "ultrasound" / "sector"
    ids = [render_export(n, "cart_corners", folder, scale=0.3).content_id for n in range(16)]
    assert any(name.startswith("real-") for name in ids)
    assert any(name.startswith("generated-") for name in ids)
    without = render_export(2, "cart_corners", tmp_path / "absent", scale=0.3)
    assert without.pixels.tobytes() == render_export(2, "cart_corners", scale=0.3).pixels.tobytes()


def test_what_lies_outside_the_scan_area_holds_no_speckle() -> None:
    inner_rough, outer_rough = [], []
    for seed in range(6):
        bare, _ = draw_screen(seed, "cart_corners", None, 1.0)
        mask = np.zeros(bare.canvas.pixels.shape[:2], np.uint8)
        for outline in bare.outlines_xy:
            cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
        grey = bare.canvas.pixels.max(2).astype(np.float32)
        rough = np.abs(np.diff(grey, axis=1, prepend=0))
        inner_rough.append(rough[cv2.erode(mask, np.ones((5, 5))) > 0].mean())
        outer_rough.append(rough[cv2.dilate(mask, np.ones((5, 5))) == 0].mean())
    assert np.mean(inner_rough) > 5 * np.mean(outer_rough)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown layout family"):
        render_export(1, "no_such_family")
    with pytest.raises(ValueError, match="scale"):
        render_export(1, scale=0.0)


def test_an_export_takes_well_under_two_seconds_of_processor_time() -> None:
    started = time.process_time()
    for seed in range(5):
        render_export(seed, "cart_classic")
    assert time.process_time() - started < 5 * 2.0


def test_the_geometry_of_the_beams_is_that_of_the_outline(many: list[Export]) -> None:
    """Every point of a fan's outline lies between face and depth, as seen from its apex."""
    seen = 0
    for export in many:
        if len(export.sectors) != 1 or export.scan_area_xy is None:
            continue
        sector = export.sectors[0]
        if sector.kind not in {"curved", "phased", "endocavity"}:
            continue
        if export.family not in {"cart_classic", "cart_corners", "bitmap_old", "cart_thumbnails"}:
            continue
        seen += 1
        down = -1.0 if sector.upside_down else 1.0
        face = np.array(sector.face_xy)
        apex = face - [0.0, down * sector.radius_cm * sector.px_per_cm]
        reach = np.hypot(*(export.scan_area_xy - apex).T) / sector.px_per_cm
        assert reach.min() > sector.radius_cm - 0.05
        assert reach.max() < sector.radius_cm + sector.depth_cm + 0.05
        assert reach.max() > sector.radius_cm + 0.8 * sector.depth_cm
        if export.px_per_cm is not None:
            assert sector.px_per_cm == pytest.approx(export.px_per_cm)
    assert seen


def test_an_export_of_files_shows_only_those(shared_data: Path) -> None:
    folder = shared_data / "ultrasound" / "sector"
    one = sorted(folder.glob("*convex*.png"))[:1]
    shown = {
        name
        for seed in range(10)
        for name in render_export(seed, "cart_classic", one, scale=0.3).content_id.split("+")
        if name.startswith("real-")
    }
    assert shown == {f"real-{one[0].stem}"}
