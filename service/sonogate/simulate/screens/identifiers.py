"""Invented patients, staff and places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sonogate.simulate.screens.fonts import Script, available_scripts
from sonogate.simulate.screens.writing import (
    Rng,
    pick,
    words,
    write_date,
    write_name,
    write_number,
    write_phone,
    write_time,
)
from sonogate.simulate.values import TextKind

EPOCH = date(2003, 1, 1)


@dataclass(frozen=True, slots=True)
class Patient:
    """One invented person with an appointment.

    Attributes:
        locale: Language of the name.
        given: Given name.
        family: Family name.
        name: Whole name as the machine writes it.
        number: Record number.
        accession: Accession number.
        birth_date: Day of birth, as written.
        age: Age, as written.
        sex: As written.
        age_sex: Age and sex in one string.
        exam_date: Day of the examination, as written.
        exam_time: Time of it.
        operator: Who scans.
        physician: Who referred.
        institution: Where.
        station: Name or serial number of the machine.
        phone: Telephone number.
        address: Street and town.
    """

    locale: str
    given: str
    family: str
    name: str
    number: str
    accession: str
    birth_date: str
    age: str
    sex: str
    age_sex: str
    exam_date: str
    exam_time: str
    operator: str
    physician: str
    institution: str
    station: str
    phone: str
    address: str

    def of(self, kind: TextKind) -> str:
        """Return this person's text of one kind."""
        texts: dict[TextKind, str] = {
            "name": self.name,
            "number": self.number,
            "birth_date": self.birth_date,
            "age_sex": self.age_sex,
            "date_time": f"{self.exam_date} {self.exam_time}",
            "institution": self.institution,
            "operator": self.operator,
            "station": self.station,
            "phone": self.phone,
            "address": self.address,
        }
        return texts[kind]


LATIN_LOCALES = ("en",) * 9 + ("es", "fr", "de", "pl", "tr", "sv", "pt", "cs", "vi")


def draw_locale(rng: Rng, scripts: frozenset[Script] | None = None) -> str:
    """Draw a language; one whose script has no font here becomes a Latin one."""
    usable = available_scripts() if scripts is None else scripts
    latin = pick(rng, LATIN_LOCALES)
    other = pick(rng, ("ru", "uk", "el", "ar", "ar", "hi", "hi", "zh", "zh", "ja", "ko"))
    chosen = other if rng.random() < 0.3 else latin
    return chosen if words()["scripts"][chosen] in usable else latin


def _clinical_name(rng: Rng) -> tuple[str, str]:
    lists = words()["clinical_names"]
    return pick(rng, lists["given"]), pick(rng, lists["family"])


def _person(rng: Rng, locale: str) -> tuple[str, str]:
    lists = words()
    given, family = pick(rng, lists["given"][locale]), pick(rng, lists["family"][locale])
    if locale == "en" and rng.random() < 0.14:
        return _clinical_name(rng)
    return given, family


def _fill(rng: Rng, template: str, locale: str) -> str:
    lists = words()
    places = lists["place"].get(locale, lists["place"]["en"])
    return template.format(
        place=pick(rng, places),
        given=pick(rng, lists["given"][locale]),
        family=pick(rng, lists["family"][locale]),
        family2=pick(rng, lists["family"][locale]),
        n=int(rng.integers(1, 240)),
        m=int(rng.integers(1, 60)),
        zip=f"{int(rng.integers(10000, 99999))}",
    )


def draw_patient(rng: Rng, locale: str, style: int | None = None) -> Patient:
    """Invent a person and everything that a machine would write of the examination.

    Args:
        rng: Source of chance.
        locale: Language of the machine; a fifth of the people have names of English.
        style: Way of writing dates that all of a screen's dates share, or None.
    """
    lists = words()
    style = int(rng.integers(14)) if style is None else style
    own = locale if rng.random() < 0.85 else "en"
    given, family = _person(rng, own)
    exam_day = EPOCH + timedelta(days=int(rng.integers(365 * 23)))
    lived = timedelta(days=int(rng.integers(20, 365 * 94)))
    years = max(0, lived.days // 365)
    age = f"{years}" if years > 2 else f"{max(1, lived.days // 30)}M"
    age = pick(rng, (age, f"{age}Y", f"{years:03d}Y", f"{age} y", f"{age} yrs", age))
    sex = pick(rng, ("M", "F", "F", "O", "Male", "Female", "m", "f"))
    if locale in {"zh", "ja"} and rng.random() < 0.6:
        sex = pick(rng, ("男", "女"))
    staff_given, staff_family = _person(rng, own)
    staff = pick(
        rng,
        (
            f"Dr. {staff_family}" if own not in {"zh", "ja", "ko", "ar", "hi"} else staff_family,
            f"{staff_given} {staff_family}"
            if own not in {"zh", "ko"}
            else staff_family + staff_given,
            f"{staff_given[:1]}{staff_family[:1]}".upper() if own == "en" else staff_family,
            staff_family,
        ),
    )
    institutions = lists["institution"].get(own, lists["institution"]["en"])
    streets = lists["street"].get(own, lists["street"]["en"])
    digits = "".join(str(int(d)) for d in rng.integers(0, 10, 8))
    stations = (
        f"US{digits[0]}",
        f"ROOM {digits[:1]}",
        f"S/N {digits[:6]}",
        f"US-ROOM{digits[:2]}",
        f"SCAN{digits[:3]}",
        f"L9{digits[:5]}",
        f"OBGYN-{digits[:2]}",
        f"ED_US_{digits[:2]}",
        f"sn{digits}",
    )
    # Dates of another calendar script would need its own fonts only where there are some.
    born = write_date(rng, exam_day - lived, style)
    examined = write_date(rng, exam_day, style)
    if locale in {"zh", "ja"} and rng.random() < 0.3:
        examined = f"{exam_day.year}年{exam_day.month}月{exam_day.day}日"
    return Patient(
        locale=own,
        given=given,
        family=family,
        name=write_name(rng, own, given, family),
        number=write_number(rng),
        accession=write_number(rng),
        birth_date=born,
        age=age,
        sex=sex,
        age_sex=pick(rng, (f"{age} {sex}", f"{age}/{sex}", f"{sex} {age}", f"{age}{sex[0]}")),
        exam_date=examined,
        exam_time=write_time(rng),
        operator=staff,
        physician=write_name(rng, own, *_person(rng, own)),
        institution=_fill(rng, pick(rng, institutions), own),
        station=pick(rng, stations),
        phone=write_phone(rng),
        address=_fill(rng, pick(rng, streets), own if own in lists["street"] else "en"),
    )
