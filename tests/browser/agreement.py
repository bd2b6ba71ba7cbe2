"""The browser's guidance held to Python's, frame by frame.

``python -m tests.browser.agreement --frames 200`` prints how far both are apart.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright
from tests.browser.kit import GOOD, Verdicts, phone, serving
from tests.browser.scenes import QUADS, scene

from sonogate.gate import load_glance
from sonogate.guidance import guide, rules_of
from sonogate.http.pages import load_pages
from sonogate.policy import default_policy
from sonogate.types import PixelArray

ROOT = Path(__file__).resolve().parents[2]
FRAME_WH = (640, 480)
STILL_SCALE = 3.0
START = """async (script) => {
  const { rules, locator } = await (await fetch("/v1/guidance")).json();
  window.guide = new Worker(script, { type: "module" });
  window.ask = (message) => new Promise((done) => {
    guide.onmessage = ({ data }) => done(data);
    guide.postMessage(message);
  });
  const weights = new URL(locator.href, location.href).href;
  return (await ask({ kind: "load", rules, weights })).kind;
}"""
LOOK = """async ([encoded, width, height, stillScale]) => {
  const pixels = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0)).buffer;
  return ask({ kind: "frame", pixels, width, height, stillScale });
}"""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far both are apart on one frame.

    Attributes:
        same_code: Whether both give the same hint, or none.
        corners_pct: Largest distance of a corner, % of the display's diagonal; None where
            neither or only one sees a display.
        ms: Time that the browser took.
    """

    same_code: bool
    corners_pct: float | None
    ms: float


def frames(count: int, seed: int = 7) -> list[PixelArray]:
    """Return scenes and sample photos: moved, turned, zoomed, lit and blurred at random."""
    rng = np.random.default_rng(seed)
    sources = [scene(name, (1280, 960)) for name in QUADS]
    for path in sorted((ROOT / "samples").glob("*.jpg")):
        photo = cv2.imread(str(path))[..., ::-1]
        sources.append(cv2.resize(photo, (1280, 960), interpolation=cv2.INTER_AREA))
    made = []
    for index in range(count):
        source = sources[index % len(sources)]
        corners = np.array([[0, 0], [1279, 0], [1279, 959], [0, 959]], np.float32)
        scale = rng.uniform(0.35, 0.62)
        target = (corners - (640, 480)) * scale + rng.uniform(-0.06, 0.06, (4, 2)) * FRAME_WH
        target += np.array([320.0, 240.0]) + rng.uniform(-40, 40, 2)
        matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
        frame = cv2.warpPerspective(
            source, matrix, FRAME_WH, flags=cv2.INTER_AREA, borderValue=(90, 84, 78)
        )
        frame = cv2.GaussianBlur(frame, (0, 0), rng.uniform(0.1, 1.6))
        lit = frame * rng.uniform(0.4, 1.3) + rng.normal(0, rng.uniform(0, 6), frame.shape)
        made.append(np.clip(lit, 0, 255).astype(np.uint8))
    return made


def compare(page: Page, address: str, pictures: list[PixelArray]) -> list[Apart]:
    """Look at every picture with both."""
    page.goto(f"{address}/capture")
    (worker,) = (f"/{name}" for name in load_pages() if name.startswith("assets/worker-"))
    assert page.evaluate(START, worker) == "ready"
    policy = default_policy()
    look, rules = load_glance(policy), rules_of(policy)
    found = []
    for picture in pictures:
        height, width = picture.shape[:2]
        rgba = np.dstack([picture, np.full((height, width), 255, np.uint8)])
        encoded = base64.b64encode(rgba.tobytes()).decode("ascii")
        said = page.evaluate(LOOK, [encoded, width, height, STILL_SCALE])
        ours = guide(picture, look(picture), STILL_SCALE, rules)
        theirs = said["guidance"]
        code = None if theirs["hint"] is None else theirs["hint"]["code"]
        apart = None
        if ours.glance is not None and theirs["corners"] is not None:
            corners = ours.glance.corners_xy
            diagonal = float(np.linalg.norm(corners[2] - corners[0]))
            off = np.linalg.norm(np.array(theirs["corners"]) - corners, axis=1)
            apart = 100.0 * float(off.max()) / diagonal
        same = code == (None if ours.hint is None else ours.hint.code)
        found.append(Apart(same, apart, said["ms"]))
    return found


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=200)
    count = parser.parse_args().frames
    with (
        tempfile.TemporaryDirectory(prefix="sonogate-agreement-") as folder,
        serving(Verdicts(GOOD)) as address,
        sync_playwright() as playwright,
    ):
        context = phone(playwright, Path(folder), camera=False)
        found = compare(context.new_page(), address, frames(count))
        context.close()
    seen = np.array([one.corners_pct for one in found if one.corners_pct is not None])
    ms = np.array([one.ms for one in found])
    print(f"{len(found)} frames, a display seen by both in {len(seen)}")
    print(f"same code: {100 * np.mean([one.same_code for one in found]):.1f}%")
    print(f"corners within 0.5% of the diagonal: {100 * np.mean(seen <= 0.5):.1f}%")
    print(f"largest corner error: median {np.median(seen):.3f}%, most {seen.max():.3f}%")
    print(f"a frame in the browser: median {np.median(ms):.0f} ms, 95% {np.quantile(ms, 0.95):.0f}")


if __name__ == "__main__":
    main()
