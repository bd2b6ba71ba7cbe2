"""Stored pictures judged by a stricter policy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.http.kit import hospital

from sonogate.http.access import Scope
from sonogate.http.reassess import reassess
from sonogate.policy import Policy, ScoreCurve
from sonogate.records.values import ImageFilter


def test_a_stricter_policy_finds_what_it_would_not_accept(tmp_path: Path, policy: Policy) -> None:
    with hospital(tmp_path) as place:
        headers = place.key(*Scope)
        image_id = place.accepted(headers)
        page = place.client.get("/v1/reassessment", headers=headers).json()
        assert page["policy_version"] == policy.version
        assert [item["image_id"] for item in page["items"]] == [image_id]
        none = place.client.get("/v1/reassessment?site=nowhere", headers=headers).json()
        assert none["items"] == []
        from sonogate.records.store import SqlRecords

        image = SqlRecords(place.storage).images("north", ImageFilter(), None, 1).items[0]
    raw = image.report["quality"]["measures"]["sharpness"]["raw"]
    at_ease = {name: ScoreCurve(-1e9, -1e8) for name in policy.measures.__slots__}
    for name in at_ease:
        value = image.report["quality"]["measures"][name]["raw"]
        at_ease[name] = ScoreCurve(value - 2.0, value - 1.0)
    lenient = replace(policy, measures=replace(policy.measures, **at_ease))
    judged = reassess(image, lenient)
    assert judged is not None
    assert (judged.now, judged.worse, judged.failing) == ("accepted", False, ())
    harsh = replace(lenient.measures, sharpness=ScoreCurve(raw + 1.0, raw + 1.1))
    judged = reassess(image, replace(lenient, measures=harsh))
    assert judged is not None
    assert (judged.now, judged.worse, judged.failing) == ("retake", True, ("sharpness",))
    assert reassess(replace(image, report={}), policy) is None
