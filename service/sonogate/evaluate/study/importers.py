"""Studies from the CSV tables of published sets.

``chexphoto``: one row a photo, whose path says how it was taken and which picture it shows
(N. A. Phillips and others, "CheXphoto", ML4H 2020): ``.../natural/iphone/patient1/...`` or
``.../synthetic/digital/patient1/...`` of the original ``.../patient1/...``. ``opinion``: one
row a picture with its mean opinion score, as sets for blind assessment come (N. Ahmed, S.
Asif, "BIQ2021", Journal of Electronic Imaging 31(5), 2022), or with a column a rater.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path, PurePosixPath

from sonogate.evaluate.study.description import SCHEMA_NAME, StudyError

_PATIENT = re.compile(r"patient\w+")
_PATH_NAMES = ("path",)
_PICTURE_NAMES = ("images", "image", "image_name", "filename", "file", "name", "path")
_SCORE_NAMES = ("mos", "score", "mean", "mean_score")
# Columns of such tables that are no rater's scores.
_NO_RATER = frozenset({"std", "sd", "stdev", "variance", "count", "n", "set", "split"})


def import_chexphoto(table: Path, photos: Path, originals: Path, out: Path) -> int:
    """Write a study of photos whose originals are known by their paths.

    Args:
        table: CSV with a column ``Path``, relative to the parent of the set's root or to it.
        photos: The set's root.
        originals: Root of the original pictures.
        out: Study folder; made when absent.

    Returns:
        Photos in the study.

    Raises:
        StudyError: A path says no patient, or a file is missing.
    """
    rows = _read(table)
    column = _column(rows, _PATH_NAMES)
    pairs = []
    for number, row in enumerate(rows, start=1):
        parts = PurePosixPath(row[column]).parts
        place = next((k for k, part in enumerate(parts) if _PATIENT.fullmatch(part)), None)
        if place is None:
            raise StudyError(f"row {number}: the path names no patient")
        photo = _existing(photos, parts)
        split = next((part for part in parts[:place] if part in {"train", "valid", "test"}), "")
        original = _existing(originals, ((split, *parts[place:]) if split else parts[place:]))
        after_split = parts[parts.index(split) + 1 : place] if split else parts[:place]
        pairs.append(
            {
                "photo": os.path.relpath(photo, out),
                "export": os.path.relpath(original, out),
                "content": "/".join(parts[place:]),
                "way": after_split[0] if after_split else "",
                "device": "/".join(after_split[1:]),
            }
        )
    _write(out, pairs, (), ("way", "device"))
    return len(pairs)


def import_opinion(table: Path, photos: Path, out: Path) -> int:
    """Write a study of pictures with opinion scores; there are no exports to compare with.

    Args:
        table: CSV with a column of pictures (``Images``, ``image_name``, ...) and either
            ``MOS`` or one column of scores a rater.
        photos: Folder of the pictures.
        out: Study folder; made when absent.

    Returns:
        Pictures in the study.

    Raises:
        StudyError: There is no such column, or a file is missing.
    """
    rows = _read(table)
    column = _column(rows, _PICTURE_NAMES)
    names = {name.lower(): name for name in rows[0]}
    score = next((names[name] for name in _SCORE_NAMES if name in names), None)
    raters = [score] if score is not None else _rater_columns(rows, column)
    if not raters:
        raise StudyError("the table has neither a mean opinion score nor raters' scores")
    pairs, ratings = [], []
    for number, row in enumerate(rows, start=1):
        name = f"{number:05d}"
        photo = _existing(photos, PurePosixPath(row[column]).parts)
        pairs.append({"pair": name, "photo": os.path.relpath(photo, out), "export": ""})
        for rater in raters:
            if row[rater]:
                who = "mean" if rater == score else rater
                ratings.append({"pair": name, "rater": who, "score": row[rater], "accept": ""})
    _write(out, pairs, ratings, ())
    return len(pairs)


def _rater_columns(rows: list[dict[str, str]], picture: str) -> list[str]:
    def numeric(name: str) -> bool:
        values = [row[name] for row in rows if row[name]]
        try:
            return bool(values) and all(float(value) == float(value) for value in values)
        except ValueError:
            return False

    names = [name for name in rows[0] if name != picture and name.lower() not in _NO_RATER]
    return [name for name in names if numeric(name)]


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                {key: value or "" for key, value in row.items() if key}
                for row in csv.DictReader(file)
            ]
    except OSError as error:
        raise StudyError(f"the table cannot be read: {error.strerror}") from None
    if not rows:
        raise StudyError("the table has no rows")
    return rows


def _column(rows: list[dict[str, str]], wanted: tuple[str, ...]) -> str:
    names = {name.lower(): name for name in rows[0]}
    for name in wanted:
        if name in names:
            return names[name]
    raise StudyError(f"the table has none of the columns {', '.join(wanted)}")


def _existing(root: Path, parts: tuple[str, ...]) -> Path:
    """Return the file at ``parts`` under ``root``, whose own name the parts may repeat."""
    if ".." in parts or PurePosixPath(*parts).is_absolute():
        raise StudyError("a path of the table leads out of its folder")
    for skipped in range(min(2, len(parts))):
        path = root.joinpath(*parts[skipped:])
        if path.is_file():
            return path
    raise StudyError("a file of the table is missing")


def _write(
    out: Path,
    pairs: list[dict[str, str]],
    ratings: list[dict[str, str]] | tuple[()],
    factors: tuple[str, ...],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lines = [f'schema = "{SCHEMA_NAME}"', 'title = "Imported study"', 'pairs = "pairs.csv"']
    if ratings:
        lines.append('ratings = "ratings.csv"')
    if factors:
        lines.append('cluster = "content"')
        lines.append("factors = [" + ", ".join(f'"{name}"' for name in factors) + "]")
    (out / "study.toml").write_text("\n".join(lines) + "\n", "utf-8")
    for name, rows in (("pairs.csv", pairs), ("ratings.csv", ratings)):
        if rows:
            with (out / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
