"""How screens write dates, names, numbers and labels, from the word lists."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

Rng = np.random.Generator


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Return the word lists that ship with the package."""
    text = (files("sonogate.simulate.screens") / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def pick(rng: Rng, options: Any) -> str:
    """Return one of several strings."""
    return str(options[int(rng.integers(len(options)))])


def write_date(rng: Rng, day: date, style: int | None = None) -> str:
    """Write a date in one of the orders that screens use."""
    d, m, y = day.day, day.month, day.year
    month = MONTHS[m - 1]
    forms = (
        f"{d:02d}/{m:02d}/{y}",
        f"{m:02d}/{d:02d}/{y}",
        f"{y}-{m:02d}-{d:02d}",
        f"{d:02d}.{m:02d}.{y}",
        f"{d:02d}-{month.upper()}-{y}",
        f"{d} {month} {y}",
        f"{m:02d}-{d:02d}-{y % 100:02d}",
        f"{y}/{m:02d}/{d:02d}",
        f"{month} {d}, {y}",
        f"{d:02d}.{m:02d}.{y % 100:02d}",
        f"{y}.{m:02d}.{d:02d}",
        f"{y}{m:02d}{d:02d}",
        f"{m}/{d}/{y % 100:02d}",
        f"{d:02d} {month.upper()} {y % 100:02d}",
    )
    return forms[int(rng.integers(len(forms))) if style is None else style % len(forms)]


def write_time(rng: Rng) -> str:
    """Write a time of day."""
    h, m, s = int(rng.integers(7, 20)), int(rng.integers(60)), int(rng.integers(60))
    twelve, half = (h - 1) % 12 + 1, "AM" if h < 12 else "PM"
    forms = (
        f"{h:02d}:{m:02d}:{s:02d}",
        f"{h:02d}:{m:02d}",
        f"{twelve}:{m:02d}:{s:02d} {half}",
        f"{twelve:02d}:{m:02d}:{s:02d}{half}",
        f"{h:02d}.{m:02d}",
        f"{twelve}:{m:02d} {half.lower()}",
    )
    return pick(rng, forms)


def write_name(rng: Rng, locale: str, given: str, family: str) -> str:
    """Write a name as machines do: either order, capitals, carets, titles, initials."""
    if locale in {"zh", "ko"}:
        return f"{family}{given}"
    if locale == "ja":
        return f"{family}{pick(rng, (' ', '　', ''))}{given}"
    if locale in {"ar", "hi"}:
        return f"{given} {family}"
    if locale == "vi":
        return f"{family} {given}"
    title = pick(rng, ("Mr", "Mrs", "Ms", "Dr", "Baby", "BABY OF")) if locale == "en" else ""
    initial = chr(65 + int(rng.integers(26)))
    forms = [f"{family}, {given}"] * 4 + [
        f"{given} {family}",
        f"{given} {family}",
        f"{family.upper()}, {given.upper()}",
        f"{family.upper()} {given}",
        f"{family.upper()}^{given.upper()}",
        f"{family} {given}",
        f"{family}, {given} {initial}.",
        f"{given[0]}. {family}",
        f"{title} {given} {family}".strip(),
        f"{family},{given}",
        f"{given.lower()} {family.lower()}",
        f"{family}^{given}^{initial}",
    ]
    return pick(rng, forms)


def write_number(rng: Rng) -> str:
    """Write a record number; some look like measurements."""
    digits = "".join(str(int(d)) for d in rng.integers(0, 10, 12))
    letters = "".join(chr(65 + int(d)) for d in rng.integers(0, 26, 4))
    forms = (
        digits[:8],
        digits[:6],
        digits[:7],
        digits[:10],
        f"{digits[:3]}-{digits[3:5]}-{digits[5:9]}",
        f"{letters[0]}{digits[:7]}",
        f"{letters[:2]}{digits[:6]}",
        f"MR{digits[:7]}",
        f"{digits[:3]} {digits[3:6]} {digits[6:10]}",
        f"{digits[:6]}-{digits[6:10]}",
        f"{digits[:2]}-{digits[2:4]}-{digits[4:6]}-{digits[6:12]}",
        f"{digits[0]}.{digits[1:3]}",
        f"{digits[:2]}.{digits[2]}",
        f"{digits[:4]}/{digits[4:6]}",
        f"{letters[:3]}-{digits[:5]}",
        f"{digits[:6]}-{digits[6:12]}PM",
    )
    return pick(rng, forms)


def write_phone(rng: Rng) -> str:
    """Write a telephone number."""
    d = "".join(str(int(n)) for n in rng.integers(0, 10, 10))
    forms = (
        f"555-01{d[:2]}",
        f"(555) 01{d[:1]}-{d[1:5]}",
        f"+44 20 7946 0{d[:3]}",
        f"+49 30 {d[:7]}",
        f"0{d[:2]} {d[2:5]} {d[5:9]}",
        f"+1 {d[:3]} 555 01{d[3:5]}",
        f"1{d[:2]}-{d[2:6]}-{d[6:10]}",
    )
    return pick(rng, forms)


def label(rng: Rng, key: str, locale: str) -> str:
    """Return the wording beside a field, in the machine's language or in English."""
    lists = words()
    local = lists["labels_local"].get(locale, {})
    if key in local and rng.random() < 0.7:
        return str(local[key])
    return pick(rng, lists["labels"][key])
