"""The short form: the corpus once, then some seconds of new inputs for each target."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzz.seeds import CORPUS
from tests.fuzz.targets import BOUNDARY, TARGETS, form

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 8


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_holds(target: str) -> None:
    inputs = sorted((CORPUS / target).iterdir())
    assert len(inputs) >= 10
    for path in inputs:
        TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_new_inputs_hold(target: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(SECONDS), "--seed", "1"]
    ran = subprocess.run(
        [*command, "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    done = re.search(r"Done (\d+) runs", ran.stderr)
    assert done is not None
    assert int(done[1]) > len(list((CORPUS / target).iterdir()))


def test_a_broken_form_is_not_quoted_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    form(b"\x00--" + BOUNDARY[:3] + b"CANARY\r\n")
    assert not caplog.records
