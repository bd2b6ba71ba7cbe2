"""A short form of the kills: a few on each database, in a process of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.records import postgres

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_was_acknowledged_survives_kills(database: str) -> None:
    if database == "postgresql" and not postgres.available():
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    # In a process of its own: a service is forked off, which threads here would not survive.
    command = [sys.executable, "-m", "tests.kills", "--kills", "5", "--database", database]
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = re.search(r"5 kills, (\d+) pictures acknowledged and none lost", ran.stdout)
    assert found is not None
    assert int(found[1]) > 0
