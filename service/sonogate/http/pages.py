"""The page's files, read once from the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page."""

    body: bytes = field(repr=False)
    media_type: str


def load_pages() -> Mapping[str, PageFile]:
    """Return the page's files by name; nothing else can be asked for."""
    files: dict[str, PageFile] = {}
    for entry in resources.files("sonogate.web").iterdir():
        suffix = "." + entry.name.rpartition(".")[2]
        if suffix in _MEDIA_TYPES:
            files[entry.name] = PageFile(entry.read_bytes(), _MEDIA_TYPES[suffix])
    return MappingProxyType(files)
