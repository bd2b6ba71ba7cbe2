"""Fixtures that all tests share."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from sonogate.policy import Policy, default_policy

ROOT = Path(__file__).resolve().parent.parent

cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real exports and photos beside the checkout; skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The photos that ship with the project."""
    return ROOT / "samples"


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that ships with the package."""
    return default_policy()
