"""What physics demands of the simulated camera, measured on what it renders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.simulate.camera_bench import bench_setup, read_bench

from sonogate.simulate.camera.develop import develop_raw
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.lens import direct_share, stray_light
from sonogate.simulate.camera.light import fresnel, reflect_room
from sonogate.simulate.camera.mosaic import add_noise
from sonogate.simulate.camera.response import axis_transfer, variances
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.setup import CameraSetup, LampSetup
from sonogate.simulate.camera.subpixels import apertures

EXPORT_WH = (300, 220)
PHOTO_WH = (960, 720)


def _line(axis: int) -> NDArray[np.uint8]:
    pixels = np.zeros((EXPORT_WH[1], EXPORT_WH[0], 3), np.uint8)
    if axis == 0:
        pixels[:, 150] = 255
    else:
        pixels[110] = 255
    return pixels


def _green(setup: CameraSetup, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float64], ...]:
    """Return the light of one green site's pixels and where on the screen they look."""
    raw = read_bench(pixels, setup)
    rows, columns = raw.mosaic[0::2, 1::2].shape
    x, y = setup.geometry.export_maps((columns, rows), 2.0, (1.0, 0.0))
    light = raw.mosaic[0::2, 1::2] / raw.exposure
    return light.astype(np.float64), x.astype(np.float64), y.astype(np.float64)


def _half(frequency: NDArray[np.float64], transfer: NDArray[np.float64]) -> float:
    first = int(np.argmax(transfer < 0.5))
    upper, lower = transfer[first - 1], transfer[first]
    share = (upper - 0.5) / (upper - lower)
    return float(frequency[first - 1] + share * (frequency[1] - frequency[0]))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("sampling", "blur_px"), [(1.4, 0.6), (2.2, 0.5), (2.2, 1.6), (3.0, 4.0)])
def test_measured_mtf50_is_the_analytic_one(axis: int, sampling: float, blur_px: float) -> None:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, sampling, blur_px, roll_deg=4.0)
    setup = replace(setup, sensor=replace(setup.sensor, exposure=0.08))
    light, x, y = _green(setup, _line(axis))
    across, along = (x - 150.0, y) if axis == 0 else (y - 110.0, x)
    reach = min(4.0 + 5.0 * blur_px / sampling, 14.0)
    middle = np.abs(along - (110 if axis == 0 else 150)) < 40
    use = (np.abs(across) < reach) & middle
    frequency = np.linspace(0, 1.5, 301)
    # The samples lie evenly over the screen, so their sum is the transform of the line.
    wave = np.exp(-2j * np.pi * frequency[:, None] * across[use][None, :])
    measured = np.abs(wave @ light[use])
    measured /= measured[0]
    point = np.array([[150.0, 110.0]])
    spot, pixel = variances(setup.geometry, point, blur_px, 1.0)
    aperture = apertures(setup.panel)[1][1] if axis == 0 else setup.panel.aperture_wh[1]
    expected = np.abs(np.sinc(aperture * frequency)) * np.exp(
        -2 * np.pi**2 * float((spot + pixel)[0, axis]) * frequency**2
    )
    assert _half(frequency, measured) == pytest.approx(_half(frequency, expected), rel=0.02)


@pytest.mark.parametrize("blur_px", [0.45, 0.8, 2.0])
@pytest.mark.parametrize("sampling", [1.2, 2.0, 3.2])
def test_a_square_sensor_pixel_may_stand_as_a_gaussian(blur_px: float, sampling: float) -> None:
    frequency = np.linspace(0, 1.5, 1501)
    setup = bench_setup(EXPORT_WH, PHOTO_WH, sampling, blur_px)
    spot, pixel = variances(setup.geometry, np.array([[150.0, 110.0]]), blur_px, 1.0)
    variance = (spot + pixel)[:, 0]
    analytic = axis_transfer(setup.panel, frequency, variance, np.zeros(1), 0)[0]
    square = axis_transfer(setup.panel, frequency, spot[:, 0], np.zeros(1), 0)[0]
    square = square * np.abs(np.sinc(frequency / sampling))
    assert _half(frequency, analytic) == pytest.approx(_half(frequency, square), rel=0.02)


def _predicted(geometry: Geometry, harmonic: tuple[int, int]) -> NDArray[np.float64]:
    """Return a screen harmonic's alias on the red lattice, cycles per red pixel, ±0.5."""
    centre = np.array([np.array(geometry.export_size_wh) / 2])
    frequency = np.linalg.inv(geometry.jacobian(centre)[0]).T @ np.array(harmonic)
    return np.mod(2.0 * frequency + 0.5, 1.0) - 0.5


@pytest.mark.parametrize(
    ("sampling", "roll_deg"), [(1.6, 3.0), (1.9, -7.0), (2.3, 12.0), (2.7, 1.0)]
)
def test_moire_is_where_the_homography_predicts_it(sampling: float, roll_deg: float) -> None:
    setup = bench_setup((420, 320), PHOTO_WH, sampling, 0.45, roll_deg=roll_deg)
    setup = replace(setup, sensor=replace(setup.sensor, exposure=0.3))
    raw = read_bench(np.full((320, 420, 3), 200, np.uint8), setup)
    red = raw.mosaic[0::2, 0::2]
    size = 128
    top, left = (red.shape[0] - size) // 2, (red.shape[1] - size) // 2
    part = red[top : top + size, left : left + size].astype(np.float64)
    padded = 4 * size
    window = np.outer(np.hanning(size), np.hanning(size))
    power = np.abs(np.fft.fft2((part - part.mean()) * window, (padded, padded)))
    y, x = np.unravel_index(int(power.argmax()), power.shape)
    found = np.array([np.fft.fftfreq(padded)[x], np.fft.fftfreq(padded)[y]])
    expected = _predicted(setup.geometry, (1, 0))
    error = min(np.abs(found - expected).max(), np.abs(found + expected).max())
    assert error * size < 0.6


def test_plain_square_pixels_make_far_less_moire() -> None:
    setup = bench_setup((420, 320), PHOTO_WH, 1.9, 0.45, roll_deg=5.0)
    setup = replace(setup, sensor=replace(setup.sensor, exposure=0.3))
    flat = np.full((320, 420, 3), 200, np.uint8)
    with_stripes, without = (
        read_bench(flat, setup, subpixels).mosaic[200:500:2, 300:600:2].std()
        for subpixels in (True, False)
    )
    assert without < 0.05 * with_stripes


def test_the_photon_transfer_has_the_right_slope_and_intercept() -> None:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.0, 0.5)
    sensor = replace(setup.sensor, shot=2e-3, read=4e-6)
    levels = np.linspace(0.05, 0.6, 12)
    variance = []
    rng = np.random.default_rng(3)
    for level in levels:
        plane = np.full((500, 500), level, np.float32)
        add_noise(plane, sensor, 1, rng)
        variance.append(float(plane.var(dtype=np.float64)))
    slope, intercept = np.polyfit(levels, variance, 1)
    assert slope == pytest.approx(2e-3, rel=0.03)
    assert intercept == pytest.approx(4e-6, abs=6e-6)


def test_merged_frames_divide_the_variance() -> None:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.0, 0.5)
    sensor = replace(setup.sensor, shot=2e-3, read=1e-5)
    spread = []
    for frames in (1, 4):
        plane = np.full((500, 500), 0.3, np.float32)
        add_noise(plane, sensor, frames, np.random.default_rng(0))
        spread.append(float(plane.var(dtype=np.float64)))
    assert spread[0] / spread[1] == pytest.approx(4.0, rel=0.03)


@pytest.mark.parametrize(("tilt_deg", "k1"), [(0.0, 0.0), (25.0, 0.0), (35.0, 0.02)])
def test_the_edges_of_the_screen_are_where_the_corners_say(tilt_deg: float, k1: float) -> None:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.2, 1.2, roll_deg=6.0, tilt_deg=tilt_deg, k1=k1)
    setup = replace(setup, sensor=replace(setup.sensor, exposure=0.3))
    white = np.full((EXPORT_WH[1], EXPORT_WH[0], 3), 255, np.uint8)
    raw = read_bench(white, setup, subpixels=False)
    light = raw.mosaic / np.median(raw.mosaic[340:380, 460:500])
    errors = []
    for x in (60.0, 150.0, 240.0):
        for y in (-0.5, EXPORT_WH[1] - 0.5):
            edge = setup.geometry.to_photo(np.array([[x, y]]))[0]
            column = round(float(edge[0]))
            there = setup.geometry.to_photo(np.array([[x - 5, y], [x + 5, y]]))
            slope = (there[1, 1] - there[0, 1]) / (there[1, 0] - there[0, 0])
            wanted = edge[1] + slope * (column - edge[0])
            low = round(float(wanted)) - 8
            profile = light[low : low + 17, column]
            # The area under a blurred step tells its place without a threshold.
            filled = float(np.clip(profile, 0, 1).sum())
            found = low - 0.5 + (17 - filled if y < 0 else filled)
            errors.append(found - wanted)
    assert np.abs(errors).max() < 0.05


@pytest.mark.parametrize("zoom", [1.0, 1.37, 2.1])
@pytest.mark.parametrize("photo_wh", [(960, 720), (958, 721)])
def test_digital_zoom_and_odd_sizes_leave_the_screen_in_its_place(
    zoom: float, photo_wh: tuple[int, int]
) -> None:
    setup = bench_setup(EXPORT_WH, photo_wh, 2.2, 1.2)
    phone = replace(setup.phone, zoom=zoom, contrast=0.0, saturation=1.0)
    setup = replace(setup, phone=phone, sensor=replace(setup.sensor, exposure=0.3))
    white = np.full((EXPORT_WH[1], EXPORT_WH[0], 3), 120, np.uint8)
    pixels = develop_raw(read_bench(white, setup, subpixels=False), setup)
    assert pixels.shape[1::-1] == photo_wh
    light = (pixels[..., 1] / 255.0) ** 2.2
    light /= np.median(light[340:380, 460:500])
    for x in (60.0, 240.0):
        top, bottom = setup.geometry.to_photo(np.array([[x, -0.5], [x, EXPORT_WH[1] - 0.5]]))
        column = round(float(top[0]))
        found = np.clip(light[:, column], 0, 1).sum()
        assert found == pytest.approx(bottom[1] - top[1], abs=0.35)
        rows = np.arange(light.shape[0])
        middle = (np.clip(light[:, column], 0, 1) * rows).sum() / found
        assert middle == pytest.approx((top[1] + bottom[1]) / 2, abs=0.12)


def test_the_glass_returns_no_more_than_its_reflectance_of_a_uniform_room() -> None:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.0, 0.5, tilt_deg=20.0)
    room = replace(setup.room, level=0.5, rgb=(1.0, 1.0, 1.0))

    class WhiteRoom(Scenery):
        def environment(self, number: int) -> NDArray[np.float32]:
            return np.ones((64, 128, 3), np.float32)

    x, y = setup.geometry.export_maps((240, 180), 4.0)
    for roughness in (0.0, 6.0):
        panel = replace(setup.panel, reflectance=0.04, roughness_deg=roughness)
        mirror, _ = reflect_room(9, room, panel, setup.geometry, WhiteRoom(), x, y)
        on_screen = (np.abs(x - 150) < 150) & (np.abs(y - 110) < 110)
        lit = mirror[on_screen].max(axis=1)
        assert lit.max() == pytest.approx(0.5 * 0.04, rel=0.1)
        assert (lit <= 0.5 * 0.05).all()


def test_fresnel_rises_from_the_normal_to_all_at_grazing() -> None:
    cosine = np.linspace(1, 0, 20, dtype=np.float32)
    returned = fresnel(0.04, cosine)
    assert returned[0] == pytest.approx(0.04, abs=1e-6)
    assert returned[-1] == pytest.approx(1.0, abs=1e-6)
    assert (np.diff(returned) > 0).all()


def test_a_rough_surface_spreads_a_lamp_but_keeps_its_light() -> None:
    setup = bench_setup((2000, 2000), PHOTO_WH, 0.3, 0.5)
    lamp = LampSetup((0.0, 0.0), (16.0, 12.0), 0.0, 10.0, (1.0, 1.0, 1.0), (1, 1))
    room = replace(setup.room, level=0.0, lamps=(lamp,), rgb=(1.0, 1.0, 1.0))
    axis = np.linspace(-5000, 7000, 401, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    totals = []
    for roughness in (0.0, 3.0):
        panel = replace(setup.panel, reflectance=0.04, roughness_deg=roughness)
        mirror, _ = reflect_room(9, room, panel, _far(setup.geometry), Scenery(), x, y)
        totals.append(float(mirror.sum()))
    assert totals[1] == pytest.approx(totals[0], rel=0.1)


def _far(geometry: Geometry) -> Geometry:
    """Put the camera so far to the side that the photographer is out of the mirror image."""
    return replace(geometry, centre_mm=geometry.centre_mm + np.array([4000.0, 0.0, 0.0]))


def test_flare_and_bloom_move_light_but_make_none() -> None:
    setup = bench_setup(EXPORT_WH, PHOTO_WH, 2.0, 0.5)
    lens = replace(setup.lens, flare=0.03, bloom=0.05, smear=0.5)
    scene = np.zeros((120, 160, 3), np.float32)
    scene[50:70, 70:90] = 1.0
    total = direct_share(lens) * scene.mean() + stray_light(scene, lens).mean()
    assert total == pytest.approx(scene.mean(), rel=0.01)
