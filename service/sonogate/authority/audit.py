"""The audit trail's chain of hashes, and its head as a signed statement.

Each entry's hash covers the entry and the hash of the one before, so that no entry can be
changed, left out or put in without every later hash changing. A chain alone does not show
that its end was cut off: a head that was signed and kept elsewhere does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sonogate.authority.canonical import JsonValue, canonical_json, sha256_hex
from sonogate.authority.certificates import Roots
from sonogate.authority.keys import SigningKey
from sonogate.authority.statements import format_time, read_statement, sign_statement
from sonogate.errors import AuthorityError

FIRST_PREVIOUS_HASH = "0" * 64
SCHEMA = "sonogate.audit/1"

ChainFault = Literal["gap", "broken_link", "altered", "other_chain", "cut_off", "other_head"]


class Entry(Protocol):
    """An entry of the audit trail."""

    @property
    def organisation(self) -> str:
        """Whose chain."""
        ...

    @property
    def sequence(self) -> int:
        """From 1, without gaps."""
        ...

    @property
    def at(self) -> datetime:
        """When, UTC."""
        ...

    @property
    def actor(self) -> str:
        """Who."""
        ...

    @property
    def action(self) -> str:
        """What was done."""
        ...

    @property
    def subject(self) -> str:
        """To what."""
        ...

    @property
    def reason(self) -> str:
        """Why; may be empty."""
        ...

    @property
    def previous_hash(self) -> str:
        """Hash of the entry before."""
        ...

    @property
    def hash(self) -> str:
        """Hash of this entry."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain at some moment.

    Attributes:
        organisation: Whose chain.
        sequence: The last entry's number; 0 for an empty chain.
        hash: The last entry's hash.
    """

    organisation: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What was found of a chain.

    Attributes:
        entries: Entries that were read.
        head: The end that they lead to.
        fault: What is wrong; None when nothing is.
        at_sequence: The entry at which it shows; None when nothing is wrong.
    """

    entries: int
    head: Head
    fault: ChainFault | None = None
    at_sequence: int | None = None


def entry_hash(
    *,
    organisation: str,
    sequence: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    reason: str,
    previous_hash: str,
) -> str:
    """Return the hash of an entry: SHA-256 over its canonical JSON, 64 hexadecimal digits."""
    return sha256_hex(
        canonical_json(
            {
                "schema": SCHEMA,
                "organisation": organisation,
                "sequence": sequence,
                "at": format_time(at),
                "actor": actor,
                "action": action,
                "subject": subject,
                "reason": reason,
                "previous_hash": previous_hash,
            }
        )
    )


def check_chain(
    organisation: str, entries: Iterable[Entry], anchors: Iterable[Head] = ()
) -> ChainCheck:
    """Check a whole chain, first entry to last.

    Args:
        organisation: Whose chain it must be.
        entries: In order.
        anchors: Heads that were kept elsewhere; the chain must lead through each.
    """
    wanted = {head.sequence: head.hash for head in anchors if head.organisation == organisation}
    head = Head(organisation, 0, FIRST_PREVIOUS_HASH)
    count = 0
    for entry in entries:
        fault = _fault(entry, head)
        number = head.sequence + 1
        if fault is None and wanted.pop(number, entry.hash) != entry.hash:
            fault = "other_head"
        if fault is not None:
            return ChainCheck(count, head, fault, number)
        head = Head(organisation, entry.sequence, entry.hash)
        count += 1
    if any(sequence > 0 for sequence in wanted):
        return ChainCheck(count, head, "cut_off", head.sequence + 1)
    return ChainCheck(count, head)


def sign_head(head: Head, key: SigningKey, at: datetime) -> str:
    """Return a chain's end as a signed statement, to be kept where the chain is not."""
    content: dict[str, JsonValue] = {
        "organisation": head.organisation,
        "sequence": head.sequence,
        "hash": head.hash,
    }
    return sign_statement(key, "audit-head", content, at)


def read_head(text: str, roots: Roots) -> Head:
    """Return the end of a chain that the authority signed.

    Raises:
        AuthorityError: It is malformed or not the authority's.
    """
    content = read_statement(text, "audit-head", roots).content
    try:
        return Head(str(content["organisation"]), int(content["sequence"]), str(content["hash"]))
    except (KeyError, ValueError, TypeError) as error:
        raise AuthorityError("the statement is no head of an audit trail") from error


def _fault(entry: Entry, before: Head) -> ChainFault | None:
    if entry.organisation != before.organisation:
        return "other_chain"
    if entry.sequence != before.sequence + 1:
        return "gap"
    if entry.previous_hash != before.hash:
        return "broken_link"
    computed = entry_hash(
        organisation=entry.organisation,
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        reason=entry.reason,
        previous_hash=entry.previous_hash,
    )
    return None if computed == entry.hash else "altered"
