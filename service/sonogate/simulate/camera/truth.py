"""The truths of a photo: local maps, scalar figures, and the fidelity to the export."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.reference import FullReference, fit_tone, full_reference
from sonogate.simulate.camera.filters import Light, sample
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.jnd import retained_steps
from sonogate.simulate.camera.lens import (
    focus_vergence,
    motion_path,
    px_scale,
    spot_at_px,
    spot_px,
)
from sonogate.simulate.camera.merge import scatter_px2
from sonogate.simulate.camera.raw import RawPicture, path_on_screen
from sonogate.simulate.camera.response import mtf50
from sonogate.simulate.camera.scene import SceneLayers, layer_coordinates
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.values import Export, PhotoMaps
from sonogate.types import FloatArray, PixelArray

CELL_COLUMNS = 32
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_WHITE_CD_M2 = 250.0
_GLARE_LOSS = 0.2
_CONTENT_RANGE = 0.02
_MAX_OVERSAMPLING = 4


def cell_centres(export_size_wh: tuple[int, int]) -> tuple[FloatArray, tuple[int, int]]:
    """Return the centres (N, 2) of the maps' cells, and their rows and columns."""
    width, height = export_size_wh
    rows = max(round(CELL_COLUMNS * height / width), 4)
    x = (np.arange(CELL_COLUMNS) + 0.5) * width / CELL_COLUMNS - 0.5
    y = (np.arange(rows) + 0.5) * height / rows - 0.5
    return np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2), (rows, CELL_COLUMNS)


def scan_mask(export: Export) -> NDArray[np.bool_]:
    """Return the pixels of the scan area; of the whole export where it has none."""
    width, height = export.size_wh
    if export.scan_area_xy is None:
        return np.ones((height, width), bool)
    filled = np.zeros((height, width), np.uint8)
    cv2.fillPoly(filled, [np.rint(export.scan_area_xy).astype(np.int32)], 1)
    return np.asarray(filled, bool) if filled.any() else np.ones((height, width), bool)


def see_straight(pixels: PixelArray, geometry: Geometry, shift_px: float = 0.0) -> PixelArray:
    """Bring a photo onto the export's grid by the known geometry; black out of frame.

    Args:
        pixels: The photo.
        geometry: Where the screen is in this photo.
        shift_px: How far the panel's subpixels move luma along its rows, export pixels.
    """
    return np.asarray(straighten(pixels, geometry, shift_px), np.uint8)


def straighten(
    picture: NDArray[Any], geometry: Geometry, shift_px: float = 0.0, step_px: float = 1.0
) -> NDArray[Any]:
    """Bring a picture onto the export's grid; 0 out of frame.

    Args:
        picture: (h, w) or (h, w, 3), any depth.
        geometry: Where the screen is in the photo.
        shift_px: How far to look along the rows, export pixels.
        step_px: Photo pixels per pixel of the picture.
    """
    width, height = geometry.export_size_wh
    points = np.array([[width / 2, height / 2]])
    density = float(np.linalg.norm(geometry.jacobian(points)[0], axis=0).max())
    finer = int(np.clip(np.ceil(density), 1, _MAX_OVERSAMPLING))
    x = (np.arange(width * finer) + 0.5) / finer - 0.5 + shift_px
    y = (np.arange(height * finer) + 0.5) / finer - 0.5
    columns, rows = geometry.photo_maps(x, y)
    if step_px != 1.0:
        half = np.float32(0.5)
        columns, rows = ((at + half) / np.float32(step_px) - half for at in (columns, rows))
    fine = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    if finer > 1:
        fine = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(fine)


def true_fidelity(
    export: Export, pixels: PixelArray, geometry: Geometry, shift_px: float
) -> tuple[FullReference, FullReference]:
    """Compare a photo with its export over the scan area: as captured, and tone-fitted."""
    mask = scan_mask(export)
    straight = see_straight(pixels, geometry, shift_px)
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    rim = 96
    # Nothing beyond the metrics' reach around the scan area matters.
    part = (
        slice(max(int(ys[0]) - rim, 0), int(ys[-1]) + rim),
        slice(max(int(xs[0]) - rim, 0), int(xs[-1]) + rim),
    )
    wanted, got, mask = export.pixels[part], straight[part], mask[part]
    fitted = fit_tone(wanted, got, mask)
    return full_reference(wanted, got, mask), full_reference(wanted, fitted, mask)


def make_maps(setup: CameraSetup, layers: SceneLayers, raw: RawPicture) -> PhotoMaps:
    """Return the local truths over cells of the display."""
    geometry = setup.geometry
    centres, shape = cell_centres(geometry.export_size_wh)
    seen = geometry.to_photo(centres)
    path = path_on_screen(geometry, motion_path(setup.lens, px_scale(geometry.photo_size_wh)))
    sharpness = mtf50(
        setup.panel,
        geometry,
        centres,
        spot_at_px(setup.lens, geometry, centres, setup.phone.zoom),
        setup.phone.zoom,
        path,
        scatter_px2(setup),
    )
    density = np.linalg.svd(geometry.jacobian(centres), compute_uv=False)[:, 1]
    step = geometry.photo_size_wh[0] / raw.stray.shape[1]
    mirror_step = geometry.photo_size_wh[0] / (layers.around.shape[1] / 2.0)
    reflection = 100.0 * _look(layers.mirror @ _LUMA, seen, mirror_step)
    glass = 100.0 * _look(np.asarray(layers.glass @ _LUMA), seen, layers.step_px)
    stray = 100.0 * _look(raw.stray @ _LUMA, seen, step)
    width, height = geometry.photo_size_wh
    out = (seen < -0.5).any(axis=1) | (seen[:, 0] > width - 0.5) | (seen[:, 1] > height - 0.5)
    hidden = out.astype(np.float64)
    if layers.front_cover is not None:
        hidden = np.maximum(hidden, _look(layers.front_cover, seen, layers.step_px))
    clipped = _look(raw.clipped, seen, 2.0 * raw.step_px)
    values = (
        density,
        sharpness.min(axis=1),
        reflection,
        np.maximum(glass - reflection, 0) + stray,
        clipped,
        hidden,
    )
    return PhotoMaps(*(np.asarray(value.reshape(shape), np.float32) for value in values))


def _look(layer: Light, seen_xy: FloatArray, step_px: float) -> FloatArray:
    place = layer_coordinates(seen_xy, step_px).astype(np.float32)
    plane = np.ascontiguousarray(layer, np.float32)
    looked = sample(plane, place[None, :, 0], place[None, :, 1])
    return np.asarray(looked[0], np.float64)


def scan_cells(export: Export, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the cells of which at least half is scan area; all where none is."""
    mask = scan_mask(export).astype(np.float32)
    share = cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(share >= 0.5) if bool((share >= 0.5).any()) else np.ones(shape, bool)


def make_figures(
    export: Export, setup: CameraSetup, raw: RawPicture, maps: PhotoMaps
) -> dict[str, float]:
    """Return the scalar truths over the scan area; the data card names their units."""
    cells = scan_cells(export, maps.sampling.shape)
    geometry, lens = setup.geometry, setup.lens
    scale = px_scale(geometry.photo_size_wh)
    path = motion_path(lens, scale)
    on_screen = path_on_screen(geometry, path)
    ends = on_screen[-1] - on_screen[0]
    sensor, frames = setup.sensor, setup.phone.frames
    grey = 0.18
    centres, _ = cell_centres(geometry.export_size_wh)
    spots = spot_at_px(lens, geometry, centres, setup.phone.zoom)[cells.ravel()]
    return {
        "sampling_px": float(maps.sampling[cells].min()),
        "mtf50_cpx": float(np.median(maps.mtf50[cells])),
        "blur_px": spot_px(lens, geometry.photo_size_wh, setup.phone.zoom),
        "blur_least_px": float(spots.min()),
        "blur_most_px": float(spots.max()),
        "focus_mm": 1.0 / focus_vergence(lens, geometry),
        "motion_px": float(lens.motion_px * scale),
        "motion_export_px": float(np.hypot(*ends)),
        "motion_screen_deg": float(np.degrees(np.arctan2(ends[1], ends[0])) % 180.0),
        "reflection_mean_pct": float(maps.reflection[cells].mean()),
        "reflection_peak_pct": float(maps.reflection[cells].max()),
        "glare_pct": glare_pct(export, setup, maps, cells),
        "veil_pct": float(np.median(maps.veil[cells])),
        "clipped_pct": 100.0 * float(maps.clipped[cells].mean()),
        "occluded_pct": 100.0 * float(maps.occluded[cells].mean()),
        "exposure": raw.exposure,
        "frames": float(frames),
        "noise_variance": (sensor.shot * grey + sensor.read) / frames,
        "noise_shot": sensor.shot / frames,
        "noise_read": sensor.read / frames,
        "room_level": setup.room.level,
        "zoom": setup.phone.zoom,
        "jpeg_quality": float(
            setup.encoding.quality
            if setup.encoding.messenger is None
            else setup.encoding.messenger[1]
        ),
    }


def glare_pct(
    export: Export, setup: CameraSetup, maps: PhotoMaps, cells: NDArray[np.bool_]
) -> float:
    """Return the % of the scan's content that reflections rob of over a fifth of its grey steps.

    Content is a cell whose light spans at least 2% of white; steps are JNDs on a display of
    250 cd/m² (DICOM PS3.14), counted between the cell's 5th and 95th percentile.
    """
    rows, columns = maps.reflection.shape
    width, height = export.size_wh
    light = (export.pixels.max(axis=2) / 255.0) ** setup.panel.gamma + 1.0 / setup.panel.contrast
    tall, wide = max(height // rows, 1), max(width // columns, 1)
    cut = light[: min(tall * rows, height), : min(wide * columns, width)]
    blocks = cut.reshape(rows, tall, columns, wide).swapaxes(1, 2).reshape(rows, columns, -1)
    low, high = np.percentile(blocks, (5, 95), axis=2)
    content = cells & (high - low > _CONTENT_RANGE)
    if not content.any():
        return 0.0
    added = maps.reflection / 100.0
    kept = retained_steps(low * _WHITE_CD_M2, high * _WHITE_CD_M2, added * _WHITE_CD_M2)
    return 100.0 * float((kept[content] < 1.0 - _GLARE_LOSS).mean())
