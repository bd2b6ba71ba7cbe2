"""The page in a real browser: a photo in, the verdict and the overlay out."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from tests.gatekit import photo_jpeg
from tests.http.conftest import fake_gate

from sonogate.http import Settings, create_app

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The service on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(Settings(), fake_gate), log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]})
        thread.start()
        deadline = time.monotonic() + 20.0
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{free.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any message in its console (a CSP breach is one)."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text:
            messages.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: messages.append(str(error)))
    yield page
    page.close()
    assert messages == []


def give(page: Page, path: Path) -> None:
    page.set_input_files("#file", path)
    page.wait_for_selector("#result:not([hidden])", timeout=60_000)


def test_a_photo_is_assessed_and_what_was_found_is_drawn(
    address: str, page: Page, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photo_jpeg())
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    give(page, photo)
    assert page.inner_text("#outcome") == "Please take it again"
    assert page.inner_text("#fix") == "Move closer until the screen fills the picture."
    assert "Move closer" in page.inner_text("#live")
    quad = page.get_attribute("#overlay .quad", "points")
    assert quad is not None
    first = [float(part) for part in quad.split(" ")[0].split(",")]
    assert first == pytest.approx([200.5, 120.5], abs=3.0)
    assert page.locator("#measures li").count() == 12
    page.evaluate("document.getElementById('masked').decode()")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(url.startswith((address, "blob:")) for url in requests)


def test_layers_can_be_switched_off_by_keyboard(address: str, page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photo_jpeg())
    page.goto(address)
    give(page, photo)
    page.focus("input[data-layer=masked]")
    page.keyboard.press("Space")
    assert page.get_attribute("#overlay g[data-layer=masked]", "visibility") == "hidden"
    page.focus("#again")
    page.keyboard.press("Enter")
    assert page.is_visible("#drop")


def test_a_file_that_is_no_photo_says_what_to_send(
    address: str, page: Page, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("not a photo")
    page.goto(address)
    give(page, letter)
    assert page.inner_text("#outcome") == "This photo cannot be used"
    assert page.inner_text("#fix").startswith("Send a photo")
    assert not page.is_visible("#pictures")
