"""Colour over the grey picture: flow, its power, and tissue stiffness."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.screens.bmode import sample
from sonogate.simulate.screens.geometry import View
from sonogate.simulate.screens.picture import Picture
from sonogate.simulate.screens.tissue import Tissue, smooth_noise
from sonogate.types import FloatArray, HeatArray, PixelArray

Rng = np.random.Generator
# Stops of colour scales from the bottom up, as RGB.
FLOW_SCALES = (
    (
        (90, 220, 255),
        (0, 90, 255),
        (0, 0, 120),
        (0, 0, 0),
        (120, 0, 0),
        (255, 40, 0),
        (255, 230, 60),
    ),
    (
        (0, 255, 220),
        (0, 120, 220),
        (10, 10, 90),
        (0, 0, 0),
        (90, 10, 10),
        (220, 60, 20),
        (255, 200, 0),
    ),
    (
        (180, 255, 255),
        (60, 60, 255),
        (20, 0, 100),
        (0, 0, 0),
        (110, 0, 30),
        (255, 0, 0),
        (255, 255, 180),
    ),
    ((0, 255, 0), (0, 60, 255), (0, 0, 110), (0, 0, 0), (130, 0, 0), (255, 60, 0), (255, 255, 0)),
)
POWER_SCALES = (
    ((0, 0, 0), (110, 10, 0), (220, 80, 0), (255, 180, 30), (255, 255, 150)),
    ((0, 0, 0), (80, 0, 90), (190, 30, 120), (255, 120, 120), (255, 230, 190)),
    ((0, 0, 0), (20, 60, 140), (60, 140, 220), (170, 220, 255), (255, 255, 255)),
)
STIFF_SCALES = (
    ((0, 0, 160), (0, 120, 255), (0, 220, 160), (160, 230, 0), (255, 180, 0), (230, 20, 0)),
    ((230, 20, 0), (255, 180, 0), (120, 220, 0), (0, 200, 180), (0, 60, 230)),
)


def scale_table(stops: tuple[tuple[int, int, int], ...], steps: int = 256) -> FloatArray:
    """Return (steps, 3) RGB between evenly spaced stops."""
    at = np.linspace(0, 1, len(stops))
    ramp = np.linspace(0, 1, steps)
    colours = np.array(stops, np.float64)
    return np.stack([np.interp(ramp, at, colours[:, c]) for c in range(3)], 1)


@dataclass(frozen=True, slots=True, eq=False)
class Coloured:
    """A picture with a coloured box.

    Attributes:
        picture: The picture.
        box_xy: Outline of the box, pixels of the patch.
        table: Colours of the scale from the top down, (N, 3) RGB.
    """

    picture: Picture
    box_xy: FloatArray
    table: FloatArray


def _box(rng: Rng, view: View) -> tuple[NDArray[np.bool_], FloatArray]:
    """Draw a box; return its pixels and its outline."""
    fan = view.fan
    first, last = sorted((float(rng.uniform(-0.75, -0.15)), float(rng.uniform(0.15, 0.75))))
    near, far = float(rng.uniform(0.12, 0.35)), float(rng.uniform(0.55, 0.9))
    lean = float(rng.choice([-0.3, 0.0, 0.3])) if fan.is_flat else 0.0
    slope = np.tan(lean) * fan.depth_cm / fan.half_width_cm / 2
    columns = view.columns - np.float32(slope) * (view.rows - np.float32((near + far) / 2))
    inside = (columns >= (first + 1) / 2) & (columns <= (last + 1) / 2)
    inside &= (view.rows >= near) & (view.rows <= far) & view.inside
    outline = fan.part_xz((near * fan.depth_cm, far * fan.depth_cm), (first, last))
    half = len(outline) // 2
    shift = 2 * slope * fan.half_width_cm * (far - near) / 2
    outline[:half, 0] -= shift
    outline[half:, 0] += shift
    return inside, view.place(outline)


def _velocities(rng: Rng, tissue: Tissue) -> HeatArray:
    """Return velocity on the beam grid; 0 where there is none, beyond ±1 it aliases."""
    flow = cv2.GaussianBlur(tissue.flow, (0, 0), 1.6)
    lean = np.float32(1) + np.float32(0.5) * smooth_noise(rng, tissue.shape, (3, 4))
    flow = np.asarray(flow * lean * np.float32(rng.uniform(0.8, 1.9)), np.float32)
    if np.mean(np.abs(flow) > 0.1) < 0.02 or rng.random() < 0.25:
        # Small vessels everywhere, as in a kidney or a node.
        cells = (int(rng.integers(18, 40)), int(rng.integers(14, 30)))
        twigs = smooth_noise(rng, tissue.shape, cells)
        near = smooth_noise(rng, tissue.shape, (3, 3))
        strength = np.maximum(np.abs(twigs) - (1.5 - 0.5 * near), 0)
        way = np.sign(smooth_noise(rng, tissue.shape, (9, 9)))
        flow = np.asarray(flow + strength * way * np.float32(0.8), np.float32)
    grain = smooth_noise(rng, tissue.shape, (tissue.shape[0] // 7, tissue.shape[1] // 6))
    return np.asarray(flow * (1 + np.float32(0.13) * grain), np.float32)


def _painted(
    picture: Picture, colours: PixelArray, where: NDArray[np.bool_], share: float
) -> PixelArray:
    pixels = picture.pixels.copy()
    if share >= 1.0:
        pixels[where] = colours[where]
        return pixels
    mixed = pixels[where] * (1 - share) + colours[where] * share
    pixels[where] = np.round(mixed).astype(np.uint8)
    return pixels


def colour_flow(rng: Rng, picture: Picture, *, power: bool) -> Coloured | None:
    """Add a box of colour or power Doppler; None for a picture without geometry."""
    if picture.view is None or picture.tissue is None:
        return None
    inside, outline = _box(rng, picture.view)
    speed = sample(_velocities(rng, picture.tissue), picture.view)
    level = np.abs(speed)
    if power:
        table = scale_table(POWER_SCALES[int(rng.integers(len(POWER_SCALES)))])
        index = np.clip(level * 255, 0, 255)
    else:
        table = scale_table(FLOW_SCALES[int(rng.integers(len(FLOW_SCALES)))])
        wrapped = np.mod(speed + 1, 2) - 1
        index = np.clip(wrapped * 127.5 + 127.5, 0, 255)
    steps = int(rng.choice([32, 64, 256]))
    index = np.floor(index / 256 * steps) * (255 / (steps - 1))
    colours = np.round(table[np.clip(index, 0, 255).astype(np.uint8)]).astype(np.uint8)
    where = inside & (level > 0.09)
    pixels = _painted(picture, colours, where, float(rng.choice([1.0, 1.0, 0.85])))
    return Coloured(replace(picture, pixels=pixels), outline, table[::-1])


def stiffness(rng: Rng, picture: Picture) -> Coloured | None:
    """Lay an elastography map over a box; None for a picture without geometry."""
    if picture.view is None or picture.tissue is None:
        return None
    inside, outline = _box(rng, picture.view)
    tissue = picture.tissue
    field = smooth_noise(rng, tissue.shape, (7, 7)) * 0.5
    field += 0.35 * smooth_noise(rng, tissue.shape, (22, 22))
    field -= cv2.GaussianBlur(tissue.level_db, (0, 0), 9) / np.float32(24)
    field = (field - field.mean()) / np.float32(field.std() + 1e-6)
    table = scale_table(STIFF_SCALES[int(rng.integers(len(STIFF_SCALES)))])
    value = sample(np.asarray(field, np.float32), picture.view)
    index = np.clip(110 + value * 52, 0, 255).astype(np.uint8)
    colours = np.round(table[index]).astype(np.uint8)
    pixels = _painted(picture, colours, inside, float(rng.uniform(0.35, 0.75)))
    return Coloured(replace(picture, pixels=pixels), outline, table[::-1])
