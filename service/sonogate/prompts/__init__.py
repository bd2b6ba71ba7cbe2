"""Reason codes to sentences, by language.

One gettext catalogue a language (``en.po`` is the source): translators' tools know the
format, and its entries are found by context, so that a sentence may be reworded without
touching code.
"""

from sonogate.prompts.catalogue import parse_catalogue
from sonogate.prompts.negotiate import choose_language, match_language
from sonogate.prompts.sentences import (
    PLACES,
    Place,
    Sentences,
    Smear,
    UnknownLanguageError,
    languages,
    load_sentences,
)

__all__ = [
    "PLACES",
    "Place",
    "Sentences",
    "Smear",
    "UnknownLanguageError",
    "choose_language",
    "languages",
    "load_sentences",
    "match_language",
    "parse_catalogue",
]
