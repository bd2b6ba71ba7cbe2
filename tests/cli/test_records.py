"""``sonogate records`` and how ``sonogate serve`` opens what is on record."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.http.kit import known_photos
from typer.testing import CliRunner

from sonogate.cli import create_cli
from sonogate.http import Settings
from sonogate.http.server import prepare


def run(*arguments: str | Path, code: int = 0) -> str:
    ran = CliRunner().invoke(create_cli(known_photos), ["records", *map(str, arguments)])
    assert ran.exit_code == code, ran.output
    return str(ran.output)


def test_the_records_are_kept_in_order_from_the_command_line(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    key = run("add-client", "north", "cart", "--scope", "submit", "--data", data).strip()
    assert key.startswith("sgk_")
    listed = run("list-clients", "--data", data)
    assert "north submit valid cart" in listed
    assert key not in listed
    client = listed.split()[0]
    run("revoke-client", "south", client, "lost", "--data", data, code=1)
    run("revoke-client", "north", client, "lost", "--data", data)
    assert "north submit revoked cart" in run("list-clients", "--data", data)
    assert "0 damaged" in run("check", "--reclaim", "--data", data)
    assert "data keys wrapped anew" in run("rotate-keys", "--data", data)
    assert "0 submissions deleted" in run("purge", "30", "--data", data)
    assert "0 pictures backed up" in run("backup", copy, "--data", data)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "keys.json").write_bytes((data / "keys.json").read_bytes())
    (fresh / "keys.json").chmod(0o600)
    assert "0 pictures restored" in run("restore", copy, "--data", fresh)
    assert "revoked" in run("list-clients", "--data", fresh)
    run("add-client", "north", "x", "--scope", "everything", "--data", data, code=2)


def test_without_a_folder_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SONOGATE_DATA", raising=False)
    run("check", code=2)


def test_alone_on_this_machine_a_key_is_made_once_and_the_page_is_open(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    app, key = prepare(known_photos, settings, "127.0.0.1")
    assert key is not None
    kept = tmp_path / "data" / "local.key"
    assert kept.read_text().strip() == key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with TestClient(app) as client:
        assert client.get("/").status_code == 200
        assert client.post("/v1/assess", content=b"x").status_code != 401
        assert client.get("/v1/submissions").status_code == 401
        bearer = {"authorization": f"Bearer {key}"}
        assert client.get("/v1/submissions", headers=bearer).status_code == 200
    again, none = prepare(known_photos, settings, "127.0.0.1")
    assert none is None
    with TestClient(again) as client:
        assert client.get("/v1/submissions", headers=bearer).status_code == 200


def test_for_others_nothing_is_open_and_no_key_is_made(tmp_path: Path) -> None:
    app, key = prepare(known_photos, Settings(data=tmp_path / "data", hsts=True), "0.0.0.0")
    assert key is None
    with TestClient(app) as client:
        assert client.post("/v1/assess", content=b"x").status_code == 401
        assert client.get("/metrics").status_code == 401
        headers = client.get("/healthz").headers
        assert headers["strict-transport-security"].startswith("max-age=")
