"""The allow-list grammar of what ultrasound consoles write.

A reading is known only when every part of it is: numbers with units, labelled numbers,
probes, settings and anatomy. Nothing is guessed to be harmless.
"""

from __future__ import annotations

import re
from typing import Literal

from sonogate.identifiers.dates import is_date_or_long_number
from sonogate.identifiers.misreadings import MAX_MISREAD_SIGNS, distance, set_right
from sonogate.identifiers.vocabulary import Vocabulary, fold, plain, vocabulary

Grade = Literal["measured", "words", "menu", "nameable", "number", "label"]

# Digits that would make an identifier out of any token: record numbers have five or more.
MAX_DIGITS = 4
MAX_LABEL_WORDS = 3
# A label this long may stand without its number; a shorter one could be initials.
MIN_LABEL_WORD = 4

_NUMBER = re.compile(r"[<>~±+-]?(\d{1,4})(?:[.,](\d{1,3}))?")
_VALUE = re.compile(r"([<>~±+-]?\d{1,4}(?:[.,]\d{1,3})?)([a-z%°/²³][a-z0-9%°/²³]*)")
_PROBE = re.compile(
    r"(?:[clpsvxdem]|ml|ic|ec|rab|ric|rm|rs|sc|sp|pa|la|cx|lx|vf|bp|ca|cl|il|zd)\d{1,2}"
    r"(?:[a-z]{0,3}[/-]\d{1,2}){1,2}(?:-?[a-z]{1,3})?"
    r"|\d{1,2}(?:l|c|s|lc|sp|ec|mc|rs|cs|3|la)(?:-(?:d|rs|sc))?"
    r"|(?:ml|rab|ric|ic)\d{1,2}-?(?:d|rs|\d{1,2}-?d?)"
    r"|[celpsv]\d{1,2}(?:[a-x]{1,2})"
    r"|p[a-z]t-\d{2,4}[a-z]{2,3}|hfl\d{2}xi?|r?[lcpsi]\d{2}xi?|v?fx\d{1,2}-\d"
)
_MAP = re.compile(r"m[1-9]")
_PAGE = re.compile(r"page\s?[1-9]\s?/\s?[1-9]")
# The place of a picture among those of a loop: no day of a month lies behind the stroke.
_LOOP_PLACE = re.compile(r"(\S.*?)\s+\d{1,2}/(?:3[2-9]|[4-9]\d)")
# The clock position and distance of a finding in the breast.
_BREAST = re.compile(r"(?:(?:rt|lt|r|l)\s)?(?:1[0-2]|[1-9])\s?:\s?[03]0\s\d{1,2}\s?cm\s?fn")
# Steps of three settings; a date has two digits for its year at least.
_STEPS = re.compile(r"[0-6](?:\s?/\s?[0-6]){2}")
_SIGNED = re.compile(r"[+-]\d{1,3}[.,]\d")
_LENGTH_UNITS = frozenset(("cm", "mm", "cm2", "mm2", "cm3", "ml", "cm/s", "m/s"))
# Settings that consoles write as a pair of steps: "Map D/0", "S/A 3/3".
_STEP_LABELS = frozenset(("map", "s/a", "maps"))
# Rows of settings such as "R15 G66 C6 A2".
_SETTINGS_ROW = re.compile(
    r"(?:[rgcafpdmes]\d{1,2}\s){2,}(?:[rgcafpdmes]\d{1,2}\s?)?[rgcafpdmes]\d{1,2}"
)
_ANGLES = re.compile(r"b\s?\d{1,3}\s?°\s?/\s?v\s?\d{1,3}\s?°")
_LONE_UNITS = frozenset(
    ("cm", "mm", "khz", "cm/s", "m/s", "mmhg", "***bpm", "*bpm", "--bpm", "---bpm")
)
# Also abbreviations (dynamic range, mitral regurgitation), but never as words.
_TITLES = frozenset(("dr", "mr", "mrs", "ms", "miss", "prof", "sr", "sra", "mme", "herr", "frau"))
_LEVELS = frozenset(("low", "med", "high", "max", "min", "off", "on", "auto", "n/a", "--", "---"))
_GESTATION = re.compile(r"\d{1,2}w[0-6]?d?")


def agree(first: str, second: str) -> bool:
    """Say whether two readings are the same but for case, accents, spaces and marks.

    Of values with their unit or label a letter or two and the digits may differ: each reading
    is a value by itself, so that whichever is right, nothing else stands there.
    """
    one, other = plain(set_right(fold(first))), plain(set_right(fold(second)))
    if one == other:
        return True
    if grade(first) != "measured" or grade(second) != "measured":
        return False
    one, other = (re.sub(r"\d", "0", text).replace(",", ".") for text in (one, other))
    same_marks = re.sub(r"\w", "", one) == re.sub(r"\w", "", other)
    return same_marks and distance(one, other) <= MAX_MISREAD_SIGNS


def grade(reading: str, *, keep_vendors: bool = False) -> Grade | None:
    """Say what kind of clinical text ``reading`` is, or None when it is not surely one.

    ``"measured"`` holds a value with its unit or label, a probe or an acoustic index and
    nothing that could be a name; ``"words"`` holds words of anatomy that hardly anybody is
    called; ``"menu"`` those of the console's own keys and settings;
    ``"nameable"`` has a word that is somebody's name somewhere; ``"number"`` is bare;
    ``"label"`` is the name of a field and nothing of what stands in it.
    """
    text, words = fold(reading), vocabulary()
    if any(form.fullmatch(text) for form in (_BREAST, _SIGNED, _STEPS, _ANGLES)):
        # A velocity scale's end carries its sign; no identifier does.
        return "measured"
    text = set_right(text)
    bare = text.strip(" :.")
    if bare in words.fields:
        return "label"
    place = _LOOP_PLACE.fullmatch(bare)
    if bare in words.presets or _PAGE.fullmatch(bare) or (place and place[1] in words.presets):
        return "measured"
    if bare in words.signs:
        return "menu"
    if not text or is_date_or_long_number(text) or _named(text):
        return None
    if any(ord(one) > 127 and one not in words.marks for one in text):
        return None
    tokens = _tokens(text)
    if not tokens:
        return None
    phrase = len(tokens) > 1 and not words.nameable.intersection(tokens)
    if phrase and (text in words.settings or text in words.anatomy):
        return "menu" if text in words.settings else "words"
    if _SETTINGS_ROW.fullmatch(text):
        return "measured"
    if (
        len(tokens) > 1
        and re.fullmatch("[1-9a-d]", tokens[0])
        and (_label(tokens[1:], words) or _is_measurement(tokens[1:], words))
    ):
        # A caliper's number or letter before its measurement: "2 Dist 1.23 cm".
        tokens = tokens[1:]
    return _parse(tokens, keep_vendors=keep_vendors)


def _is_measurement(tokens: list[str], words: Vocabulary) -> bool:
    """Say whether tokens end in a decimal with a unit of length, area, volume or velocity."""
    value = _VALUE.fullmatch(tokens[-1])
    number, unit = (value.group(1), value.group(2)) if value else (tokens[-2:-1], tokens[-1])
    number = number if isinstance(number, str) else "".join(number)
    decimal = re.fullmatch(r"\d{1,3}[.,]\d{1,2}", number) is not None
    return unit in _LENGTH_UNITS and decimal and _is_value(number, unit, words)


def _named(text: str) -> bool:
    """Say whether a comma or caret stands between words, as in a name."""
    return bool(re.search(r"[a-z]\s*[,^]", text))


def _tokens(text: str) -> list[str]:
    text = re.sub(r"([a-z'./])\s*[:=]\s*", r"\1 ", text)
    text = re.sub(r"([a-z])\s*([<>])\s*(?=\d)", r"\1 \2", text)
    # A comma after a value ends a list's entry; a name's comma was refused before.
    text = re.sub(r"(\d[a-z%]*)[,;](?=\s|$)", r"\1 ", text)
    text = re.sub(r"(\d)(?=(?:mi|tis|tib|tic)\b)", r"\1 ", text)
    text = re.sub(r"[()\[\]■▲▼◄►●○…·|]", " ", text)
    return text.split()


def _is_number(token: str) -> bool:
    """Say whether a token is a number that is not written like part of an identifier."""
    match = _NUMBER.fullmatch(token)
    if match is None or sum(map(str.isdigit, token)) > MAX_DIGITS:
        return False
    whole = match.group(1)
    return len(whole) == 1 or not whole.startswith("0")


def _whole_digits(token: str) -> int:
    match = _NUMBER.match(token)
    return 0 if match is None else len(match.group(1))


def _is_value(number: str, unit: str, words: Vocabulary) -> bool:
    """Say whether number and unit make a plausible value."""
    if not _is_number(number) or unit not in words.units:
        return False
    return _whole_digits(number) <= 3 or unit in words.units_four_digits


def _parse(tokens: list[str], *, keep_vendors: bool) -> Grade | None:
    """Parse tokens left to right; the longest label first."""
    words = vocabulary()
    grades: list[Grade] = []
    bare: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        value = _VALUE.fullmatch(token)
        label_words = _label(tokens[position:], words)
        if label_words:
            grades.append("measured")
            position += label_words
        elif value and _is_value(value.group(1), value.group(2), words):
            grades.append("measured")
            position += 1
        elif _is_number(token) and following and _is_value(token, following, words):
            grades.append("measured")
            position += 2
        elif _is_number(token):
            grades.append("number")
            bare.append(token)
            position += 1
        elif _PROBE.fullmatch(token):
            grades.append("measured")
            position += 1
        elif _MAP.fullmatch(token) or (token in _LONE_UNITS and len(tokens) == 1):
            grades.append("words")
            position += 1
        elif token in words.marks:
            position += 1
        else:
            word = _word(token, words, keep_vendors=keep_vendors)
            if word is None:
                return None
            grades.append(word)
            position += 1
    return _combine(grades, bare)


def _label(tokens: list[str], words: Vocabulary) -> int:
    """Return how many tokens a label with its number (and unit) takes, or 0."""
    for length in range(min(MAX_LABEL_WORDS, len(tokens) - 1), 0, -1):
        label = " ".join(tokens[:length])
        if label not in words.labels:
            continue
        number = tokens[length]
        unit = tokens[length + 1] if length + 1 < len(tokens) else ""
        value = _VALUE.fullmatch(number)
        if _is_number(number) and unit and _is_value(number, unit, words):
            return length + 2
        if value and _is_value(value.group(1), value.group(2), words):
            return length + 1
        if _is_number(number) and _whole_digits(number) <= 3:
            return length + 1
        if number in _LEVELS:
            return length + 1
        if label in _STEP_LABELS and re.fullmatch(r"[0-9a-z]/[0-9]", number):
            return length + 1
        if label == "mix" and re.fullmatch(r"\d{1,3}/\d{1,3}", number):
            return length + 1
        if label in {"ga", "aua", "crl", "bpd", "hc", "ac", "fl"} and _GESTATION.fullmatch(number):
            return length + 1
    return _glued_label(tokens, words)


def _glued_label(tokens: list[str], words: Vocabulary) -> int:
    """Return how many tokens a label takes that is written in one with its number."""
    index = re.fullmatch(r"([a-z]{2,4})(\d{1,2}[.,]\d{1,2})", tokens[0])
    if index and index.group(1) in words.indices:
        return 1
    whole = re.fullmatch(r"([a-z]{2,})(\d{1,4}(?:[.,]\d)?)([a-z%]+)", tokens[0])
    if whole and whole.group(1) in words.labels and _is_value(whole[2], whole[3], words):
        return 1
    glued = re.fullmatch(r"([a-z]{2,})([1-9]\d?|\d{1,2}[.,]\d{1,2})", tokens[0])
    if glued is None or glued.group(1) not in words.labels:
        return 0
    unit = tokens[1] if len(tokens) > 1 else ""
    return 2 if _is_value(glued.group(2), unit, words) else 1


def _word(token: str, words: Vocabulary, *, keep_vendors: bool) -> Grade | None:
    token = token.strip(".;*+'\"") or token
    if token in _TITLES:
        return None
    parts = [part for part in re.split(r"[/+-]", token) if part]
    for candidates in ([token], parts):
        if candidates and all(
            part in words.settings
            or part in words.anatomy
            or part in words.nameable
            or (part in words.labels and len(part) >= MIN_LABEL_WORD)
            or (keep_vendors and part in words.vendors)
            for part in candidates
        ):
            if any(part in words.nameable for part in candidates):
                return "nameable"
            keys = all(part in words.settings - words.surnames for part in candidates)
            return "menu" if keys else "words"
    return None


def _combine(grades: list[Grade], bare: list[str]) -> Grade | None:
    """Return the weakest grade, or None for bare numbers in company or in a row."""
    if not grades:
        return None
    if bare:
        # "2.0" or "12" alone is a ruler's label or a value in a table; beside words it
        # may be an age, a bed or part of a record number.
        if len(bare) != len(grades):
            return None
        decimals = all(re.fullmatch(r"\d[.,]\d", number) for number in bare)
        alone = len(bare) == 1 and re.fullmatch(r"-?\d{1,2}([.,]\d)?", bare[0])
        return "number" if alone or (decimals and len(bare) <= 2) else None
    if "nameable" in grades:
        return "nameable"
    if "measured" in grades:
        return "measured"
    return "words" if "words" in grades else "menu"
