"""The lock, the bill of materials, licences, and the search for advisories."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from tests.supply.__main__ import refused
from tests.supply.advisories import search
from tests.supply.packages import LOCK, ROOT, Package, installed, locked, normalised
from tests.supply.sbom import bill


def test_every_locked_package_has_digests_and_the_version_of_the_constraints() -> None:
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", LOCK.read_text("utf-8"))
    named = [entry for entry in entries if "==" in entry.partition("\n")[0]]
    assert len(named) > 40
    for entry in named:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.partition(" ")[0]
    assert "://" not in LOCK.read_text("utf-8")
    pinned = re.findall(
        r"(?m)^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / "constraints.txt").read_text("utf-8")
    )
    versions = locked()
    for name, version in pinned:
        assert versions.get(normalised(name), version) == version


def test_the_bill_names_packages_and_weights() -> None:
    packages = installed()
    assert {"numpy", "onnxruntime", "fastapi"} <= {one.name for one in packages}
    assert refused(packages) == []
    parts = json.loads(json.dumps(bill(packages)))["components"]
    assert len({part["bom-ref"] for part in parts}) == len(parts) > len(packages)
    weights = [part for part in parts if part["type"] == "machine-learning-model"]
    assert all(re.fullmatch("[0-9a-f]{64}", part["hashes"][0]["content"]) for part in weights)


def test_unknown_and_strong_copyleft_licences_are_refused() -> None:
    licences = ["", "GPL-3.0-only", "AGPL-3.0", "LGPL-2.1-only", "MIT OR Apache-2.0"]
    packages = [Package(f"p{place}", "1", said) for place, said in enumerate(licences)]
    assert [one.name for one in refused(packages)] == ["p0", "p1", "p2"]


@pytest.mark.parametrize(
    ("version", "hit"), [("1.9", False), ("2.0", True), ("2.9", True), ("3.0", False)]
)
def test_advisories_are_found_by_their_spans(version: str, hit: bool, tmp_path: Path) -> None:
    span = {"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "3.0"}]}
    about = {"package": {"ecosystem": "PyPI", "name": "Some_Package"}, "ranges": [span]}
    documents = [
        {"id": "A-1", "modified": "2026-02-03T00:00:00Z", "affected": [about]},
        {
            "id": "A-2",
            "modified": "2026-01-01T00:00:00Z",
            "withdrawn": "2026-01-01T00:00:00Z",
            "affected": [about],
        },
    ]
    database = tmp_path / "osv.zip"
    with zipfile.ZipFile(database, "w") as archive:
        for one in documents:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    date, count, found = search(database, [Package("some-package", version, "MIT")])
    assert (date, count) == ("2026-02-03", 2)
    assert [one.advisory for one in found] == (["A-1"] if hit else [])


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "osv.zip"
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="cannot be read"):
        search(path, [])
