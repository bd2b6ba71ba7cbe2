"""The room's light on the glass: mirror image of the room, lamps, veil, smudges."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import Light, gaussian, sample
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import LampSetup, PanelSetup, RoomSetup

_HALF_EDGE_DEG = 0.15
_PERSON_ALBEDO = 0.25


def mirror_angles(
    geometry: Geometry, columns: NDArray[np.float32], rows: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return where the glass mirrors to, seen from the screen.

    Args:
        geometry: Where the screen is.
        columns: Export x of each point of the glass.
        rows: Export y.

    Returns:
        Azimuth and elevation of the mirrored ray from the screen's normal in degrees, and
        the cosine of the viewing angle.
    """
    width, height = geometry.export_size_wh
    camera = -geometry.rotation.T @ geometry.centre_mm
    pitch = np.float32(geometry.pitch_mm)
    dx = (columns - np.float32((width - 1) / 2)) * pitch - np.float32(camera[0])
    dy = (rows - np.float32((height - 1) / 2)) * pitch - np.float32(camera[1])
    dz = np.float32(-camera[2])
    flat = cv2.sqrt(dx * dx + dz * dz)
    azimuth = cv2.phase(np.full_like(dx, dz), dx, angleInDegrees=True)
    azimuth = np.where(azimuth > 180, azimuth - 360, azimuth)
    elevation = -cv2.phase(flat, dy, angleInDegrees=True)
    elevation = np.where(elevation < -180, elevation + 360, elevation)
    cosine = dz / cv2.sqrt(flat * flat + dy * dy)
    return (
        np.asarray(azimuth, np.float32),
        np.asarray(elevation, np.float32),
        np.asarray(cosine, np.float32),
    )


def fresnel(reflectance: float, cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return Schlick's approximation of the specular reflectance."""
    base = np.float32(reflectance)
    return np.asarray(base + (1 - base) * np.clip(1 - cosine, 0, 1) ** 5, np.float32)


def reflect_room(
    seed: int,
    room: RoomSetup,
    panel: PanelSetup,
    geometry: Geometry,
    scenery: Scenery,
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
) -> tuple[Light, Light]:
    """Return the light that the glass adds, units of screen white.

    Returns:
        The mirror image of the room (environment map and lamps, dimmed where the
        photographer stands) times the Fresnel reflectance, (h, w, 3) float32; and what
        surface, smudges and film scatter, (h, w) float32, of the room light's colour.
    """
    azimuth, elevation, cosine = mirror_angles(geometry, columns, rows)
    number, yaw = room.environment
    environment = scenery.environment(number)
    height, width = environment.shape[:2]
    blur = panel.roughness_deg / 360.0 * width
    if blur > 0.4:
        environment = gaussian(environment, blur)
    mirrored = sample(
        environment,
        np.mod((azimuth + np.float32(yaw)) * np.float32(width / 360), np.float32(width - 1)),
        (np.float32(0.5) - elevation * np.float32(1 / 180)) * np.float32(height),
    )
    mirrored *= np.float32(room.level) * np.asarray(room.rgb, np.float32)
    for lamp in room.lamps:
        _add_lamp(mirrored, lamp, panel.roughness_deg, azimuth, elevation)
    _stand_before(seed, mirrored, room, panel, geometry, azimuth, elevation)
    mirrored *= fresnel(panel.reflectance, cosine)[..., None]
    scatter = np.full(columns.shape, panel.haze, np.float32)
    if panel.smudge > 0:
        scatter += _smudges(seed, panel, geometry, columns, rows)
    lamp_light = sum(
        lamp.radiance * lamp.size_deg[0] * lamp.size_deg[1] / 2e4 for lamp in room.lamps
    )
    return mirrored, np.asarray(scatter * np.float32(room.level + lamp_light), np.float32)


def _edge(distance: NDArray[np.float32], soft: float) -> NDArray[np.float32]:
    """Return 1 well inside (distance < 0), 0 outside, over a soft edge."""
    return np.asarray(np.clip(np.float32(0.5) - distance * np.float32(0.5 / soft), 0, 1))


def _add_lamp(
    light: NDArray[np.float32],
    lamp: LampSetup,
    roughness_deg: float,
    azimuth: NDArray[np.float32],
    elevation: NDArray[np.float32],
) -> None:
    turn = np.radians(lamp.turn_deg)
    dx, dy = azimuth - np.float32(lamp.towards_deg[0]), elevation - np.float32(lamp.towards_deg[1])
    x = np.abs(dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn)))
    y = np.abs(dy * np.float32(np.cos(turn)) - dx * np.float32(np.sin(turn)))
    soft = _HALF_EDGE_DEG + 1.6 * roughness_deg
    half_w, half_h = lamp.size_deg[0] / 2, lamp.size_deg[1] / 2
    if lamp.panes == (0, 0):
        shape = _edge(np.sqrt(x * x + y * y) - np.float32(half_w), soft)
    else:
        shape = _edge(x - np.float32(half_w), soft) * _edge(y - np.float32(half_h), soft)
        if roughness_deg < 1.0:
            for along, half, panes in ((x, half_w, lamp.panes[0]), (y, half_h, lamp.panes[1])):
                if panes > 1:
                    place = np.mod(along + np.float32(half), np.float32(2 * half / panes))
                    near = np.minimum(place, np.float32(2 * half / panes) - place)
                    shape = shape * (1 - _edge(near - np.float32(0.5), soft))
    # A rough surface spreads the same light over a larger patch.
    kept = half_w * half_h / ((half_w + 0.5 * roughness_deg) * (half_h + 0.5 * roughness_deg))
    light += (shape * np.float32(lamp.radiance * kept))[..., None] * np.asarray(
        lamp.rgb, np.float32
    )


def _stand_before(
    seed: int,
    light: NDArray[np.float32],
    room: RoomSetup,
    panel: PanelSetup,
    geometry: Geometry,
    azimuth: NDArray[np.float32],
    elevation: NDArray[np.float32],
) -> None:
    """Put the photographer's dark shape into the mirror image."""
    rng = stage_rng(seed, "photographer")
    camera = -geometry.rotation.T @ geometry.centre_mm
    own_azimuth = float(np.degrees(np.arctan2(camera[0], -camera[2])))
    own_elevation = float(np.degrees(np.arctan2(-camera[1], np.hypot(camera[0], camera[2]))))
    reach = 60.0 / max(float(np.linalg.norm(camera)) / 400.0, 0.5)
    dx = azimuth - np.float32(own_azimuth + rng.normal(0, 3))
    dy = elevation - np.float32(own_elevation + rng.uniform(-2, 8))
    head = np.sqrt(
        (dx / np.float32(0.16 * reach)) ** 2
        + ((dy - np.float32(0.1 * reach)) / np.float32(0.22 * reach)) ** 2
    )
    body = np.sqrt(
        (dx / np.float32(0.5 * reach)) ** 2
        + ((dy + np.float32(0.75 * reach)) / np.float32(0.65 * reach)) ** 2
    )
    soft = 0.06 + 0.03 * panel.roughness_deg
    shape = _edge(np.minimum(head, body) - np.float32(1), soft)
    clothes = np.asarray(room.rgb) * rng.uniform(0.3, 1.2, 3) * _PERSON_ALBEDO
    light *= 1 - shape[..., None]
    light += shape[..., None] * (clothes * (0.6 * room.level) + 0.01).astype(np.float32)


def _smudges(
    seed: int,
    panel: PanelSetup,
    geometry: Geometry,
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the extra scatter of wiping marks and fingerprints."""
    rng = stage_rng(seed, "smudges")
    width, height = geometry.export_size_wh
    grid_w, grid_h = 256, max(round(256 * height / width), 16)
    field = rng.random((grid_h, grid_w), dtype=np.float32)
    streaks = gaussian(field, float(rng.uniform(6, 25)), 1.2)
    streaks = np.clip((streaks - streaks.mean()) / (streaks.std() + 1e-6) - 0.7, 0, 2.0)
    marks = np.zeros((grid_h, grid_w), np.float32)
    size = 8.0 / (geometry.pitch_mm * width) * grid_w
    for _ in range(int(rng.integers(0, 14))):
        place = (int(rng.integers(0, grid_w)), int(rng.integers(0, grid_h)))
        axes = (max(int(size), 1), max(int(size * 1.4), 1))
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(marks, place, axes, turn, 0, 360, float(rng.uniform(0.3, 1.5)), -1)
    marks = gaussian(marks, 1.0)
    strength = np.float32(0.012 * panel.smudge)
    half = np.float32(0.5)
    return sample(
        (streaks * np.float32(0.4) + marks) * strength,
        (columns + half) * np.float32(grid_w / width) - half,
        (rows + half) * np.float32(grid_h / height) - half,
    )
