"""``sonogate assess``: outputs, exit codes, and silence about names."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import Executor
from importlib import resources
from pathlib import Path

import cv2
import jsonschema
import pytest
from tests.gatekit import canary_jpeg, empty_room_jpeg, make_gate, photo_jpeg
from typer.testing import CliRunner, Result

from sonogate.cli import create_cli
from sonogate.errors import ModelError
from sonogate.gate import Assessor
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy
from sonogate.prompts import load_sentences
from sonogate.report import report_schema
from sonogate.types import Assessment

CANARY = "CANARY-DOE-JANE-4711"


def fake_gate(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    load_sentences(language)
    return make_gate()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(create_cli(fake_gate), [str(argument) for argument in arguments])


def test_each_photo_gets_a_valid_report_and_a_masked_picture(tmp_path: Path) -> None:
    photos = tmp_path / "in"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(photo_jpeg())
    (photos / "room.jpeg").write_bytes(empty_room_jpeg())
    (photos / "no_suffix").write_bytes(photo_jpeg())
    (photos / "notes.txt").write_text("not a photo")
    (photos / ".hidden.jpg").write_bytes(photo_jpeg())
    broken = tmp_path / "broken.heic"
    broken.write_bytes(b"nothing")
    out = tmp_path / "out" / "deep"
    result = run("assess", photos, broken, "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == [
        "a.json", "a.masked.png", "broken.json", "no_suffix.json", "no_suffix.masked.png",
        "room.json",
    ]  # fmt: skip
    for path in out.glob("*.json"):
        jsonschema.validate(json.loads(path.read_text()), report_schema())
    document = json.loads((out / "a.json").read_text())
    picture = cv2.imread(str(out / "a.masked.png"))
    assert picture is not None
    assert [picture.shape[1], picture.shape[0]] == document["screen"]["size_wh"]
    assert "too_far" in result.output
    assert "no_screen" in result.output


def test_stems_that_collide_get_numbers_in_order(tmp_path: Path) -> None:
    for folder in ("x", "y", "z"):
        (tmp_path / folder).mkdir()
    (tmp_path / "x" / "scan.jpg").write_bytes(empty_room_jpeg())
    (tmp_path / "y" / "scan.jpg").write_bytes(b"")
    (tmp_path / "z" / "SCAN.png").write_bytes(b"something else")
    out = tmp_path / "out"
    result = run("assess", *(tmp_path / folder for folder in ("x", "y", "z")), "--out", out)
    assert result.exit_code == 0
    details = {
        path.name: json.loads(path.read_text())["verdict"]["reasons"][0]["detail"]
        for path in out.glob("*.json")
    }
    assert details == {"scan.json": None, "scan-2.json": "empty", "SCAN-3.json": "not_a_photo"}


def test_a_picture_of_an_earlier_run_does_not_stay_beside_a_report_without_one(
    tmp_path: Path,
) -> None:
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(photo_jpeg())
    assert run("assess", photo, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "scan.masked.png").exists()
    photo.write_bytes(empty_room_jpeg())
    assert run("assess", photo, "--out", tmp_path / "out").exit_code == 0
    assert not (tmp_path / "out" / "scan.masked.png").exists()


def test_a_missing_path_fails_without_being_named_and_the_others_are_assessed(
    tmp_path: Path,
) -> None:
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(empty_room_jpeg())
    result = run("assess", tmp_path / CANARY, photo, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "argument 1: no such file" in result.stderr
    assert CANARY not in result.output + result.stderr
    assert (tmp_path / "out" / "scan.json").exists()


def test_a_directory_without_photos_is_complained_about(tmp_path: Path) -> None:
    result = run("assess", tmp_path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "holds no photos" in result.stderr


def test_json_goes_to_standard_output_one_report_a_line(tmp_path: Path) -> None:
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(empty_room_jpeg())
    result = run("assess", photo, photo, "--json")
    assert result.exit_code == 0
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert [report["verdict"]["reasons"][0]["code"] for report in reports] == ["no_screen"] * 2
    assert list(tmp_path.iterdir()) == [photo]


def test_a_file_larger_than_allowed_is_refused_with_its_whole_digest(
    tmp_path: Path, policy: Policy
) -> None:
    photo = tmp_path / "huge.jpg"
    with photo.open("wb") as file:
        file.truncate(policy.photo.max_bytes + 1000)
    result = run("assess", photo, "--json")
    document = json.loads(result.stdout)
    assert document["verdict"]["reasons"][0]["detail"] == "too_many_bytes"
    assert document["photo"]["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_no_canary_comes_out_anywhere(tmp_path: Path) -> None:
    photo = tmp_path / f"{CANARY}.jpg"
    photo.write_bytes(canary_jpeg(CANARY))
    out = tmp_path / "out"
    result = run("assess", photo, "--out", out, "--json")
    assert result.exit_code == 0
    assert CANARY not in result.stdout + result.stderr
    written = list(out.iterdir())
    assert len(written) == 2
    for path in written:
        assert CANARY.encode() not in path.read_bytes()
    named = run("assess", photo, "--names")
    assert "CANARY" in named.output


class FailingGate:
    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        raise RuntimeError(CANARY)


def test_a_fault_is_reported_by_its_type_alone(tmp_path: Path) -> None:
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(photo_jpeg())

    def failing(
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        return FailingGate()

    result = CliRunner().invoke(create_cli(failing), ["assess", str(photo)])
    assert result.exit_code == 1
    assert "photo 1: failed (RuntimeError)" in result.stderr
    assert CANARY not in result.output + result.stderr


def test_models_that_cannot_be_loaded_are_said_so(tmp_path: Path) -> None:
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(b"")

    def missing(
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        raise ModelError("text_detector: the weights are missing")

    result = CliRunner().invoke(create_cli(missing), ["assess", str(photo)])
    assert result.exit_code == 1
    assert "weights are missing" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--language", "tlh"],
        ["--export-size", "wide"],
        ["--export-size", "0x100"],
        ["--device", "no such cart"],
        ["--device", "no such cart", "--export-size", "1024x768"],
        ["--policy", "/nonexistent/policy.toml"],
        ["--out", "/dev/null/out"],
    ],
)
def test_a_misspelt_option_is_a_usage_error(tmp_path: Path, arguments: list[str]) -> None:
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(empty_room_jpeg())
    assert run("assess", photo, *arguments).exit_code == 2


def test_a_device_that_the_policy_names_tells_the_grid(tmp_path: Path) -> None:
    shipped = resources.files("sonogate.models").joinpath("policy.toml").read_text()
    rules = tmp_path / "policy.toml"
    rules.write_text(shipped + '"ED cart 2" = { export_wh = [1280, 800] }\n')
    photo = tmp_path / "scan.jpg"
    photo.write_bytes(empty_room_jpeg())
    told: list[tuple[int, int] | None] = []

    def listening(
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        told.append(export_size_wh)
        return make_gate()

    named = ["assess", str(photo), "--policy", str(rules), "--device", "ED cart 2"]
    assert CliRunner().invoke(create_cli(listening), named).exit_code == 0
    assert told == [(1280, 800)]


def test_version_names_package_policy_and_models() -> None:
    result = run("version")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()][:2] == ["sonogate", "policy"]
    assert "text_detector" in result.stdout
