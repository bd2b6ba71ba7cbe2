"""The packages that are deployed with this one, as their own metadata tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "service" / "deploy" / "requirements.lock"


@dataclass(frozen=True)
class Package:
    """One installed package.

    Attributes:
        name: Normalised (PEP 503).
        version: As installed.
        licence: In its own words, mostly an SPDX expression.
    """

    name: str
    version: str
    licence: str


def normalised(name: str) -> str:
    """Return a project's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    """Return the version of each package of ``requirements.lock``."""
    found = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==([^\s;]+)", LOCK.read_text("utf-8"))
    return {normalised(name): version for name, version in found}


def installed() -> list[Package]:
    """Return the installed packages that the lock names, by name."""
    wanted = locked()
    found = {}
    for one in distributions():
        name = normalised(one.metadata["Name"])
        if name in wanted:
            found[name] = Package(name, one.version, _licence(one))
    return [found[name] for name in sorted(found)]


def _licence(one: Distribution) -> str:
    meta = one.metadata
    if meta.get("License-Expression"):
        return str(meta["License-Expression"])
    classed = [
        entry.rpartition(" :: ")[2]
        for entry in meta.get_all("Classifier") or []
        if entry.startswith("License :: ")
    ]
    said = (meta.get("License") or "").strip().splitlines()
    return ", ".join(classed) or (said[0] if said else "")
