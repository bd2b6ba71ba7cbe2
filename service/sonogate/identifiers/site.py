"""What a site keeps beside the clinical: machines' names, the time, who held the probe.

Nothing of it is kept by default. A date that stands alone is never kept, whatever the site
says, as it may be the day of birth; a time of day is of the examination, and so is a date
that is written with one. Nor can a date be shifted on a picture, other than by drawing what
was not there.
"""

from __future__ import annotations

import re

from sonogate.identifiers.grammar import Grade, grade
from sonogate.identifiers.vocabulary import fold
from sonogate.policy import SiteKeeps

_MONTHS = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|fev|mai|set|out|dez"
    r"|janv|avr|juin|juil|aout|okt|marz)[a-z]{0,6}"
)
_DAY = (
    r"(?:\d{1,4}[-/. ]{1,2}\d{1,2}[-/. ]{1,2}\d{1,4}"
    rf"|\d{{1,2}}[-. ]?{_MONTHS}[-., ]{{0,2}}\d{{2,4}}|{_MONTHS}[. ]?\d{{1,2}}[, ]{{1,2}}\d{{2,4}})"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?"
_MOMENT = re.compile(rf"(?:{_DAY}[ ,t]{{1,2}})?{_TIME}|{_TIME}[ ,]{{1,2}}{_DAY}")
# A field's name and one word, or letters, of a name.
_OPERATOR = re.compile(
    r"(?:operator|opr?|oper|sonographer|technologist|untersucher|operateur|operador|operadora)"
    r"\s?[:.]\s?[^\W\d_][^\W\d_.-]{0,15}"
)


def known_as(reading: str, keeps: SiteKeeps) -> Grade | None:
    """Say what a reading may be kept as: clinical, or what the site keeps.

    Args:
        reading: What was read.
        keeps: The site's choice.
    """
    text = fold(reading)
    if keeps.times and _MOMENT.fullmatch(text):
        return "label"
    if keeps.operator and _OPERATOR.fullmatch(text):
        return "label"
    return grade(reading, keep_vendors=keeps.machine)
