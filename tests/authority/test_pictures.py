"""Signed pictures: what is in them, who trusts them, and what verify says."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import c2pa
import cv2
import numpy as np
import pytest
from tests.alterations.kinds import (
    Material,
    other_spelling_of_the_signature,
    write_in_the_padding,
)
from tests.alterations.trial import ListedPictures, run
from tests.authority.conftest import NOW, make_claim, make_masked

from sonogate.authority import (
    AuthorityKeys,
    PictureSigner,
    Recall,
    RegisteredPicture,
    create_authority,
    verify,
)
from sonogate.authority.form import FormError, read_form
from sonogate.authority.snapshot import read_snapshot, sign_snapshot
from sonogate.authority.values import SignedPicture
from sonogate.authority.verify import read_mark
from sonogate.errors import AuthorityError
from sonogate.report import encode_png
from sonogate.types import RectifiedScreen


def c2pa_says(data: bytes, keys: AuthorityKeys) -> str:
    settings = {"version": 1, "trust": {"trust_anchors": keys.roots.pem.decode()}}
    context = c2pa.Context.from_dict(settings)
    with c2pa.Reader("image/png", io.BytesIO(data), context=context) as reader:
        return str(reader.get_validation_state())


def test_c2pa_reader_trusts_it_under_the_own_root(
    signed: SignedPicture, keys: AuthorityKeys
) -> None:
    assert c2pa_says(signed.png, keys) == "Trusted"


def test_c2pa_reader_does_not_trust_it_under_another_root(
    signed: SignedPicture, tmp_path: Path
) -> None:
    other = create_authority(tmp_path / "other", "Test Hospital", NOW)
    assert c2pa_says(signed.png, other) != "Trusted"
    assert verify(signed.png, other.roots, None).status == "ALTERED"


def test_pixels_are_those_of_the_masked_picture(signed: SignedPicture) -> None:
    bgr = cv2.imdecode(np.frombuffer(signed.png, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), make_masked().pixels)


def test_manifest_states_the_verdict_and_holds_no_other_picture(
    signed: SignedPicture, keys: AuthorityKeys
) -> None:
    with c2pa.Reader("image/png", io.BytesIO(signed.png)) as reader:
        manifest = json.loads(reader.json())["manifests"]
        (content,) = manifest.values()
    assert "ingredients" not in content
    assert "thumbnail" not in content
    labels = {assertion["label"] for assertion in content["assertions"]}
    assert labels == {"c2pa.actions.v2", "org.sonogate.assessment"}
    mark = read_mark(signed.png, keys.roots)
    assert mark is not None
    assert mark.assessment["outcome"] == "accepted_with_limits"
    assert mark.assessment["limits"] == ["fine_detail"]
    assert mark.assessment["fidelity"]["value"] == 71.0
    assert mark.assessment["versions"]["policy"] == "2026.11.2"
    # JPEG, another PNG: the beginning of a picture within the manifest.
    manifest_bytes = signed.png[signed.png.index(b"caBX") : signed.png.index(b"IDAT")]
    assert b"\xff\xd8\xff" not in manifest_bytes
    assert b"\x89PNG" not in manifest_bytes


def test_only_a_masked_screen_is_signed(signer: PictureSigner) -> None:
    with pytest.raises(TypeError):
        signer.sign(RectifiedScreen, make_claim())  # type: ignore[arg-type]


def test_every_byte_counts(signed: SignedPicture, keys: AuthorityKeys) -> None:
    """Each byte of the file, a bit of it flipped in turn."""
    data = signed.png
    start = data.index(b"caBX") - 4
    # Without a register; every byte of the manifest that is not padding, a sample of the rest.
    padding = data.index(b"cpad") if b"cpad" in data else len(data)
    spots = [*range(start, min(padding + 40, len(data))), *range(0, len(data), 29)]
    for spot in spots:
        changed = bytearray(data)
        changed[spot] ^= 1 << (spot % 8)
        assert verify(bytes(changed), keys.roots, None).status != "AUTHENTIC", spot


@pytest.mark.parametrize("alter", [write_in_the_padding, other_spelling_of_the_signature])
def test_what_c2pa_lets_pass_is_found(
    alter: object, signed: SignedPicture, keys: AuthorityKeys
) -> None:
    material = Material(signed.png, b"", b"", b"")
    assert callable(alter)
    data = alter(material, np.random.default_rng(3))
    assert c2pa_says(data, keys) == "Trusted"
    assert verify(data, keys.roots, None).status == "ALTERED"


def test_random_alterations(tmp_path: Path) -> None:
    *_, outcome = run(tmp_path, 330, 7)
    assert sum(outcome.altered.values()) == 330
    assert outcome.passed == []
    assert outcome.unaltered == 33
    assert outcome.refused == 0


def test_register_decides(signed: SignedPicture, keys: AuthorityKeys) -> None:
    register = ListedPictures()
    assert verify(signed.png, keys.roots, register).status == "UNKNOWN"
    register.add("img_1", signed, NOW)
    assert verify(signed.png, keys.roots, register).status == "AUTHENTIC"
    entry = register.pictures[signed.sha256]
    register.pictures[signed.sha256] = dataclasses.replace(entry, superseded_by="img_2")
    answer = verify(signed.png, keys.roots, register)
    assert (answer.status, answer.superseded_by) == ("SUPERSEDED", "img_2")
    recall = Recall("wrong patient", NOW + timedelta(days=1))
    register.pictures[signed.sha256] = dataclasses.replace(entry, recall=recall)
    answer = verify(signed.png, keys.roots, register)
    assert (answer.status, answer.recall) == ("RECALLED", recall)
    register.pictures[signed.sha256] = dataclasses.replace(entry, deleted=True)
    assert verify(signed.png, keys.roots, register).status == "UNKNOWN"


@pytest.mark.parametrize("data", [b"", b"x", b"\x89PNG\r\n\x1a\n", encode_png(make_masked(5))])
def test_what_was_never_ours_is_unknown(data: bytes, keys: AuthorityKeys) -> None:
    assert verify(data, keys.roots, None).status == "UNKNOWN"
    assert verify(data, keys.roots, ListedPictures()).status == "UNKNOWN"


def test_statement_certificate_cannot_sign_pictures(keys: AuthorityKeys) -> None:
    crossed = dataclasses.replace(keys, pictures=keys.statements)
    data = PictureSigner(crossed, encode_png).sign(make_masked(), make_claim()).png
    assert verify(data, keys.roots, None).status == "ALTERED"


def test_snapshot_answers_offline(signed: SignedPicture, keys: AuthorityKeys) -> None:
    recalled = RegisteredPicture("img_1", signed.sha256, NOW, Recall("quality", NOW))
    text = sign_snapshot([recalled], keys.statements, NOW)
    snapshot = read_snapshot(text, keys.roots)
    assert snapshot.at == NOW
    assert verify(signed.png, keys.roots, snapshot).status == "RECALLED"
    empty = read_snapshot(sign_snapshot([], keys.statements, NOW), keys.roots)
    assert verify(signed.png, keys.roots, empty).status == "UNKNOWN"


def test_snapshot_of_another_authority_is_refused(
    signed: SignedPicture, keys: AuthorityKeys, tmp_path: Path
) -> None:
    other = create_authority(tmp_path / "other", "Test Hospital", NOW)
    text = sign_snapshot([], other.statements, NOW)
    with pytest.raises(AuthorityError):
        read_snapshot(text, keys.roots)


def test_form_refuses_what_is_behind_the_end(signed: SignedPicture) -> None:
    assert read_form(signed.png).assertions[-1] == "c2pa.hash.data"
    with pytest.raises(FormError):
        read_form(signed.png + b"\0")


def test_signing_time_is_the_callers(keys: AuthorityKeys, signed: SignedPicture) -> None:
    mark = read_mark(signed.png, keys.roots)
    assert mark is not None
    assert mark.signed_at == datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
