"""Known vulnerabilities, from a copy of the OSV database, without the network.

The database of the PyPI ecosystem is published as one ZIP of JSON documents (OSV schema,
https://ossf.github.io/osv-schema/). Whoever has fetched it may keep it; its date is that of
its newest change.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version
from tests.supply.packages import Package, normalised


@dataclass(frozen=True)
class Finding:
    """A package that an advisory is about.

    Attributes:
        package: Name and version.
        advisory: The advisory's number.
        told: Its summary.
    """

    package: str
    advisory: str
    told: str


def search(database: Path, packages: Sequence[Package]) -> tuple[str, int, list[Finding]]:
    """Return the database's date, how many advisories it holds, and those that apply.

    Raises:
        ValueError: The file is no such database, or an empty one.
    """
    own = {one.name: one for one in packages}
    newest, count, found = "", 0, []
    for advisory in _documents(database):
        count += 1
        newest = max(newest, advisory["modified"])
        if "withdrawn" in advisory:
            continue
        for affected in advisory.get("affected", ()):
            about = affected.get("package", {})
            one = own.get(normalised(about.get("name", "")))
            if one is not None and about.get("ecosystem") == "PyPI" and applies(affected, one):
                told = advisory.get("summary", "")
                found.append(Finding(f"{one.name} {one.version}", advisory["id"], told))
    if not count:
        raise ValueError("the database holds no advisory")
    return newest[:10], count, found


def applies(affected: dict[str, Any], one: Package) -> bool:
    """Tell whether an entry ``affected`` of an advisory covers a package's version."""
    if one.version in affected.get("versions", ()):
        return True
    mine = Version(one.version)
    return any(
        _within(span["events"], mine)
        for span in affected.get("ranges", ())
        if span["type"] == "ECOSYSTEM"
    )


def _within(events: Sequence[dict[str, str]], mine: Version) -> bool:
    inside = False
    for event in events:
        for kind, said in event.items():
            try:
                bound = Version(said)
            except InvalidVersion:
                # An advisory that cannot be understood is shown, not passed over.
                return True
            if kind == "introduced" and mine >= bound:
                inside = True
            elif (kind == "fixed" and mine >= bound) or (kind == "last_affected" and mine > bound):
                inside = False
    return inside


def _documents(database: Path) -> Iterator[dict[str, Any]]:
    try:
        with zipfile.ZipFile(database) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield json.loads(archive.read(name))
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError("the database cannot be read") from error
