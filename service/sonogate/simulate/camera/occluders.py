"""What comes between the phone and the screen: fingers, cables, notes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.backdrop import bezier
from sonogate.simulate.camera.filters import gaussian
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.types import FloatArray

_SKINS = (
    (0.75, 0.50, 0.38),
    (0.60, 0.36, 0.25),
    (0.42, 0.24, 0.16),
    (0.22, 0.12, 0.08),
    (0.10, 0.055, 0.035),
)
_GLOVE = (0.25, 0.35, 0.75)


def draw_occluders(
    seed: int,
    kinds: tuple[str, ...],
    size_wh: tuple[int, int],
    screen_xy: FloatArray,
    level: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw occluders.

    Args:
        seed: The photo's seed.
        kinds: ``"finger"``, ``"cable"`` or ``"note"``.
        size_wh: Scene's size.
        screen_xy: (4, 2) the screen's corners in the scene.
        level: (3,) radiance of a white sheet there.

    Returns:
        Their light times their cover, (h, w, 3), and their cover 0–1, (h, w).
    """
    width, height = size_wh
    light = np.zeros((height, width, 3), np.float32)
    cover = np.zeros((height, width), np.float32)
    for number, kind in enumerate(kinds):
        rng = stage_rng(seed, f"occluder-{number}")
        part, tone = _draw(rng, kind, size_wh, screen_xy)
        light *= 1 - part[..., None]
        light += part[..., None] * tone * level
        cover = cover + part - cover * part
    return light, cover


def _draw(
    rng: np.random.Generator, kind: str, size_wh: tuple[int, int], screen_xy: FloatArray
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    unit = float(max(np.ptp(screen_xy, axis=0)))
    weights = rng.dirichlet((1.0, 1.0, 1.0, 1.0))
    target = np.asarray(weights @ screen_xy)
    if kind == "note":
        return _note(rng, size_wh, screen_xy, unit)
    if kind == "cable":
        ends = rng.uniform(-0.15, 1.15, (2, 2)) * size_wh
        ends[0, 1], ends[1, 1] = (1.1 * size_wh[1], rng.uniform(0.2, 1.2) * size_wh[1])
        path = np.array([ends[0], target + rng.normal(0, 0.25, 2) * unit, target, ends[1]])
        grey = rng.uniform(0.02, 0.7)
        return _tube(
            size_wh, bezier(path), unit * float(rng.uniform(0.006, 0.02)), np.full(3, grey)
        )
    # A finger or a thumb comes in from an edge of the photo or points at the screen.
    side = int(rng.integers(4))
    share = float(rng.uniform(0.1, 0.9))
    start = np.array(((share, 1.1), (-0.1, share), (1.1, share), (share, -0.1))[side]) * size_wh
    tip = start + (target - start) * float(rng.uniform(0.3, 0.9))
    skin = np.array(_GLOVE if rng.random() < 0.25 else _SKINS[int(rng.integers(len(_SKINS)))])
    bend = rng.normal(0, 0.05, (2, 2)) * unit
    path = np.array(
        [start, start + (tip - start) * 0.33 + bend[0], start + (tip - start) * 0.66 + bend[1], tip]
    )
    return _tube(size_wh, bezier(path), unit * float(rng.uniform(0.03, 0.08)), skin)


def _tube(
    size_wh: tuple[int, int], path_xy: FloatArray, radius_px: float, colour: FloatArray
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw a round tube along a path: cover and reflectance, shaded across."""
    width, height = size_wh
    cover = np.zeros((height, width), np.float32)
    shade = np.zeros((height, width), np.float32)
    points = [np.rint(path_xy * 16).astype(np.int32)]
    for step in range(6):
        share = 1 - step / 6
        thickness = max(round(2 * radius_px * share), 1)
        offset = np.rint(path_xy * 16 + 16 * radius_px * (1 - share) * np.array([-0.35, -0.5]))
        cv2.polylines(
            shade,
            [offset.astype(np.int32)],
            False,
            0.45 + 0.65 * (1 - share),
            thickness,
            cv2.LINE_AA,
            4,
        )
    cv2.polylines(cover, points, False, 1.0, max(round(2 * radius_px), 1), cv2.LINE_AA, 4)
    soft = max(radius_px * 0.22, 0.5)
    shade = gaussian(shade, soft)
    return cover, (shade[..., None] * colour.astype(np.float32)).astype(np.float32)


def _note(
    rng: np.random.Generator, size_wh: tuple[int, int], screen_xy: FloatArray, unit: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw a sticky note on an edge of the screen."""
    side = int(rng.integers(4))
    share = float(rng.uniform(0.1, 0.9))
    centre = screen_xy[side] + share * (screen_xy[(side + 1) % 4] - screen_xy[side])
    half = unit * float(rng.uniform(0.03, 0.09))
    corners = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * rng.uniform(0.7, 1.3, 2)
    lean = rng.normal(0, 0.2)
    corners = centre + corners @ np.array(
        [[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]]
    )
    cover = np.zeros((size_wh[1], size_wh[0]), np.float32)
    cv2.fillConvexPoly(cover, np.rint(corners * 16).astype(np.int32), 1.0, cv2.LINE_AA, 4)
    paper = np.array(
        ((0.85, 0.75, 0.15), (0.85, 0.85, 0.8), (0.8, 0.35, 0.45), (0.4, 0.75, 0.35))[
            int(rng.integers(4))
        ]
    )
    return cover, np.broadcast_to(paper.astype(np.float32), (*cover.shape, 3))
