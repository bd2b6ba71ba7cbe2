"""Guidance and the pages over HTTP."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from tests.browser.scenes import scene
from tests.http.conftest import Service

from sonogate.http.pages import NOT_BUILT, load_pages, make_router

JPEG = {"content-type": "image/jpeg"}


def frame(name: str) -> bytes:
    small = cv2.resize(scene(name), (640, 480), interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", np.ascontiguousarray(small[..., ::-1]))[1])


def test_a_frame_gets_the_hint_in_the_language_asked_for(service: Service) -> None:
    headers = JPEG | {"accept-language": "de"}
    answer = service.client.post(
        "/v1/guidance", params={"still_scale": 3}, content=frame("far"), headers=headers
    ).json()
    assert answer["hint"]["code"] == "too_far"
    assert "näher" in answer["hint"]["prompt"].lower()
    assert len(answer["corners_xy"]) == 4
    good = service.client.post(
        "/v1/guidance", params={"still_scale": 3}, content=frame("good"), headers=JPEG
    ).json()
    assert good["hint"] is None


def test_what_is_no_frame_is_told_so(service: Service) -> None:
    refused = service.client.post("/v1/guidance", content=b"no picture", headers=JPEG)
    assert refused.status_code == 415
    too_large = service.client.post("/v1/guidance", content=bytes(600_000), headers=JPEG)
    assert too_large.status_code == 413


def test_the_weights_are_kept_for_ever_under_their_digest(service: Service) -> None:
    rules = service.client.get("/v1/guidance").json()
    assert rules["keeps_submissions"] is False
    weights = service.client.get(rules["locator"]["href"])
    assert weights.status_code == 200
    assert "immutable" in weights.headers["cache-control"]
    assert service.client.get(f"/v1/locator/{'0' * 64}.onnx").status_code == 404


def test_pages_that_are_not_built_say_so(tmp_path: Path) -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()
    app.include_router(make_router(load_pages(tmp_path / "nothing")))
    answer = TestClient(app).get("/capture")
    assert (answer.status_code, answer.text) == (503, NOT_BUILT)


def test_compressed_files_go_to_who_takes_them(tmp_path: Path) -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app-1.js").write_text("plain")
    (tmp_path / "assets" / "app-1.js.br").write_bytes(b"small")
    app = FastAPI()
    app.include_router(make_router(load_pages(tmp_path)))
    client = TestClient(app)
    plain = client.get("/assets/app-1.js", headers={"accept-encoding": "gzip, br;q=0"})
    assert (plain.text, "content-encoding" in plain.headers) == ("plain", False)
    with client.stream("GET", "/assets/app-1.js", headers={"accept-encoding": "br"}) as small:
        assert b"".join(small.iter_raw()) == b"small"
        assert small.headers["content-encoding"] == "br"
        assert "immutable" in small.headers["cache-control"]
