"""Prompts in the language that a request prefers."""

from __future__ import annotations

import pytest
from tests.gatekit import empty_room_jpeg, photo_jpeg
from tests.http.conftest import Service, serving

from sonogate.http import Settings
from sonogate.prompts import UnknownLanguageError, load_sentences


@pytest.mark.parametrize(
    ("header", "language"), [(None, "en"), ("sw-KE, en;q=0.5", "sw"), ("ar", "ar"), ("tlh", "en")]
)
def test_a_report_is_told_in_the_language_asked_for(
    service: Service, header: str | None, language: str
) -> None:
    headers = {"content-type": "image/jpeg", "accept-language": header or ""}
    for data, code in ((empty_room_jpeg(), "no_screen"), (photo_jpeg(), "masking_unsure")):
        answer = service.client.post("/v1/assess?masked=none", content=data, headers=headers)
        reasons = {one["code"]: one["prompt"] for one in answer.json()["verdict"]["reasons"]}
        if code in reasons:
            assert reasons[code] == load_sentences(language).prompt(code)  # type: ignore[arg-type]
        own = set(load_sentences(language).texts.values())
        foreign = set(load_sentences("en").texts.values()) - own
        assert not foreign & set(reasons.values())
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Accept-Language"
    assert "no_screen" not in reasons


def test_nothing_but_the_prompts_changes_with_the_language(service: Service) -> None:
    reports = []
    for language in ("en", "hi"):
        headers = {"content-type": "image/jpeg", "accept-language": language}
        report = service.client.post(
            "/v1/assess?masked=none", content=photo_jpeg(), headers=headers
        ).json()
        del report["timings_ms"]
        for reason in report["verdict"]["reasons"]:
            del reason["prompt"]
        reports.append(report)
    assert reports[0] == reports[1]


def test_a_problem_is_told_in_the_language_asked_for(service: Service) -> None:
    headers = {"content-type": "image/jpeg", "accept-language": "zh-CN"}
    answer = service.client.post("/v1/assess", content=b"plain text", headers=headers)
    expected = load_sentences("zh").prompt("unreadable_file", detail="not_a_photo")
    assert answer.json()["detail"] == expected


def test_a_language_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(UnknownLanguageError):
        next(serving(Settings(language="tlh")))
