"""A study's folder: ``study.toml``, the pairs, and the ratings.

Everything is read strictly: an unknown key, a column that is not there or a file that is
missing is an error, since a study that silently drops pairs is worse than one that stops.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from sonogate.types import FloatArray

SCHEMA_NAME = "sonogate.study/1"
_KEYS = frozenset(
    {
        "schema",
        "title",
        "description",
        "photos",
        "exports",
        "pairs",
        "ratings",
        "cluster",
        "factors",
        "labels",
    }
)
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".heic", ".heif", ".avif", ".webp", ".dcm"})


class StudyError(ValueError):
    """The study's folder is not as its description says."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One photo and its export.

    Attributes:
        name: Names the pair in tables; never the file's name unless the study says so.
        photo: The photo's file.
        export: The export's file; None where only ratings are compared.
        facts: What else the table of pairs says of it, by column.
        scan_area_xy: Polygon to compare over, export pixels; None to find it.
        frame: Frame of a DICOM loop, from 1.
    """

    name: str
    photo: Path = field(repr=False)
    export: Path | None = field(repr=False)
    facts: Mapping[str, str]
    scan_area_xy: FloatArray | None = None
    frame: int = 1


@dataclass(frozen=True, slots=True)
class Rating:
    """One person's judgement of one photo.

    Attributes:
        pair: The pair's name.
        rater: Who.
        score: Opinion score, on whatever scale the study uses; None when not given.
        accept: Whether the photo would do; None when not given.
    """

    pair: str
    rater: str
    score: float | None
    accept: bool | None


@dataclass(frozen=True, slots=True)
class Study:
    """What a study compares.

    Attributes:
        title: Title of the report.
        description: A paragraph about it.
        pairs: Photos and exports.
        ratings: Human judgements, maybe none.
        cluster: Column whose equal values belong together (the content, the patient):
            intervals are taken over clusters, and mixed models give each an intercept.
        factors: Columns whose effects are estimated.
        labels: What plots and tables call a factor, with its unit.
    """

    title: str
    description: str
    pairs: tuple[Pair, ...]
    ratings: tuple[Rating, ...]
    cluster: str | None
    factors: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


def read_study(folder: Path) -> Study:
    """Read the study in ``folder``.

    ``study.toml`` holds ``schema``, ``title`` and, all optional, ``description``, the
    folders ``photos`` and ``exports``, the CSV tables ``pairs`` (columns ``photo``,
    ``export`` and any others; ``pair``, ``scan_area`` and ``frame`` have a meaning) and
    ``ratings`` (``pair``, ``rater``, ``score``, ``accept``), ``cluster``, ``factors``, and the
    table ``labels``, which gives factors the words and units that are shown.
    Without a table of pairs, photos and exports of equal stems belong together.

    Raises:
        StudyError: Something is missing, unknown or of the wrong kind.
    """
    table = _table(folder)
    pairs = _listed(folder, table) if "pairs" in table else _matched(folder, table)
    if not pairs:
        raise StudyError("the study has no pairs")
    names = [pair.name for pair in pairs]
    if len(set(names)) != len(names):
        raise StudyError("two pairs have one name")
    study = Study(
        title=str(table["title"]),
        description=str(table.get("description", "")).strip(),
        pairs=pairs,
        ratings=_ratings(folder / str(table["ratings"]), set(names)) if "ratings" in table else (),
        cluster=table.get("cluster"),
        factors=tuple(table.get("factors", ())),
        labels=MappingProxyType(_labels(table)),
    )
    for column in (*study.factors, *(() if study.cluster is None else (study.cluster,))):
        if any(column not in pair.facts for pair in pairs):
            raise StudyError(f"the pairs have no column {column}")
    return study


def _table(folder: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads((folder / "study.toml").read_text("utf-8"))
    except OSError as error:
        raise StudyError(f"study.toml: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(f"study.toml: {error}") from None
    if unknown := sorted(set(table) - _KEYS):
        raise StudyError(f"study.toml: unknown {', '.join(unknown)}")
    if table.get("schema") != SCHEMA_NAME:
        raise StudyError(f"study.toml: schema must be {SCHEMA_NAME}")
    if not isinstance(table.get("title"), str):
        raise StudyError("study.toml: needs a title")
    return table


def _labels(table: dict[str, Any]) -> dict[str, str]:
    labels = table.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(told, str) for told in labels.values()):
        raise StudyError("study.toml: labels must be a table of words")
    if unknown := sorted(set(labels) - set(table.get("factors", ()))):
        raise StudyError(f"study.toml: labels of no factor: {', '.join(unknown)}")
    return labels


def _matched(folder: Path, table: dict[str, Any]) -> tuple[Pair, ...]:
    exports = _by_stem(folder / str(table.get("exports", "exports")))
    photos = _by_stem(folder / str(table.get("photos", "photos")))
    if lonely := len(set(photos) ^ set(exports)):
        raise StudyError(f"{lonely} files have no counterpart of the same stem")
    return tuple(
        Pair(f"{number:05d}", photos[stem], exports[stem], MappingProxyType({}))
        for number, stem in enumerate(sorted(photos), start=1)
    )


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise StudyError("the folders of photos and exports must be there")
    found = [path for path in folder.iterdir() if path.suffix.lower() in _PICTURES]
    by_stem = {path.stem: path for path in found}
    if len(by_stem) != len(found):
        raise StudyError("two files of one folder have the same stem")
    return by_stem


def _listed(folder: Path, table: dict[str, Any]) -> tuple[Pair, ...]:
    photos, exports = (
        folder / str(table.get(key, "." if "pairs" in table else key))
        for key in ("photos", "exports")
    )
    pairs = []
    for number, row in enumerate(_rows(folder / str(table["pairs"]), {"photo"}), start=1):
        photo = photos / row["photo"]
        export = exports / row["export"] if row.get("export") else None
        if not photo.is_file() or (export is not None and not export.is_file()):
            raise StudyError(f"pair {number}: a file is missing")
        facts = {key: value for key, value in row.items() if key not in {"photo", "export"}}
        area = facts.pop("scan_area", "")
        name = facts.pop("pair", "") or f"{number:05d}"
        frame = int(facts.pop("frame", "") or 1)
        pairs.append(Pair(name, photo, export, MappingProxyType(facts), _polygon(area), frame))
    return tuple(pairs)


def _polygon(text: str) -> FloatArray | None:
    """Return "x y x y ..." as an (N, 2) polygon, or None for nothing."""
    values = np.array(text.split(), np.float64)
    if not len(values):
        return None
    if len(values) < 6 or len(values) % 2:
        raise StudyError("a scan_area needs three points or more, x y x y x y")
    return values.reshape(-1, 2)


def _ratings(path: Path, names: set[str]) -> tuple[Rating, ...]:
    ratings = []
    for row in _rows(path, {"pair", "rater"}):
        if row["pair"] not in names:
            raise StudyError("a rating is of no pair of the study")
        score, accept = row.get("score", ""), row.get("accept", "").strip().lower()
        if accept not in {"", "0", "1", "true", "false", "yes", "no"}:
            raise StudyError("accept must be yes, no, true, false, 1, 0 or empty")
        ratings.append(
            Rating(
                row["pair"],
                row["rater"],
                float(score) if score else None,
                accept in {"1", "true", "yes"} if accept else None,
            )
        )
    if len({(one.pair, one.rater) for one in ratings}) != len(ratings):
        raise StudyError("a rater rated one pair twice")
    return tuple(ratings)


def _rows(path: Path, needed: set[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := needed - set(reader.fieldnames or ()):
                raise StudyError(f"a table lacks the column {', '.join(sorted(missing))}")
            return [{key: value or "" for key, value in row.items() if key} for row in reader]
    except OSError as error:
        raise StudyError(f"a table cannot be read: {error.strerror}") from None
