"""More masked by hand: pixels gone, the old version replaced, once, and on the trail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.http.kit import ORG, Hospital
from tests.http.test_authority import Authority, authority
from tests.http.test_service import problem
from tests.records.test_records import verify_chain

from sonogate.http.access import Scope
from sonogate.records import maintenance
from sonogate.records.store import SqlRecords
from sonogate.records.values import ImageFilter
from sonogate.report import decode_png

# Pixels 1 to 3 across and 1 to 2 down of the 8 × 6 picture, and what they touch.
BOX = [[1.0, 1.0], [3.0, 1.0], [3.0, 2.0], [1.0, 2.0]]
COVERED = np.s_[1:3, 1:4]
BODY: dict[str, Any] = {
    "reason": "A label was left",
    "masks": [{"polygon": BOX, "kind": "number"}],
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Authority]:
    with authority(tmp_path, "") as made:
        yield made


def mask(place: Hospital, image_id: str, headers: dict[str, str], **changes: Any) -> Any:
    body = {**BODY, **changes}
    return place.client.post(f"/v1/images/{image_id}/masks", json=body, headers=headers)


def test_the_pixels_are_gone_and_the_new_version_is_signed(service: Authority) -> None:
    place, every = service.place, service.every
    old_id = place.accepted(every)
    old = service.file(old_id)
    answer = mask(place, old_id, every)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/v1/images/{made['id']}"
    new = service.file(made["id"])
    before, after = decode_png(old), decode_png(new)
    assert not after[COVERED].any()
    assert before[COVERED].any()
    outside = np.ones(before.shape[:2], bool)
    outside[0:4, 0:5] = False
    assert (after[outside] == before[outside]).all()
    added = made["report"]["identifiers"]["regions"][-1]
    assert added == {"polygon": BOX, "kind": "number", "action": "masked", "confidence": 1.0}
    assert service.verify(new)["status"] == "AUTHENTIC"
    found = service.verify(old)
    assert (found["status"], found["superseded_by"]) == ("SUPERSEDED", made["id"])
    submission = place.client.get(f"/v1/submissions/{made['submission_id']}", headers=every)
    assert submission.json()["image_id"] == made["id"]


def test_the_old_version_is_served_to_nobody_and_nowhere_on_the_disk(service: Authority) -> None:
    place, every = service.place, service.every
    old_id = place.accepted(every)
    link = place.client.post(f"/v1/images/{old_id}/links", headers=every).json()["href"]
    blobs = {blob.name for blob in place.storage.blobs.list()}
    assert mask(place, old_id, every).status_code == 201
    for path in (f"/v1/images/{old_id}/file", f"/v1/images/{old_id}/thumbnail", link):
        assert place.client.get(path, headers=every).status_code == 404
    assert not blobs & {blob.name for blob in place.storage.blobs.list()}
    known = place.client.get(f"/v1/images/{old_id}", headers=every).json()
    assert (known["state"], known["state_reason"]) == ("superseded", "A label was left")
    export = place.client.post(
        f"/v1/images/{old_id}/export", json={"shape": "dicom"}, headers=every
    )
    assert export.status_code == 409


def test_records_stay_sound_and_the_trail_tells_it(service: Authority) -> None:
    place, every = service.place, service.every
    old_id = place.accepted(every)
    new_id = mask(place, old_id, every).json()["id"]
    records = SqlRecords(place.storage)
    found = maintenance.check(place.storage, grace=timedelta(0))
    assert found.sound
    assert (found.pictures, found.garbage) == (1, 0)
    verify_chain(records.audit_entries(ORG, 0, 1000))
    told = [(e.action, e.reason) for e in records.audit_of(ORG, old_id)]
    assert told == [("image.accept", ""), ("image.mask", "A label was left")]
    assert [e.action for e in records.audit_of(ORG, new_id)] == ["image.accept"]
    scores = ImageFilter(scores={"sharpness": (0.0, 100.0)})
    assert new_id in [image.id for image in records.images(ORG, scores, None, 10).items]


def test_a_request_sent_again_masks_once(service: Authority) -> None:
    place, every = service.place, service.every
    image_id = place.accepted(every)
    headers = {**every, "idempotency-key": "mask-1"}
    first = mask(place, image_id, headers)
    again = mask(place, image_id, headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = mask(place, image_id, headers, reason="Another one")
    problem(other, 422, "key_reused")
    problem(mask(place, image_id, every), 409, "conflict")


def test_of_two_at_once_one_masks(service: Authority) -> None:
    place, every = service.place, service.every
    image_id = place.accepted(every)
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(mask(place, image_id, every).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [201, 409, 409, 409]


def test_what_cannot_be_masked_is_refused(service: Authority) -> None:
    place, every = service.place, service.every
    image_id = place.accepted(every)
    beside = [[100.0, 100.0], [120.0, 100.0], [120.0, 110.0]]
    for masks in (
        [],
        [{"polygon": BOX[:2]}],
        [{"polygon": beside}],
        [{"polygon": BOX, "kind": "x"}],
    ):
        assert mask(place, image_id, every, masks=masks).status_code == 422
    named = mask(place, image_id, every, reason="Born 12.03.1961")
    problem(named, 422, "identifier_suspected")
    assert mask(place, image_id, place.key(Scope.SUBMIT)).status_code == 403
    stranger = place.key(*Scope, organisation="south")
    assert mask(place, image_id, stranger).status_code == 404
    recalled = place.client.post(
        f"/v1/images/{image_id}/recall", json={"reason": "Wrong screen"}, headers=every
    )
    assert recalled.status_code == 200
    assert mask(place, image_id, every).status_code == 409


def test_a_thumbnail_is_small(service: Authority) -> None:
    place, every = service.place, service.every
    image_id = place.accepted(every)
    answer = place.client.get(f"/v1/images/{image_id}/thumbnail", headers=every)
    assert answer.headers["content-type"] == "image/png"
    assert decode_png(answer.content).shape == (6, 8, 3)


def test_pictures_are_found_by_cause_purpose_and_preset(service: Authority) -> None:
    place, every = service.place, service.every
    capped = place.submit(every, device={"preset": "Cardiac"}).json()["id"]
    for _ in range(3):
        tried = place.try_photo(every, capped, b"poor photo").json()
    plain = place.accepted(every)

    def found(**query: str) -> list[str]:
        answer = place.client.get("/v1/images", params=query, headers=every)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert found(reason="blur_focus") == found(preset="Cardiac") == [tried["image_id"]]
    assert found(reason="moire") == found(purpose="teaching") == []
    assert set(found(purpose="direct_care")) == {plain, tried["image_id"]}
    item = place.client.get(f"/v1/images/{tried['image_id']}", headers=every).json()
    assert (item["purpose"], item["device"]["preset"]) == ("direct_care", "Cardiac")


def test_a_reviewer_is_told_the_limits_and_the_archives(service: Authority) -> None:
    limits = service.client.get("/v1/limits", headers=service.every).json()
    assert 0 < limits["retake_below"] < limits["limit_below"] < 100
    archives = service.client.get("/v1/destinations", headers=service.every)
    assert archives.json() == {"items": []}
