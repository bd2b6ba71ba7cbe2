"""Which of the languages there are suits a reader best.

``Accept-Language`` is that of RFC 9110, section 12.5.4; a range finds its catalogue by the
lookup of RFC 4647, section 3.4: ``pt-BR`` is served by ``pt``, ``zh-Hant-TW`` by ``zh``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_RANGE = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
# More than any browser sends; what follows is not looked at.
MAX_RANGES = 64


def match_language(tag: str, offered: Sequence[str]) -> str | None:
    """Return the offered language that serves ``tag``, or None.

    Args:
        tag: A BCP 47 language tag, in any case.
        offered: The languages there are.
    """
    by_name = {language.lower(): language for language in offered}
    parts = tag.lower().split("-")
    while parts:
        if found := by_name.get("-".join(parts)):
            return found
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()  # a singleton introduces what was just taken off
    return None


def choose_language(header: str | None, offered: Sequence[str], default: str) -> str:
    """Return the language to answer in.

    Ranges that are malformed are passed over; when nothing that is asked for is offered,
    the answer comes in the default language rather than not at all.

    Args:
        header: The value of ``Accept-Language``; None when there is none.
        offered: The languages there are.
        default: One of them, for when the header does not decide.
    """
    ranges = _ranges(header or "")
    refused = {name.lower() for name, weight in ranges if weight == 0.0}
    allowed = [language for language in offered if language.lower() not in refused]
    # sorted() keeps the header's order among equal weights.
    for name, weight in sorted(ranges, key=lambda one: -one[1]):
        if weight == 0.0:
            break
        if name == "*":
            named = {other.lower() for other, _ in ranges}
            free = [language for language in allowed if language.lower() not in named]
            if default in allowed or not free:
                break
            return free[0]
        if found := match_language(name, allowed):
            return found
    return default if default in allowed or not allowed else allowed[0]


def _ranges(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(",")[:MAX_RANGES]:
        name, _, parameter = part.strip().partition(";")
        name = name.strip()
        weight = parameter.strip()
        if weight:
            key, _, weight = weight.partition("=")
            if key.strip().lower() != "q" or not _WEIGHT.fullmatch(weight.strip()):
                continue
        if _RANGE.fullmatch(name):
            found.append((name, float(weight) if weight else 1.0))
    return found
