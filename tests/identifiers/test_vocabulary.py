"""What the allow-list takes and what it must refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonogate.identifiers.grammar import agree, grade
from sonogate.identifiers.vocabulary import fold, vocabulary


def _lines(name: str) -> list[str]:
    path = Path(__file__).parent / "strings" / f"{name}.txt"
    return path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("text", _lines("measured"))
def test_values_are_measured(text: str) -> None:
    assert grade(text) == "measured"


@pytest.mark.parametrize("text", _lines("words"))
def test_words_that_nobody_is_called(text: str) -> None:
    assert grade(text) in {"words", "menu", "measured"}


@pytest.mark.parametrize("text", _lines("nameable"))
def test_words_that_are_names_too(text: str) -> None:
    assert grade(text) == "nameable"


@pytest.mark.parametrize("text", _lines("number"))
def test_bare_numbers(text: str) -> None:
    assert grade(text) == "number"


@pytest.mark.parametrize("text", _lines("label"))
def test_names_of_fields(text: str) -> None:
    assert grade(text) == "label"


@pytest.mark.parametrize("text", _lines("denied"))
def test_refused(text: str) -> None:
    assert grade(text) is None


def test_vendors_only_where_the_site_keeps_them() -> None:
    assert grade("PHILIPS") is None
    assert grade("PHILIPS", keep_vendors=True) == "words"


@pytest.mark.parametrize(
    "text", ["", " ", "+", "-", "· ·", "■", "...", ",", "^", "0x", "\u0661\u0662"]
)
def test_nothing_is_not_clinical(text: str) -> None:
    assert grade(text) is None


@given(st.integers(10_000, 10**12), st.sampled_from(["", "A", "MRN ", "ID ", "Gn ", "DR ", "MI "]))
@settings(max_examples=200, deadline=None)
def test_no_long_number_is_taken(number: int, before: str) -> None:
    assert grade(f"{before}{number}") is None
    assert grade(f"{before}{number} cm") is None


KNOWN = frozenset().union(
    *(
        getattr(vocabulary(), group)
        for group in ("settings", "anatomy", "nameable", "labels", "marks")
    )
)


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12),
    st.sampled_from([" ", ", ", "^", "-", " 45", " 12.05.1980 "]),
)
@settings(max_examples=300, deadline=None)
def test_no_unknown_name_is_taken(family: str, given_name: str, between: str) -> None:
    if family in KNOWN and given_name in KNOWN:
        return
    assert grade(f"{family.upper()}{between}{given_name.title()}") is None


@given(
    st.dates(),
    st.sampled_from(
        ["%d/%m/%Y", "%m-%d-%y", "%Y.%m.%d", "%d %b %Y", "%b %d", "%d%m%Y", "%d-%b-%y"]
    ),
)
@settings(max_examples=200, deadline=None)
def test_no_date_is_taken(day: object, form: str) -> None:
    text = format(day, form)
    assert grade(text) is None
    assert grade(f"LIVER {text}") is None
    assert grade(f"{text} KIDNEY") is None


def test_readings_agree_but_for_marks_and_case() -> None:
    assert agree("+ 0.30cm", "÷ 0.30 cm")
    assert agree("Gain 68", "Gain 68 cm/s") is False
    assert agree("MI 1.1", "MI 1.1")
    assert not agree("MI 1.1", "MI 11")
    assert not agree("LONG", "LANG")


def test_every_word_is_folded_and_unmistakable() -> None:
    words = vocabulary()
    for word in words.settings | words.anatomy | words.nameable:
        assert fold(word) == word
        assert not re.search(r"\d{3}", word)
