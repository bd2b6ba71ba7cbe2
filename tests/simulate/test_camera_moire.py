"""The moiré that a photo's truth tells is the one that panel and filters put there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.simulate.camera_bench import bench_export, bench_setup

from sonogate.simulate import Scenery
from sonogate.simulate.camera.moire import Moire, even_panel, find_moire
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.scene import draw_scene
from sonogate.simulate.camera.setup import CameraSetup, Subpixels
from sonogate.simulate.camera.subpixels import apertures
from sonogate.simulate.values import Export

PHOTO_WH = (800, 600)


@pytest.fixture(scope="module")
def grey() -> Export:
    return bench_export(np.full((220, 300, 3), 200, np.uint8))


def _bench(sampling: float, blur_px: float) -> CameraSetup:
    setup = bench_setup((300, 220), PHOTO_WH, sampling, blur_px, roll_deg=5.0)
    return replace(setup, sensor=replace(setup.sensor, exposure=0.3))


def _find(export: Export, setup: CameraSetup) -> Moire:
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
    return find_moire(export, setup, layers)


def test_moire_falls_with_defocus(grey: Export) -> None:
    sharp, soft = (_find(grey, _bench(1.9, blur)).figures for blur in (0.45, 2.5))
    assert sharp["moire_pct"] > 2.0
    assert soft["moire_pct"] < 0.1 * sharp["moire_pct"]
    assert sharp["moire_delta_e"] > 2.0 > soft["moire_delta_e"]
    assert sharp["moire_peak_pct"] >= sharp["moire_pct"]


@pytest.mark.parametrize("subpixels", ["rgb", "bgr", "pentile"])
def test_an_even_panel_keeps_its_colours_in_place(subpixels: Subpixels) -> None:
    panel = replace(_bench(2.0, 0.5).panel, subpixels=subpixels)
    even = even_panel(panel)
    for (centre, _), (same, width) in zip(apertures(panel), apertures(even), strict=True):
        assert same == centre
        assert width == pytest.approx(1.0)


def test_an_even_panel_on_a_full_colour_sensor_has_no_moire(grey: Export) -> None:
    """The difference is nothing where there is neither a lattice of light nor one of filters."""
    setup = _bench(1.9, 0.45)
    even = replace(setup, panel=even_panel(setup.panel))
    # At the display's rim the mosaic's interpolation still shows.
    assert float(_find(grey, even).map[2:-2, 2:-2].max()) < 0.1


def test_noise_and_light_are_not_moire(grey: Export) -> None:
    setup = _bench(1.9, 2.5)
    rough = replace(setup, sensor=replace(setup.sensor, shot=5e-3, read=1e-4))
    lit = replace(rough, lens=replace(rough.lens, flare=0.1, vignetting=0.4))
    plain = _find(grey, setup).figures["moire_pct"]
    assert _find(grey, lit).figures["moire_pct"] == pytest.approx(plain, abs=0.1)


@pytest.mark.parametrize("zoom", [1.0, 1.7])
def test_truth_tells_the_moire_when_asked(grey: Export, zoom: float) -> None:
    setup = _bench(1.9, 0.45)
    setup = replace(setup, phone=replace(setup.phone, zoom=zoom))
    asked = take(grey, setup, "full", Scenery(), fidelity=False, moire=True).truth
    assert asked.maps is not None
    assert asked.maps.moire is not None
    assert asked.maps.moire.shape == asked.maps.mtf50.shape
    assert asked.figures["moire_peak_pct"] == pytest.approx(float(asked.maps.moire.max()))
    silent = take(grey, setup, "full", Scenery(), fidelity=False).truth
    assert silent.maps is not None
    assert silent.maps.moire is None
    assert "moire_pct" not in silent.figures
