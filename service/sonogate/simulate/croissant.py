"""A simulated data set described in Croissant, so that loaders find its files and columns.

MLCommons, "Croissant Format Specification", version 1.0: JSON-LD over schema.org.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SPECIFICATION = "http://mlcommons.org/croissant/1.0"
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_PICTURES = {
    "photos": ("photos/*", "image/*", "The photos as a phone or messenger wrote them."),
    "exports": ("exports/*.png", "image/png", "What the display showed, on its own grid."),
    "maps": ("maps/*.npz", "application/octet-stream", "Local truths, NumPy archives."),
}


def write_croissant(folder: Path, facts: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    """Write ``croissant.json`` beside a data set's tables.

    Args:
        folder: The data set's folder.
        facts: Preset, profile, seed and version, as in the card.
        digests: SHA-256 of the tables by file name.
    """
    distribution: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "encodingFormat": "application/x-parquet",
            "sha256": digest,
        }
        for name, digest in digests.items()
    ]
    distribution += [
        {
            "@type": "cr:FileSet",
            "@id": name,
            "name": name,
            "description": told,
            "encodingFormat": kind,
            "includes": pattern,
        }
        for name, (pattern, kind, told) in _PICTURES.items()
        if any(folder.glob(pattern))
    ]
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": SPECIFICATION,
        "name": f"sonogate-simulated-{facts['preset']}",
        "description": "Simulated photos of ultrasound screens with exact truth. No patient, no "
        "device and no photographer is real; names and numbers on the screens are invented.",
        "license": "https://spdx.org/licenses/Apache-2.0",
        "version": str(facts["sonogate"]),
        "citeAs": "sonogate, simulated photos of ultrasound screens",
        "url": "README.md",
        "keywords": ["ultrasound", "synthetic", "image quality", "de-identification"],
        "distribution": distribution,
        "recordSet": [_records(folder, name) for name in digests],
    }
    (folder / "croissant.json").write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def _records(folder: Path, name: str) -> dict[str, Any]:
    own = name.removesuffix(".parquet")
    fields = []
    for column in pq.read_schema(folder / name):
        listed = pa.types.is_list(column.type)
        described = {
            "@type": "cr:Field",
            "@id": f"{own}/{column.name}",
            "name": column.name,
            "dataType": _data_type(column.type.value_type if listed else column.type),
            "source": {"fileObject": {"@id": name}, "extract": {"column": column.name}},
        }
        fields.append(described | ({"repeated": True} if listed else {}))
    return {"@type": "cr:RecordSet", "@id": own, "name": own, "field": fields}


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    return "sc:Boolean" if pa.types.is_boolean(kind) else "sc:Text"
