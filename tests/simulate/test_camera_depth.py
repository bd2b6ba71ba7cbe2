"""Defocus follows the depth of a tilted screen, and the truth follows the defocus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.simulate.camera_bench import bench_export, bench_setup, read_bench

from sonogate.simulate import Scenery
from sonogate.simulate.camera.lens import focus_vergence, spot_at_px
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.response import mtf50, variances
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.camera.subpixels import apertures
from sonogate.types import FloatArray

EXPORT_WH = (300, 220)
PHOTO_WH = (960, 720)
OPTICS_PX = 0.45


def _tilted(defocus_px: float, beyond: bool) -> CameraSetup:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.2, defocus_px, tilt_deg=35.0)
    lens = replace(setup.lens, aperture_mm=3.0, focus_beyond=beyond)
    return replace(setup, lens=lens, sensor=replace(setup.sensor, exposure=0.08))


def _circle_px(setup: CameraSetup, focal_mm: float, points_xy: FloatArray) -> FloatArray:
    """Return the circle of confusion by the Gaussian lens equation, photo pixels across."""
    geometry = setup.geometry
    centre = (np.array(EXPORT_WH) - 1.0) / 2.0
    flat = np.column_stack([(points_xy - centre) * geometry.pitch_mm, np.zeros(len(points_xy))])
    depth = (flat @ geometry.rotation.T + geometry.centre_mm)[:, 2]
    focus = 1.0 / focus_vergence(setup.lens, geometry)
    sensor_mm = 1.0 / (1.0 / focal_mm - 1.0 / focus)
    image_mm = 1.0 / (1.0 / focal_mm - 1.0 / depth)
    circle_mm = setup.lens.aperture_mm * np.abs(image_mm - sensor_mm) / image_mm
    return np.asarray(circle_mm * geometry.focal_px / sensor_mm)


@pytest.mark.parametrize("focal_mm", [4.0, 7.0])
@pytest.mark.parametrize("beyond", [True, False])
def test_the_spot_is_the_thin_lens_circle_of_confusion(focal_mm: float, beyond: bool) -> None:
    setup = _tilted(1.2, beyond)
    points = np.array([[5.0, 10.0], [150.0, 110.0], [290.0, 200.0]])
    circle = _circle_px(setup, focal_mm, points)
    # A uniform disc has a sixteenth of its squared diameter for variance.
    expected = np.sqrt(OPTICS_PX**2 + circle**2 / 16.0)
    assert spot_at_px(setup.lens, setup.geometry, points) == pytest.approx(expected, rel=1e-9)


def _half(frequency: FloatArray, transfer: FloatArray) -> float:
    first = int(np.argmax(transfer < 0.5))
    share = (transfer[first - 1] - 0.5) / (transfer[first - 1] - transfer[first])
    return float(frequency[first - 1] + share * (frequency[1] - frequency[0]))


@pytest.mark.parametrize("beyond", [True, False])
def test_measured_mtf50_follows_the_depth(beyond: bool) -> None:
    setup = _tilted(1.0, beyond)
    frequency = np.linspace(0, 1.5, 601)
    measured, expected = [], []
    for column in (30, 150, 270):
        pixels = np.zeros((EXPORT_WH[1], EXPORT_WH[0], 3), np.uint8)
        pixels[:, column] = 255
        raw = read_bench(pixels, setup)
        light = raw.mosaic[0::2, 1::2] / raw.exposure
        x, y = setup.geometry.export_maps(light.shape[::-1], 2.0, (1.0, 0.0))
        use = (np.abs(x - column) < 9) & (np.abs(y - 110) < 40)
        wave = np.exp(-2j * np.pi * frequency[:, None] * (x[use] - column)[None, :])
        transfer = np.abs(wave @ light[use].astype(np.float64))
        measured.append(_half(frequency, transfer / transfer[0]))
        point = np.array([[column, 110.0]])
        spot, pixel = variances(
            setup.geometry, point, spot_at_px(setup.lens, setup.geometry, point), 1.0
        )
        known = np.abs(np.sinc(apertures(setup.panel)[1][1] * frequency)) * np.exp(
            -2 * np.pi**2 * float((spot + pixel)[0, 0]) * frequency**2
        )
        expected.append(_half(frequency, known))
    assert measured == pytest.approx(expected, rel=0.02)
    # The side near the distance in focus is far sharper than the other.
    assert max(measured) > 1.5 * min(measured)


def test_the_map_of_mtf50_is_sharpest_at_the_distance_in_focus() -> None:
    export = bench_export(np.full((EXPORT_WH[1], EXPORT_WH[0], 3), 90, np.uint8))
    setup = _tilted(0.9, True)
    truth = take(export, setup, "full", Scenery(), fidelity=False).truth
    assert truth.maps is not None
    sharp = truth.maps.mtf50[truth.maps.mtf50.shape[0] // 2]
    columns = (np.arange(len(sharp)) + 0.5) * EXPORT_WH[0] / len(sharp)
    depth = setup.geometry.depth_mm(np.stack([columns, np.full(len(sharp), 110.0)], axis=1))
    best = float(depth[int(sharp.argmax())])
    assert best == pytest.approx(truth.figures["focus_mm"], rel=0.03)
    assert truth.figures["blur_least_px"] < truth.figures["blur_px"]
    assert truth.figures["blur_most_px"] > truth.figures["blur_px"]


def test_no_pupil_gives_one_defocus_at_every_depth() -> None:
    setup = _tilted(1.5, True)
    flat = replace(setup, lens=replace(setup.lens, aperture_mm=0.0))
    points = np.array([[0.0, 0.0], [299.0, 219.0]])
    assert np.ptp(spot_at_px(flat.lens, flat.geometry, points)) == 0.0
    assert np.ptp(spot_at_px(setup.lens, setup.geometry, points)) > 0.5
    assert mtf50(flat.panel, flat.geometry, points, 1.5, 1.0, np.zeros((1, 2))).shape == (2, 2)
