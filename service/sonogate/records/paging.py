"""Keyset pagination: a page begins after a place in the order, not after a count.

Newest first, by time and then id. What is added meanwhile moves nothing from one page to
another.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, and_, or_

from sonogate.records.errors import BadCursorError
from sonogate.records.tables import from_number, to_number


def cursor(created_at: datetime, record_id: str) -> str:
    """Return the place after a record as opaque text."""
    place = f"{to_number(created_at)}.{record_id}"
    return base64.urlsafe_b64encode(place.encode()).decode("ascii").rstrip("=")


def newest_first(query: Select[Any], table: Table, after: str | None, limit: int) -> Select[Any]:
    """Return ``query`` in order, from ``after`` on, with one row more than ``limit``.

    Raises:
        BadCursorError: ``after`` is not what ``cursor`` returned.
    """
    if after is not None:
        created_at, record_id = _place(after)
        query = query.where(
            or_(
                table.c.created_at < created_at,
                and_(table.c.created_at == created_at, table.c.id < record_id),
            )
        )
    return query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit + 1)


def _place(text: str) -> tuple[datetime, str]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        number, _, record_id = raw.partition(".")
        moment = from_number(int(number))
    except (binascii.Error, ValueError, OverflowError) as error:
        raise BadCursorError("not a cursor") from error
    if not record_id:
        raise BadCursorError("not a cursor")
    return moment, record_id
