"""One row a photo: what a table of many can be searched and counted by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sonogate.batch import stores
from sonogate.batch.stores import Destination
from sonogate.batch.values import Item, Row, Versions
from sonogate.types import MEASURE_NAMES, Assessment

SCHEMA_NAME = "sonogate.batch/1"
_VERSION_FIELDS = [(name, pa.string()) for name in ("schema", "sonogate", "policy", "models")]
_NAMING_FIELDS = [
    ("index", pa.int64()),
    ("sha256", pa.string()),
    ("key", pa.string()),
    ("failure", pa.string()),
    ("detail", pa.string()),
]
SCHEMA = pa.schema(
    [
        *_NAMING_FIELDS,
        ("outcome", pa.string()),
        ("reasons", pa.list_(pa.string())),
        ("limits", pa.list_(pa.string())),
        ("format", pa.string()),
        ("width_px", pa.int32()),
        ("height_px", pa.int32()),
        ("screen_confidence", pa.float64()),
        ("visible_fraction", pa.float64()),
        ("tilt_deg", pa.float64()),
        ("fidelity", pa.float64()),
        ("fidelity_low", pa.float64()),
        ("fidelity_high", pa.float64()),
        *((f"{name}_raw", pa.float64()) for name in MEASURE_NAMES),
        *((f"{name}_score", pa.float64()) for name in MEASURE_NAMES),
        *((f"{name}_failure", pa.string()) for name in MEASURE_NAMES),
        ("masking_complete", pa.bool_()),
        ("regions_masked", pa.int32()),
        ("regions_kept", pa.int32()),
        *_VERSION_FIELDS,
    ]
)
FAILURES_SCHEMA = pa.schema([*_NAMING_FIELDS, *_VERSION_FIELDS])


def versions_of(assessment: Assessment) -> Versions:
    """Return what made an assessment, as a manifest and rows carry it."""
    versions = assessment.versions
    return {
        "sonogate": versions.sonogate,
        "policy": versions.policy,
        "models": dict(versions.models),
    }


def failed_row(
    item: Item, failure: str, detail: str | None, versions: Versions, *, keep_names: bool
) -> Row:
    """Return the row of a photo that was not assessed.

    Args:
        item: The photo.
        failure: Why: ``missing``, ``changed``, ``not_permitted``, ``gate_failed`` or
            ``worker_died``.
        detail: More of it in one word, or None.
        versions: Versions of the gate.
        keep_names: Whether the row carries the key.
    """
    return {
        "index": item.index,
        "key": item.key if keep_names else None,
        "failure": failure,
        "detail": detail,
        **_marks(versions),
    }


def assessed_row(item: Item, assessment: Assessment, *, keep_names: bool) -> Row:
    """Return the row of an assessment; a file that is no photo is a failure too."""
    verdict, photo, screen = assessment.verdict, assessment.photo, assessment.screen
    row: Row = {
        "index": item.index,
        "sha256": assessment.sha256,
        "key": item.key if keep_names else None,
        "outcome": verdict.outcome,
        "reasons": [reason.code for reason in verdict.reasons],
        "limits": list(verdict.limits),
        **_marks(versions_of(assessment)),
    }
    if photo is None:
        row["failure"] = "unreadable_file"
        row["detail"] = next((reason.detail for reason in verdict.reasons), None)
    else:
        row["format"] = photo.format
        row["width_px"], row["height_px"] = photo.size_wh
    if screen is not None:
        row["screen_confidence"] = screen.quad.confidence
        row["visible_fraction"] = screen.quad.visible_fraction
        row["tilt_deg"] = screen.tilt_deg
    return {**row, **_quality(assessment), **_masking(assessment)}


def write_chunk(destination: Destination, number: int, rows: Sequence[Row]) -> None:
    """Write a chunk and, before it, the list of its failures if there are any.

    A chunk that is there already is left: it holds the same rows.
    """
    ordered = sorted(rows, key=lambda row: int(row["index"]))
    failed = [row for row in ordered if row.get("failure") is not None]
    if failed:
        listed = [{name: row.get(name) for name in FAILURES_SCHEMA.names} for row in failed]
        destination.put(stores.failures_path(number), _parquet(listed, FAILURES_SCHEMA))
    destination.create(stores.chunk_path(number), _parquet(ordered, SCHEMA))


def _quality(assessment: Assessment) -> Row:
    quality = assessment.quality
    if quality is None:
        return {}
    row: Row = {}
    for measure in quality.measures:
        row[f"{measure.name}_raw"] = measure.raw
        row[f"{measure.name}_score"] = measure.score
        row[f"{measure.name}_failure"] = measure.failure
    if quality.fidelity is not None:
        row["fidelity"] = quality.fidelity.value
        row["fidelity_low"] = quality.fidelity.low
        row["fidelity_high"] = quality.fidelity.high
    return row


def _masking(assessment: Assessment) -> Row:
    names = assessment.identifiers
    if names is None:
        return {}
    actions = [region.action for region in names.regions]
    return {
        "masking_complete": names.complete,
        "regions_masked": actions.count("masked"),
        "regions_kept": actions.count("kept"),
    }


def _marks(versions: Versions) -> Row:
    return {
        "schema": SCHEMA_NAME,
        "sonogate": versions["sonogate"],
        "policy": versions["policy"],
        "models": json.dumps(versions["models"], sort_keys=True),
    }


def _parquet(rows: Sequence[Row], schema: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data
