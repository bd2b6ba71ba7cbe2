"""The learned locator on drawn pictures, on its own golden rows, and on real photos."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sonogate.errors import ModelError
from sonogate.evaluate.localisation import clipped_overlap
from sonogate.onnx.locator import LearnedLocator, close_view, whole_view
from sonogate.onnx.weights import load_manifest, locate_weight
from sonogate.policy import default_policy
from sonogate.types import Photo

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden" / "locator.json"
ANNOTATIONS = HERE.parent / "annotations" / "screen_photos.toml"
# The locator's own resampling differs by rounding between processors.
GOLDEN_TOLERANCE_PX = 0.05
REAL_FLOOR = 0.8
RULES = default_policy().screen.locator
MAX_BYTES = 2_000_000


@pytest.fixture(scope="module")
def locator() -> LearnedLocator:
    return LearnedLocator(RULES)


def drawn_photo(
    seed: int, size_wh: tuple[int, int] = (960, 720)
) -> tuple[Photo, NDArray[np.float64]]:
    """Return a plain drawn desk with a monitor, and where its panel is."""
    rng = np.random.default_rng(seed)
    width, height = size_wh
    page = np.full((480, 640, 3), 18, np.uint8)
    cv2.rectangle(page, (0, 0), (640, 30), (70, 90, 120), -1)
    cv2.ellipse(page, (330, 60), (330, 330), 90, -38, 38, (110, 110, 110), -1)
    for k in range(14):
        cv2.putText(page, f"Line {k} 0.{k} cm", (8, 70 + 26 * k), 0, 0.45, (200, 200, 190), 1)
    noise = rng.normal(0, 12, page.shape)
    page = np.clip(page + noise * (page > 60), 0, 255).astype(np.uint8)
    canvas = np.full((height, width, 3), (150, 145, 135), np.uint8)
    cv2.rectangle(canvas, (0, int(height * 0.85)), (width, height), (90, 75, 60), -1)
    corners = np.array([[0.2, 0.2], [0.78, 0.17], [0.8, 0.74], [0.18, 0.7]]) * (width, height)
    corners = corners + rng.uniform(-0.03, 0.03, (4, 2)) * width
    middle = corners.mean(0)
    bezel = middle + (corners - middle) * 1.09
    cv2.fillConvexPoly(canvas, bezel.round().astype(np.int32), (28, 28, 30), cv2.LINE_AA)
    outline = np.array([[-0.5, -0.5], [639.5, -0.5], [639.5, 479.5], [-0.5, 479.5]], np.float32)
    matrix = cv2.getPerspectiveTransform(outline, corners.astype(np.float32))
    shown = cv2.warpPerspective(page, matrix, size_wh)
    cover = cv2.warpPerspective(np.full((480, 640), 255, np.uint8), matrix, size_wh)[..., None]
    canvas = np.where(cover > 127, shown, canvas)
    pixels = cv2.GaussianBlur(canvas, (0, 0), 0.8)
    return Photo(pixels=pixels, sha256="0" * 64, format="png"), corners


@pytest.mark.parametrize("size_wh", [(960, 720), (720, 960), (800, 800)])
def test_drawn_monitor_is_found(locator: LearnedLocator, size_wh: tuple[int, int]) -> None:
    photo, corners = drawn_photo(3, size_wh)

    quad = locator(photo)

    assert quad is not None
    assert clipped_overlap(quad.corners_xy, corners, size_wh) > 0.9
    assert 0 <= quad.confidence <= 100
    assert quad.visible_fraction > 0.95


def test_turned_photo_turns_the_reading_order(locator: LearnedLocator) -> None:
    photo, corners = drawn_photo(4)
    turned = Photo(pixels=np.rot90(photo.pixels, 2).copy(), sha256="0" * 64, format="png")
    expected = np.array(photo.size_wh) - 1 - corners

    quad = locator(turned)

    assert quad is not None
    assert clipped_overlap(quad.corners_xy, expected, photo.size_wh) > 0.9


@pytest.mark.parametrize("grey", [0, 64, 128, 200, 255])
def test_even_picture_has_no_display(locator: LearnedLocator, grey: int) -> None:
    pixels = np.full((300, 400, 3), grey, np.uint8)

    assert locator(Photo(pixels=pixels, sha256="0" * 64, format="png")) is None


def test_same_photo_same_answer(locator: LearnedLocator) -> None:
    photo, _ = drawn_photo(5)
    first, second = locator(photo), LearnedLocator(RULES)(photo)

    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.corners_xy, second.corners_xy)
    assert first.confidence == second.confidence


def golden_rows(locator: LearnedLocator) -> list[dict[str, object]]:
    """Return what the golden file holds."""
    rows: list[dict[str, object]] = []
    for seed in range(6):
        photo, _ = drawn_photo(seed, ((960, 720), (720, 960))[seed % 2])
        finding = locator.find(photo.pixels)
        if finding is None:
            rows.append({"seed": seed, "corners_xy": None})
            continue
        rows.append(
            {
                "seed": seed,
                "corners_xy": finding.corners_xy.round(4).tolist(),
                "confidence": round(locator.confidence(finding), 4),
                "shows_ultrasound": round(finding.shows_ultrasound, 4),
            }
        )
    return rows


def test_golden_rows(locator: LearnedLocator) -> None:
    expected = json.loads(GOLDEN.read_text("utf-8"))

    assert expected["sha256"] == load_manifest()["locator"].sha256
    for row, golden in zip(golden_rows(locator), expected["rows"], strict=True):
        if golden["corners_xy"] is None:
            assert row["corners_xy"] is None
            continue
        off = np.abs(np.array(row["corners_xy"]) - np.array(golden["corners_xy"])).max()
        assert off < GOLDEN_TOLERANCE_PX
        assert row["confidence"] == pytest.approx(golden["confidence"], abs=0.01)
        assert row["shows_ultrasound"] == pytest.approx(golden["shows_ultrasound"], abs=0.01)


def test_model_is_small() -> None:
    assert locate_weight(load_manifest()["locator"]).stat().st_size <= MAX_BYTES


def test_weights_that_are_no_model_are_refused() -> None:
    with pytest.raises(ModelError):
        LearnedLocator(RULES, weights=b"not a model")


def test_whole_view_keeps_the_photo_inside() -> None:
    view = whole_view((4000, 3000))
    corners = np.array([[-0.5, -0.5, 1], [3999.5, 2999.5, 1]]) @ view.matrix.T

    assert view.size_wh == (288, 224)
    np.testing.assert_allclose(corners[:, :2], [[-0.5, 3.5], [287.5, 219.5]], atol=1e-9)


def test_close_view_sets_the_quad_upright() -> None:
    quad = np.array([[300.0, 500.0], [280.0, 100.0], [900.0, 120.0], [880.0, 520.0]])

    view = close_view(quad)

    mapped = np.concatenate([quad, np.ones((4, 1))], 1) @ view.matrix.T
    seen = mapped[:, :2] / mapped[:, 2:]
    assert view.size_wh == (224, 288)
    np.testing.assert_allclose(seen[0], [seen[3, 0], seen[1, 1]], atol=1e-3)
    assert seen[0, 0] < seen[1, 0]
    assert seen[1, 1] < seen[2, 1]


def test_real_photos(locator: LearnedLocator, shared_data: Path) -> None:
    overlaps = []
    for name, entry in tomllib.loads(ANNOTATIONS.read_text("utf-8")).items():
        data = cv2.imread(str(shared_data / "screen_photos" / name))
        photo = Photo(pixels=data[..., ::-1].copy(), sha256="0" * 64, format="jpeg")
        quad = locator(photo)
        true_xy = np.array(entry["corners_xy"], np.float64)
        overlaps.append(
            0.0 if quad is None else clipped_overlap(quad.corners_xy, true_xy, photo.size_wh)
        )

    assert float(np.mean(overlaps)) > REAL_FLOOR
