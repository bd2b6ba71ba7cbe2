from __future__ import annotations

import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.screen.composites import as_photo, desktop

from sonogate.policy import Policy
from sonogate.screen import find_scan_area, rectify
from sonogate.types import FloatArray, PixelArray, ScreenQuad


def inside(polygon: FloatArray, shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(polygon).astype(np.int32), 1)
    return mask > 0


def speckled_sector(rng: np.random.Generator) -> tuple[PixelArray, np.ndarray]:
    picture = np.zeros((768, 1024, 3), np.float32)
    y, x = np.mgrid[0:768, 0:1024]
    radius, angle = np.hypot(x - 512, y + 40), np.abs(np.arctan2(x - 512, y + 40))
    sector = (radius > 110) & (radius < 700) & (angle < 0.6)
    speckle = cv2.GaussianBlur(rng.rayleigh(60, (768, 1024)).astype(np.float32), (0, 0), 1.6)
    picture[sector] = np.asarray(speckle)[sector, None]
    coded = np.clip(picture, 0, 255).astype(np.uint8)
    for row in range(40, 720, 40):
        cv2.putText(coded, "GAIN 62 DR 60", (20, row), 0, 0.5, (230, 230, 230), 1, cv2.LINE_AA)
    return coded, sector


def test_a_sector_is_covered_and_text_left_out() -> None:
    picture, sector = speckled_sector(np.random.default_rng(0))
    polygon = find_scan_area(picture)
    assert polygon is not None
    found = inside(polygon, picture.shape)
    assert (found & sector).sum() / sector.sum() > 0.95
    assert (found & sector).sum() / found.sum() > 0.85
    assert not found[:300, :150].any()


@pytest.mark.parametrize("gain", [0.15, 0.4, 1.0])
def test_low_gain_does_not_hide_a_scan(gain: float) -> None:
    picture, sector = speckled_sector(np.random.default_rng(1))
    polygon = find_scan_area(np.rint(picture * gain).astype(np.uint8))
    assert polygon is not None
    assert (inside(polygon, picture.shape) & sector).sum() / sector.sum() > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_a_desktop_has_no_scan_area(seed: int) -> None:
    assert find_scan_area(desktop(np.random.default_rng(seed))) is None


@pytest.mark.parametrize("size_wh", [(1, 1), (40, 30), (2000, 9)])
def test_small_and_empty_pictures_give_none(size_wh: tuple[int, int]) -> None:
    assert find_scan_area(np.zeros((size_wh[1], size_wh[0], 3), np.uint8)) is None


def test_scans_of_real_exports_are_found(shared_data: Path) -> None:
    exports = sorted((shared_data / "ultrasound" / "ui").iterdir())
    found = 0
    for path in exports:
        pixels = cv2.imread(str(path))
        assert pixels is not None
        found += find_scan_area(np.ascontiguousarray(pixels[:, :, ::-1])) is not None
    assert found >= 0.95 * len(exports)


def test_real_desktops_and_bedside_monitors_have_no_scan_area(
    shared_data: Path, policy: Policy
) -> None:
    notes = Path(__file__).parent.parent / "annotations" / "screen_photos.toml"
    for name, entry in tomllib.loads(notes.read_text()).items():
        pixels = cv2.imread(str(shared_data / "screen_photos" / name))
        assert pixels is not None
        photo = as_photo(np.ascontiguousarray(pixels[:, :, ::-1]))
        corners = np.array(entry["corners_xy"])
        quad = ScreenQuad(corners_xy=corners, confidence=90.0, visible_fraction=1.0)
        assert rectify(photo, quad, policy.screen).scan_area_xy is None, name


def test_a_striped_table_is_no_scan_and_a_linear_scan_with_layers_is_one() -> None:
    rng = np.random.default_rng(2)
    page = np.full((768, 1024, 3), 4, np.uint8)
    for k, top in enumerate(range(100, 660, 28)):
        page[top : top + 28, 40:980] = (58, 50, 54) if k % 2 else (8, 8, 8)
        words = "".join(rng.choice(list("ABCDEFGHKLMNORST 0123456789"), 52))
        cv2.putText(page, words, (50, top + 20), 0, 0.55, (210, 210, 210), 1, cv2.LINE_AA)
    assert find_scan_area(page) is None
    layers = np.full((768, 1024, 3), 4, np.uint8)
    speckle = cv2.GaussianBlur(rng.rayleigh(60, (560, 700)).astype(np.float32), (0, 0), 1.6)
    depth = 0.6 + 0.4 * np.cumsum(rng.normal(0, 0.3, 14)).repeat(40)[:, None]
    scan = np.clip(np.asarray(speckle) * np.clip(depth, 0.3, 1.5), 0, 255)
    layers[100:660, 150:850] = scan[..., None].astype(np.uint8)
    assert find_scan_area(layers) is not None
