"""The chain of hashes, its signed head, and keys and statements."""

from __future__ import annotations

import dataclasses
import json
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from tests.authority.conftest import NOW

from sonogate.authority import AuthorityKeys, create_authority, load_authority
from sonogate.authority.audit import (
    FIRST_PREVIOUS_HASH,
    Head,
    check_chain,
    entry_hash,
    read_head,
    sign_head,
)
from sonogate.authority.canonical import canonical_json
from sonogate.authority.statements import read_statement, sign_statement
from sonogate.errors import AuthorityError


@dataclass(frozen=True)
class Line:
    organisation: str
    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    previous_hash: str
    hash: str = ""


def hashed(line: Line) -> Line:
    return dataclasses.replace(
        line,
        hash=entry_hash(
            organisation=line.organisation,
            sequence=line.sequence,
            at=line.at,
            actor=line.actor,
            action=line.action,
            subject=line.subject,
            reason=line.reason,
            previous_hash=line.previous_hash,
        ),
    )


def make_chain(count: int, organisation: str = "clinic") -> list[Line]:
    lines: list[Line] = []
    previous = FIRST_PREVIOUS_HASH
    for number in range(1, count + 1):
        at = NOW + timedelta(seconds=number)
        line = hashed(
            Line(organisation, number, at, "key_1", "image.recall", "img_1", "why", previous)
        )
        lines.append(line)
        previous = line.hash
    return lines


def test_a_sound_chain() -> None:
    lines = make_chain(6)
    check = check_chain("clinic", lines, [Head("clinic", 3, lines[2].hash)])
    assert check.fault is None
    assert check.head == Head("clinic", 6, lines[-1].hash)


def test_hash_is_the_one_that_anyone_can_compute() -> None:
    line = make_chain(1)[0]
    text = (
        '{"action":"image.recall","actor":"key_1","at":"2026-11-01T12:00:01.000000Z",'
        '"organisation":"clinic","previous_hash":"' + "0" * 64 + '","reason":"why",'
        '"schema":"sonogate.audit/1","sequence":1,"subject":"img_1"}'
    )
    import hashlib

    assert line.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", ["actor", "action", "subject", "reason"])
@pytest.mark.parametrize("spot", range(5))
def test_a_changed_entry_shows(name: str, spot: int) -> None:
    lines = make_chain(5)
    lines[spot] = dataclasses.replace(lines[spot], **{name: "other"})
    check = check_chain("clinic", lines)
    assert (check.fault, check.at_sequence) == ("altered", spot + 1)


def test_an_entry_rewritten_with_its_hash_shows_in_the_next() -> None:
    lines = make_chain(5)
    lines[2] = hashed(dataclasses.replace(lines[2], actor="other"))
    check = check_chain("clinic", lines)
    assert (check.fault, check.at_sequence) == ("broken_link", 4)


def test_left_out_put_in_and_turned_round() -> None:
    lines = make_chain(5)
    assert check_chain("clinic", lines[:2] + lines[3:]).fault == "gap"
    assert check_chain("clinic", [*lines[:2], lines[1], *lines[2:]]).fault == "gap"
    assert check_chain("clinic", lines[::-1]).fault == "gap"
    assert check_chain("clinic", make_chain(2, "elsewhere")).fault == "other_chain"


def test_only_a_kept_head_shows_a_cut_or_rewritten_end(keys: AuthorityKeys) -> None:
    lines = make_chain(5)
    kept = read_head(sign_head(Head("clinic", 5, lines[4].hash), keys.statements, NOW), keys.roots)
    assert check_chain("clinic", lines[:3]).fault is None
    assert check_chain("clinic", lines[:3], [kept]).fault == "cut_off"
    rewritten = [*lines[:4], hashed(dataclasses.replace(lines[4], reason="another"))]
    assert check_chain("clinic", rewritten).fault is None
    assert check_chain("clinic", rewritten, [kept]).fault == "other_head"
    assert check_chain("clinic", [], [kept]).fault == "cut_off"


def test_a_statement_of_one_kind_is_not_taken_for_another(keys: AuthorityKeys) -> None:
    text = sign_statement(keys.statements, "verification", {"a": 1}, NOW)
    assert read_statement(text, "verification", keys.roots).content == {"a": 1}
    with pytest.raises(AuthorityError):
        read_statement(text, "audit-head", keys.roots)


def test_statements_are_plain_jws(keys: AuthorityKeys) -> None:
    text = sign_statement(keys.statements, "verification", {"a": 1}, NOW)
    payload = jwt.api_jws.decode(
        text, keys.statements.certificate.public_key(), algorithms=["ES256"]
    )
    assert json.loads(payload)["content"] == {"a": 1}


def test_altered_and_unsigned_statements_are_refused(keys: AuthorityKeys) -> None:
    text = sign_statement(keys.statements, "verification", {"a": 1}, NOW)
    head, _, signature = text.split(".")
    other = jwt.utils.base64url_encode(canonical_json({"at": "x", "content": {}})).decode()
    none = jwt.utils.base64url_encode(b'{"alg":"none","typ":"sonogate-verification+jws"}').decode()
    for wrong in (f"{head}.{other}.{signature}", f"{none}.{other}.", "", "a.b.c", text[:-5]):
        with pytest.raises(AuthorityError):
            read_statement(wrong, "verification", keys.roots)


def test_picture_certificate_cannot_sign_statements(keys: AuthorityKeys) -> None:
    text = sign_statement(keys.pictures, "verification", {"a": 1}, NOW)
    with pytest.raises(AuthorityError):
        read_statement(text, "verification", keys.roots)


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_authority(folder, "Test Hospital", NOW)
    for path in folder.glob("*.key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "root.key.pem").unlink()
    load_authority(folder, NOW)
    (folder / "pictures.key.pem").chmod(0o640)
    with pytest.raises(AuthorityError, match="chmod 600"):
        load_authority(folder, NOW)


def test_an_authority_is_never_overwritten(tmp_path: Path) -> None:
    create_authority(tmp_path / "keys", "Test Hospital", NOW)
    with pytest.raises(AuthorityError):
        create_authority(tmp_path / "keys", "Test Hospital", NOW)


def test_keys_of_two_authorities_do_not_mix(tmp_path: Path) -> None:
    create_authority(tmp_path / "a", "Test Hospital", NOW)
    create_authority(tmp_path / "b", "Test Hospital", NOW)
    (tmp_path / "a" / "root.pem").write_bytes((tmp_path / "b" / "root.pem").read_bytes())
    with pytest.raises(AuthorityError):
        load_authority(tmp_path / "a", NOW)


def test_expired_leaves_do_not_sign(tmp_path: Path) -> None:
    create_authority(tmp_path / "a", "Test Hospital", NOW, leaf_years=1)
    with pytest.raises(AuthorityError):
        load_authority(tmp_path / "a", NOW + timedelta(days=400))


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": [1, None], "a": "é\n"}) == '{"a":"é\\n","b":[1,null]}'.encode()
    for wrong in (0.5, {"a": [1.0]}, {"\U0001f600": 1}):
        with pytest.raises(ValueError, match="canonical"):
            canonical_json(wrong)  # type: ignore[arg-type]


def test_time_needs_a_zone(keys: AuthorityKeys) -> None:
    with pytest.raises(ValueError, match="zone"):
        sign_statement(keys.statements, "verification", {}, datetime(2026, 1, 1))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    # Before the certificate was valid: a clock that is wrong, or a lie.
    text = sign_statement(keys.statements, "verification", {}, moment)
    with pytest.raises(AuthorityError):
        read_statement(text, "verification", keys.roots)
