"""All twelve measures of one screen, and the fidelity that they predict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from sonogate.policy import Policy
from sonogate.quality.blur import Blur, find_blur
from sonogate.quality.colour import measure_colour
from sonogate.quality.completeness import measure_completeness
from sonogate.quality.compression import measure_compression
from sonogate.quality.evidence import Evidence, gather
from sonogate.quality.exposure import measure_exposure
from sonogate.quality.fidelity import predict_by_model, predict_fidelity
from sonogate.quality.fidelity_model import FidelityModel
from sonogate.quality.glare import measure_glare
from sonogate.quality.glare_model import GlareModel
from sonogate.quality.grey_levels import count_grey_levels
from sonogate.quality.moire import measure_moire
from sonogate.quality.motion import measure_motion
from sonogate.quality.neutrals import Neutrals, find_neutrals
from sonogate.quality.noise import measure_noise
from sonogate.quality.perspective import measure_perspective
from sonogate.quality.planes import Planes, make_planes
from sonogate.quality.sampling import measure_sampling
from sonogate.quality.sharpness import measure_sharpness
from sonogate.quality.veil import measure_veil
from sonogate.types import (
    MEASURE_NAMES,
    GreyLevels,
    Measure,
    MeasureName,
    Photo,
    QualityReport,
    ReasonCode,
    RectifiedScreen,
)

_NUMERICAL = (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError, cv2.error)

_UNITS: dict[MeasureName, tuple[str, ReasonCode | None]] = {
    "sampling": ("camera px per export px", "too_far"),
    "sharpness": ("cycles per export px", "blur_focus"),
    "motion": ("export px", "blur_motion"),
    "glare": ("% of the scan area", "glare"),
    "veil": ("% of screen white", "veil"),
    "moire": ("delta E rms", "moire"),
    "exposure": ("% of the scan area", "too_dark"),
    "noise": ("d'", "noise"),
    "colour": ("delta E 2000", None),
    "perspective": ("degrees", "off_angle"),
    "compression": ("quality factor (IJG)", "compressed"),
    "completeness": ("% of the screen", "cut_off"),
}


def assess(
    screen: RectifiedScreen,
    photo: Photo,
    policy: Policy,
    glare_model: GlareModel | None = None,
    fidelity_model: FidelityModel | None = None,
) -> QualityReport:
    """Measure how close a rectified screen comes to the machine's own export.

    Args:
        screen: The rectified screen, not masked: black boxes would pass for detail.
        photo: The photo that it was taken from; blur, noise and moiré are read off its own
            pixels, which no resampling has touched.
        policy: Score curves and the fidelity's parameters.
        glare_model: Tells reflections from what is displayed; without it the measure of
            glare fails.
        fidelity_model: Predicts the fidelity; without it the measures alone do.

    Returns:
        Twelve measures in the contract's order. A measure that fails says why and does not
        stop the others.
    """
    seen = look(screen, photo, policy, glare_model)
    if fidelity_model is None or seen.evidence is None:
        told = predict_fidelity(seen.measures, policy.measures, policy.fidelity)
    else:
        told = predict_by_model(seen.measures, seen.evidence, fidelity_model, policy.fidelity)
    return QualityReport(
        tuple(seen.measures[name] for name in MEASURE_NAMES),
        told.captured,
        told.gains,
        told.recoverable,
        seen.grey_levels,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was measured of a screen, before any prediction.

    Attributes:
        measures: All twelve, by name.
        evidence: What the fidelity is predicted from; None where it cannot be brought together.
        grey_levels: What is left of the display's; None where it cannot be told.
    """

    measures: Mapping[MeasureName, Measure]
    evidence: Evidence | None
    grey_levels: GreyLevels | None


def look(
    screen: RectifiedScreen, photo: Photo, policy: Policy, glare_model: GlareModel | None
) -> Look:
    """Take every measure of a screen; arguments as for ``assess``."""
    curves = policy.measures
    planes = make_planes(screen)
    try:
        blur = find_blur(planes, photo)
    except _NUMERICAL:
        blur = None
    try:
        neutrals = find_neutrals(planes)
    except _NUMERICAL:
        neutrals = None
    recipes: dict[MeasureName, Callable[[], Measure]] = {
        "sampling": lambda: measure_sampling(planes, curves.sampling),
        "sharpness": lambda: measure_sharpness(blur, curves.sharpness),
        "motion": lambda: measure_motion(blur, curves.motion),
        "glare": lambda: measure_glare(planes, glare_model, curves.glare),
        "veil": lambda: measure_veil(planes, curves.veil),
        "moire": lambda: measure_moire(planes, photo, curves.moire),
        "exposure": lambda: measure_exposure(planes, curves.exposure),
        "noise": lambda: measure_noise(planes, photo, curves.noise),
        "colour": lambda: measure_colour(neutrals, curves.colour),
        "perspective": lambda: measure_perspective(screen, curves.perspective),
        "compression": lambda: measure_compression(planes, photo, curves.compression),
        "completeness": lambda: measure_completeness(screen, curves.completeness),
    }
    measures = {name: _guarded(name, recipes[name]) for name in MEASURE_NAMES}
    return Look(
        MappingProxyType(measures),
        _gathered(screen, planes, measures, blur, neutrals),
        count_grey_levels(planes, measures),
    )


def _gathered(
    screen: RectifiedScreen,
    planes: Planes,
    measures: Mapping[MeasureName, Measure],
    blur: Blur | None,
    neutrals: Neutrals | None,
) -> Evidence | None:
    try:
        return gather(screen, planes, measures, blur, neutrals)
    except _NUMERICAL:
        return None


def _guarded(name: MeasureName, recipe: Callable[[], Measure]) -> Measure:
    try:
        return recipe()
    except _NUMERICAL as error:
        unit, reason = _UNITS[name]
        failure = f"the computation failed ({type(error).__name__})"
        return Measure(name, None, unit, None, failure, reason=reason)
