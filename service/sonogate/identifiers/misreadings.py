"""What recognisers glue together or mistake, set right where no name can come of it."""

from __future__ import annotations

import re

from sonogate.identifiers.vocabulary import Vocabulary, fold, vocabulary

# A ruler's number with the ticks and dots that stand beside it.
_TICKED = re.compile(
    r"[-\u2010-\u2015\u2212_\u2022\u00b7\u30fb*.'|~=<>\u25c4\u25ba\s]{0,3}"
    r"(\d{1,2}(?:[.,]\d)?(?:\s?[cm]m)?)"
    r"[-\u2010-\u2015\u2212_\u2022\u00b7\u30fb*.'|~=<>\u25c4\u25ba\s]{0,3}"
)
_RULER = re.compile(r"\D{0,2}(\d{1,2}(?:[.,]\d)?)\D{0,4}")
# Marks glued to what they belong to, which recognisers do now and then.
_GLUED = (
    (re.compile(r"\ba[o0]%\s*(?=\d)"), "ao% "),
    (re.compile(r"\b2d(?=\d{1,2}\s?%)"), "2d "),
    (re.compile(r"\b(power|pwr|gain|ao|dr)-(?=\d)"), r"\1 -"),
    (re.compile(r"\b(?:s/a|sa|5/a)\s?(?=\d/\d(?:\s|$))"), "s/a "),
    (re.compile(r"\bl/rinvert\b"), "l/r invert"),
    (re.compile(r"^5c(?=\d{1,2}-\d)"), "sc"),
    (re.compile(r"\b(wf|p|persist|pers)(?=(?:low|med|high|max)\b)"), r"\1 "),
    (re.compile(r"\bf\s?(?=\d{1,2}[.,]\d\s?mhz)"), "freq "),
    (re.compile(r"^([cdg])(?=\d{1,2}(?:[.,]\d)?$)"), r"\1 "),
    (re.compile(r"\b(\d\d)dr\1\b"), r"dr \1"),
    # An O for the zero, an H for the M of an acoustic index.
    (re.compile(r"\b(mi|ti[sbc]?)([:=<\s]*)o(?=[.,]\d)"), r"\g<1>\g<2>0"),
    (re.compile(r"\b(?:hi|mh)(?=[:=]\s?\d[.,]\d)"), "mi"),
    # A small l, a one or a stroke for the capital I, where no volume stands before it.
    (re.compile(r"\bm[l1|](?=\s?[:=<]\s?\d[.,]\d)"), "mi"),
    (re.compile(r"(?<!\d)(?<!\d\s)\bm[l1|](?=\s?\d[.,]\d)"), "mi"),
    (re.compile(r"(?<=\d)o(?=\s?(?:[km]?hz|db|%)(?:\s|$))"), "0"),
    # An a or g for the c of a length: no time of day has a decimal point and one digit.
    (re.compile(r"\b(\d{1,2}[.,]\d)\s?[ag]m\b"), r"\1 cm"),
    # A small l or a one for the capital I of a thermal index.
    (re.compile(r"\bt[l1|]([sbc])\b"), r"ti\1"),
    (re.compile(r"\bt[l1|]([sbc])(?=[<:=]?\s?\d[.,]\d)"), r"ti\1"),
    (re.compile(r"\bpower\s?o(?=\s?(?:db|%))"), "power 0"),
)
# Digits that recognisers read for letters within a word.
_AS_LETTERS = str.maketrans("0158", "olsb")
MIN_MENDED_WORD = 4
# A label with one letter too few or wrong, before a value in a unit of the machine's own:
# nobody's name stands there.
_MISREAD_LABEL = re.compile(r"\b([a-z]{4,})\s?(?=-?\d{1,3}(?:[.,]\d)?\s?(?:db|[km]?hz|fps)\b)")
MIN_MISREAD_LABEL = 5
# Of two readings of a value, the signs that may differ.
MAX_MISREAD_SIGNS = 2


def ruler_number(reading: str) -> str | None:
    """Return the bare number that a ruler's label shows, or None when it is not one.

    A tick or dot beside it may be read as some letter: where it stands has to tell.
    """
    found = _RULER.fullmatch(fold(reading))
    return None if found is None else found.group(1).replace(",", ".")


def set_right(text: str) -> str:
    """Return folded ``text`` with what recognisers glue together or mistake set right."""
    ticked = _TICKED.fullmatch(text)
    if ticked is not None:
        return ticked.group(1)
    for glued, apart in _GLUED:
        text = glued.sub(apart, text)
    words = vocabulary()
    text = " ".join(_as_word(token, words) for token in text.split())
    return _MISREAD_LABEL.sub(lambda found: _as_label(found, words), text)


def _as_word(token: str, words: Vocabulary) -> str:
    """Return a long word of the vocabulary for a token that has digits among its letters."""
    if token.isalpha() or not token.isalnum() or len(token) < MIN_MENDED_WORD:
        return token
    mended = token.translate(_AS_LETTERS)
    known = mended in words.labels or mended in words.settings or mended in words.anatomy
    return mended if mended.isalpha() and known else token


def _as_label(found: re.Match[str], words: Vocabulary) -> str:
    """Return the one long label that a misread one is a letter away from."""
    word = found[1]
    if word in words.labels or word in words.settings:
        return found[0]
    near = [
        label
        for label in words.labels
        if len(label) >= MIN_MISREAD_LABEL and label.isalpha() and distance(word, label) == 1
    ]
    return f"{near[0]} " if len(near) == 1 else found[0]


def distance(first: str, second: str) -> int:
    """Return how many signs must be added, taken away or replaced (Levenshtein 1966)."""
    row = list(range(len(second) + 1))
    for place, sign in enumerate(first, 1):
        above, row[0] = row[0], place
        for column, other in enumerate(second, 1):
            above, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, above + (sign != other)),
            )
    return row[-1]
