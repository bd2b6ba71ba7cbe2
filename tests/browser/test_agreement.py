"""The page guides as the service does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright
from tests.browser.agreement import compare, frames
from tests.browser.kit import CHROMIUM, GOOD, Verdicts, phone, serving

from sonogate.http.pages import load_pages

FRAMES = 24


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
@pytest.mark.skipif(not load_pages(), reason="the pages are not built: make web")
def test_the_browser_sees_and_says_what_python_does(tmp_path: Path) -> None:
    with serving(Verdicts(GOOD)) as address, sync_playwright() as playwright:
        context = phone(playwright, tmp_path, camera=False)
        found = compare(context.new_page(), address, frames(FRAMES))
        context.close()
    seen = np.array([one.corners_pct for one in found if one.corners_pct is not None])
    assert len(seen) >= FRAMES // 2
    assert np.mean([one.same_code for one in found]) >= 0.98
    assert np.mean(seen <= 0.5) >= 0.98
