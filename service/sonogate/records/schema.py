"""The tables made and brought up to date."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from sonogate.records.engine import writing
from sonogate.records.tables import metadata

# Two services that start at once must not both make the tables (PostgreSQL).
_LOCK = 0x736F6E6F


def migrate(engine: Engine) -> None:
    """Bring the tables up to date, in one transaction; does nothing where they are."""
    config = _config()
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(engine: Engine) -> str | None:
    """Return the last change that the database has seen."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the last change that there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(engine: Engine) -> list[Any]:
    """Return how the database's tables differ from those of ``tables``."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "sonogate.records:migrations")
    return config
