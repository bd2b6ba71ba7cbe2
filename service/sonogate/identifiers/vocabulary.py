"""The words that ultrasound consoles write, and how text is compared with them."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sonogate.errors import PolicyError

_GROUPS = (
    "units",
    "units_four_digits",
    "labels",
    "indices",
    "settings",
    "anatomy",
    "nameable",
    "vendors",
    "marks",
    "fields",
    "presets",
    "signs",
    "surnames",
)
# Letters whose marks no decomposition takes off.
_UNMARKED = str.maketrans(
    {
        "²": "2",
        "³": "3",
        "µ": "u",
        "ł": "l",
        "Ł": "l",
        "ı": "i",
        "đ": "d",
        "Đ": "d",
        "ø": "o",
        "Ø": "o",
    }
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Sets of folded words, as the data file groups them."""

    units: frozenset[str]
    units_four_digits: frozenset[str]
    labels: frozenset[str]
    indices: frozenset[str]
    settings: frozenset[str]
    anatomy: frozenset[str]
    nameable: frozenset[str]
    vendors: frozenset[str]
    marks: frozenset[str]
    fields: frozenset[str]
    presets: frozenset[str]
    signs: frozenset[str]
    surnames: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the package.

    Raises:
        PolicyError: The data file lacks a group or has one too many.
    """
    text = resources.files("sonogate.identifiers").joinpath("vocabulary.toml").read_text("utf-8")
    table = tomllib.loads(text)
    if set(table) != set(_GROUPS):
        raise PolicyError("vocabulary.toml: a group is unknown or missing")
    return Vocabulary(**{name: frozenset(map(fold, table[name])) for name in _GROUPS})


def fold(text: str) -> str:
    """Return ``text`` without case, accents and doubled spaces."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_UNMARKED).casefold())
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return " ".join(plain.split())


def plain(text: str) -> str:
    """Return ``text`` folded, with what tells readings apart and nothing else."""
    return "".join(one for one in fold(text) if one.isalnum() or one in ".,/-:%<>^'")
