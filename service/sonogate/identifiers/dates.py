"""Dates, times and long numbers: what no clinical text has."""

from __future__ import annotations

import re

_DATE_OR_TIME = re.compile(
    r"(?<!\d)\d{1,4}\s*[-/.\u2013]\s*\d{1,2}\s*[-/.\u2013]\s*\d{1,4}(?!\d)"
    r"|\d\s*:\s*\d"
    r"|\d[\s.,/-]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|fev|mai"
    r"|set|out|dez|janv|avr|juin|juil|aout|okt|marz)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|fev|mai|set|out|dez"
    r"|okt|marz)[a-z]{0,6}[\s.,/-]*\d"
    r"|\d\s*[ap]\.?m\b"
)
_LONG_NUMBER = re.compile(r"\d(?:[\s.,/-]?\d){4,}")


def is_date_or_long_number(text: str) -> bool:
    """Say whether folded ``text`` holds a date, a time or a number of five digits or more."""
    return bool(_DATE_OR_TIME.search(text) or _LONG_NUMBER.search(text))
