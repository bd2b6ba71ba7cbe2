"""What a client knows of the patient, for one request: a deny-list over what would be kept.

Text that is not clinical is masked whoever it names. What is left for a deny-list are names
that are words of the clinic ("May Long", "Liver") and numbers that look like a measurement.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sonogate.identifiers.transliterate import spellings

MAX_PATIENT_BYTES = 16 * 1024
MAX_ENTRIES = 32
MAX_ENTRY_LETTERS = 200
MIN_FUZZY_LETTERS = 4
MIN_NUMBER_DIGITS = 2
MIN_MONTH_LETTERS = 3
# Letters of other scripts that look like Latin ones, as a recogniser reads them.
_LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxijabezhikmnoptyx",
)
# Signs that recognisers take for one another.
_CONFUSED = str.maketrans("0158|!", "oisbll")


@dataclass(frozen=True, slots=True)
class PatientContext:
    """A patient's names and numbers, held for one request and never shown.

    Attributes:
        names: As the client has them, in any script and order.
        numbers: Record numbers, accession numbers, telephone numbers.
        birth_date: The day of birth; a year of birth alone is a number.
    """

    names: tuple[str, ...] = field(default=(), repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)
    birth_date: date | None = field(default=None, repr=False)


def parse_patient(text: bytes) -> PatientContext:
    """Read a patient's context as clients give it.

    Args:
        text: A JSON object, UTF-8, with lists of strings ``names`` and ``numbers`` and a date
            ``birth_date`` (``YYYY-MM-DD``), each of them optional.

    Raises:
        ValueError: It is not such an object, or is too long; the message and its causes say
            nothing of what it holds.
    """
    refusal = ValueError(
        "expected a JSON object with lists of strings, names and numbers, and a birth_date"
    )
    if len(text) > MAX_PATIENT_BYTES:
        raise refusal
    try:
        table = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise refusal from None
    if not isinstance(table, dict) or set(table) - {"names", "numbers", "birth_date"}:
        raise refusal
    lists = [table.get(key, []) for key in ("names", "numbers")]
    if not all(_is_short_list(entries) for entries in lists):
        raise refusal
    try:
        born = None if table.get("birth_date") is None else date.fromisoformat(table["birth_date"])
    except (TypeError, ValueError):
        raise refusal from None
    return PatientContext(tuple(lists[0]), tuple(lists[1]), born)


def _is_short_list(entries: Any) -> bool:
    return (
        isinstance(entries, list)
        and len(entries) <= MAX_ENTRIES
        and all(isinstance(one, str) and len(one) <= MAX_ENTRY_LETTERS for one in entries)
    )


def names_patient(reading: str, patient: PatientContext) -> bool:
    """Say whether a reading may hold a part of the patient's names or numbers.

    Args:
        reading: What was read.
        patient: Whom the picture is of.
    """
    words = _words((reading,))
    spelt = (spelling for name in patient.names for spelling in spellings(name))
    if any(_alike(name, word) for name in _words(spelt) for word in words):
        return True
    if patient.birth_date is not None and _tells_date(reading, words, patient.birth_date):
        return True
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", reading))
    for number in patient.numbers:
        own = re.sub(r"\D", "", unicodedata.normalize("NFKC", number))
        parts = [own, *re.findall(r"\d+", number)]
        if any(len(part) >= MIN_NUMBER_DIGITS and part == digits for part in parts):
            return True
        if len(digits) > MIN_NUMBER_DIGITS and digits in own:
            return True
    return False


def _tells_date(reading: str, words: list[str], day: date) -> bool:
    """Say whether a reading may hold a date, in whatever order and however much of it."""
    groups = re.findall(r"\d+", unicodedata.normalize("NFKC", reading))
    year, month, date_of = f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"
    if any(year in group for group in groups):
        return True
    digits = "".join(group.zfill(2) for group in groups)
    pairs = (date_of + month, month + date_of)
    if any(pair in digits for pair in pairs):
        return True
    # The month in letters, in whatever language, beside the day or the year's last digits.
    return any(word.isalpha() and len(word) >= MIN_MONTH_LETTERS for word in words) and any(
        group.zfill(2) in (date_of, year[2:]) for group in groups
    )


def _words(texts: Iterable[str]) -> list[str]:
    """Return the letters-only words of texts: folded, look-alikes made Latin."""
    found = []
    for text in texts:
        folded = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(one for one in folded if not unicodedata.combining(one))
        found += re.findall(r"[^\W_]+", plain.translate(_LOOKALIKES))
    return found


def _alike(name: str, word: str) -> bool:
    """Say whether two words are the same but for one slip, which short ones may not have."""
    if len(name) == 1 and name.isascii():
        return False
    name, word = name.translate(_CONFUSED), word.translate(_CONFUSED)
    if name == word:
        return True
    if min(len(name), len(word)) < MIN_FUZZY_LETTERS or abs(len(name) - len(word)) > 1:
        return False
    shorter, longer = sorted((name, word), key=len)
    start = next(
        (at for at, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b),
        len(shorter),
    )
    if len(shorter) == len(longer):
        swapped = shorter[start + 1 : start + 2] + shorter[start : start + 1]
        rest = shorter[start + 2 :]
        return shorter[start + 1 :] == longer[start + 1 :] or swapped + rest == longer[start:]
    return shorter[start:] == longer[start + 1 :]
