"""The catalogue: complete, one sentence each, and fit to be translated."""

from __future__ import annotations

import shutil
import subprocess
from importlib import resources
from typing import get_args

import pytest

from sonogate.errors import UnreadableReason
from sonogate.prompts import (
    PLACES,
    Sentences,
    UnknownLanguageError,
    languages,
    load_sentences,
    parse_catalogue,
)
from sonogate.types import REASON_CODES


def every_prompt(sentences: Sentences) -> list[str]:
    prompts = [sentences.prompt(code) for code in REASON_CODES]
    prompts += [sentences.prompt(code, place=place) for code in REASON_CODES for place in PLACES]
    prompts += [
        sentences.prompt("unreadable_file", detail=reason) for reason in get_args(UnreadableReason)
    ]
    return [*prompts, sentences.prompt("blur_motion", smear="sideways")]


def test_every_prompt_is_one_short_sentence() -> None:
    for prompt in every_prompt(load_sentences()):
        assert prompt[0].isupper()
        assert prompt.endswith(".")
        assert prompt.count(". ") == 0
        assert "{" not in prompt
        assert len(prompt) <= 130


def test_no_two_reasons_share_a_sentence() -> None:
    prompts = [load_sentences().prompt(code) for code in REASON_CODES]
    assert len(set(prompts)) == len(prompts)


def test_an_unknown_language_is_refused_without_echo() -> None:
    with pytest.raises(UnknownLanguageError) as caught:
        load_sentences("../secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("change", [("glare/place", "No place here."), ("glare", "At {place}.")])
def test_placeholders_must_match(change: tuple[str, str]) -> None:
    texts = {**load_sentences().texts, change[0]: change[1]}
    with pytest.raises(ValueError, match="placeholders"):
        Sentences("xx", texts)


def test_a_missing_sentence_is_an_error() -> None:
    texts = {key: text for key, text in load_sentences().texts.items() if key != "veil"}
    with pytest.raises(ValueError, match="veil"):
        Sentences("xx", texts)


def test_translations_win_unless_fuzzy_and_strings_may_run_over_lines() -> None:
    text = (
        'msgid ""\nmsgstr "Language: de\\n"\n\n'
        'msgctxt "a"\nmsgid "One"\nmsgstr "Eins"\n\n'
        '#, fuzzy\nmsgctxt "b"\nmsgid "Two"\nmsgstr "Vielleicht"\n\n'
        'msgctxt "c"\nmsgid ""\n"Say "\n"\\"three\\""\nmsgstr ""\n'
    )
    assert dict(parse_catalogue(text)) == {"a": "Eins", "b": "Two", "c": 'Say "three"'}


@pytest.mark.parametrize(
    "text",
    [
        'msgid "no context"\nmsgstr ""',
        'msgctxt "a"\nmsgid "A"',
        'msgctxt "a"\nmsgid "A"\nmsgstr ""\n\nmsgctxt "a"\nmsgid "A"\nmsgstr ""',
        'msgctxt "a"\nmsgid "A"\nmsgid "B"\nmsgstr ""',
        'msgctxt "a"\nnonsense\nmsgid "A"\nmsgstr ""',
        'msgctxt "a"\nmsgid "A\\"\nmsgstr ""',
    ],
)
def test_a_malformed_catalogue_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="catalogue"):
        parse_catalogue(text)


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext's msgfmt is not installed")
@pytest.mark.parametrize("language", languages())
def test_gettext_itself_takes_the_catalogue(language: str) -> None:
    source = resources.files("sonogate.prompts").joinpath(f"{language}.po").read_bytes()
    done = subprocess.run(
        ["msgfmt", "--check-format", "--check-header", "--output-file=/dev/null", "-"],
        input=source,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
