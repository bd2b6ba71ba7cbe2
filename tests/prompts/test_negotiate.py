"""Accept-Language by RFC 9110, lookup by RFC 4647."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonogate.prompts import choose_language, load_sentences, match_language

OFFERED = ("ar", "de", "en", "es", "fr", "hi", "pt", "sw", "zh")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("zh-Hant-TW", "zh"),
        ("da, en-gb;q=0.8, en;q=0.7", "en"),
        ("da, sw;q=0.3", "sw"),
        ("en;q=0.1, hi;q=0.5, ar;q=0.9", "ar"),
        ("es, fr", "es"),
        ("es;q=0.5, fr;q=0.5", "es"),
        ("ja", "en"),
        ("*", "en"),
        ("en;q=0, *", "ar"),
        ("ja, *;q=0.5", "en"),
        ("en;q=0", "ar"),
        ("de;q=0, de-AT", "en"),
        ("fr;q=0.000, de;q=0.001", "de"),
        ("de ; q=0.7 , fr;Q=0.8", "fr"),
        # Malformed ranges are passed over, the rest counts.
        ("fr;q=2, de", "de"),
        ("fr;q=0.1234, de;q=0.2", "de"),
        ("fr;level=1, de;q=0.2", "de"),
        ("toolonglanguage, de", "de"),
        ("f r, ,;q=1, de", "de"),
        ("../../etc/passwd", "en"),
    ],
)
def test_the_best_offered_language_is_chosen(header: str | None, expected: str) -> None:
    assert choose_language(header, OFFERED, "en") == expected


@given(st.text(max_size=200))
def test_any_header_gives_an_offered_language(header: str) -> None:
    assert choose_language(header, OFFERED, "en") in OFFERED


def test_only_so_many_ranges_are_looked_at() -> None:
    assert choose_language(", ".join(["ja"] * 64 + ["fr"]), OFFERED, "en") == "en"


@pytest.mark.parametrize(
    ("tag", "expected"), [("pt-BR", "pt"), ("SW", "sw"), ("de-x-a-y", "de"), ("tlh", None)]
)
def test_a_tag_is_served_by_its_prefix(tag: str, expected: str | None) -> None:
    assert match_language(tag, OFFERED) == expected


def test_a_catalogue_is_found_by_a_regional_tag() -> None:
    assert load_sentences("es-MX").language == "es"
