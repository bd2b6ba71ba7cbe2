"""What the OpenAPI document says of a form's part that tells whom a photo is of."""

from __future__ import annotations

from typing import Any

from sonogate.identifiers.patient import MAX_ENTRIES, MAX_ENTRY_LETTERS

_ENTRIES: dict[str, Any] = {
    "type": "array",
    "maxItems": MAX_ENTRIES,
    "items": {"type": "string", "maxLength": MAX_ENTRY_LETTERS},
}
PATIENT: dict[str, Any] = {
    "type": "object",
    "description": "Whom the photo is of, as JSON. For this request only: never stored or logged.",
    "additionalProperties": False,
    "properties": {
        "names": _ENTRIES | {"description": "The patient's names, in any script and order."},
        "numbers": _ENTRIES | {"description": "Record, accession and telephone numbers."},
        "birth_date": {"type": "string", "format": "date"},
    },
}
# How the part is told from text: as JSON.
FORM_ENCODING: dict[str, Any] = {"patient": {"contentType": "application/json"}}
