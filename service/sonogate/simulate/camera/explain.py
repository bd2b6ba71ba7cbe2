"""What spoiled a photo most, by counterfactual: one stage mended, all else as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from sonogate.simulate.camera.geometry import Geometry, place
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.values import Export
from sonogate.types import ReasonCode

MENDABLE: tuple[ReasonCode, ...] = (
    "too_far",
    "off_angle",
    "cut_off",
    "blur_focus",
    "blur_motion",
    "glare",
    "veil",
    "moire",
    "too_dark",
    "too_bright",
    "noise",
    "compressed",
    "occluded",
)
_SHARP_PX = 0.3
_GOOD_EXPOSURE = 0.8
_FULL_FILL = 0.92


def gains(export: Export, setup: CameraSetup, scenery: Scenery) -> Mapping[ReasonCode, float]:
    """Return by how much mending each single stage raises the true fidelity.

    The fidelity is HaarPSI as captured, over the scan area, in points (0–100). A fault that
    was not there is left out, so an untouched photo has no gains but that of its panel's
    moiré. The photo is taken again for every fault: about a dozen times the work.
    """
    base = _fidelity(export, setup, scenery)
    found: dict[ReasonCode, float] = {}
    for fault in MENDABLE:
        if fault == "moire":
            found[fault] = _fidelity(export, setup, scenery, subpixels=False) - base
            continue
        mended = mend(setup, fault)
        if mended is not None:
            found[fault] = _fidelity(export, mended, scenery) - base
    return MappingProxyType(found)


def dominant_fault(found: Mapping[ReasonCode, float], least_gain: float) -> ReasonCode | None:
    """Return the fault whose mending gains most, None where none gains ``least_gain``."""
    if not found:
        return None
    best = max(found, key=lambda fault: found[fault])
    return best if found[best] >= least_gain else None


def _fidelity(
    export: Export, setup: CameraSetup, scenery: Scenery, subpixels: bool = True
) -> float:
    photo = take(export, setup, "full", scenery, subpixels=subpixels)
    return 100.0 * photo.truth.figures["captured_haarpsi"]


def mend(setup: CameraSetup, fault: ReasonCode) -> CameraSetup | None:
    """Return the setup without one fault, None where it does not have it.

    Raises:
        ValueError: The fault is not one that a setup can be mended of.
    """
    lens, room, panel, sensor = setup.lens, setup.room, setup.panel, setup.sensor
    if fault in {"too_far", "off_angle", "cut_off"}:
        geometry = _mend_pose(setup.geometry, fault)
        return None if geometry is None else replace(setup, geometry=geometry)
    if fault == "blur_focus":
        sharp = _SHARP_PX
        return replace(setup, lens=replace(lens, blur_px=sharp)) if lens.blur_px > sharp else None
    if fault == "blur_motion":
        return replace(setup, lens=replace(lens, motion_px=0.0)) if lens.motion_px > 0.5 else None
    if fault == "glare":
        return replace(setup, room=replace(room, lamps=()), panel=replace(panel, reflectance=0.0))
    if fault == "veil":
        clear = replace(lens, flare=0.0, bloom=0.0, smear=0.0)
        return replace(setup, lens=clear, panel=replace(panel, haze=0.0, smudge=0.0, dust=0))
    if fault in {"too_dark", "too_bright"}:
        wrong = sensor.exposure < 0.7 if fault == "too_dark" else sensor.exposure > 1.1
        right = replace(sensor, exposure=_GOOD_EXPOSURE)
        return replace(setup, sensor=right) if wrong else None
    if fault == "noise":
        return replace(setup, sensor=replace(sensor, shot=1e-5, read=1e-8))
    if fault == "compressed":
        return replace(setup, encoding=replace(setup.encoding, messenger=None, quality=97))
    if fault == "occluded":
        return replace(setup, room=replace(room, occluders=())) if room.occluders else None
    raise ValueError(f"no setup can be mended of {fault}")


def _mend_pose(geometry: Geometry, fault: ReasonCode) -> Geometry | None:
    extent = np.ptp(geometry.corners_xy, axis=0) / geometry.photo_size_wh
    fill = float(extent.max())
    middle = geometry.corners_xy.mean(axis=0) / geometry.photo_size_wh
    tilt = geometry.tilt_deg
    if fault == "too_far" and fill < _FULL_FILL:
        fill, middle = _FULL_FILL, np.array([0.5, 0.5])
    elif fault == "off_angle" and tilt > 8.0:
        tilt = 0.0
    elif fault == "cut_off" and geometry.visible_fraction < 0.999:
        fill, middle = min(fill, _FULL_FILL), np.array([0.5, 0.5])
    else:
        return None
    away = geometry.rotation[2, :2]
    return place(
        geometry.export_size_wh,
        geometry.photo_size_wh,
        geometry.pitch_mm,
        geometry.focal_px,
        tilt,
        float(np.degrees(np.arctan2(away[1], away[0]))),
        geometry.roll_deg,
        fill,
        (float(middle[0]), float(middle[1])),
        geometry.distortion_k1,
    )
