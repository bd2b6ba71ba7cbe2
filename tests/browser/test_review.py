"""The review page in a real browser, on real records: found, looked at, hidden, recalled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright
from tests.browser.review_service import GOOD, ReviewService, fill, reviewing

from sonogate.http.pages import load_pages
from sonogate.report import decode_png

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[2] / "service/sonogate/web/node_modules/axe-core/axe.min.js"
LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "pt", "sw", "zh")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
    pytest.mark.skipif("review.html" not in load_pages(), reason="the pages are not built"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewService]:
    with reviewing(tmp_path_factory.mktemp("review")) as made:
        yield made


@pytest.fixture(scope="module")
def stored(service: ReviewService) -> dict[str, str]:
    return fill(service)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, service: ReviewService) -> Iterator[Page]:
    """A page that fails the test on any message in its console and any foreign request."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            messages.append(message.text)

    def watch(request: Request) -> None:
        if not request.url.startswith((service.url, "blob:", "data:")):
            messages.append(f"a foreign request: {request.url}")

    page.on("console", note)
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", watch)
    yield page
    context.close()
    assert messages == []


def sign_in(page: Page, service: ReviewService, place: str = "") -> None:
    page.goto(f"{service.url}/review#{place}")
    page.fill("#key", service.key)
    page.press("#key", "Enter")
    page.wait_for_selector(".rows")


def show(page: Page, image_id: str) -> None:
    page.evaluate(f"location.hash = '{image_id}'")
    page.wait_for_selector(".frame img")


def violations(page: Page) -> list[tuple[str, Any]]:
    """Return what axe-core finds against WCAG 2.2 AA."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make web")
    # As the browser's own debugger would: the page's policy stays as strict as it is.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]]


def test_a_key_that_does_not_hold_is_refused_and_kept_nowhere(
    page: Page, service: ReviewService, stored: dict[str, str]
) -> None:
    page.goto(f"{service.url}/review")
    page.fill("#key", "sgk_0123456789abcdef_wrong")
    page.press("#key", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("not accepted")
    page.fill("#key", service.key)
    page.press("#key", "Enter")
    expect(page.locator(".row")).to_have_count(3)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert service.key not in kept
    page.reload()
    expect(page.locator(".row")).to_have_count(3)
    page.get_by_role("button", name="Sign out").click()
    page.reload()
    expect(page.locator("#key")).to_be_visible()


def test_pictures_are_found_by_filters(
    page: Page, service: ReviewService, stored: dict[str, str]
) -> None:
    sign_in(page, service)
    expect(page.locator(".row")).to_have_count(3)
    page.locator(".filters summary").click()
    page.get_by_label("Site").fill("ICU")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("Good with limits")
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Purpose").select_option("consultation")
    page.get_by_label("From", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("To", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("No picture matches")).to_be_visible()


def test_a_picture_is_shown_with_all_that_is_known_of_it(
    page: Page, service: ReviewService, stored: dict[str, str]
) -> None:
    sign_in(page, service)
    show(page, stored["retried"])
    expect(page.locator("#detail-title")).to_be_focused()
    expect(page.locator(".measures tbody tr")).to_have_count(12)
    first = page.locator(".measures tbody tr").first
    scores = [float(text) for text in page.locator(".measures .number").all_inner_texts()]
    assert scores == sorted(scores)
    assert "poor" in (first.get_attribute("class") or "")
    fidelity = service.image(stored["retried"])["report"]["quality"]["fidelity"]
    expect(page.locator(".likeness")).to_contain_text(f"{fidelity['value']:.0f} of 100")
    expect(page.locator(".likeness")).to_contain_text(f"{fidelity['low']:.0f} and")
    expect(page.locator(".chip.limit")).to_have_text(["fine detail", "grey levels"])
    expect(page.locator(".columns > li")).to_have_count(3)
    expect(page.locator(".columns > li").first).to_contain_text("reflection in the upper right")
    expect(page.locator(".places .masked").last).to_contain_text("Name")
    assert page.locator(".overlay .masked").count() == 1
    hidden = page.get_by_label("Hidden places")
    hidden.focus()
    page.keyboard.press("Space")
    assert page.locator(".overlay .masked").count() == 0
    page.get_by_label("Reflections").check()
    shines = page.evaluate(
        "() => { const c = document.querySelector('canvas.heat');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data[3 + 4 *"
        " (Math.round(0.25 * c.height) * c.width + Math.round(0.72 * c.width))]; }"
    )
    assert shines > 100


def test_what_is_drawn_over_is_gone_for_good(page: Page, service: ReviewService) -> None:
    old = service.store(GOOD)
    before = decode_png(service.file(old))
    sign_in(page, service)
    show(page, old)
    page.get_by_role("button", name="Hide more").click()
    expect(page.locator("#mask-title")).to_be_focused()
    page.get_by_role("button", name="Hide for good").click()
    page.get_by_label("Why").fill("A label was left")
    page.get_by_role("button", name="Hide for good").click()
    expect(page.get_by_role("alert")).to_contain_text("rectangle first")
    # One drawn with the mouse, and one set by the keyboard alone.
    page.locator(".drawing").scroll_into_view_if_needed()
    box = page.locator(".drawing").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    add = page.get_by_role("button", name="Add a rectangle")
    add.focus()
    page.keyboard.press("Enter")
    second = page.get_by_role("group", name="Rectangle 2")
    for name, value in {"Left": "40", "Top": "60", "Width": "12", "Height": "5"}.items():
        second.get_by_label(name).fill(value)
    second.get_by_label("What shows there").select_option("number")
    page.get_by_role("button", name="Hide for good").click()
    expect(page.get_by_text("A new version with more hidden")).to_be_visible()
    new = service.image(old)["superseded_by"]
    assert page.url.endswith(f"#{new}")
    after = decode_png(service.file(new))
    height, width = after.shape[:2]
    for x, y in ((0.65, 0.45), (0.46, 0.62)):
        assert after[int(y * height), int(x * width)].max() == 0
    far = (slice(int(0.7 * height), None), slice(None))
    assert (after[far] == before[far]).all()
    kinds = [r["kind"] for r in service.image(new)["report"]["identifiers"]["regions"][-2:]]
    assert kinds == ["text", "number"]
    show_old = page.evaluate(f"location.hash = '{old}'")
    assert show_old == old
    expect(page.get_by_text("no longer kept")).to_be_visible()
    page.get_by_role("button", name="Open the new version").click()
    page.wait_for_selector(".frame img")


def test_a_picture_is_recalled_with_a_reason(page: Page, service: ReviewService) -> None:
    image_id = service.store(GOOD)
    sign_in(page, service)
    show(page, image_id)
    page.get_by_role("button", name="Recall", exact=True).click()
    page.get_by_label("Why").fill("Born 12.03.1961")
    page.get_by_role("button", name="Recall the picture").click()
    expect(page.get_by_role("alert")).to_contain_text("identify the patient")
    page.get_by_label("Why").fill("Wrong screen")
    page.keyboard.press("Enter")
    expect(page.locator(".ended")).to_contain_text("Wrong screen")
    assert service.image(image_id)["state"] == "recalled"
    expect(page.get_by_role("button", name="Hide more")).to_have_count(0)


def test_a_picture_is_exported_and_verified(
    page: Page, service: ReviewService, stored: dict[str, str], tmp_path: Path
) -> None:
    sign_in(page, service)
    show(page, stored["plain"])
    page.get_by_role("button", name="Export").click()
    page.get_by_label("As", exact=True).select_option("dicom")
    page.get_by_role("button", name="Save the file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=".dcm").click()
    copy = tmp_path / "copy.dcm"
    download.value.save_as(copy)
    assert copy.read_bytes()[128:132] == b"DICM"
    with page.expect_download() as download:
        page.get_by_role("link", name="signature").click()
    signature = download.value.path().read_text()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Verify a file").click()
    page.fill("#signature", signature)
    page.set_input_files("#verify-file", copy)
    expect(page.locator(".answer h2")).to_have_text("Authentic")
    page.fill("#signature", "")
    altered = bytearray(service.file(stored["plain"]))
    altered[-20] ^= 1
    dropped = page.evaluate_handle(
        "bytes => { const t = new DataTransfer();"
        " t.items.add(new File([new Uint8Array(bytes)], 'x.png')); return t; }",
        list(altered),
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    expect(page.locator(".answer h2")).to_have_text("Altered")


def test_a_session_that_ends_loses_nothing(
    page: Page, service: ReviewService, stored: dict[str, str]
) -> None:
    sign_in(page, service)
    show(page, stored["consultation"])
    page.get_by_role("button", name="Hide more").click()
    page.get_by_role("button", name="Add a rectangle").click()
    page.get_by_label("Why").fill("A label was left")
    page.route(
        "**/masks",
        lambda route: route.continue_(
            headers={**route.request.headers, "authorization": "Bearer sgs_ended"}
        ),
        times=1,
    )
    page.get_by_role("button", name="Hide for good").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    expect(page.locator(".mask-form")).not_to_be_visible()
    page.fill("#key", service.key)
    page.press("#key", "Enter")
    expect(page.get_by_label("Why")).to_have_value("A label was left")
    expect(page.locator(".boxes > li")).to_have_count(1)


def test_without_a_network_it_says_so(
    page: Page, service: ReviewService, stored: dict[str, str]
) -> None:
    sign_in(page, service)
    page.route("**/v1/images/img_*", lambda route: route.abort())
    page.evaluate(f"location.hash = '{stored['plain']}'")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(".frame img")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_in_any_state(
    page: Page, service: ReviewService, stored: dict[str, str], scheme: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{service.url}/review")
    page.wait_for_selector("#key")
    states = {"sign in": violations(page)}
    sign_in(page, service)
    page.wait_for_selector(".row img")
    page.locator(".filters summary").click()
    states["list"] = violations(page)
    show(page, stored["retried"])
    page.wait_for_selector(".attempts")
    page.locator(".facts summary").click()
    states["picture"] = violations(page)
    page.get_by_role("button", name="Hide more").click()
    page.get_by_role("button", name="Add a rectangle").click()
    page.get_by_role("button", name="Hide for good").click()
    states["hide more"] = violations(page)
    page.get_by_role("button", name="Recall", exact=True).click()
    states["recall"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export").click()
    page.get_by_label("As", exact=True).select_option("fhir")
    page.locator(".sheet summary").click()
    states["export"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Verify a file").click()
    page.set_input_files("#verify-file", Path(__file__))
    page.wait_for_selector(".answer")
    states["verify"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert {state: found for state, found in states.items() if found} == {}


def test_every_language_fits_a_phone(
    page: Page, service: ReviewService, stored: dict[str, str]
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, service)
    show(page, stored["retried"])
    page.wait_for_selector(".attempts")
    for language in LANGUAGES:
        page.locator("#language").select_option(language)
        page.wait_for_selector(f"html[lang={language}]")
        assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), language
        assert "{" not in page.inner_text("main"), language
