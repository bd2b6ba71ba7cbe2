"""A signed list of every registered picture, for verifiers that cannot ask the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sonogate.authority.canonical import JsonValue
from sonogate.authority.certificates import Roots
from sonogate.authority.keys import SigningKey
from sonogate.authority.statements import format_time, parse_time, read_statement, sign_statement
from sonogate.authority.values import Recall, RegisteredPicture
from sonogate.errors import AuthorityError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The register as it was at one moment; a ``Register``.

    Attributes:
        at: When it was signed: nothing later is known to it.
        pictures: By SHA-256 of the file.
    """

    at: datetime
    pictures: Mapping[str, RegisteredPicture] = field(repr=False)

    def by_file(self, sha256: str) -> RegisteredPicture | None:
        """Return the picture whose file has this SHA-256."""
        return self.pictures.get(sha256)


def sign_snapshot(pictures: Iterable[RegisteredPicture], key: SigningKey, at: datetime) -> str:
    """Return the list of ``pictures`` as a signed statement.

    It holds digests, opaque names and states, and nothing else; the reasons of recalls are
    the words that ``verify`` gives to whoever holds the file.
    """
    return sign_statement(key, "snapshot", {"pictures": [_row(p) for p in pictures]}, at)


def read_snapshot(text: str, roots: Roots) -> Snapshot:
    """Return the register that the authority signed.

    Raises:
        AuthorityError: It is malformed or not the authority's.
    """
    statement = read_statement(text, "snapshot", roots)
    try:
        pictures = [_picture(row) for row in statement.content["pictures"]]
    except (KeyError, ValueError, TypeError) as error:
        raise AuthorityError("the statement is no list of pictures") from error
    return Snapshot(statement.at, {picture.sha256: picture for picture in pictures})


def _row(picture: RegisteredPicture) -> dict[str, JsonValue]:
    recall = picture.recall
    return {
        "image": picture.image_id,
        "sha256": picture.sha256,
        "registered_at": format_time(picture.registered_at),
        "recalled": None
        if recall is None
        else {"reason": recall.reason, "at": format_time(recall.at)},
        "superseded_by": picture.superseded_by,
        "deleted": picture.deleted,
        "audit_sequence": picture.audit_sequence,
    }


def _picture(row: Mapping[str, Any]) -> RegisteredPicture:
    recall = row["recalled"]
    return RegisteredPicture(
        image_id=str(row["image"]),
        sha256=str(row["sha256"]),
        registered_at=parse_time(row["registered_at"]),
        recall=None if recall is None else Recall(str(recall["reason"]), parse_time(recall["at"])),
        superseded_by=row["superseded_by"],
        deleted=bool(row["deleted"]),
        audit_sequence=row["audit_sequence"],
    )
