"""The scene around the screen's own light, layer by layer, at a working resolution."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.backdrop import draw_backdrop
from sonogate.simulate.camera.filters import gaussian, shrink, to_linear
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.housing import draw_housing_canvas
from sonogate.simulate.camera.lens import px_scale
from sonogate.simulate.camera.light import reflect_room
from sonogate.simulate.camera.neighbours import draw_neighbour
from sonogate.simulate.camera.occluders import draw_occluders
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import HousingSetup, LensSetup, PanelSetup, RoomSetup
from sonogate.types import FloatArray, PixelArray

_REFLECTION_STEP = 2
_MAX_CANVAS_PX = 2600.0
_SMALL_LONG_SIDE = 320


@dataclass(frozen=True, slots=True, eq=False)
class SceneLayers:
    """Light of a scene, units of screen white, before the lens blurs it.

    Attributes:
        around: (h, w, 3) float32, all but the screen's own light: room, bezel, and what the
            glass reflects there.
        glass: (h, w, 3) float32, reflection and veil that the screen's glass adds.
        front: (h, w, 3) float32, light of what is in front times its cover.
        front_cover: (h, w) float32, cover 0–1 of what is in front; None where nothing is.
        mirror: Coarse (rows, columns, 3) float32, the specular part of ``glass`` alone.
        columns: (h, w) float32, export x seen at each pixel of the layers.
        rows: (h, w) float32, export y.
        step_px: Photo pixels per pixel of the layers.
    """

    around: NDArray[np.float32]
    glass: NDArray[np.float32]
    front: NDArray[np.float32] | None
    front_cover: NDArray[np.float32] | None
    mirror: NDArray[np.float32]
    columns: NDArray[np.float32]
    rows: NDArray[np.float32]
    step_px: float


def layer_coordinates(points_xy: FloatArray, step_px: float) -> FloatArray:
    """Map photo pixels to pixels of layers that are ``step_px`` coarser."""
    return np.asarray((points_xy + 0.5) / step_px - 0.5)


def coarsen(layers: SceneLayers, geometry: Geometry) -> SceneLayers:
    """Return the layers at a few hundred pixels, for metering and stray light."""
    factor = max(max(layers.around.shape[:2]) / _SMALL_LONG_SIDE, 1.0)
    size = (round(layers.around.shape[1] / factor), round(layers.around.shape[0] / factor))
    step = geometry.photo_size_wh[0] / size[0]
    columns, rows = geometry.export_maps(size, step, ((step - 1) / 2,) * 2)
    return SceneLayers(
        around=shrink(layers.around, size),
        glass=shrink(layers.glass, size),
        front=None if layers.front is None else shrink(layers.front, size),
        front_cover=None if layers.front_cover is None else shrink(layers.front_cover, size),
        mirror=layers.mirror,
        columns=columns,
        rows=rows,
        step_px=step,
    )


def draw_scene(
    seed: int,
    room: RoomSetup,
    panel: PanelSetup,
    housing: HousingSetup,
    lens: LensSetup,
    geometry: Geometry,
    scenery: Scenery,
    step_px: float,
) -> SceneLayers:
    """Draw everything but the panel's own light.

    Args:
        seed: The photo's seed.
        room: Room.
        panel: Panel (its glass).
        housing: Housing.
        lens: Lens (the background's defocus).
        geometry: Where the screen is.
        scenery: Pictures of rooms.
        step_px: Photo pixels per pixel of the layers.
    """
    width, height = geometry.photo_size_wh
    size = (round(width / step_px), round(height / step_px))
    white = np.asarray(room.rgb, np.float32) * np.float32(room.level)
    rear_blur = lens.rear_blur_px * px_scale(geometry.photo_size_wh) / step_px
    around = draw_backdrop(seed, room, scenery, size, rear_blur) * white
    corners = layer_coordinates(geometry.corners_xy, step_px)
    for number, kind in enumerate(room.neighbours):
        draw_neighbour(seed, number, kind, around, corners, white, scenery)
    start = ((step_px - 1) / 2,) * 2
    columns, rows = geometry.export_maps(size, step_px, start)
    glass, mirror = _reflection(seed, room, panel, geometry, scenery, size, step_px)
    _mount(seed, around, housing, geometry, white, glass, columns, rows, step_px)
    if panel.dust:
        _dust(seed, panel.dust, glass, room.level, corners)
    front = cover = None
    if room.occluders:
        level = white + np.float32(0.04)
        front, cover = draw_occluders(seed, room.occluders, size, corners, level)
        soft = max(float(np.ptp(corners, axis=0).max()) * 0.004, 0.4)
        front, cover = gaussian(front, soft), gaussian(cover, soft)
    return SceneLayers(around, glass, front, cover, mirror, columns, rows, step_px)


def _reflection(
    seed: int,
    room: RoomSetup,
    panel: PanelSetup,
    geometry: Geometry,
    scenery: Scenery,
    size_wh: tuple[int, int],
    step_px: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    # The mirror image lies far behind the glass, out of focus: half the resolution will do.
    coarse = _REFLECTION_STEP * step_px
    coarse_size = (size_wh[0] // _REFLECTION_STEP + 1, size_wh[1] // _REFLECTION_STEP + 1)
    start = ((coarse - 1) / 2,) * 2
    columns, rows = geometry.export_maps(coarse_size, coarse, start)
    mirror, scatter = reflect_room(seed, room, panel, geometry, scenery, columns, rows)
    full = cv2.resize(
        mirror + scatter[..., None] * np.asarray(room.rgb, np.float32),
        (coarse_size[0] * _REFLECTION_STEP, coarse_size[1] * _REFLECTION_STEP),
        interpolation=cv2.INTER_LINEAR,
    )
    return np.ascontiguousarray(full[: size_wh[1], : size_wh[0]], np.float32), mirror


def _mount(
    seed: int,
    around: NDArray[np.float32],
    housing: HousingSetup,
    geometry: Geometry,
    white: NDArray[np.float32],
    glass: NDArray[np.float32],
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
    step_px: float,
) -> None:
    """Lay the housing over the scene, in place."""
    rng = stage_rng(seed, "mount")
    width, height = geometry.export_size_wh
    pitch = geometry.pitch_mm
    active = (width * pitch, height * pitch)
    density = np.linalg.norm(geometry.jacobian(np.array([[width / 2, height / 2]]))[0], axis=0)
    px_per_mm = 1.15 * float(density.max()) / (pitch * step_px)
    px_per_mm = min(px_per_mm, _MAX_CANVAS_PX / max(active))
    canvas = draw_housing_canvas(seed, housing, active, px_per_mm)
    scale = np.float32(pitch * px_per_mm)
    x = (columns - np.float32((width - 1) / 2)) * scale - np.float32(
        canvas.left_mm * px_per_mm + 0.5
    )
    y = (rows - np.float32((height - 1) / 2)) * scale - np.float32(canvas.top_mm * px_per_mm + 0.5)
    seen: PixelArray = np.asarray(
        cv2.remap(canvas.pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.uint8
    )
    cover = seen[..., 3:].astype(np.float32) * np.float32(1 / 255)
    # Light falls from above, stronger on one side.
    slope = rng.uniform(-0.35, 0.35, 2) - np.array([0.0, 0.15])
    shade = 1 + np.float32(slope[0] / width) * (columns - width / 2)
    shade = shade + np.float32(slope[1] / height) * (rows - height / 2)
    shade = np.clip(shade, 0.4, 1.6)[..., None]
    plastic = to_linear(np.ascontiguousarray(seen[..., :3])) * (white * shade)
    plastic += np.float32(housing.glossy) * glass
    around *= 1 - cover
    around += cover * plastic


def _dust(
    seed: int, grains: int, glass: NDArray[np.float32], level: float, corners_xy: FloatArray
) -> None:
    rng = stage_rng(seed, "dust")
    unit = float(np.ptp(corners_xy, axis=0).max())
    for weights in rng.dirichlet((1.0, 1.0, 1.0, 1.0), grains):
        x, y = weights @ corners_xy
        column, row = round(float(x)), round(float(y))
        if 0 <= column < glass.shape[1] and 0 <= row < glass.shape[0]:
            strength = float(rng.uniform(0.02, 0.35)) * level * min(unit / 1500, 1.0)
            glass[row : row + 2, column : column + 2] += np.float32(strength)
