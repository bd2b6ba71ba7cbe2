"""The short form: what a service must come back from by itself, each once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.records import postgres

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {
    "database_gone": "503 records_unavailable, again in",
    "disk_full": "503 records_unavailable, again in",
    "slow_bodies": "the slow: 408",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fault_is_answered_and_nothing_is_lost(name: str) -> None:
    if name == "database_gone" and not postgres.available():
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults", name],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    _, answers, lost, recovery = ran.stdout.splitlines()[-1].strip("| ").split(" | ")
    assert EXPECTED[name] in answers
    assert "500" not in answers
    assert lost == "0"
    assert float(recovery.removesuffix(" s")) < 60.0
