"""The ``fast`` profile: the same scene, light and lens, sampled without subpixels or mosaic."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import enlarge, gaussian, sample
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.lens import (
    blur,
    direct_share,
    motion_path,
    px_scale,
    spot_px,
    stray_light,
    vignette,
)
from sonogate.simulate.camera.panel import emit, pwm_bands
from sonogate.simulate.camera.phone import meter, render, sharpen
from sonogate.simulate.camera.scene import SceneLayers
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import (
    EncodingSetup,
    LensSetup,
    PanelSetup,
    PhoneSetup,
    SensorSetup,
)
from sonogate.types import PixelArray


def screen_cover(
    geometry: Geometry,
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
    step_px: float = 1.0,
) -> NDArray[np.float32]:
    """Return the display's cover 0–1 at lattice points, box-filtered over one of them."""
    width, height = geometry.export_size_wh
    middle = np.array([[width / 2, height / 2]])
    density = np.linalg.norm(geometry.jacobian(middle)[0], axis=0) / step_px
    across = np.minimum(columns + np.float32(0.5), np.float32(width - 0.5) - columns)
    down = np.minimum(rows + np.float32(0.5), np.float32(height - 0.5) - rows)
    inside = np.minimum(across * np.float32(density[0]), down * np.float32(density[1]))
    return np.asarray(np.clip(inside + np.float32(0.5), 0, 1), np.float32)


def compose(
    export_pixels: PixelArray,
    panel: PanelSetup,
    geometry: Geometry,
    layers: SceneLayers,
) -> NDArray[np.float32]:
    """Put the panel's light into the scene, at the layers' resolution, before the lens."""
    step = layers.step_px
    height = layers.around.shape[0]
    columns, rows = layers.columns, layers.rows
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (np.array(geometry.export_size_wh) - 1.0)
    density = np.linalg.norm(geometry.jacobian(corners), axis=1) / step
    scale = min(1.1 * float(density.max()), 1.0)
    emitted = emit(export_pixels, panel, geometry, scale)
    kx = np.float32(emitted.shape[1] / geometry.export_size_wh[0])
    ky = np.float32(emitted.shape[0] / geometry.export_size_wh[1])
    half = np.float32(0.5)
    seen = sample(emitted, (columns + half) * kx - half, (rows + half) * ky - half)
    if panel.pwm_depth > 0:
        seen *= pwm_bands(panel, np.arange(height, dtype=np.float64) * step, round(height * step))[
            :, None, None
        ]
    cover = screen_cover(geometry, columns, rows, step)[..., None]
    seen += layers.glass
    seen -= layers.around
    seen *= cover
    seen += layers.around
    light = seen
    if layers.front is not None and layers.front_cover is not None:
        light = light * (1 - layers.front_cover[..., None]) + layers.front
    return np.asarray(light, np.float32)


def expose(
    seed: int, light: NDArray[np.float32], lens: LensSetup, sensor: SensorSetup, phone: PhoneSetup
) -> NDArray[np.float32]:
    """Send light through lens and sensor, without a mosaic: (h, w, 3) linear, 0–1."""
    size = light.shape[1], light.shape[0]
    scale = px_scale(size)
    added = stray_light(light, lens)
    light = blur(light, spot_px(lens, size), motion_path(lens, scale))
    light = light * np.float32(direct_share(lens))
    light += enlarge(added, size)
    exposure = np.sqrt(sensor.exposure * meter(light))
    light *= vignette(lens, size)[..., None] * np.float32(exposure)
    rng = stage_rng(seed, "noise")
    shot, read = sensor.shot / phone.frames, sensor.read / phone.frames
    spread = np.sqrt(np.clip(light, 0, 1) * np.float32(shot) + np.float32(read))
    # Demosaicking and denoising leave grains a little larger than a pixel.
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    noise *= np.asarray([sensor.wb_red**0.5, 1.0, sensor.wb_blue**0.5], np.float32)
    if phone.denoise > 0.3:
        noise = gaussian(noise, 0.5 + 0.3 * phone.denoise)
    light += spread * noise
    return np.asarray(np.clip(light, 0, 1), np.float32)


def develop(light: NDArray[np.float32], phone: PhoneSetup, encoding: EncodingSetup) -> PixelArray:
    """Render, sharpen, and send through the JPEG codec."""
    pixels = sharpen(render(light, phone), phone.sharpen, phone.sharpen_px)
    quality = encoding.quality if encoding.messenger is None else encoding.messenger[1]
    sampling = (
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
        if encoding.subsampling_420
        else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    )
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], options)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
