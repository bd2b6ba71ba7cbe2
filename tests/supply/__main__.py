"""``python -m tests.supply``: bill of materials and licences into ``build/supply``.

With ``--database osv-pypi.zip``, a copy of the OSV database of PyPI, known vulnerabilities are
looked for too; one that is found, or a licence that is not permitted, ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.supply.advisories import search
from tests.supply.packages import ROOT, Package, installed
from tests.supply.sbom import bill

# Permissive ones, and weak copyleft of libraries that are used as they are.
_PERMITTED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|Public Domain|MPL|"
    r"Mozilla Public License|LGPL|Unlicense|BSL-1\.0|CNRI-Python|HPND"
)
_FORBIDDEN = re.compile(r"(?<!L)GPL|Affero|Proprietary|Commercial", re.IGNORECASE)


def refused(packages: Sequence[Package]) -> list[Package]:
    """Return the packages whose licence is unknown or not permitted."""
    return [
        one
        for one in packages
        if _PERMITTED.search(one.licence) is None or _FORBIDDEN.search(one.licence)
    ]


def main() -> int:
    """Write the reports; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "supply")
    chosen = parser.parse_args()
    packages = installed()
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "sbom.cdx.json").write_text(json.dumps(bill(packages), indent=1) + "\n", "utf-8")
    lines = ["| package | version | licence |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.version} | {one.licence} |" for one in packages]
    (chosen.out / "licences.md").write_text("\n".join(lines) + "\n", "utf-8")
    unfit = refused(packages)
    for one in unfit:
        print(f"licence not permitted: {one.name} {one.version}: {one.licence or 'unknown'}")
    print(f"{len(packages)} packages, {len(unfit)} with a licence that is not permitted")
    if chosen.database is None:
        return int(bool(unfit))
    date, count, found = search(chosen.database, packages)
    for finding in found:
        print(f"{finding.package}: {finding.advisory} {finding.told}")
    print(f"{len(found)} known vulnerabilities ({count} advisories, as of {date})")
    return int(bool(unfit or found))


if __name__ == "__main__":
    sys.exit(main())
