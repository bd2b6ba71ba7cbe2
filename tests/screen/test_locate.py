from __future__ import annotations

import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.screen.composites import as_photo, compose, desktop

from sonogate.policy import Policy
from sonogate.screen import ClassicalLocator, ScreenLocator, rectify, refine
from sonogate.types import FloatArray, ScreenQuad

ANNOTATIONS = Path(__file__).parent.parent / "annotations" / "screen_photos.toml"
# Photos on which the classical locator finds the display; the others show windows, or a
# display whose sides are out of view, and await a learned locator.
FOUND = (
    "harsh_12.57.10.jpg",
    "medmon_m1_1.png",
    "medmon_m1_2.png",
    "medmon_m1_3.png",
    "medmon_m2_2.png",
    "medmon_m3_2.png",
    "medmon_m4_3.png",
    "medmon_rect_11.png",
)


def visible_iou(found: FloatArray, truth: FloatArray, size_wh: tuple[int, int]) -> float:
    """Intersection over union of what two quads cover inside the frame."""
    masks = []
    for quad in (found, truth):
        mask = np.zeros((size_wh[1], size_wh[0]), np.uint8)
        cv2.fillConvexPoly(mask, np.rint(quad).astype(np.int32), 1)
        masks.append(mask > 0)
    return float((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())


@pytest.mark.parametrize("name", FOUND)
def test_displays_in_real_photos_are_found(name: str, shared_data: Path, policy: Policy) -> None:
    truth = np.array(tomllib.loads(ANNOTATIONS.read_text())[name]["corners_xy"])
    pixels = cv2.imread(str(shared_data / "screen_photos" / name))
    assert pixels is not None
    photo = as_photo(np.ascontiguousarray(pixels[:, :, ::-1]))
    quad = ClassicalLocator(policy.screen)(photo)
    assert quad is not None
    refined = refine(photo, quad, policy.screen)
    assert refined is not None
    assert visible_iou(refined.corners_xy, truth, photo.size_wh) > 0.9
    assert rectify(photo, refined, policy.screen).scan_area_xy is None


def test_every_real_photo_is_annotated(shared_data: Path) -> None:
    names = {path.name for path in (shared_data / "screen_photos").iterdir()}
    assert names == set(tomllib.loads(ANNOTATIONS.read_text()))


def test_rooms_without_a_display_give_none(shared_data: Path, policy: Policy) -> None:
    locator = ClassicalLocator(policy.screen)
    rooms = sorted((shared_data / "backgrounds").iterdir())[::5]
    found = 0
    for path in rooms:
        pixels = cv2.imread(str(path))
        assert pixels is not None
        found += locator(as_photo(np.ascontiguousarray(pixels[:, :, ::-1]))) is not None
    assert found <= 2


def test_a_bright_screen_in_a_dark_room_is_found(policy: Policy) -> None:
    locator: ScreenLocator = ClassicalLocator(policy.screen)
    hits = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        room = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        made = compose(rng, desktop(rng), room, ambient=0.05, max_tilt_deg=20)
        quad = locator(made.photo)
        if quad is not None:
            size = made.photo.size_wh
            hits += visible_iou(quad.corners_xy, made.corners_xy, size) > 0.9
    assert hits >= 4


@pytest.mark.parametrize("size_wh", [(64, 64), (640, 64), (64, 900), (1280, 960)])
@pytest.mark.parametrize("fill", ["black", "white", "noise"])
def test_pictures_of_nothing_give_none(size_wh: tuple[int, int], fill: str, policy: Policy) -> None:
    shape = (size_wh[1], size_wh[0], 3)
    pixels = {
        "black": np.zeros(shape, np.uint8),
        "white": np.full(shape, 255, np.uint8),
        "noise": np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8),
    }[fill]
    quad: ScreenQuad | None = ClassicalLocator(policy.screen)(as_photo(pixels))
    assert quad is None
