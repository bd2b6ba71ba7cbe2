"""``sonogate authority init`` and ``sonogate verify``: answers, exit codes, no names."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.authority.conftest import make_claim, make_masked
from typer.testing import CliRunner, Result

from sonogate.authority import PictureSigner, Recall, RegisteredPicture, load_authority
from sonogate.authority.detached import sign_copy
from sonogate.authority.snapshot import sign_snapshot
from sonogate.cli import create_cli
from sonogate.report import encode_png


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(create_cli(), [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = run("authority", "init", tmp_path / "keys", "--organisation", "Test Hospital")
    assert made.exit_code == 0, made.output
    keys = load_authority(tmp_path / "keys", datetime.now(UTC))
    claim = dataclasses.replace(make_claim(), signed_at=datetime.now(UTC))
    signed = PictureSigner(keys, encode_png).sign(make_masked(), claim)
    # The file's name may be a patient's.
    (tmp_path / "CANARY-DOE.png").write_bytes(signed.png)
    now = datetime.now(UTC)
    recalled = RegisteredPicture("img_1", signed.sha256, now, Recall("wrong patient", now))
    (tmp_path / "recalled.jws").write_text(sign_snapshot([recalled], keys.statements, now))
    return tmp_path


def test_authentic(folder: Path) -> None:
    said = run("verify", folder / "CANARY-DOE.png", "--root", folder / "keys/root.pem")
    assert said.exit_code == 0
    assert "AUTHENTIC" in said.output
    assert "CANARY" not in said.output
    assert "not looked up" in said.output


def test_altered_and_unknown(folder: Path) -> None:
    data = bytearray((folder / "CANARY-DOE.png").read_bytes())
    data[-20] ^= 1
    (folder / "b.png").write_bytes(data)
    (folder / "c.png").write_bytes(encode_png(make_masked(1)))
    root = folder / "keys/root.pem"
    said = run("verify", folder / "b.png", folder / "c.png", "--root", root, "--json")
    assert said.exit_code == 1
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert [line["status"] for line in lines] == ["ALTERED", "UNKNOWN"]


def test_recalled_by_the_list(folder: Path) -> None:
    root, listed = folder / "keys/root.pem", folder / "recalled.jws"
    said = run("verify", folder / "CANARY-DOE.png", "--root", root, "--snapshot", listed)
    assert said.exit_code == 1
    assert "RECALLED" in said.output
    assert "wrong patient" in said.output


def test_a_list_of_nobody_is_refused(folder: Path) -> None:
    (folder / "forged.jws").write_text("a.b.c")
    root, listed = folder / "keys/root.pem", folder / "forged.jws"
    said = run("verify", folder / "CANARY-DOE.png", "--root", root, "--snapshot", listed)
    assert said.exit_code == 2


def test_a_signature_beside_the_file(folder: Path) -> None:
    keys = load_authority(folder / "keys", datetime.now(UTC))
    (folder / "copy.dcm").write_bytes(b"a copy")
    now = datetime.now(UTC)
    signed = sign_copy(b"a copy", "img_1", "0" * 64, keys.statements, now)
    (folder / "copy.jws").write_text(signed + "\n")
    root, beside = folder / "keys/root.pem", folder / "copy.jws"
    said = run("verify", folder / "copy.dcm", "--root", root, "--signature", beside)
    assert (said.exit_code, "AUTHENTIC" in said.output) == (0, True)
    (folder / "copy.dcm").write_bytes(b"A copy")
    said = run("verify", folder / "copy.dcm", "--root", root, "--signature", beside)
    assert (said.exit_code, "ALTERED" in said.output) == (1, True)


def test_missing_file_and_root(folder: Path) -> None:
    assert run("verify", folder / "none.png", "--root", folder / "keys/root.pem").exit_code == 2
    assert run("verify", folder / "CANARY-DOE.png", "--root", folder / "none").exit_code == 2


def test_keys_are_not_made_twice(folder: Path) -> None:
    assert run("authority", "init", folder / "keys").exit_code == 1
