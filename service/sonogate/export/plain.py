"""The plain picture with the clinical information beside it."""

from __future__ import annotations

import json
from pathlib import Path

from sonogate.errors import ExportError
from sonogate.export.package import clinical_document
from sonogate.export.values import ExportItem


def write_plain(item: ExportItem, folder: Path) -> tuple[Path, Path]:
    """Write the picture, byte for byte as it was signed, and a JSON file beside it.

    Args:
        item: The picture, and what is known around it.
        folder: Where; made if need be.

    Returns:
        The picture's file and the other; both are called after the picture's own name.

    Raises:
        ExportError: They cannot be written.
    """
    stem = "".join(c for c in item.statement.image_id if c.isalnum() or c in "-_") or "picture"
    picture, beside = folder / f"{stem}.png", folder / f"{stem}.json"
    text = json.dumps(clinical_document(item), indent=2, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(item.picture.png)
        beside.write_text(text, "utf-8")
    except OSError as error:
        raise ExportError(f"the picture cannot be written: {error.strerror}") from None
    return picture, beside
