"""A software bill of materials (CycloneDX 1.6, JSON): packages and weights."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from tests.supply.packages import ROOT, Package


def bill(packages: Sequence[Package]) -> dict[str, Any]:
    """Return the bill of the package with its environment and the networks that it ships."""
    own = f"pkg:pypi/sonogate@{version('sonogate')}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "sonogate",
                "version": version("sonogate"),
                "purl": own,
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": [*map(_package, packages), *_weights()],
    }


def _package(one: Package) -> dict[str, Any]:
    purl = f"pkg:pypi/{one.name}@{one.version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": one.name,
        "version": one.version,
        "purl": purl,
        "licenses": [{"license": {"name": one.licence}}],
    }


def _weights() -> list[dict[str, Any]]:
    manifest = tomllib.loads((ROOT / "models" / "manifest.toml").read_text("utf-8"))
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": f"model:{file}",
            "name": file,
            "hashes": [{"alg": "SHA-256", "content": entry["sha256"]}],
        }
        for file, entry in sorted(_entries(manifest).items())
    ]


def _entries(table: dict[str, Any], at: str = "") -> dict[str, dict[str, Any]]:
    """Return every table of the manifest that has a digest, by file or by name."""
    if isinstance(table.get("sha256"), str):
        return {str(table.get("file", at)): table}
    found = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _entries(value, name)
    return found
