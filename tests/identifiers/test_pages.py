"""Worklists, patients' pages and reports are told from scans, and refused with their own words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.gatekit import FakeReader, make_gate
from tests.identifiers.conftest import as_screen, box

from sonogate.identifiers import is_page, is_page_with_picture
from sonogate.onnx.ocr import RapidOcrReader
from sonogate.policy import IdentifiersPolicy, Policy
from sonogate.prompts import languages, load_sentences
from sonogate.simulate import render_export
from sonogate.types import IdentifierReport, TextRun
from sonogate.verdict import decide

SCAN = box(100, 100, 500, 400)


@pytest.mark.parametrize("family", ["worklist", "patient_page", "report_page"])
def test_a_page_of_text_is_told(
    family: str, reader: RapidOcrReader, limits: IdentifiersPolicy
) -> None:
    export = render_export(4100, family)
    assert is_page(as_screen(export.pixels), reader, limits)


def test_a_console_whose_scan_was_not_found_is_none(
    reader: RapidOcrReader, limits: IdentifiersPolicy
) -> None:
    assert not is_page(as_screen(render_export(4100, "cart_corners").pixels), reader, limits)


def test_a_reader_that_fails_tells_of_no_page(limits: IdentifiersPolicy) -> None:
    class Failing(FakeReader):
        def lines(self, *_: object) -> tuple[np.ndarray, np.ndarray]:
            raise RuntimeError("CANARY")

    assert not is_page(as_screen(np.zeros((480, 640, 3), np.uint8)), Failing(), limits)


def test_a_report_with_a_picture_on_it(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.zeros((480, 640, 3), np.uint8), SCAN)
    many = limits.page_lines_beside
    beside = tuple(TextRun(box(510, y, 630, y + 3), (), 0.9) for y in range(many))
    assert is_page_with_picture(screen, beside, limits)
    assert not is_page_with_picture(screen, beside[1:], limits)
    # What lies in the scan is speckle, or writing on it.
    over = tuple(TextRun(box(200, y, 300, y + 3), (), 0.9) for y in range(110, 110 + many))
    assert not is_page_with_picture(screen, over, limits)
    with pytest.raises(ValueError, match="no scan area"):
        is_page_with_picture(as_screen(screen.pixels), beside, limits)


@pytest.mark.parametrize("with_picture", [False, True])
def test_it_is_rejected_and_nothing_of_it_is_shown(with_picture: bool, policy: Policy) -> None:
    rules = replace(policy.identifiers, page_lines=1, page_lines_beside=1)
    gate = replace(make_gate(), policy=replace(policy, identifiers=rules))
    pixels = np.full((480, 640, 3), 60, np.uint8)
    pixels[9:24:3, 541:630:4] = 255
    screen = as_screen(pixels, SCAN if with_picture else None)
    names, masked = gate.mask(screen, gate.identify(screen))
    assert names.page
    assert masked.mask.all()
    assert {region.action for region in names.regions} == {"masked"}


@pytest.mark.parametrize("language", languages())
def test_its_sentence_is_its_own(language: str, policy: Policy) -> None:
    sentences = load_sentences(language)
    screen = as_screen(np.zeros((480, 640, 3), np.uint8))
    told = []
    for page in (False, True):
        names = IdentifierReport((), complete=True, page=page)
        verdict = decide(screen, None, names, policy, sentences)
        assert verdict.outcome == "rejected"
        assert verdict.reasons[0].code == "no_scan_area"
        assert verdict.reasons[0].detail == ("page" if page else None)
        told.append(verdict.reasons[0].prompt)
    assert told[0] != told[1]
    assert told[1].endswith(".") or language in {"zh", "hi"}
