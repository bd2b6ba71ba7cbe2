"""Weights by name: each is read once and must be the file that the manifest names."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from sonogate.errors import ModelError


@dataclass(frozen=True, slots=True)
class Weight:
    """One entry of the manifest.

    Attributes:
        name: Name in results.
        package: Installed package that carries the file.
        path: Path of the file inside the package.
        sha256: Hex digest that the file must have.
    """

    name: str
    package: str
    path: str
    sha256: str


def load_manifest() -> Mapping[str, Weight]:
    """Return the manifest that ships with the package.

    Raises:
        ModelError: It is missing or malformed.
    """
    try:
        text = resources.files("sonogate.models").joinpath("manifest.toml").read_text("utf-8")
    except OSError as error:
        raise ModelError("the manifest of weights is missing") from error
    return parse_manifest(text)


def parse_manifest(text: str) -> Mapping[str, Weight]:
    """Parse the manifest: one table a weight, with ``package``, ``path`` and ``sha256``.

    Raises:
        ModelError: It is malformed.
    """
    try:
        table = tomllib.loads(text)
        return MappingProxyType(
            {
                name: Weight(name, entry["package"], entry["path"], entry["sha256"].lower())
                for name, entry in table.items()
                if isinstance(entry, dict)
            }
        )
    except (tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise ModelError("the manifest of weights is malformed") from error


def locate_weight(weight: Weight) -> Path:
    """Return where the package that carries ``weight`` has its file.

    Raises:
        ModelError: The package is not installed.
    """
    # The package is located, not imported: its own code is not needed.
    spec = importlib.util.find_spec(weight.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"{weight.name}: package {weight.package} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / weight.path


def read_weight(weight: Weight, path: Path | None = None) -> bytes:
    """Return the bytes of ``weight``, from ``path`` or from the package that carries it.

    The bytes that were checked are the bytes returned, so nothing can be swapped between
    check and use.

    Raises:
        ModelError: The file is missing or its SHA-256 differs from the manifest's.
    """
    where = locate_weight(weight) if path is None else path
    try:
        data = where.read_bytes()
    except OSError as error:
        raise ModelError(f"{weight.name}: the weights are missing") from error
    if hashlib.sha256(data).hexdigest() != weight.sha256:
        raise ModelError(f"{weight.name}: the weights are not the ones of the manifest")
    return data
