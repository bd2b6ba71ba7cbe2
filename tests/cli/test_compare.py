"""``sonogate compare`` from file to figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sonogate.cli import create_cli

CANARY = "CANARY-DOE-JANE-4711"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(create_cli(), ["compare", *map(str, arguments)])


def test_a_pair_gets_figures_and_masked_pictures(samples: Path, tmp_path: Path) -> None:
    photo = tmp_path / f"{CANARY}.jpg"
    photo.write_bytes((samples / "far.jpg").read_bytes())
    out = tmp_path / "out"
    result = run(photo, samples / "exports" / "muscle.png", "--out", out)
    assert result.exit_code == 0, result.output
    assert "HaarPSI" in result.stdout
    assert CANARY not in result.output
    document = json.loads((out / f"{CANARY}.comparison.json").read_text())
    assert CANARY not in json.dumps(document)
    assert document["failure"] is None
    assert 0.5 < document["captured"]["haarpsi"] < document["tone_fitted"]["haarpsi"] < 1.0
    assert document["registration"]["trusted"]
    assert len(list(out.iterdir())) == 3


def test_a_file_that_is_no_export_is_refused(samples: Path, tmp_path: Path) -> None:
    export = tmp_path / f"{CANARY}.dcm"
    export.write_bytes(b"\0" * 128 + b"DICM" + b"nothing more")
    result = run(samples / "far.jpg", export)
    assert result.exit_code == 1
    assert CANARY not in result.output + result.stderr


@pytest.mark.parametrize("place", [0, 1])
def test_a_missing_file_is_a_usage_error(samples: Path, tmp_path: Path, place: int) -> None:
    files = [samples / "far.jpg", samples / "exports" / "muscle.png"]
    files[place] = tmp_path / CANARY
    result = run(*files)
    assert result.exit_code == 2
    assert CANARY not in result.output + result.stderr
