"""Every language: whole, fresh, one sentence each, in its own script and punctuation."""

from __future__ import annotations

import re
import string
import unicodedata
from importlib import resources
from itertools import combinations
from typing import get_args

import pytest

from sonogate.errors import UnreadableReason
from sonogate.prompts import PLACES, languages, load_sentences, parse_catalogue
from sonogate.prompts.sentences import SMEARS
from sonogate.types import REASON_CODES, ReasonCode

TRANSLATIONS = ("ar", "de", "es", "fr", "hi", "pt", "sw", "zh")
STOPS = {"hi": "।", "zh": "。"}
# Longest prompt, characters: what three lines of a phone's screen hold.
LONGEST = {"zh": 50}
SCRIPTS = {"ar": "ARABIC", "hi": "DEVANAGARI", "zh": "CJK"}
# What a script writes in Latin letters all the same.
LATIN_WORDS = {"JPEG", "PNG", "HEIC", "AVIF", "WebP", "RAW"}
PLACED: tuple[ReasonCode, ...] = ("glare", "veil", "blur_focus", "moire", "occluded")
DIRECTED: tuple[ReasonCode, ...] = ("cut_off", "off_angle")

ENTRY = re.compile(r'msgctxt "(.*)"\nmsgid "(.*)"\nmsgstr "(.*)"')


def entries(language: str) -> dict[str, tuple[str, str]]:
    text = resources.files("sonogate.prompts").joinpath(f"{language}.po").read_text("utf-8")
    return {context: (source, told) for context, source, told in ENTRY.findall(text)}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def every_prompt(language: str) -> list[str]:
    sentences = load_sentences(language)
    prompts = [sentences.prompt(code) for code in REASON_CODES]
    prompts += [sentences.prompt(code, place=place) for code in REASON_CODES for place in PLACES]
    prompts += [sentences.prompt("blur_motion", smear=smear) for smear in SMEARS]
    return prompts + [
        sentences.prompt("unreadable_file", detail=reason) for reason in get_args(UnreadableReason)
    ]


def test_the_languages_are_these() -> None:
    assert languages() == tuple(sorted((*TRANSLATIONS, "en")))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_entry_is_translated_from_the_source_as_it_stands(language: str) -> None:
    source, told = entries("en"), entries(language)
    assert list(told) == list(source)
    for context, (original, sentence) in told.items():
        assert original == source[context][0], f"{context}: the source has changed since"
        assert sentence, context
        assert sentence != original, context
        assert placeholders(sentence) == placeholders(original), context


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_prompt_is_one_short_sentence(language: str) -> None:
    stop = STOPS.get(language, ".")
    for prompt in every_prompt(language):
        assert prompt.endswith(stop), prompt
        assert prompt.count(stop) == 1, prompt
        assert not re.search(r"[{}!?]", prompt), prompt
        assert "  " not in prompt
        assert len(prompt) <= LONGEST.get(language, 140), prompt
        assert prompt == unicodedata.normalize("NFC", prompt)
        if language not in SCRIPTS:
            assert prompt[0].isupper(), prompt


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_what_has_its_own_script_is_written_in_it(language: str) -> None:
    for prompt in every_prompt(language):
        assert set(re.findall(r"[A-Za-z]+", prompt)) <= LATIN_WORDS, prompt
        own = [c for c in prompt if unicodedata.name(c, "").startswith(SCRIPTS[language])]
        assert len(own) >= 4, prompt


def test_arabic_uses_its_own_comma_and_marks_no_direction() -> None:
    for prompt in every_prompt("ar"):
        assert "," not in prompt
        assert ";" not in prompt
        # A page that sets the paragraph's direction needs none, and one stray turns a line.
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", prompt)
        assert not re.search(r"\s[،.]", prompt)


def test_chinese_uses_full_width_punctuation_and_french_typographic_apostrophes() -> None:
    assert not any(re.search(r"[,;:.]", prompt) for prompt in every_prompt("zh"))
    assert not any("'" in prompt for prompt in every_prompt("fr"))


@pytest.mark.parametrize("language", languages())
def test_places_and_directions_are_told_apart(language: str) -> None:
    sentences = load_sentences(language)
    for code in (*PLACED, *DIRECTED):
        prompts = [sentences.prompt(code, place=place) for place in PLACES]
        assert len({*prompts, sentences.prompt(code)}) == len(PLACES) + 1, code
    smears = [sentences.prompt("blur_motion", smear=smear) for smear in SMEARS]
    assert len({*smears, sentences.prompt("blur_motion")}) == len(SMEARS) + 1


@pytest.mark.parametrize("language", languages())
def test_left_is_not_right_and_a_corner_holds_both_of_its_sides(language: str) -> None:
    """A word of "left" is in every corner on the left and in none on the right."""
    texts = load_sentences(language).texts
    for kind in ("place", "direction"):
        words = {place: _words(texts[f"{kind}/{place}"], language) for place in PLACES}
        left = words["upper left"] & words["lower left"] & words["left"]
        right = words["upper right"] & words["lower right"] & words["right"]
        top = words["upper left"] & words["upper right"]
        bottom = words["lower left"] & words["lower right"]
        for a, b in combinations((left, right), 2):
            assert a - b, (language, kind)
            assert b - a, (language, kind)
        assert top - bottom, (language, kind)
        assert bottom - top, (language, kind)


def _words(phrase: str, language: str) -> set[str]:
    if language == "zh":
        return set(phrase)
    # "And" is a letter before the word in Arabic.
    phrase = phrase.replace(" و", " ") if language == "ar" else phrase
    # Agreement changes an ending (izquierda, izquierdo): the stem decides.
    return {word.strip("،,").lower()[:6] for word in re.split(r"[\s-]+", phrase)}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_no_two_reasons_share_a_sentence(language: str) -> None:
    prompts = [load_sentences(language).prompt(code) for code in REASON_CODES]
    assert len(set(prompts)) == len(prompts)


def test_a_catalogue_without_an_entry_falls_back_to_the_source() -> None:
    told = parse_catalogue('msgctxt "veil"\nmsgid "Dim the room."\nmsgstr ""')
    assert told["veil"] == "Dim the room."
