"""The register of issued pictures, as the image authority asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sonogate.authority.audit import Head
from sonogate.authority.values import Recall, RegisteredPicture
from sonogate.records.api import Records
from sonogate.records.values import AuditEntry, ImageFilter, ImageState, StoredImage

ACCEPTED_ACTION = "image.accept"
_PAGE = 200
_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class RecordsRegister:
    """Looks pictures up for one client.

    Whoever holds a file learns whether it may be used; where it stands on the audit trail
    is for the organisation that it belongs to.

    Attributes:
        records: The records.
        organisation: Who asks.
    """

    records: Records
    organisation: str

    def by_file(self, sha256: str) -> RegisteredPicture | None:
        """Return the picture whose file has this SHA-256."""
        image = self.records.image_by_sha256(sha256)
        if image is None:
            return None
        own = image.organisation == self.organisation
        return registered(image, self._sequence(image) if own else None)

    def _sequence(self, image: StoredImage) -> int | None:
        entries = self.records.audit_of(image.organisation, image.id)
        return next((e.sequence for e in entries if e.action == ACCEPTED_ACTION), None)


def registered(image: StoredImage, sequence: int | None = None) -> RegisteredPicture:
    """Return what the register says of a stored picture."""
    recall = None
    if image.state is ImageState.RECALLED and image.state_at is not None:
        recall = Recall(image.state_reason or "", image.state_at)
    return RegisteredPicture(
        image_id=image.id,
        sha256=image.sha256,
        registered_at=image.created_at,
        recall=recall,
        superseded_by=image.superseded_by,
        deleted=image.state is ImageState.DELETED,
        audit_sequence=sequence,
    )


def every_picture(records: Records, organisation: str) -> Iterator[RegisteredPicture]:
    """Return every picture of an organisation."""
    after: str | None = None
    while True:
        page = records.images(organisation, ImageFilter(), after, _PAGE)
        yield from (registered(image) for image in page.items)
        after = page.after
        if after is None:
            return


def every_entry(records: Records, organisation: str) -> Iterator[AuditEntry]:
    """Return an organisation's whole chain, in order."""
    last = 0
    while True:
        entries = records.audit_entries(organisation, last, _ENTRIES)
        yield from entries
        if len(entries) < _ENTRIES:
            return
        last = entries[-1].sequence


def head_of(records: Records, organisation: str) -> Head | None:
    """Return the end of an organisation's chain, or None when it is empty."""
    entry = records.audit_head(organisation)
    return None if entry is None else Head(organisation, entry.sequence, entry.hash)
