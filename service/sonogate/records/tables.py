"""The tables. Times are microseconds since 1970, UTC: exact and sortable on every database.

A change here needs a migration beside it; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_number(moment: datetime) -> int:
    """Return a time as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_number(number: int) -> datetime:
    """Return the time of a number of microseconds since 1970."""
    return _EPOCH + number * _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """A time with a time zone, as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the number of ``value``."""
        return None if value is None else to_number(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time of a number."""
        return None if value is None else from_number(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

clients = Table(
    "clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("key_sha256", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(64), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("case_reference", String(64)),
    # Free text and who recorded consent: encrypted.
    Column("sealed_consent", LargeBinary),
    Column("sealed_context", LargeBinary),
    Column("device_maker", String(100)),
    Column("device_model", String(100)),
    Column("device_kind", String(16)),
    Column("site", String(100)),
    Column("probe", String(100)),
    Column("preset", String(100)),
    Column("export_width", Integer),
    Column("export_height", Integer),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("image_id", String(40)),
    Index(None, "organisation", "created_at", "id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("submission_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("organisation", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("released", String(24), nullable=False),
    Column("photos", Integer, nullable=False),
    Column("reasons", String(400), nullable=False),
    Column("policy_version", String(100), nullable=False),
    Column("report", Text, nullable=False),
    Column("image_id", String(40)),
    Index(None, "organisation", "created_at"),
)

images = Table(
    "images",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(64), nullable=False),
    Column("submission_id", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("limits", String(100), nullable=False),
    Column("fidelity", Float),
    Column("report", Text, nullable=False),
    Column("policy_version", String(100), nullable=False),
    Column("original_hmac", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("state_reason", String(500)),
    Column("state_at", Moment),
    Column("superseded_by", String(40)),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    # Where the encrypted picture is, and its wrapped key; both are gone after deletion.
    Column("blob", String(100)),
    Column("envelope", LargeBinary),
    Index(None, "organisation", "created_at", "id"),
    Index(None, "sha256"),
    Index(None, "blob"),
    Index(None, "submission_id"),
)

scores = Table(
    "scores",
    metadata,
    Column("image_id", String(40), primary_key=True),
    Column("measure", String(24), primary_key=True),
    Column("score", Float, nullable=False),
    Index(None, "measure", "score"),
)

audit = Table(
    "audit",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "organisation", "subject"),
)

chain_heads = Table(
    "chain_heads",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("client", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("lease_until", Moment, nullable=False),
    Column("status", Integer),
    Column("sealed_body", LargeBinary),
    Index(None, "created_at"),
)
