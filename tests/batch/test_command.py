"""``sonogate batch`` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.batch.kit import make_fake, rows, write_photos
from typer.testing import CliRunner

from sonogate.cli import create_cli


def test_a_run_is_told_in_figures_without_names(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "in", 3)
    (source / "photo without a suffix").write_text("plain")
    command = ["batch", str(source), f"file://{tmp_path}/out", "--workers", "1"]
    done = CliRunner().invoke(create_cli(make_fake), [*command, "--all-files"])
    assert done.exit_code == 0, done.output
    assert "4 photos in 1 chunks" in done.stdout
    assert "4 failed, listed in failures/: unreadable_file 4" in done.stdout
    assert "Doe" not in done.output
    assert rows(tmp_path / "out").num_rows == 4
    again = CliRunner().invoke(create_cli(make_fake), command)
    assert again.exit_code == 1
    assert "the number of photos has changed (4, now 3)" in " ".join(again.stderr.split())


@pytest.mark.parametrize("wrong", [["--workers", "0"], ["--export-size", "big"]])
def test_what_is_misspelt_starts_nothing(tmp_path: Path, wrong: list[str]) -> None:
    command = ["batch", str(tmp_path), str(tmp_path / "out"), *wrong]
    assert CliRunner().invoke(create_cli(make_fake), command).exit_code == 2
    assert not (tmp_path / "out").exists()
