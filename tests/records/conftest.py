"""Records on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.records import postgres
from tests.records.kit import Clock, open_records

from sonogate.records.store import SqlRecords


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    if not postgres.available():
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    return server.create(f"t{abs(hash(tmp_path)):x}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[SqlRecords]:
    made = open_records(database_url, tmp_path, clock)
    yield made
    made.storage.engine.dispose()
