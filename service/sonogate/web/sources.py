"""What the pages are built from beside their own sources.

``python -m sonogate.web.sources FOLDER`` writes the service's OpenAPI document, from which
the pages' typed client is generated, and the prompts' catalogues, so that the pages say the
very sentences of the service.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from sonogate.gate import default_gate
from sonogate.http.server import prepare
from sonogate.http.settings import Settings
from sonogate.prompts import languages, load_sentences


def openapi_document() -> dict[str, Any]:
    """Return the document of a service that keeps records."""
    with tempfile.TemporaryDirectory(prefix="sonogate-openapi-") as folder:
        app, _ = prepare(default_gate, Settings(data=Path(folder)), "127.0.0.1")
        return app.openapi()


def write_sources(folder: Path) -> None:
    """Write ``openapi.json`` and ``prompts/LANGUAGE.json`` into ``folder``."""
    _write(folder / "openapi.json", openapi_document())
    for language in languages():
        texts = dict(load_sentences(language).texts)
        _write(folder / "prompts" / f"{language}.json", texts)


def _write(path: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    # An unchanged file keeps its time: nothing is built anew for it.
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    write_sources(parser.parse_args().folder)
