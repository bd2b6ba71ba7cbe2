"""Each measure recovers what the camera was given."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from tests.quality.scenes import (
    SIZE_WH,
    Camera,
    as_photo,
    assess,
    draw_export,
    photograph,
    photographed,
)

from sonogate.policy import Policy
from sonogate.quality.geometry import export_to_photo
from sonogate.quality.gsdf import jnd_index
from sonogate.quality.sharpness import mtf50
from sonogate.types import EncodingFacts, QualityReport


def report(policy: Policy, camera: Camera, picture: str = "speckle") -> QualityReport:
    screen, photo = photographed(picture, camera)
    return assess(screen, photo, policy)


def raw(policy: Policy, name: str, camera: Camera, picture: str = "speckle") -> float:
    value = report(policy, camera, picture)[name].raw  # type: ignore[index]
    assert value is not None
    return value


@pytest.mark.parametrize("k1", [0.0, 0.03])
def test_jacobian_is_the_derivative(k1: float) -> None:
    from dataclasses import replace

    screen, _ = photograph(draw_export(), Camera(tilt_deg=20, roll_deg=5))
    mapping = replace(export_to_photo(screen), distortion_k1=k1)
    points = np.array([[10.0, 20.0], [250.0, 190.0], [500.0, 30.0]])
    step = 1e-4
    numeric = np.stack(
        [
            (mapping.points(points + step * axis) - mapping.points(points - step * axis))
            / (2 * step)
            for axis in np.eye(2)
        ],
        -1,
    )
    np.testing.assert_allclose(mapping.jacobians(points), numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("sampling", [1.2, 2.0, 3.0])
def test_sampling_face_on(policy: Policy, sampling: float) -> None:
    assert raw(policy, "sampling", Camera(sampling=sampling)) == pytest.approx(sampling, rel=0.01)


def test_sampling_is_that_of_the_poorer_direction(policy: Policy) -> None:
    tilted = raw(policy, "sampling", Camera(sampling=2.0, tilt_deg=35))
    assert 2.0 * np.cos(np.deg2rad(35)) * 0.85 < tilted < 2.0 * np.cos(np.deg2rad(35)) * 1.02


@pytest.mark.parametrize("picture", ["speckle", "smooth", "empty"])
@pytest.mark.parametrize("focus_px", [0.3, 0.6, 1.0])
def test_sharpness_whatever_the_picture_shows(
    policy: Policy, picture: str, focus_px: float
) -> None:
    camera = Camera(focus_px=focus_px, noise_codes=1.5, veil=0.01)
    truth = mtf50(camera.sigma_px)
    assert raw(policy, "sharpness", camera, picture) == pytest.approx(truth, rel=0.15)


@pytest.mark.parametrize("sampling", [1.5, 3.0])
def test_sharpness_follows_sampling(policy: Policy, sampling: float) -> None:
    camera = Camera(sampling=sampling, focus_px=0.5, noise_codes=1.0)
    truth = mtf50(camera.sigma_px)
    assert raw(policy, "sharpness", camera) == pytest.approx(truth, rel=0.15)


@pytest.mark.parametrize(("length", "angle"), [(2.5, 0.0), (2.5, 90.0), (3.5, 90.0)])
def test_motion_length_and_direction(policy: Policy, length: float, angle: float) -> None:
    camera = Camera(motion_px=length, motion_deg=angle, focus_px=0.3, noise_codes=1.0)
    measure = report(policy, camera)["motion"]
    assert measure.raw == pytest.approx(length, rel=0.25)
    assert measure.angle_deg is not None
    off = abs((measure.angle_deg - angle + 90) % 180 - 90)
    assert off < 15


@pytest.mark.parametrize("focus_px", [0.3, 0.8])
def test_no_motion_where_there_was_none(policy: Policy, focus_px: float) -> None:
    assert raw(policy, "motion", Camera(focus_px=focus_px, noise_codes=1.0)) < 1.2


@pytest.mark.parametrize("veil", [0.0, 0.01, 0.04, 0.1])
@pytest.mark.parametrize("picture", ["speckle", "empty"])
def test_veil_against_white(policy: Policy, veil: float, picture: str) -> None:
    seen = raw(policy, "veil", Camera(veil=veil, noise_codes=1.0), picture)
    assert seen == pytest.approx(100 * veil / (1 + veil), abs=1.0)


@pytest.mark.parametrize("codes", [1.0, 2.0, 4.0])
def test_noise_of_a_camera_pixel(policy: Policy, codes: float) -> None:
    seen = raw(policy, "noise", Camera(noise_codes=codes, veil=0.02))
    slope = 0.92 ** (1 / 2.2)
    assert seen == pytest.approx(8 * slope / codes, rel=0.25)


def test_noise_falls_monotonically(policy: Policy) -> None:
    values = [raw(policy, "noise", Camera(noise_codes=c, veil=0.02)) for c in (0.5, 1, 2, 4, 8)]
    assert values == sorted(values, reverse=True)


def test_exposure_names_the_end_that_lost(policy: Policy) -> None:
    good = report(policy, Camera(veil=0.005))["exposure"]
    dark = report(policy, Camera(veil=0.005, exposure=0.03))["exposure"]
    bright = report(policy, Camera(veil=0.005, exposure=9.0))["exposure"]
    assert good.raw is not None
    assert good.raw < 0.3
    assert dark.reason == "too_dark"
    assert bright.reason == "too_bright"
    assert dark.score is not None
    assert bright.score is not None
    assert max(dark.score, bright.score) < 50


def test_colour_of_neutrals(policy: Policy) -> None:
    neutral = raw(policy, "colour", Camera())
    warm = raw(policy, "colour", Camera(cast=(1.0, 0.9, 0.75)))
    warmer = raw(policy, "colour", Camera(cast=(1.0, 0.8, 0.5)))
    assert neutral < 1.0 < warm < warmer


@pytest.mark.parametrize("quality", [20, 50, 90])
def test_compression_from_the_file_or_from_its_blocks(policy: Policy, quality: int) -> None:
    screen, photo = photograph(draw_export(), Camera(noise_codes=1.5, veil=0.01))
    coded = cv2.imencode(".jpg", photo.pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    pixels = cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1].copy()
    told = as_photo(pixels, EncodingFacts(lossless=False, quality=float(quality)))
    assert assess(screen, told, policy)["compression"].raw == quality
    untold = as_photo(pixels, EncodingFacts(lossless=False))
    seen = assess(screen, untold, policy)["compression"].raw
    assert seen == pytest.approx(quality, abs=25)


def test_moire_appears_at_the_predicted_alias(policy: Policy) -> None:
    screen, photo = photograph(draw_export(), Camera(sampling=2.3, veil=0.05))
    assert (clean := assess(screen, photo, policy)["moire"].raw) is not None
    width, height = photo.size_wh
    centre = np.array([[SIZE_WH[0] / 2, SIZE_WH[1] / 2]])
    inverse = np.linalg.inv(export_to_photo(screen).jacobians(centre)[0]).T
    alias = (inverse @ [1.0, 0.0] + 0.25) % 0.5 - 0.25
    y, x = np.mgrid[0:height, 0:width]
    wave = np.sin(2 * np.pi * (alias[0] * x + alias[1] * y))
    amplitude = np.array([8.0, -8.0, 8.0])
    banded = np.clip(photo.pixels + wave[..., None] * amplitude, 0, 255).astype(np.uint8)
    seen = assess(screen, as_photo(banded), policy)["moire"].raw
    assert clean < 0.5
    assert seen is not None
    assert 2.0 < seen < 20.0


def test_glare_is_seen_where_it_is(policy: Policy) -> None:
    y, x = np.mgrid[0 : SIZE_WH[1], 0 : SIZE_WH[0]]
    lamp = 0.5 * np.exp(-(((x - 330) / 45.0) ** 2) - ((y - 120) / 35.0) ** 2)
    screen, photo = photograph(
        draw_export(), Camera(veil=0.01, noise_codes=1), lamp.astype(np.float32)
    )
    measure = assess(screen, photo, policy)["glare"]
    assert measure.raw is not None
    assert measure.raw > 1
    assert measure.reason == "glare"
    assert measure.heat is not None
    row, column = np.unravel_index(int(measure.heat.argmax()), measure.heat.shape)
    assert abs(row - 7.5) < 4
    assert abs(column - 20.6) < 4


@pytest.mark.parametrize("picture", ["speckle", "smooth", "empty"])
def test_no_glare_without_a_lamp(policy: Policy, picture: str) -> None:
    assert raw(policy, "glare", Camera(veil=0.01, noise_codes=1.0), picture) < 2.0


def test_jnd_index_of_the_standard() -> None:
    # PS3.14, table B-1: the first index and the 512th
    assert float(jnd_index(0.05)) == pytest.approx(1.0, abs=0.05)
    assert float(jnd_index(130.065)) == pytest.approx(512.0, abs=0.2)


@pytest.mark.parametrize(("focus_px", "noise_codes"), [(2.5, 1.0), (4.0, 1.0), (3.0, 2.0)])
def test_a_great_blur_never_reads_as_sharp(
    policy: Policy, focus_px: float, noise_codes: float
) -> None:
    measure = report(policy, Camera(focus_px=focus_px, noise_codes=noise_codes))["sharpness"]
    assert measure.score is None or measure.score < 35.0
