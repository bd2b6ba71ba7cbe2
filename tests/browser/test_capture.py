"""The capture page in a real browser, its camera fed from simulated video."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Route, sync_playwright
from tests.browser.kit import CHROMIUM, GOOD, POOR, Verdicts, phone, serving
from tests.browser.scenes import HINTS, write_video

from sonogate.http.pages import load_pages
from sonogate.onnx.weights import load_manifest, read_weight

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
    pytest.mark.skipif(not load_pages(), reason="the pages are not built: make web"),
]
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "service" / "sonogate" / "web" / "node_modules" / "axe-core" / "axe.min.js"
JPEG_START = b"\xff\xd8\xff"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def good_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "good.y4m"
    write_video(path, ["good"], 1, 2)
    return path


def open_camera(page: Page, address: str) -> None:
    page.goto(f"{address}/capture")
    page.click("form.setup button[type=submit]")
    page.wait_for_selector(".viewfinder, .trouble")


def violations(page: Page) -> list[str]:
    """Return what axe-core finds; its script is run by the test, not by the page."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document).then((r) => r.violations)")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def bytes_of(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()


def test_hints_come_in_order_the_shutter_waits_and_nothing_stays_on_the_disk(
    playwright: Playwright, tmp_path: Path
) -> None:
    video = tmp_path / "approach.y4m"
    write_video(video, list(HINTS), 5, 20)
    profile = tmp_path / "profile"
    gate = Verdicts(POOR, GOOD)
    with serving(gate) as address:
        context = phone(playwright, profile, video)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        open_camera(page, address)
        hints: list[str] = []
        while page.locator(".viewfinder").count():
            shown = page.evaluate("document.querySelector('.viewfinder')?.dataset.hint ?? null")
            if shown not in {None, "none", *hints[-1:]}:
                hints.append(shown)
                assert not gate.photos or shown == "good"
            time.sleep(0.05)
        wanted = list(HINTS.values())
        # The video runs on while a busy machine loads the page or looks at a frame: a scene may
        # pass unseen, none may come out of turn.
        assert hints[-1] == "good"
        assert len(hints) >= 3
        assert hints == [one for one in wanted if one in hints]
        page.wait_for_selector(".verdict[data-outcome=retake]")
        assert page.inner_text(".fix") == "Turn off a lamp."
        assert len(gate.photos) == 1
        assert gate.photos[0].startswith((JPEG_START, b"\x89PNG"))
        assert violations(page) == []
        page.click("text=Try again")
        page.wait_for_selector(".verdict[data-outcome=accepted]", timeout=30_000)
        assert violations(page) == []
        assert "Next photo" in page.inner_text(".verdict")
        page.click("text=Next photo")
        page.wait_for_selector(".viewfinder")
        context.close()
    assert faults == []
    assert all(url.startswith((address, "blob:")) for url in requested)
    photo = gate.photos[0]
    pieces = [photo[at : at + 48] for at in range(1000, len(photo) - 48, len(photo) // 8)]
    for path, content in bytes_of(profile):
        assert not any(piece in content for piece in pieces), path


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_every_state_before_the_photo_is_accessible(
    playwright: Playwright, tmp_path: Path, good_video: Path, locale: str
) -> None:
    with serving(Verdicts(GOOD)) as address:
        context = phone(playwright, tmp_path / "profile", good_video, locale=locale, scheme="light")
        page = context.new_page()
        page.goto(f"{address}/capture")
        page.wait_for_selector("form.setup")
        assert page.get_attribute("html", "lang") == locale
        assert page.get_attribute("html", "dir") == ("rtl" if locale == "ar" else "ltr")
        assert violations(page) == []
        page.route("**/v1/locator/*", lambda route: None)
        page.click("form.setup button[type=submit]")
        page.wait_for_selector(".viewfinder .shutter:not(:disabled)")
        # The weights have not come: photos can be taken all the same.
        assert violations(page) == []
        page.click(".shutter")
        page.wait_for_selector(".verdict", timeout=30_000)
        context.close()


def test_first_use_transfers_less_than_five_megabytes() -> None:
    files = load_pages().values()
    pages = sum(len(file.body if file.brotli is None else file.brotli) for file in files)
    weights = read_weight(load_manifest()["locator"])
    assert pages + len(weights) < 5_000_000


def test_without_a_camera_a_file_is_taken(playwright: Playwright, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(JPEG_START + b"photo")
    gate = Verdicts(GOOD)
    with serving(gate) as address:
        context = phone(playwright, tmp_path / "profile", camera=False)
        page = context.new_page()
        open_camera(page, address)
        page.wait_for_selector(".trouble")
        assert page.get_attribute(".trouble", "data-trouble") in {"none", "denied"}
        assert violations(page) == []
        page.set_input_files(".trouble input[type=file]", photo)
        page.wait_for_selector(".verdict[data-outcome=accepted]")
        context.close()
    assert gate.photos == [photo.read_bytes()]


def test_a_camera_that_is_refused_says_how_to_allow_it(
    playwright: Playwright, tmp_path: Path, good_video: Path
) -> None:
    with serving(Verdicts(GOOD)) as address:
        context = phone(playwright, tmp_path / "profile", good_video)
        page = context.new_page()
        page.add_init_script(
            "navigator.mediaDevices.getUserMedia = async () => {"
            "  throw new DOMException('', 'NotAllowedError'); };"
        )
        open_camera(page, address)
        page.wait_for_selector(".trouble[data-trouble=denied]")
        assert "Allow the camera" in page.inner_text(".trouble")
        assert violations(page) == []
        context.close()


def test_a_lost_line_a_busy_service_and_an_ended_session(
    playwright: Playwright, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(JPEG_START + b"photo")
    gate = Verdicts(GOOD)
    keys: list[str] = []
    answers = ["lost", "busy", "ended", "served"]

    def answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        what = answers.pop(0)
        if what == "lost":
            route.abort("connectionreset")
        elif what == "busy":
            route.fulfill(status=429, headers={"retry-after": "1"}, json={"code": "busy"})
        elif what == "ended":
            route.fulfill(status=401, json={"code": "unauthenticated"})
        else:
            route.continue_()

    with serving(gate) as address:
        context = phone(playwright, tmp_path / "profile", camera=False)
        page = context.new_page()
        page.route("**/v1/assess*", answer)
        page.route("**/v1/sessions", lambda route: route.fulfill(status=403, json={}))
        open_camera(page, address)
        page.set_input_files(".trouble input[type=file]", photo)
        page.wait_for_selector(".sending[data-progress=waiting]")
        assert "connection was lost" in page.inner_text(".sending [role=status]")
        assert violations(page) == []
        page.get_by_text("service is busy").first.wait_for()
        page.wait_for_selector(".sign-in")
        assert "session has ended" in page.inner_text(".sign-in")
        assert violations(page) == []
        page.fill(".sign-in input[type=password]", "a key")
        page.click(".sign-in button[type=submit]")
        page.wait_for_selector(".verdict[data-outcome=accepted]")
        context.close()
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert gate.photos == [photo.read_bytes()]
