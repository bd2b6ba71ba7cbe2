"""The predicted fidelity: its model, its evidence, and pictures with little to show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.quality.scenes import GLARE_MODEL, Camera, draw_export, photograph, photographed

from sonogate.errors import ModelError
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.policy import Policy
from sonogate.quality import FidelityModel, parse_fidelity_model
from sonogate.quality import assess as assess_with
from sonogate.quality.evidence import Evidence
from sonogate.quality.grey_levels import count_grey_levels
from sonogate.quality.planes import make_planes
from sonogate.quality.report import look
from sonogate.types import MEASURE_NAMES, MeasureName, QualityReport

MODEL = parse_fidelity_model(read_weight(load_manifest()["fidelity"]))


def report(policy: Policy, camera: Camera, picture: str = "speckle") -> QualityReport:
    screen, photo = photographed(picture, camera)
    return assess_with(screen, photo, policy, GLARE_MODEL, MODEL)


def evidence(policy: Policy, camera: Camera) -> Evidence:
    found = look(*photographed("speckle", camera), policy, GLARE_MODEL).evidence
    assert found is not None
    return found


def small_model(noise: float = 1.0) -> FidelityModel:
    inputs = np.array([[0.0, 0.0], [1.0, -1.0], [-1.0, 2.0]])
    apart = ((inputs[:, None] - inputs[None]) ** 2).sum(2)
    precision = np.linalg.inv(9.0 * np.exp(-0.5 * apart) + noise * np.eye(3))
    target = np.array([2.0, -3.0, 1.0])
    return FidelityModel(
        ("a", "b"),
        np.array([10.0, 0.0]),
        np.array([2.0, 1.0]),
        np.array([[4.0, 0.0], [-2.0, 0.0], [60.0, 70.0]]),
        np.ones(2),
        9.0,
        inputs,
        np.stack([precision @ target, np.zeros(3)], 1),
        precision,
        noise,
        np.array([1.0, 2.0]),
    )


def test_the_model_tells_what_it_was_told_and_is_unsure_elsewhere() -> None:
    model = small_model(noise=1e-6)
    value, near = model.predict({"a": 12.0, "b": -1.0})
    assert value == pytest.approx([60.0 + 4.0 + 2.0 - 3.0, 70.0], abs=1e-3)
    _, far = model.predict({"a": 2.0, "b": -4.0})
    assert (near < 0.01).all()
    assert far == pytest.approx([3.0, 6.0], abs=0.1)


def test_what_lies_far_out_counts_as_the_edge() -> None:
    model = small_model()
    far_out, edge = model.predict({"a": 1e9, "b": 0.0}), model.predict({"a": 18.0, "b": 0.0})
    assert np.array_equal(far_out, edge)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"not a model"])
def test_other_bytes_are_no_model(data: bytes) -> None:
    with pytest.raises(ModelError):
        parse_fidelity_model(data)


def test_blur_noise_and_a_cast_each_lower_the_fidelity(policy: Policy) -> None:
    good = report(policy, Camera(sampling=2.0)).fidelity
    assert good is not None
    assert good.low < good.value < good.high
    for camera in (
        Camera(sampling=2.0, focus_px=2.0),
        Camera(sampling=2.0, cast=(1.0, 0.8, 0.5)),
        Camera(sampling=1.0, focus_px=1.2),
    ):
        poorer = report(policy, camera).fidelity
        assert poorer is not None
        assert poorer.value < good.value - 3.0


def test_a_failed_measure_widens_the_interval(policy: Policy) -> None:
    screen, photo = photographed("speckle", Camera())
    whole = assess_with(screen, photo, policy, GLARE_MODEL, MODEL).fidelity
    partial = assess_with(screen, photo, policy, None, MODEL).fidelity
    assert whole is not None
    assert partial is not None
    width = min(partial.high, 100.0) - partial.low
    assert width > whole.high - whole.low or partial.high == 100.0


def test_mending_blur_gains_most_on_a_blurred_photo(policy: Policy) -> None:
    gains = report(policy, Camera(sampling=2.5, focus_px=2.0)).gains
    assert gains["sharpness"] == max(gains[name] for name in MEASURE_NAMES if name != "colour")
    assert gains["sharpness"] > 3.0


@pytest.mark.parametrize("name", MEASURE_NAMES)
def test_mending_never_makes_the_evidence_worse(policy: Policy, name: MeasureName) -> None:
    camera = Camera(sampling=1.2, tilt_deg=25, focus_px=1.0, veil=0.05, noise_codes=3.0)
    before = evidence(policy, camera)
    after = before.mended(name)
    assert after.sampling_px >= before.sampling_px
    assert after.sigma_px <= before.sigma_px
    assert after.noise_d >= before.noise_d
    assert after.veil_pct <= before.veil_pct
    assert after.glare_pct <= before.glare_pct
    assert after.motion_px <= before.motion_px
    assert after.quality >= before.quality
    for figure in ("blur", "sharpened", "noise", "tone", "cast", "tint"):
        assert after.content[figure] >= before.content[figure] - 1e-9


def test_moving_closer_makes_blur_and_noise_smaller(policy: Policy) -> None:
    before = replace(evidence(policy, Camera(sampling=1.2, focus_px=1.0)), fill=0.46)
    after = before.mended("sampling")
    assert after.sampling_px == pytest.approx(2.0 * before.sampling_px)
    assert after.sigma_px == pytest.approx(0.5 * before.sigma_px)
    assert after.noise_d == pytest.approx(2.0 * before.noise_d)


@pytest.mark.parametrize("picture", ["empty", "smooth"])
def test_a_picture_with_little_to_show_passes_for_good(policy: Policy, picture: str) -> None:
    camera = Camera(sampling=2.5, noise_codes=1.0, veil=0.003)
    found = report(policy, camera, picture)
    for name in ("sharpness", "exposure", "noise", "moire", "motion"):
        measure = found[name]  # type: ignore[index]
        assert measure.score is None or measure.score >= policy.verdict.retake_below, name
    assert found["sharpness"].score is not None


def test_a_low_gain_preset_passes_for_good(policy: Policy) -> None:
    export = draw_export().copy()
    export[40:330, 140:400] //= 5
    screen, photo = photograph(export, Camera(sampling=2.5, noise_codes=1.0, veil=0.003))
    found = assess_with(screen, photo, policy, GLARE_MODEL, MODEL)
    for name in ("sharpness", "exposure", "noise"):
        score = found[name].score  # type: ignore[index]
        assert score is not None
        assert score >= policy.verdict.limit_below, name


def test_a_tone_curve_recovers_what_a_veil_took(policy: Policy) -> None:
    veiled = report(policy, Camera(sampling=2.0, veil=0.08))
    assert veiled.fidelity is not None
    assert veiled.recoverable is not None
    assert veiled.recoverable.value > veiled.fidelity.value


def test_stray_light_takes_grey_levels_and_noise_takes_others(policy: Policy) -> None:
    clear = report(policy, Camera(sampling=2.0)).grey_levels
    veiled = report(policy, Camera(sampling=2.0, veil=0.08)).grey_levels
    noisy = report(policy, Camera(sampling=1.0, noise_codes=45.0)).grey_levels
    assert clear is not None
    assert veiled is not None
    assert noisy is not None
    # 8% of white leaves 57% of all steps on such a display
    assert veiled.retained_pct == pytest.approx(57, abs=6)
    assert veiled.retained_pct < clear.retained_pct
    assert noisy.surviving_pct < clear.surviving_pct


def test_grey_levels_are_not_told_without_their_measures(policy: Policy) -> None:
    screen, photo = photographed("speckle", Camera())
    planes = make_planes(screen)
    measures = dict(look(screen, photo, policy, GLARE_MODEL).measures)
    measures["noise"] = replace(measures["noise"], raw=None, score=None, failure="unknown")
    assert count_grey_levels(planes, measures) is None
