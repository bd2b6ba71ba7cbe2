"""Grey levels lost at the ends of the camera's range."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import SRGB_TO_LINEAR, Planes
from sonogate.types import Measure, ReasonCode

UNIT = "% of the scan area"
CLIPPED_CODE = 253
CRUSHED_CODE = 4  # the lowest codes of the photo, where quantisation and denoising eat detail
VISIBLE_CODE = 16  # an export's code above which the eye finds structure


def measure_exposure(planes: Planes, curve: ScoreCurve) -> Measure:
    """Return the share of the scan area that is clipped or crushed.

    A pixel is clipped where two of its channels, averaged over an export pixel, reach the
    top. It is crushed where the photo shows next to nothing although, measured against the
    screen's own white, the export would be visible there: a black picture is not crushed.
    """
    two_highest = np.median(planes.rgb, axis=2) if planes.rgb.size < 3000 else _median3(planes)
    clipped = (two_highest >= CLIPPED_CODE) & planes.scan
    crushed = (planes.grey <= CRUSHED_CODE) & planes.scan
    crushed &= planes.luma > planes.white * SRGB_TO_LINEAR[VISIBLE_CODE]
    area = float(planes.scan.sum())
    bright, dark = 100.0 * clipped.sum() / area, 100.0 * crushed.sum() / area
    raw = float(bright + dark)
    reason: ReasonCode = "too_bright" if bright >= dark else "too_dark"
    if planes.white < SRGB_TO_LINEAR[VISIBLE_CODE]:
        return Measure("exposure", None, UNIT, None, "nothing is bright", reason="too_dark")
    heat = planes.cells((clipped | crushed).astype(np.float32))
    return Measure("exposure", raw, UNIT, curve.score(raw), reason=reason, heat=heat)


def _median3(planes: Planes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    red, green, blue = cv2.split(planes.rgb)
    low, high = cv2.min(red, green), cv2.max(red, green)
    return np.asarray(cv2.max(low, cv2.min(high, blue)), np.uint8)
