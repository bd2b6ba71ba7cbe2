"""Registration against warps that are known exactly."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.reference.registration import register
from sonogate.types import FloatArray

NAMES = (
    "pydicom_aloka.png",
    "pydicom_US1_doppler.png",
    "tim2_logiq_gastroc_jumping_056.png",
    "pydicom_OBXXXX1A.png",
)


def _capture(
    export: NDArray[np.uint8], homography: FloatArray, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Warp, blur, change the tone, add a highlight and noise."""
    height, width = export.shape[:2]
    light = cv2.warpPerspective(
        export.astype(np.float32), homography, (width, height), flags=cv2.INTER_CUBIC
    )
    light = cv2.GaussianBlur(light, (0, 0), 0.8)
    light = 200.0 * (np.clip(light, 0, 255) / 255.0) ** 0.8 + 20.0
    y, x = np.mgrid[:height, :width]
    far = (x - 0.4 * width) ** 2 + (y - 0.4 * height) ** 2
    light += (80.0 * np.exp(-far / (2 * (0.06 * width) ** 2)))[..., None]
    return np.clip(light + rng.normal(0, 4, light.shape), 0, 255).astype(np.uint8)


def test_finds_known_warps_to_hundredths_of_a_pixel(shared_data: Path) -> None:
    rng = np.random.default_rng(2)
    errors = []
    for name in NAMES:
        export = cv2.imread(str(shared_data / "ultrasound" / "ui" / name))[..., ::-1]
        height, width = export.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        moved = corners + rng.normal(0, 2, (4, 2)).astype(np.float32)
        homography = np.asarray(cv2.getPerspectiveTransform(corners, moved), np.float64)
        found = register(export, _capture(export, homography, rng))
        assert found is not None
        x, y = np.meshgrid(np.linspace(0.1, 0.9, 15) * width, np.linspace(0.1, 0.9, 15) * height)
        points = np.stack([x.ravel(), y.ravel()], axis=1)
        true = cv2.perspectiveTransform(points[None], homography)[0]
        errors.append(np.hypot(*(found.to_rectified(points) - true).T))
    every = np.concatenate(errors)
    assert np.median(every) <= 0.05
    assert np.quantile(every, 0.9) <= 0.10


def test_a_picture_registers_to_itself_at_twice_the_size() -> None:
    rng = np.random.default_rng(0)
    export = cv2.GaussianBlur(rng.integers(0, 255, (300, 400, 3)).astype(np.uint8), (0, 0), 3)
    export = cv2.normalize(export, None, 0, 255, cv2.NORM_MINMAX)
    twice = cv2.resize(export, (800, 600), interpolation=cv2.INTER_CUBIC)
    found = register(export, twice)
    assert found is not None
    points = rng.uniform(40, 260, (50, 2))
    expected = (points + 0.5) * 2 - 0.5
    assert np.abs(found.to_rectified(points) - expected).max() < 0.1
    back = found.resample(twice)
    assert np.abs(back - export).mean() < 3.0


def test_flat_pictures_cannot_be_registered() -> None:
    flat = np.full((200, 200, 3), 30, np.uint8)
    assert register(flat, flat) is None


def test_what_is_masked_out_does_not_mislead() -> None:
    rng = np.random.default_rng(4)
    export = cv2.GaussianBlur(rng.integers(0, 255, (320, 320)).astype(np.uint8), (0, 0), 3)
    export = cv2.normalize(export, None, 0, 200, cv2.NORM_MINMAX)
    captured = export.copy()
    captured[:, 130:] = np.roll(export, 3, axis=0)[:, 130:]
    mask = np.zeros(export.shape, bool)
    mask[:, :120] = True
    points = np.stack([np.full(10, 60.0), np.linspace(60, 260, 10)], axis=1)
    errors = []
    for allowed in (mask, None):
        found = register(export, captured, allowed)
        assert found is not None
        errors.append(float(np.abs(found.to_rectified(points) - points).max()))
    assert errors[0] < 0.15 < errors[1]
