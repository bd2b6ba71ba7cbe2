"""Guidance on frames of drawn scenes and sample photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.browser.scenes import HINTS, scene

from sonogate.gate import load_glance
from sonogate.guidance import guide, rules_of
from sonogate.onnx.glance import GlancingLocator
from sonogate.policy import default_policy
from sonogate.types import PixelArray

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
RULES = rules_of(default_policy())
FRAME_WH = (640, 480)
STILL_SCALE = 3.0


@pytest.fixture(scope="module")
def glance() -> GlancingLocator:
    return load_glance()


def frame(name: str) -> PixelArray:
    return np.asarray(cv2.resize(scene(name), FRAME_WH, interpolation=cv2.INTER_AREA), np.uint8)


def code(pixels: PixelArray, glance: GlancingLocator) -> str:
    hint = guide(pixels, glance(pixels), STILL_SCALE, RULES).hint
    return "good" if hint is None else hint.code


@pytest.mark.parametrize(("name", "hint"), HINTS.items())
def test_each_scene_has_its_hint(glance: GlancingLocator, name: str, hint: str) -> None:
    assert code(frame(name), glance) == hint


def test_places_and_directions_are_those_of_the_scene(glance: GlancingLocator) -> None:
    places = {}
    for name in ("closer", "tilted", "glare"):
        pixels = frame(name)
        hint = guide(pixels, glance(pixels), STILL_SCALE, RULES).hint
        assert hint is not None
        places[name] = hint.place
    assert places == {"closer": "right", "tilted": "right", "glare": "upper right"}


def test_defocus_darkness_and_an_empty_room(glance: GlancingLocator) -> None:
    good = frame("good")
    assert code(np.asarray(cv2.GaussianBlur(good, (0, 0), 3.0), np.uint8), glance) == "blur_focus"
    assert code(np.asarray(good * 0.3, np.uint8), glance) == "too_dark"
    assert code(np.full((480, 640, 3), 90, np.uint8), glance) == "no_screen"


@pytest.mark.parametrize(
    ("name", "hint"), [("good_cart", "good"), ("far", "too_far"), ("cut_off", "cut_off")]
)
def test_sample_photos(glance: GlancingLocator, name: str, hint: str) -> None:
    photo = cv2.imread(str(SAMPLES / f"{name}.jpg"))[..., ::-1]
    scale = 640 / max(photo.shape)
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = guide(small, glance(small), 1 / scale, RULES).hint
    assert ("good" if found is None else found.code) == hint


def test_limits_are_the_verdicts_own() -> None:
    policy = default_policy()
    stricter = replace(policy, verdict=replace(policy.verdict, retake_below=60.0))
    assert rules_of(policy).min_sampling == pytest.approx(policy.measures.sampling.x50)
    assert rules_of(stricter).min_sampling > rules_of(policy).min_sampling
    assert rules_of(stricter).max_tilt_deg < rules_of(policy).max_tilt_deg
