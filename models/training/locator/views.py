"""Views of a stored photo: moved, turned and recoloured, and its truth moved with it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.network import GLARE_STRIDE_PX

OUTSIDE = 128
FINE = 4
Floats = NDArray[np.float32]


def moved(points: Floats, homography: NDArray[np.float64]) -> Floats:
    """Return points taken through a homography."""
    return cv2.perspectiveTransform(points[None].astype(np.float64), homography)[0].astype(
        np.float32
    )


def translation(x: float, y: float) -> NDArray[np.float64]:
    """Return a homography that shifts."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def far_view(
    rng: np.random.Generator, photo_wh: tuple[int, int], input_wh: tuple[int, int]
) -> NDArray[np.float64]:
    """Return photo → input: the whole photo, at times zoomed, turned or cropped."""
    (pw, ph), (w, h) = photo_wh, input_wh
    turn = 0.0
    chance = rng.random()
    if chance < 0.15:
        turn = float(rng.choice([90, 180, 270]))
    if rng.random() < 0.5:
        turn += rng.normal(0, 5)
    aw, ah = (ph, pw) if round(turn / 90) % 2 else (pw, ph)
    fit = min(w / aw, h / ah)
    cover = max(w / aw, h / ah)
    scale = fit
    if (aw >= ah) != (w >= h):
        # The wrong shape for this batch: crop rather than shrink, most times.
        scale = fit + (cover - fit) * rng.uniform(0.3, 1.0)
    if rng.random() < 0.5:
        scale *= float(2 ** rng.normal(0, 0.25))
    c, s = scale * np.cos(np.radians(turn)), scale * np.sin(np.radians(turn))
    rotate = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float64)
    slack = np.abs(np.array([w, h]) - scale * np.array([aw, ah])) / 2
    shift = np.zeros(2)
    if (aw >= ah) != (w >= h) or rng.random() < 0.4:
        shift = rng.uniform(-1, 1, 2) * (slack + 4)
    view = (
        translation(w / 2 - 0.5 + shift[0], h / 2 - 0.5 + shift[1])
        @ rotate
        @ translation(-(pw / 2 - 0.5), -(ph / 2 - 0.5))
    )
    if rng.random() < 0.4:
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        bent = corners + rng.normal(0, 0.04, (4, 2)).astype(np.float32) * (w, h)
        view = cv2.getPerspectiveTransform(corners, bent.astype(np.float32)) @ view
    return np.asarray(view, np.float64)


def close_view(
    rng: np.random.Generator, corners: Floats, input_wh: tuple[int, int]
) -> NDArray[np.float64]:
    """Return photo → input: the display about upright, as a first look would place it."""
    w, h = input_wh
    diagonal = float(np.linalg.norm(corners[2] - corners[0]))
    spread = float(10 ** rng.uniform(-2.5, -0.75))
    guess = corners + rng.normal(0, spread * diagonal, (4, 2)).astype(np.float32)
    share = rng.uniform(0.62, 0.8)
    turn = int(rng.choice([0, 1, 2, 3], p=[0.76, 0.08, 0.08, 0.08]))
    dw, dh = share * w / 2 * rng.uniform(0.85, 1.0), share * h / 2 * rng.uniform(0.85, 1.0)
    middle = np.array([w / 2 - 0.5, h / 2 - 0.5], np.float32)
    target = middle + np.array([[-dw, -dh], [dw, -dh], [dw, dh], [-dw, dh]], np.float32)
    return np.asarray(
        cv2.getPerspectiveTransform(guess, np.roll(target, turn, 0).astype(np.float32))
    )


def filling_view(
    rng: np.random.Generator, corners: Floats, input_wh: tuple[int, int]
) -> NDArray[np.float64]:
    """Return photo → input: so near that the display fills the frame or runs out of it."""
    w, h = input_wh
    extent = np.ptp(corners, axis=0)
    scale = float(min(np.array([w, h]) / extent)) * rng.uniform(1.0, 2.0)
    middle = (corners.min(0) + corners.max(0)) / 2
    shift = rng.uniform(-0.2, 0.2, 2) * extent * scale
    turn = np.radians(rng.normal(0, 3.0))
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    rotate = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float64)
    place = translation(w / 2 - 0.5 + shift[0], h / 2 - 0.5 + shift[1])
    return place @ rotate @ translation(-float(middle[0]), -float(middle[1]))


def recoloured(
    rng: np.random.Generator, picture: NDArray[np.uint8], inside: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return the view under other exposure, tint, blur and noise; a stroke may cover it."""
    if rng.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.6)))
    if rng.random() < 0.8:
        level = np.arange(256) / 255.0
        gamma, gain = 2 ** rng.normal(0, 0.35), 2 ** rng.normal(0, 0.3)
        black = rng.uniform(0, 0.12) if rng.random() < 0.2 else 0.0
        tint = 2 ** rng.normal(0, 0.1, 3)
        curve = black + (1 - black) * np.clip((level**gamma)[:, None] * gain * tint, 0, 1)
        picture = cv2.LUT(picture, (curve[:, None, :] * 255).astype(np.uint8))
    if rng.random() < 0.1:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
        picture = (grey + (picture.astype(np.int16) - grey) * rng.uniform(0, 1.0)).astype(np.uint8)
    if rng.random() < 0.3:
        grain = _grain(rng, picture.shape[:2]) * rng.uniform(1, 14)
        picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.08:
        # Somebody's hand, a cable, a sticker: truth stays where it was.
        h, w = picture.shape[:2]
        a, b = rng.random(2) * (w, h), rng.random(2) * (w, h)
        colour = rng.integers(0, 256, 3).tolist()
        picture = np.ascontiguousarray(picture)
        cv2.line(
            picture,
            tuple(a.astype(int).tolist()),
            tuple(b.astype(int).tolist()),
            colour,
            int(rng.integers(2, 22)),
            cv2.LINE_AA,
        )
    picture = picture.copy()
    picture[~inside] = OUTSIDE
    return picture


def even(rng: np.random.Generator, photo_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture of nothing: a wall, a lens held to something, one shade or two."""
    width, height = photo_wh
    shades = rng.integers(0, 256) + rng.normal(0, 15, (2, 2, 3)) * (rng.random() < 0.7)
    picture = cv2.resize(np.clip(shades, 0, 255), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(picture.round(), np.uint8)


_GRAIN = np.random.default_rng(7).standard_normal((700, 700, 3)).astype(np.float32)


def _grain(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    y, x = rng.integers(0, 700 - shape[0]), rng.integers(0, 700 - shape[1])
    return _GRAIN[y : y + shape[0], x : x + shape[1]]


def polygon_cover(
    polygon_xy: Floats, canvas_wh: tuple[int, int], stride: int, margin_px: int
) -> Floats:
    """Return how much of each canvas cell lies inside a polygon given in input pixels."""
    w, h = canvas_wh
    drawn = np.zeros((h // stride * FINE, w // stride * FINE), np.uint8)
    points = np.clip((polygon_xy + 0.5 + margin_px) / stride * FINE - 0.5, -4000, 4000)
    outline = [(points * 256).round().astype(np.int32)]
    # Filling takes the outline's own pixels in: half of each lies outside.
    cv2.fillPoly(drawn, outline, 255, cv2.LINE_8, 8)
    cv2.polylines(drawn, outline, isClosed=True, color=128, thickness=1, lineType=8, shift=8)
    cells = cv2.resize(drawn, (w // stride, h // stride), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.float32) / 255


def glare_cells(
    stored: NDArray[np.uint8],
    photo_wh: tuple[int, int],
    view: NDArray[np.float64],
    canvas_wh: tuple[int, int],
    margin_px: int,
) -> Floats:
    """Return the stored glare map seen in a view, on the canvas."""
    if not stored.any():
        return np.zeros(
            (canvas_wh[1] // GLARE_STRIDE_PX, canvas_wh[0] // GLARE_STRIDE_PX), np.float32
        )
    h, w = stored.shape
    up = np.diag([photo_wh[0] / w, photo_wh[1] / h, 1.0])
    down = np.diag([1 / GLARE_STRIDE_PX, 1 / GLARE_STRIDE_PX, 1.0]) @ translation(
        margin_px, margin_px
    )
    half = translation(0.5, 0.5)
    cells = translation(-0.5, -0.5) @ down @ view @ up @ half
    size = canvas_wh[0] // GLARE_STRIDE_PX, canvas_wh[1] // GLARE_STRIDE_PX
    warped = cv2.warpPerspective(stored, cells, size).astype(np.float32) / 255
    return np.clip(warped * 2, 0, 1)
