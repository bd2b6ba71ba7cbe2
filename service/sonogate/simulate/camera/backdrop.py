"""What is behind the screen, as reflectances lit by the room."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import enlarge, gaussian, smooth_field, to_linear
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import RoomSetup
from sonogate.types import PixelArray

_DRAWN_LONG_SIDE = 480


def draw_backdrop(
    seed: int, room: RoomSetup, scenery: Scenery, size_wh: tuple[int, int], blur_px: float
) -> NDArray[np.float32]:
    """Return the backdrop, (h, w, 3) float32, 1 for a white sheet in the room's light."""
    rng = stage_rng(seed, "backdrop")
    pixels: PixelArray | None = None
    if room.backdrop == "photo":
        pixels = _crop(rng, scenery.photo(int(rng.integers(1 << 16))), size_wh)
    elif room.backdrop == "panorama":
        pixels = _look_into(rng, scenery.panorama(int(rng.integers(1 << 16))), size_wh)
    if pixels is None:
        pixels = _shelf(rng, size_wh) if room.backdrop == "shelf" else _wall(rng, size_wh)
    # Blur is cheap before the picture is enlarged.
    scale = pixels.shape[1] / size_wh[0]
    light = to_linear(pixels)
    if blur_px * scale > 0.3:
        light = gaussian(light, blur_px * scale)
    return enlarge(light, size_wh)


def _working_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    scale = min(_DRAWN_LONG_SIDE / max(size_wh), 1.0)
    return max(round(size_wh[0] * scale), 8), max(round(size_wh[1] * scale), 8)


def _crop(
    rng: np.random.Generator, pixels: PixelArray | None, size_wh: tuple[int, int]
) -> PixelArray | None:
    if pixels is None:
        return None
    if rng.random() < 0.5:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    height, width = pixels.shape[:2]
    shape = size_wh[0] / size_wh[1]
    crop_h = min(height, width / shape) * rng.uniform(0.6, 1.0)
    crop_w = crop_h * shape
    left, top = rng.uniform(0, width - crop_w), rng.uniform(0, height - crop_h)
    crop = pixels[int(top) : int(top + crop_h) + 1, int(left) : int(left + crop_w) + 1]
    shrunk = _working_size(size_wh) if max(size_wh) <= crop_w else size_wh
    if max(size_wh) > 1.5 * crop.shape[1]:
        return np.ascontiguousarray(crop)
    return np.asarray(cv2.resize(crop, shrunk, interpolation=cv2.INTER_AREA), np.uint8)


def _look_into(
    rng: np.random.Generator, panorama: PixelArray | None, size_wh: tuple[int, int]
) -> PixelArray | None:
    """Project a panorama to a flat view."""
    if panorama is None:
        return None
    height, width = panorama.shape[:2]
    columns, rows = _working_size(size_wh)
    reach = np.tan(np.radians(rng.uniform(32, 42)))
    x = np.linspace(-reach, reach, columns, dtype=np.float32)[None, :]
    y = np.linspace(-reach, reach, rows, dtype=np.float32)[:, None] * (rows / columns)
    pitch, yaw = float(np.radians(rng.normal(-8, 12))), float(rng.uniform(0, width))
    down = y * np.cos(pitch) - np.sin(pitch)
    forward = y * np.sin(pitch) + np.cos(pitch) + 0.0 * x
    across = x + 0.0 * y
    longitude = np.arctan2(across, forward) * (width / (2 * np.pi)) + yaw
    latitude = np.arctan2(down, np.hypot(across, forward)) * (height / np.pi) + height / 2
    return np.asarray(
        cv2.remap(
            panorama,
            np.mod(longitude, width - 1).astype(np.float32),
            latitude.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _tone(rng: np.random.Generator, low: int, high: int, spread: float = 12.0) -> list[int]:
    grey = rng.uniform(low, high)
    return [int(np.clip(grey + shift, 0, 255)) for shift in rng.normal(0, spread, 3)]


def _wall(rng: np.random.Generator, size_wh: tuple[int, int]) -> PixelArray:
    """Draw a plain room: wall, ceiling or curtain, a desk, a door, sockets."""
    width, height = _working_size(size_wh)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = _tone(rng, 110, 235)
    if rng.random() < 0.4:
        tiles = _tone(rng, 170, 240)
        edge = int(height * rng.uniform(0.1, 0.35))
        slope = int(rng.normal(0, 0.05) * height)
        cv2.fillPoly(
            picture, [np.array([[0, 0], [width, 0], [width, edge + slope], [0, edge]])], tiles
        )
        for share in np.linspace(-0.5, 1.5, 14):
            end = (int(width * (share * 1.8 - 0.4)), 0)
            cv2.line(picture, (int(width * share), edge), end, _tone(rng, 120, 190), 1, cv2.LINE_AA)
    if rng.random() < 0.4:
        for x in np.cumsum(rng.uniform(4, 16, width // 8)):
            cv2.line(picture, (int(x), 0), (int(x), height), _tone(rng, 90, 220, 5), 3)
    if rng.random() < 0.6:
        desk = int(height * rng.uniform(0.6, 0.95))
        slope = int(rng.normal(0, 0.03) * height)
        corners = np.array([[0, desk], [width, desk + slope], [width, height], [0, height]])
        cv2.fillPoly(picture, [corners], _tone(rng, 40, 200))
    if rng.random() < 0.4:
        x = int(rng.uniform(0, width))
        door = (x + int(width * rng.uniform(0.15, 0.4)), height)
        cv2.rectangle(picture, (x, int(height * 0.1)), door, _tone(rng, 60, 220), -1)
    shade = cv2.resize(
        rng.uniform(0.7, 1.1, (3, 4)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    return np.asarray(np.clip(picture * shade[..., None], 0, 255), np.uint8)


def _shelf(rng: np.random.Generator, size_wh: tuple[int, int]) -> PixelArray:
    """Draw the clutter of a ward: boxes, drawers, bottles, notices, cables, out of focus."""
    picture = _wall(rng, size_wh)
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(12, 45))):
        x, y = int(rng.uniform(-0.1, 1) * width), int(rng.uniform(-0.1, 1) * height)
        size = (rng.uniform(0.02, 0.25, 2) * width).astype(int)
        # Most things in a ward are grey, white or beige; a few are coloured.
        tone = _tone(rng, 15, 225, 30 if rng.random() < 0.2 else 7)
        right, bottom = x + int(size[0]), y + int(size[1])
        shadow = [int(0.55 * code) for code in tone]
        if rng.random() < 0.8:
            cv2.rectangle(picture, (x + 2, y + 3), (right + 3, bottom + 4), shadow, -1)
            cv2.rectangle(picture, (x, y), (right, bottom), tone, -1)
            lid = [min(int(1.15 * code), 255) for code in tone]
            cv2.rectangle(picture, (x, y), (right, y + max(int(size[1]) // 6, 1)), lid, -1)
        else:
            axes = (int(size[0]) // 2, int(size[1]) // 2)
            cv2.ellipse(picture, (x + 3, y + 4), axes, 0, 0, 360, shadow, -1)
            cv2.ellipse(picture, (x, y), axes, 0, 0, 360, tone, -1)
    for _ in range(int(rng.integers(0, 5))):
        path = rng.uniform(-0.2, 1.2, (4, 2)) * (width, height)
        cv2.polylines(
            picture,
            [bezier(path).astype(np.int32)],
            False,
            _tone(rng, 5, 230),
            int(rng.integers(1, 6)),
            cv2.LINE_AA,
        )
    light = smooth_field(rng.uniform(0.45, 1.1, (4, 5)), (width, height))[..., None]
    soft = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(1.0, 3.0)))
    return np.asarray(np.clip(np.asarray(soft) * light, 0, 255), np.uint8)


def bezier(control_xy: NDArray[np.float64], steps: int = 40) -> NDArray[np.float64]:
    """Return points of a cubic Bézier curve, (steps, 2)."""
    t = np.linspace(0, 1, steps)[:, None]
    a, b, c, d = control_xy
    return np.asarray(
        (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
    )
