"""The service behind the pages, with verdicts that are known beforehand, and a camera."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
from playwright.sync_api import BrowserContext, Playwright
from tests.http.kit import real_assessment

from sonogate.gate import Assessor
from sonogate.http import Settings, create_app
from sonogate.identifiers import PatientContext
from sonogate.policy import Policy, default_policy
from sonogate.types import Assessment, Reason, Verdict

CHROMIUM = shutil.which("chromium")
POOR = Verdict("retake", (Reason("glare", None, "Turn off a lamp."),))
GOOD = Verdict("accepted")


class Verdicts:
    """A gate that gives one verdict after the other, the last again and again."""

    def __init__(self, *verdicts: Verdict) -> None:
        self._verdicts = list(verdicts)
        self.photos: list[bytes] = []

    def assess(self, data: bytes, patient: PatientContext | None = None) -> Assessment:
        self.photos.append(data)
        verdict = self._verdicts.pop(0) if len(self._verdicts) > 1 else self._verdicts[0]
        return replace(real_assessment(), verdict=verdict)

    def __call__(
        self,
        policy: Policy,
        *,
        language: str,
        export_size_wh: tuple[int, int] | None,
        executor: Executor | None,
        threads: int | None,
    ) -> Assessor:
        return self


@contextmanager
def serving(gate: Verdicts) -> Iterator[str]:
    """Run the service on a free port; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(Settings(), gate), log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]})
        thread.start()
        wait_for(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def wait_for(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)


def phone(
    playwright: Playwright,
    profile: Path,
    video: Path | None = None,
    *,
    camera: bool = True,
    locale: str = "en",
    scheme: str = "dark",
    size_wh: tuple[int, int] = (390, 844),
) -> BrowserContext:
    """Return a browser with a profile on disk and a fake camera that shows ``video``."""
    arguments = ["--no-sandbox", "--disable-gpu"]
    if camera:
        arguments.append("--use-fake-device-for-media-stream")
    if video is not None:
        arguments.append(f"--use-file-for-fake-video-capture={video}")
    return playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        headless=True,
        args=arguments,
        permissions=["camera"] if camera else [],
        viewport={"width": size_wh[0], "height": size_wh[1]},
        locale=locale,
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )


def steady_s() -> float:
    return default_policy().guidance.steady_s
