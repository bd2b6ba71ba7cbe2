"""The short form: twenty seconds of 64 clients, in a process of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_good_and_bad_and_slow_clients_at_once() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.load", "--clients", "64", "--seconds", "20"],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    for wanted in (r"good: .*× 200", r"bad: .*× 422", r"slow: .*× 4(08|29)", r"× 429"):
        assert re.search(wanted, ran.stdout), ran.stdout
