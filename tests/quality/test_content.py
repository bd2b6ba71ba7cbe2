"""The screen's neutrals, and what the measured faults do to the picture under the scan area."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from tests.quality.scenes import SCAN_XY, Camera, assess, draw_export, photograph

from sonogate.policy import Policy
from sonogate.quality.content import Faults, describe, describe_half
from sonogate.quality.neutrals import find_neutrals
from sonogate.quality.planes import SRGB_TO_LINEAR, make_planes
from sonogate.reference.haarpsi import _haar
from sonogate.types import PixelArray

NO_FAULTS = Faults(0.3, 0.1, None)


def tinted_export() -> PixelArray:
    """A sepia map of grey levels in the scan area, under a neutral interface."""
    export = draw_export().copy()
    (left, top), (right, bottom) = SCAN_XY[0].astype(int), SCAN_XY[2].astype(int)
    part = export[top:bottom, left:right].astype(np.float32)
    export[top:bottom, left:right] = (part * np.array([1.0, 0.86, 0.62])).astype(np.uint8)
    return export


def test_a_tinted_map_is_no_cast(policy: Policy) -> None:
    screen, photo = photograph(tinted_export(), Camera(noise_codes=1.0))
    measure = assess(screen, photo, policy)["colour"]
    assert measure.raw is not None
    assert measure.raw < 1.5


def test_a_cast_is_one_whatever_the_map(policy: Policy) -> None:
    cast = (1.0, 0.85, 0.62)
    raws = []
    for export in (draw_export(), tinted_export()):
        screen, photo = photograph(export, Camera(cast=cast, noise_codes=1.0))
        raws.append(assess(screen, photo, policy)["colour"].raw)
    assert raws[0] is not None
    assert raws[0] > 6.0
    assert raws[1] == pytest.approx(raws[0], abs=1.0)


def test_the_neutrals_are_the_cameras_black_and_white() -> None:
    camera = Camera(cast=(1.0, 0.8, 0.6), veil=0.02)
    screen, _ = photograph(draw_export(), camera)
    found = find_neutrals(make_planes(screen))
    assert found is not None
    cast = np.array(camera.cast)
    np.testing.assert_allclose(found.white / found.white[0], cast, atol=0.03)
    np.testing.assert_allclose(found.black, 0.02 * camera.exposure * cast, atol=0.004)
    # a grey of the display comes back as that grey
    code = 255 * (0.25 + 0.02) ** (1 / 2.2)
    linear = SRGB_TO_LINEAR[0] + (0.25 + 0.02) * camera.exposure * cast
    seen = np.rint(255 * (1.055 * linear ** (1 / 2.4) - 0.055)).astype(int)
    evened = found.curves()[seen, np.arange(3)].astype(float)
    assert np.ptp(evened) < 5
    assert evened.mean() == pytest.approx(code, abs=12)


def test_coefficients_are_haarpsis_own() -> None:
    rng = np.random.default_rng(0)
    grey = cv2.GaussianBlur(rng.uniform(0, 255, (96, 128)).astype(np.float32), (0, 0), 1.5)
    pixels = np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, 2)
    found = describe_half(pixels, np.ones(grey.shape, np.float32), NO_FAULTS)
    plane = np.rint(grey).astype(np.float32)
    for scale, name in ((1, "fine"), (2, "middle"), (3, "coarse")):
        whole = np.mean([np.abs(part[8:-8, 8:-8]).mean() for part in _haar(plane, scale)])
        assert np.exp(found[name]) == pytest.approx(whole, rel=0.06)


def test_each_fault_costs_what_it_touches() -> None:
    export = draw_export()
    screen, _ = photograph(export, Camera())
    planes = make_planes(screen)
    calm = describe(planes, NO_FAULTS)
    blurred = describe(planes, Faults(2.0, 0.1, None))
    noisy = describe(planes, Faults(0.3, 12.0, None))
    assert calm["tint"] > 0.98
    for name in ("blur", "sharpened", "detail", "noise"):
        assert calm[name] > 0.97
    for name in ("blur", "detail"):
        assert blurred[name] < calm[name] - 0.05
    assert blurred["noise"] == pytest.approx(calm["noise"])
    assert noisy["noise"] < calm["noise"] - 0.02
    assert noisy["blur"] == pytest.approx(calm["blur"])


def test_a_cast_costs_a_grey_picture_and_no_tinted_one() -> None:
    for export, own_colour in ((draw_export(), False), (tinted_export(), True)):
        screen, _ = photograph(export, Camera())
        planes = make_planes(screen)
        figures = describe(planes, Faults(0.3, 0.1, find_neutrals(planes)))
        assert figures["cast"] > 0.9
        assert (figures["tint"] < 0.8) == own_colour
    screen, _ = photograph(draw_export(), Camera(cast=(1.0, 0.8, 0.5)))
    planes = make_planes(screen)
    assert describe(planes, Faults(0.3, 0.1, find_neutrals(planes)))["cast"] < 0.75
