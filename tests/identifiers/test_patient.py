"""What a client knows of the patient is masked, clinical or not, and never shown."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.gatekit import FakeReader as Clinical
from tests.gatekit import make_gate, photo_jpeg
from tests.identifiers.conftest import as_screen, box

from sonogate import report
from sonogate.cli.files import read_patient
from sonogate.identifiers import PatientContext, classify
from sonogate.identifiers.patient import names_patient
from sonogate.policy import IdentifiersPolicy
from sonogate.types import TextRun, TextRuns

CANARY = "Zyxcanary"


@pytest.mark.parametrize(
    ("names", "reading", "named"),
    [
        (("Long, May",), "LONG", True),
        (("Long, May",), "RK LONG", True),
        (("Long, May",), "LUNG", True),  # one slip of the recogniser
        (("Long, May",), "LIVER", False),
        (("Liver^Grace",), "L1VER", True),
        (("M\u00fcller",), "MULLER", True),
        (("M\u00fcller",), "MULER", True),
        (("M\u00fcller",), "MULLRE", True),
        (("\u041c\u0410\u0425",), "MAX", True),  # Cyrillic that reads as Latin
        (("\u80dd \u660e",), "\u80dd", True),
        (("Li",), "LI", True),
        (("Li",), "LT", False),
        (("A. Smith",), "A", False),
        (("May",), "MAP", False),
        # The same name in another script, by its sound.
        (("\u041c\u044d\u0439 \u041b\u043e\u043d\u0433",), "LONG", True),  # Cyrillic
        (("\u039c\u03ac\u03be",), "MAX", True),  # Greek
        (("\u039b\u03cc\u03bd\u03b3\u03ba",), "LONGK", True),
        (("\uae40 \ubb38",), "MUN", True),  # Hangul
        (("\u30ed\u30f3\u30b0",), "RONGU", True),  # Katakana
        (("\u0930\u093e\u092e \u092e\u0947\u092f",), "RAM", True),  # Devanagari
        (("\u041b\u043e\u043d\u0433",), "LIVER", False),
    ],
)
def test_names(names: tuple[str, ...], reading: str, named: bool) -> None:
    assert names_patient(reading, PatientContext(names=names)) is named


@pytest.mark.parametrize(
    ("number", "reading", "named"),
    [
        ("3.41", "3.41 cm", True),
        ("00341", "MI 3.41", True),
        ("12/04/1961", "12", True),
        ("12/04/1961", "1961", True),
        ("7", "7 cm", False),
        ("8842", "8.9 cm", False),
    ],
)
def test_numbers(number: str, reading: str, named: bool) -> None:
    assert names_patient(reading, PatientContext(numbers=(number,))) is named


@pytest.mark.parametrize(
    ("reading", "named"),
    [
        ("23.07.1931", True),
        ("7/23/31", True),
        ("1931", True),
        ("310723", True),
        ("23 Jul", True),
        ("31 LUGLIO", True),
        ("7.2 cm", False),
        ("0.31 m/s", False),
        ("Gen 50", False),
        ("23 Hz", False),
    ],
)
def test_birth_dates(reading: str, named: bool) -> None:
    patient = PatientContext(birth_date=date(1931, 7, 23))
    assert names_patient(reading, patient) is named


def test_a_clinical_word_that_is_the_patients_name_is_masked(limits: IdentifiersPolicy) -> None:
    screen = as_screen(np.zeros((480, 640, 3), dtype=np.uint8))
    runs = TextRuns(
        tuple(
            TextRun(box(10, y, 60, y + 16), (text, text), 0.95)
            for y, text in ((200, "LONG"), (300, "MI 1.1"))
        )
    )

    def actions(patient: PatientContext | None) -> list[str]:
        regions = classify(runs, screen, limits, patient).regions
        return [region.action for region in regions if region.kind != "surround"]

    assert actions(None) == ["kept", "kept"]
    assert actions(PatientContext(names=("May Long",))) == ["masked", "kept"]
    assert actions(PatientContext(numbers=("11",))) == ["kept", "masked"]


def test_it_is_nowhere_in_what_is_kept_or_shown() -> None:
    patient = PatientContext((CANARY,), ("7391842",))
    assert CANARY not in repr(patient)
    assert "7391842" not in repr(patient)
    gate = make_gate(Clinical("MI 1.4"))
    assessment = gate.assess(photo_jpeg(), patient)
    for shown in (repr(assessment), repr(gate), json.dumps(report.to_json(assessment))):
        assert CANARY not in shown
        assert "7391842" not in shown


def test_the_next_request_knows_nothing_of_it() -> None:
    gate = make_gate(Clinical("MI 1.4"))

    def kept(patient: PatientContext | None) -> int:
        regions = report.to_json(gate.assess(photo_jpeg(), patient))["identifiers"]["regions"]
        return sum(region["action"] == "kept" for region in regions)

    before = kept(None)
    assert before > 0
    assert kept(PatientContext(numbers=("1.4",))) == 0
    assert kept(None) == before


def test_a_file_of_names(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    told = {"names": ["Long, May"], "numbers": ["A-12"], "birth_date": "1931-07-23"}
    file.write_text(json.dumps(told), "utf-8")
    born = date(1931, 7, 23)
    assert read_patient(str(file)) == PatientContext(("Long, May",), ("A-12",), born)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"names": [3]}', '{"names": 3}', f'{{"{CANARY}": []}}', f"{CANARY}"]
)
def test_a_malformed_file_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "patient.json"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="expected a JSON object") as caught:
        read_patient(str(file))
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
