"""Plain composites of a display in a room, with exact corners: fixtures, not a simulator."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from sonogate.screen import geometry
from sonogate.types import CameraFacts, FloatArray, Photo, PixelArray

SUPERSAMPLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """A photo and where its display is, pixel centres at whole numbers."""

    photo: Photo
    corners_xy: FloatArray
    aspect: float
    tilt_deg: float


def as_photo(pixels: PixelArray, focal_35mm_mm: float | None = None) -> Photo:
    return Photo(
        pixels=pixels,
        sha256="0" * 64,
        format="png",
        camera=CameraFacts(focal_35mm_mm=focal_35mm_mm),
    )


def desktop(rng: np.random.Generator, size_wh: tuple[int, int] = (1280, 800)) -> PixelArray:
    """Windows, bars and lines of text-like dashes."""
    width, height = size_wh
    shade = int(rng.integers(0, 2)) * 215
    picture = np.full((height, width, 3), shade + rng.integers(0, 30, 3), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        x0, y0 = rng.integers(0, width // 2), rng.integers(0, height // 2)
        x1, y1 = x0 + rng.integers(200, width // 2), y0 + rng.integers(150, height // 2)
        fill = (int(rng.integers(0, 2)) * 200 + rng.integers(0, 55, 3)).tolist()
        cv2.rectangle(picture, (int(x0), int(y0)), (int(x1), int(y1)), fill, -1)
        ink = [255 - value for value in fill]
        for row in range(int(y0) + 30, int(y1) - 20, 24):
            x = int(x0) + 20
            while x < int(x1) - 60:
                length = int(rng.integers(10, 60))
                cv2.line(picture, (x, row), (x + length, row), ink, 5)
                x += length + 12
    bar = rng.integers(0, 255, 3).tolist()
    cv2.rectangle(picture, (0, height - 36), (width, height), bar, -1)
    return picture


def pose_corners(
    rng: np.random.Generator,
    aspect: float,
    photo_wh: tuple[int, int],
    focal_px: float,
    *,
    fill: float,
    max_tilt_deg: float,
    shift: float,
) -> tuple[FloatArray, float]:
    """Return the corners of a rectangle seen by a pinhole camera, and its tilt."""
    width, height = photo_wh
    half = 0.5 * np.array([[-aspect, -1], [aspect, -1], [aspect, 1], [-aspect, 1]])
    half /= np.hypot(aspect, 1.0)
    tilt = np.radians(rng.uniform(0, max_tilt_deg))
    axis_angle = rng.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(axis_angle), np.sin(axis_angle), 0.0])
    turn, _ = cv2.Rodrigues(axis * tilt)
    roll, _ = cv2.Rodrigues(np.array([0.0, 0.0, np.radians(rng.normal(0, 4))]))
    points = np.column_stack([half, np.zeros(4)]) @ (np.asarray(turn) @ np.asarray(roll)).T
    points[:, 2] += focal_px / (fill * np.hypot(width, height))
    flat = focal_px * points[:, :2] / points[:, 2:]
    flat += rng.uniform(-shift, shift, 2) * np.array(photo_wh)
    return flat + (np.array(photo_wh) - 1) / 2, float(np.degrees(tilt))


def compose(
    rng: np.random.Generator,
    content: PixelArray,
    background: PixelArray,
    *,
    photo_wh: tuple[int, int] = (1280, 960),
    fill: float = 0.7,
    max_tilt_deg: float = 25.0,
    shift: float = 0.05,
    ambient: float = 0.3,
    bezel: float = 0.05,
    bezel_shade: float = 0.03,
    glow: float = 0.004,
    glare: float = 0.0,
    blur_px: float = 0.8,
    noise: float = 0.004,
    jpeg_quality: int | None = 88,
) -> Composite:
    """Put ``content`` on a panel with a bezel in front of ``background`` and photograph it.

    ``ambient``, ``glow``, ``glare`` and ``noise`` are shares of the panel's white.
    """
    content_h, content_w = content.shape[:2]
    aspect = content_w / content_h
    focal_35mm_mm = float(rng.uniform(24, 32))
    focal_px = focal_35mm_mm / geometry.FILM_DIAGONAL_MM * float(np.hypot(*photo_wh))
    corners, tilt_deg = pose_corners(
        rng, aspect, photo_wh, focal_px, fill=fill, max_tilt_deg=max_tilt_deg, shift=shift
    )
    size = (photo_wh[0] * SUPERSAMPLE, photo_wh[1] * SUPERSAMPLE)
    large_corners = (corners + 0.5) * SUPERSAMPLE - 0.5
    to_photo = geometry.homography(geometry.screen_corners((content_w, content_h)), large_corners)

    frame = round(bezel * np.hypot(content_w, content_h))
    front = np.full((content_h + 2 * frame, content_w + 2 * frame, 3), bezel_shade, np.float32)
    front *= ambient
    light = (content.astype(np.float32) / 255.0) ** 2.2
    front[frame : frame + content_h, frame : frame + content_w] = light + glow
    offset = np.array([[1.0, 0, -frame], [0, 1, -frame], [0, 0, 1]])
    scene = cv2.resize(background, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    scene = (scene / 255.0) ** 2.2 * ambient
    shrink = cv2.INTER_AREA if content_w > size[0] else cv2.INTER_LINEAR
    shown = cv2.warpPerspective(front, to_photo @ offset, size, flags=shrink)
    mask = cv2.warpPerspective(
        np.ones(front.shape[:2], np.float32), to_photo @ offset, size, flags=cv2.INTER_LINEAR
    )[..., None]
    scene = scene * (1 - mask) + shown
    scene = cv2.resize(scene, photo_wh, interpolation=cv2.INTER_AREA)
    if glare > 0:
        coarse = rng.random((3, 4)).astype(np.float32) ** 3
        scene = (
            scene + glare * cv2.resize(coarse, photo_wh, interpolation=cv2.INTER_CUBIC)[..., None]
        )
    if blur_px > 0:
        scene = cv2.GaussianBlur(scene, (0, 0), blur_px)
    scene = np.maximum(np.asarray(scene), 0.0)
    scene = scene + rng.normal(0, 1, scene.shape) * noise * np.sqrt(scene + 0.02)
    coded = np.clip(255.0 * np.clip(scene, 0, 1) ** (1 / 2.2) + 0.5, 0, 255).astype(np.uint8)
    if jpeg_quality is not None:
        _, data = cv2.imencode(".jpg", coded, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
        coded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return Composite(as_photo(coded, focal_35mm_mm), corners, aspect, tilt_deg)
