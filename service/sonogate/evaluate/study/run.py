"""A study run: one row a pair, kept as it comes, so that a run that was stopped goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sonogate.errors import PhotoError
from sonogate.evaluate.exports import read_export
from sonogate.evaluate.paired import Comparison, compare
from sonogate.evaluate.paired_files import write_comparison
from sonogate.evaluate.study.description import Pair, Study
from sonogate.pipeline import Gate
from sonogate.reference import FullReference
from sonogate.types import MEASURE_NAMES, Assessment

ROW_SCHEMA = "sonogate.study-row/1"


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """How a study is run.

    Attributes:
        verdicts: Whether text is read and masked, which a verdict needs and which takes
            most of the time; without it there are figures and measures alone.
        pictures: Difference pictures written, of the pairs first in the table; needs
            ``verdicts``.
    """

    verdicts: bool = True
    pictures: int = 0


def run_study(
    study: Study,
    gate: Gate,
    out: Path,
    options: StudyOptions,
    report: Callable[[int], None],
) -> pd.DataFrame:
    """Compare every pair; write ``pairs.parquet`` and ``ratings.parquet``.

    A pair whose row is there already, by the same versions from the same files, is not
    compared again.

    Args:
        study: What to compare.
        gate: Locates, measures and masks.
        out: Folder for the results; made when absent.
        options: How.
        report: Called with the number of pairs done.

    Returns:
        The table of pairs.
    """
    kept = out / "rows"
    kept.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, pair in enumerate(study.pairs):
        pictures = options.verdicts and number < options.pictures
        path = kept / f"{number:05d}.json"
        key = _key(pair, gate, options.verdicts, pictures)
        row = _earlier(path, key)
        if row is None:
            row = _row(pair, gate, options.verdicts, out / "pictures" if pictures else None)
            path.write_text(json.dumps({"key": key, "row": row}), "utf-8")
        rows.append(row | {f"fact_{name}": value for name, value in pair.facts.items()})
        report(number + 1)
    table = pd.DataFrame(rows)
    table.to_parquet(out / "pairs.parquet", index=False)
    if study.ratings:
        ratings = pd.DataFrame(
            [
                {"pair": one.pair, "rater": one.rater, "score": one.score, "accept": one.accept}
                for one in study.ratings
            ]
        ).assign(schema=ROW_SCHEMA, policy_version=gate.versions.policy)
        ratings.to_parquet(out / "ratings.parquet", index=False)
    return table


def _key(pair: Pair, gate: Gate, verdicts: bool, pictures: bool) -> str:
    digest = hashlib.sha256()
    for path in (pair.photo, pair.export):
        digest.update(b"" if path is None else path.read_bytes())
    facts = (pair.frame, verdicts, pictures, ROW_SCHEMA, gate.versions.policy)
    area = None if pair.scan_area_xy is None else pair.scan_area_xy.tolist()
    models = sorted(gate.versions.models.items())
    digest.update(json.dumps([facts, area, models, gate.versions.sonogate]).encode())
    return digest.hexdigest()


def _earlier(path: Path, key: str) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return found["row"] if found.get("key") == key else None


def _row(pair: Pair, gate: Gate, verdicts: bool, pictures: Path | None) -> dict[str, Any]:
    """Return one pair's row; a pair that cannot be compared has a failure in it."""
    row: dict[str, Any] = {
        "schema": ROW_SCHEMA,
        "sonogate_version": gate.versions.sonogate,
        "policy_version": gate.versions.policy,
        "models": json.dumps(dict(sorted(gate.versions.models.items()))),
        "pair": pair.name,
        "failure": None,
    }
    data = pair.photo.read_bytes()
    if pair.export is None:
        return row | _of_assessment(gate.assess(data), verdicts=True)
    try:
        export = read_export(pair.export, gate.policy.photo, pair.frame)
    except PhotoError as error:
        return row | {"failure": f"export_{error.reason}"}
    found = compare(
        data, export, gate, pair.scan_area_xy, pictures=pictures is not None, text=verdicts
    )
    if pictures is not None and found.difference is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        write_comparison(found, pictures, pair.name)
    return row | _of_comparison(found) | _of_assessment(found.assessment, verdicts)


def _of_comparison(found: Comparison) -> dict[str, Any]:
    row: dict[str, Any] = {
        "failure": found.failure,
        "export_width": found.export_size_wh[0],
        "export_height": found.export_size_wh[1],
        "trusted": found.trusted,
        "correlation": found.correlation,
        "shift_px": found.shift_px,
        "in_frame": found.in_frame,
    }
    for prefix, figures in (("captured", found.captured), ("tone_fitted", found.tone_fitted)):
        for name in FullReference.__dataclass_fields__:
            row[f"{prefix}_{name}"] = None if figures is None else getattr(figures, name)
    return row


def _of_assessment(found: Assessment, verdicts: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"photo_sha256": found.sha256}
    if verdicts:
        row["outcome"] = found.verdict.outcome
        row["first_reason"] = found.verdict.reasons[0].code if found.verdict.reasons else ""
    quality = found.quality
    fidelity = None if quality is None else quality.fidelity
    for name in ("value", "low", "high"):
        row[f"fidelity_{name}"] = None if fidelity is None else getattr(fidelity, name)
    for measure in MEASURE_NAMES:
        one = None if quality is None else quality[measure]
        row[f"{measure}_raw"] = None if one is None else one.raw
        row[f"{measure}_score"] = None if one is None else one.score
    return row


def usable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose figures can be trusted."""
    if "trusted" not in table:
        return table.iloc[:0]
    return table[table["failure"].isna() & table["trusted"].fillna(False).astype(bool)]
