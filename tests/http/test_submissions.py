"""Submissions over HTTP: consent, attempts, the cap, bursts, keys, pages, tags."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.http.kit import (
    CONSULTATION,
    GOOD,
    LIMITED,
    NO_PHOTO,
    POOR,
    UNSAFE,
    Hospital,
    hospital,
)
from tests.http.test_service import PNG_MAGIC, problem

from sonogate.http import Settings
from sonogate.http.access import Scope
from sonogate.http.negotiate import VERSIONED


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with hospital(tmp_path_factory.mktemp("records")) as made:
        yield made


@pytest.fixture(scope="module")
def every(place: Hospital) -> dict[str, str]:
    """The headers of a client with every scope."""
    return place.key(*Scope)


def test_a_good_photo_is_stored_masked_and_can_be_fetched(
    place: Hospital, every: dict[str, str]
) -> None:
    made = place.client.post("/v1/submissions", json=CONSULTATION, headers=every)
    assert made.status_code == 201
    submission = made.json()
    assert made.headers["location"] == f"/v1/submissions/{submission['id']}"
    assert submission["context"]["question"] == CONSULTATION["context"]["question"]
    tried = place.try_photo(every, submission["id"], GOOD)
    assert tried.status_code == 200, tried.text
    attempt = tried.json()
    assert (attempt["released"], attempt["submission_state"]) == ("accepted", "accepted")
    assert "sha256" not in attempt["report"]["photo"]
    image = place.client.get(f"/v1/images/{attempt['image_id']}", headers=every)
    assert image.json()["submission_id"] == submission["id"]
    picture = place.client.get(f"/v1/images/{attempt['image_id']}/file", headers=every)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(PNG_MAGIC)
    again = place.client.get(f"/v1/submissions/{submission['id']}", headers=every).json()
    assert (again["state"], again["image_id"]) == ("accepted", attempt["image_id"])
    problem(place.try_photo(every, submission["id"], GOOD), 409, "conflict")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"consent": None}, "consent_needed"),
        ({"consent": {**CONSULTATION["consent"], "scope": ["teaching"]}}, "consent_needed"),
        ({"context": None}, "context_needed"),
        ({"context": {**CONSULTATION["context"], "question": None}}, "context_needed"),
        ({"context": {**CONSULTATION["context"], "body_part": None}}, "context_needed"),
        ({"purpose": "research"}, "consent_needed"),
        ({"purpose": "curiosity"}, "invalid_request"),
        ({"case_reference": "John Smith"}, "invalid_request"),
        ({"case_reference": "case-19700131"}, "invalid_request"),
        ({"surprise": 1}, "invalid_request"),
        (
            {"consent": {**CONSULTATION["consent"], "recorded_at": "2026-03-01T08:00"}},
            "invalid_request",
        ),
        (
            {"context": {**CONSULTATION["context"], "question": "Is 03.05.1961 known?"}},
            "identifier_suspected",
        ),
        (
            {"context": {**CONSULTATION["context"], "findings": "Mrs Miller had pain"}},
            "identifier_suspected",
        ),
        ({"device": {"site": "MRN: 4711"}}, "identifier_suspected"),
    ],
)
def test_what_is_missing_or_names_a_patient_is_refused(
    place: Hospital, every: dict[str, str], change: dict[str, Any], code: str
) -> None:
    body = {**copy.deepcopy(CONSULTATION), **change}
    answer = place.client.post("/v1/submissions", json=body, headers=every)
    problem(answer, 422, code)
    for secret in ("Miller", "1961", "4711", "John", "197001"):
        assert secret not in answer.text


def test_direct_care_needs_neither_consent_nor_context(
    place: Hospital, every: dict[str, str]
) -> None:
    assert place.submit(every).status_code == 201


def test_a_poor_photo_is_tried_again_and_passes_by_the_cap_with_every_limit(
    place: Hospital, every: dict[str, str]
) -> None:
    submission = place.submit(every).json()["id"]
    for number in (1, 2):
        attempt = place.try_photo(every, submission, POOR).json()
        assert (attempt["number"], attempt["released"], attempt["image_id"]) == (
            number,
            "retake",
            None,
        )
    last = place.try_photo(every, submission, POOR).json()
    assert (last["outcome"], last["released"]) == ("retake", "accepted_with_limits")
    image = place.client.get(f"/v1/images/{last['image_id']}", headers=every).json()
    assert image["limits"] == ["fine_detail", "grey_levels", "measuring", "colour"]
    tries = place.client.get(f"/v1/submissions/{submission}/attempts", headers=every).json()
    assert [one["number"] for one in tries["items"]] == [1, 2, 3]


def test_what_is_not_safe_never_passes_and_the_submission_closes(
    place: Hospital, every: dict[str, str]
) -> None:
    submission = place.submit(every).json()["id"]
    for _ in range(12):
        attempt = place.try_photo(every, submission, UNSAFE).json()
        assert (attempt["released"], attempt["image_id"]) == ("retake", None)
    assert attempt["submission_state"] == "closed"
    problem(place.try_photo(every, submission, GOOD), 409, "conflict")


def test_of_several_photos_the_best_counts(place: Hospital, every: dict[str, str]) -> None:
    submission = place.submit(every).json()["id"]
    attempt = place.try_photo(every, submission, POOR, NO_PHOTO, LIMITED, UNSAFE).json()
    assert (attempt["photos"], attempt["released"]) == (4, "accepted_with_limits")
    other = place.submit(every).json()["id"]
    problem(place.try_photo(every, other, *[GOOD] * 7), 422, "malformed_upload")
    document = problem(place.try_photo(every, other, NO_PHOTO, NO_PHOTO), 415, "unreadable_file")
    assert document["reason"] == "not_a_photo"
    assert place.client.get(f"/v1/submissions/{other}", headers=every).json()["attempts"] == 0


def test_a_key_is_answered_the_same_and_does_it_once(
    place: Hospital, every: dict[str, str]
) -> None:
    keyed = {**every, "idempotency-key": "create-1"}
    first, second = (place.submit(keyed) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    problem(place.submit(keyed, device={"site": "other"}), 422, "key_reused")
    submission = first.json()["id"]
    photo_key = {**every, "idempotency-key": "photo-1"}
    one, two = (place.try_photo(photo_key, submission, GOOD) for _ in range(2))
    assert (one.status_code, one.content) == (two.status_code, two.content)
    assert two.headers["idempotency-replayed"] == "true"
    problem(place.try_photo(photo_key, submission, POOR), 422, "key_reused")
    # What could not be served leaves the key free.
    fresh = place.submit(every).json()["id"]
    free = {**every, "idempotency-key": "photo-2"}
    problem(place.try_photo(free, fresh, NO_PHOTO), 415, "unreadable_file")
    assert place.try_photo(free, fresh, GOOD).status_code == 200


def test_the_same_request_at_once_is_done_once(place: Hospital, every: dict[str, str]) -> None:
    keyed = {**every, "idempotency-key": "at-once"}

    def send(_: int) -> httpx.Response:
        return place.submit(keyed)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "in_progress")
            assert int(answer.headers["retry-after"]) >= 1


def test_pages_tags_and_versions(place: Hospital) -> None:
    headers = place.key(*Scope, organisation="paging")
    made = [place.submit(headers).json()["id"] for _ in range(5)]
    seen: list[str] = []
    after: str | None = None
    while True:
        query = {"limit": 2} if after is None else {"limit": 2, "after": after}
        page = place.client.get("/v1/submissions", params=query, headers=headers)
        seen += [item["id"] for item in page.json()["items"]]
        after = page.json()["after"]
        if after is None:
            break
    assert seen == made[::-1]
    problem(
        place.client.get("/v1/submissions?after=nonsense", headers=headers), 422, "invalid_request"
    )
    path = f"/v1/submissions/{made[0]}"
    whole = place.client.get(path, headers=headers)
    tag = whole.headers["etag"]
    unchanged = place.client.get(path, headers={**headers, "if-none-match": f'"x", {tag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    place.try_photo(headers, made[0], POOR)
    changed = place.client.get(path, headers={**headers, "if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    versioned = place.client.get(path, headers={**headers, "accept": VERSIONED})
    assert versioned.headers["content-type"] == VERSIONED
    assert versioned.json() == changed.json()
    future = {**headers, "accept": "application/vnd.sonogate.v2+json"}
    problem(place.client.get(path, headers=future), 406, "not_acceptable")


def test_links_recall_and_deletion(place: Hospital, every: dict[str, str]) -> None:
    image_id = place.accepted(every)
    link = place.client.post(f"/v1/images/{image_id}/links", headers=every).json()
    assert place.client.get(link["href"]).content.startswith(PNG_MAGIC)
    altered = link["href"][:-1] + ("A" if link["href"][-1] != "A" else "B")
    problem(place.client.get(altered), 404, "no_such_picture")
    why = {"reason": "taken of the wrong screen"}
    recalled = place.client.post(f"/v1/images/{image_id}/recall", json=why, headers=every)
    assert recalled.json()["state"] == "recalled"
    problem(
        place.client.post(f"/v1/images/{image_id}/recall", json=why, headers=every),
        409,
        "conflict",
    )
    other = place.accepted(every)
    better = place.accepted(every)
    replaced = place.client.post(
        f"/v1/images/{other}/supersede", json={**why, "superseded_by": better}, headers=every
    )
    assert replaced.json()["superseded_by"] == better
    submission = recalled.json()["submission_id"]
    gone = place.client.request("DELETE", f"/v1/submissions/{submission}", json=why, headers=every)
    assert gone.json()["state"] == "deleted"
    problem(place.client.get(link["href"]), 404, "no_such_picture")
    file = place.client.get(f"/v1/images/{image_id}/file", headers=every)
    problem(file, 404, "no_such_record")
    trail = place.client.get("/v1/audit?limit=200", headers=every).json()["items"]
    about = [entry["action"] for entry in trail if entry["subject"] == image_id]
    assert about == ["image.accept", "image.link", "image.recall", "image.delete"]


def test_search(place: Hospital) -> None:
    headers = place.key(*Scope, organisation="search")
    good, limited = place.accepted(headers), place.accepted(headers, LIMITED)

    def found(**query: str) -> list[str]:
        page = place.client.get("/v1/images", params=query, headers=headers)
        assert page.status_code == 200, page.text
        return [item["id"] for item in page.json()["items"]]

    assert found() == [limited, good]
    assert found(outcome="accepted") == [good]
    assert found(limitation="fine_detail") == [limited]
    assert found(fidelity="0:100", score="glare:0:100") == [limited, good]
    assert found(score="glare:0:0.5") == []
    assert found(since="2030-01-01T00:00:00Z") == []
    assert found(site="nowhere") == []
    for bad in ({"fidelity": "9:1"}, {"score": "colourfulness:0:1"}, {"score": "glare"}):
        problem(place.client.get("/v1/images", params=bad, headers=headers), 422, "invalid_request")


def test_a_client_that_asks_too_often_is_told_how_long_to_wait(tmp_path: Path) -> None:
    with hospital(tmp_path, Settings(requests_per_minute=3, photos_per_day=2)) as place:
        one, other = place.key(Scope.SUBMIT), place.key(Scope.SUBMIT)
        submission = place.submit(one).json()["id"]
        place.try_photo(one, submission, POOR, POOR)
        over = place.try_photo(one, submission, POOR)
        problem(over, 429, "rate_limited")
        assert 43_000 < int(over.headers["retry-after"]) <= 43_200
        refused = place.submit(one)
        problem(refused, 429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert place.submit(other).status_code == 201
