"""The built pages, read once from the package, and the routes that give them.

Files under ``assets/`` carry a hash of their content in their name and may be kept for ever;
all else is asked for anew. What the build compressed is sent compressed to who takes it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

PAGES = {"index.html": "/", "capture.html": "/capture", "review.html": "/review"}
NOT_BUILT = "The pages are not built. Run `make web` and start the service anew.\n"
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_ANEW = "no-cache"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the pages.

    Attributes:
        body: Its bytes.
        media_type: What it is.
        brotli: Its bytes compressed (RFC 7932); None where that saves nothing.
    """

    body: bytes = field(repr=False)
    media_type: str
    brotli: bytes | None = field(default=None, repr=False)


def load_pages(built: Traversable | None = None) -> Mapping[str, PageFile]:
    """Return the pages' files by path; empty when they are not built.

    Args:
        built: The folder of the build; None for the package's own.
    """
    folder = resources.files("sonogate.web").joinpath("dist") if built is None else built
    bodies = dict(_bodies(folder, "")) if folder.is_dir() else {}
    files = {
        path: PageFile(body, _MEDIA_TYPES["." + path.rpartition(".")[2]], bodies.get(f"{path}.br"))
        for path, body in bodies.items()
        if "." + path.rpartition(".")[2] in _MEDIA_TYPES
    }
    return MappingProxyType(files)


def make_router(files: Mapping[str, PageFile]) -> APIRouter:
    """Return the routes of the pages; where they are not built, they say so."""
    router = APIRouter(include_in_schema=False)
    for name, path in PAGES.items():
        give = _route(name, files[name]) if name in files else _not_built
        router.add_api_route(path, give, methods=["GET"])
    for name, file in files.items():
        if name not in PAGES:
            router.add_api_route(f"/{name}", _route(name, file), methods=["GET"])
    return router


def _bodies(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _bodies(entry, f"{prefix}{entry.name}/")
        else:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def _route(name: str, file: PageFile) -> Callable[[Request], Awaitable[Response]]:
    kept = _FOR_EVER if name.startswith("assets/") else _ASK_ANEW

    async def give(request: Request) -> Response:
        headers = {"cache-control": kept}
        if file.brotli is None:
            return Response(file.body, media_type=file.media_type, headers=headers)
        headers["vary"] = "Accept-Encoding"
        if "br" not in _codings(request.headers.get("accept-encoding", "")):
            return Response(file.body, media_type=file.media_type, headers=headers)
        headers["content-encoding"] = "br"
        return Response(file.brotli, media_type=file.media_type, headers=headers)

    return give


async def _not_built() -> Response:
    return PlainTextResponse(NOT_BUILT, 503)


def _codings(header: str) -> set[str]:
    """Return the codings that a client takes; one that it refuses (``q=0``) is not among them."""
    taken = set()
    for part in header.split(","):
        coding, _, quality = part.partition(";")
        if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            taken.add(coding.strip().lower())
    return taken
