"""What pins a run: no chunk of it may be made of other photos, or by another gate."""

from __future__ import annotations

import json
from typing import Any

from sonogate.batch.errors import BatchError
from sonogate.batch.stores import Destination

PATH = "manifest.json"
_WORDS = {
    "schema": "the results were begun with another form of rows",
    "photos": "the number of photos has changed",
    "listing_sha256": "the photos have changed",
    "chunk_photos": "the size of chunks has changed",
    "language": "the language has changed",
    "export_size_wh": "the displays' pixel grid has changed",
    "pictures": "the run was begun with, or without, pictures",
    "keep_names": "the run was begun with, or without, names",
    "sonogate": "sonogate has another version",
    "policy": "the policy has changed",
    "models": "the models have changed",
}
# A digest says nothing to a reader, and the models are many.
_UNTOLD = {"listing_sha256", "models"}


def begun_chunk_photos(destination: Destination) -> int | None:
    """Return the size of chunks of a run that was begun here, or None."""
    document = _read(destination)
    return None if document is None else int(document["chunk_photos"])


def pin(destination: Destination, wanted: dict[str, Any]) -> None:
    """Write the manifest or, where there is one, see that it says the same.

    Raises:
        BatchError: It says something else, or there are chunks without one.
    """
    begun = _read(destination)
    if begun is None:
        if destination.finished():
            raise BatchError("the destination holds chunks of a run that left no manifest")
        text = json.dumps(wanted, indent=1, sort_keys=True) + "\n"
        if destination.create(PATH, text.encode()):
            return
        begun = _read(destination)
    differing = [key for key in _WORDS if (begun or {}).get(key) != wanted[key]]
    if differing:
        told = (_tell(key, (begun or {}).get(key), wanted[key]) for key in differing)
        raise BatchError(
            f"the run that was begun here cannot go on: {'; '.join(told)}. "
            "Go back to what it was begun with, or choose another destination"
        )


def _tell(key: str, begun: object, wanted: object) -> str:
    return _WORDS[key] if key in _UNTOLD else f"{_WORDS[key]} ({begun}, now {wanted})"


def _read(destination: Destination) -> dict[str, Any] | None:
    data = destination.get(PATH)
    if data is None:
        return None
    try:
        document = json.loads(data)
        int(document["chunk_photos"])
    except (ValueError, KeyError, TypeError):
        raise BatchError("the manifest in the destination cannot be read") from None
    return dict(document)
