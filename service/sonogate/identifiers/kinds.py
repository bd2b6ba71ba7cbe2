"""Guess what a masked run tells, for the report; nothing rests on it."""

from __future__ import annotations

import re

from sonogate.identifiers.dates import is_date_or_long_number
from sonogate.identifiers.vocabulary import fold
from sonogate.types import RegionKind, TextRun

_INSTITUTION = re.compile(
    r"hosp|clin|medic|ctr|cent|univ|health|inst|krank|praxis|hopital|sante|saude|salud|imaging"
)


def guess_kind(run: TextRun) -> RegionKind:
    """Return the likely kind of what a run says."""
    if not run.readings:
        return "text"
    text = fold(run.readings[0])
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    if is_date_or_long_number(text) and re.search(r"\d\s*[:/.-]\s*\d|[a-z]{3}", text):
        return "date"
    if digits >= 4 and digits >= letters:
        return "number"
    if _INSTITUTION.search(text):
        return "institution"
    if letters >= 3 and digits == 0:
        return "name"
    return "text"
