"""A camera on an optical bench: everything that a test does not ask about is switched off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.geometry import place
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.camera.raw import RawPicture, read_sensor
from sonogate.simulate.camera.scene import draw_scene
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.values import Export
from sonogate.types import PixelArray


def bench_setup(
    export_size_wh: tuple[int, int],
    photo_size_wh: tuple[int, int],
    sampling: float,
    blur_px: float,
    roll_deg: float = 0.0,
    tilt_deg: float = 0.0,
    k1: float = 0.0,
) -> CameraSetup:
    """Return a dark room, a clean panel, a still hand, a noiseless sensor.

    ``sampling`` is photo pixels per export pixel, ``blur_px`` photo pixels.
    """
    setup = draw_setup(1, PRESETS["quality"], export_size_wh, photo_size_wh)
    geometry = place(
        export_size_wh,
        photo_size_wh,
        0.25,
        1.2 * max(photo_size_wh),
        tilt_deg,
        20.0,
        roll_deg,
        1.0,
        (0.5, 0.5),
    )
    density = np.linalg.norm(geometry.jacobian(np.array([[0.5, 0.5]]) * export_size_wh)[0], axis=0)
    geometry = place(
        export_size_wh,
        photo_size_wh,
        0.25,
        1.2 * max(photo_size_wh),
        tilt_deg,
        20.0,
        roll_deg,
        sampling / float(density.mean()),
        (0.5, 0.5),
        k1,
    )
    scale = max(photo_size_wh) / 4000.0
    return replace(
        setup,
        geometry=geometry,
        panel=replace(
            setup.panel,
            pitch_mm=0.25,
            gamma=2.2,
            contrast=1e6,
            white_rgb=(1.0, 1.0, 1.0),
            off_axis=0.0,
            off_axis_gamma=0.0,
            backlight=np.ones((3, 4)),
            subpixels="rgb",
            aperture_wh=(0.8, 0.85),
            pwm_depth=0.0,
            matte=False,
            reflectance=0.0,
            roughness_deg=0.0,
            haze=0.0,
            smudge=0.0,
            dust=0,
        ),
        room=replace(setup.room, level=0.0, lamps=(), neighbours=(), occluders=(), backdrop="wall"),
        lens=replace(
            setup.lens,
            blur_px=float(np.sqrt(max(blur_px**2 - 0.45**2, 0.0))) / scale,
            aperture_mm=0.0,
            motion_px=0.0,
            vignetting=0.0,
            flare=0.0,
            bloom=0.0,
            smear=0.0,
        ),
        sensor=replace(
            setup.sensor, cfa="bayer", shot=0.0, read=0.0, wb_red=1.0, wb_blue=1.0, crosstalk=0.0
        ),
        phone=replace(
            setup.phone,
            frames=1,
            residual_px=0.0,
            ghost_px=0.0,
            zoom=1.0,
            local_tone=0.0,
            auto_tone=0.0,
            denoise=0.0,
            sharpen=0.0,
            white_rgb=(1.0,) * 3,
        ),
        encoding=replace(setup.encoding, messenger=None, format="jpeg", orientation=1),
    )


def read_bench(pixels: PixelArray, setup: CameraSetup, subpixels: bool = True) -> RawPicture:
    """Photograph a picture on the bench and return the sensor's reading."""
    layers = draw_scene(
        setup.seed,
        setup.room,
        setup.panel,
        setup.housing,
        setup.lens,
        setup.geometry,
        Scenery(),
        2.0,
    )
    return read_sensor(pixels, setup, layers, subpixels)


def bench_export(pixels: PixelArray) -> Export:
    """Return a picture as an export without texts."""
    return Export(
        pixels=pixels,
        shows="ultrasound",
        family="bench",
        content_id="bench",
        texts=(),
        scan_area_xy=None,
        px_per_cm=None,
        seed=0,
    )
