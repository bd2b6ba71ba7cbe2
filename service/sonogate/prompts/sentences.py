"""The sentence for a reason code, with place and direction filled in."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Literal, get_args

from sonogate.errors import UnreadableReason
from sonogate.prompts.catalogue import parse_catalogue
from sonogate.prompts.negotiate import match_language
from sonogate.types import REASON_CODES, ReasonCode

Place = Literal[
    "upper left",
    "top",
    "upper right",
    "left",
    "centre",
    "right",
    "lower left",
    "bottom",
    "lower right",
]
Smear = Literal["sideways", "up and down", "diagonally"]
# What is known beyond the code: why a file is unreadable, or that the screen is a page of text.
Detail = UnreadableReason | Literal["page"]

PLACES: tuple[Place, ...] = get_args(Place)
SMEARS: tuple[Smear, ...] = get_args(Smear)
SOURCE_LANGUAGE = "en"
_PLACEHOLDERS = {"place": "place", "direction": "direction", "smear": "smear"}


class UnknownLanguageError(ValueError):
    """There is no catalogue for the language asked for."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """One language's sentences.

    A reason has a plain sentence under its code and may have better ones for when more is
    known: ``CODE/place`` (where the fault lies), ``CODE/direction`` (which way to move),
    ``CODE/smear`` (which way it is smeared), ``CODE/DETAIL`` (why a file is unreadable, what
    a screen shows instead of a scan).

    Attributes:
        language: BCP 47 tag of the catalogue.
        texts: Sentence or phrase by its context in the catalogue.
    """

    language: str
    texts: Mapping[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", MappingProxyType(dict(self.texts)))
        wanted: list[str] = [*REASON_CODES]
        wanted += [f"unreadable_file/{reason}" for reason in get_args(UnreadableReason)]
        wanted.append("no_scan_area/page")
        wanted += [f"{kind}/{place}" for kind in ("place", "direction") for place in PLACES]
        wanted += [f"smear/{smear}" for smear in SMEARS]
        if missing := [key for key in wanted if key not in self.texts]:
            raise ValueError(f"catalogue {self.language}: no {', '.join(missing)}")
        for key, text in self.texts.items():
            variant = _PLACEHOLDERS.get(key.partition("/")[2])
            found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            if found != ({variant} if variant else set()):
                raise ValueError(f"catalogue {self.language}: wrong placeholders in {key}")

    def prompt(
        self,
        code: ReasonCode,
        *,
        place: Place | None = None,
        smear: Smear | None = None,
        detail: Detail | None = None,
    ) -> str:
        """Return the most telling sentence for ``code`` that what is known allows.

        Args:
            code: Why the photo was not simply accepted.
            place: Where the fault lies, or the side to move to.
            smear: Which way the picture is smeared.
            detail: Why a file could not be read, or what the screen shows.
        """
        if detail is not None and (text := self.texts.get(f"{code}/{detail}")):
            return text
        if smear is not None and (text := self.texts.get(f"{code}/smear")):
            return text.format(smear=self.texts[f"smear/{smear}"])
        if place is not None:
            if text := self.texts.get(f"{code}/direction"):
                return text.format(direction=self.texts[f"direction/{place}"])
            if text := self.texts.get(f"{code}/place"):
                return text.format(place=self.texts[f"place/{place}"])
        return self.texts[code]


def languages() -> tuple[str, ...]:
    """Return the languages there are catalogues for, in alphabetical order."""
    names = (entry.name for entry in resources.files("sonogate.prompts").iterdir())
    return tuple(sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


def load_sentences(language: str = SOURCE_LANGUAGE) -> Sentences:
    """Return the sentences of ``language``; what it lacks is filled from the source.

    Args:
        language: A language tag; ``pt-BR`` is served by ``pt``.

    Raises:
        UnknownLanguageError: No catalogue serves it.
        ValueError: The catalogue is malformed or lacks a sentence.
    """
    found = match_language(language, languages())
    if found is None:
        raise UnknownLanguageError(f"languages there are: {', '.join(languages())}")
    texts = dict(_read(SOURCE_LANGUAGE))
    if found != SOURCE_LANGUAGE:
        texts |= _read(found)
    return Sentences(found, texts)


def _read(language: str) -> Mapping[str, str]:
    file = resources.files("sonogate.prompts").joinpath(f"{language}.po")
    return parse_catalogue(file.read_text("utf-8"))
