"""Colour cast: how far the screen's neutrals are from grey."""

from __future__ import annotations

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000

from sonogate.policy import ScoreCurve
from sonogate.quality.neutrals import Neutrals
from sonogate.types import Measure

UNIT = "delta E 2000"
LEVEL = 0.5  # of white, linear light


def measure_colour(neutrals: Neutrals | None, curve: ScoreCurve) -> Measure:
    """Return the CIEDE2000 difference between the screen's neutrals and grey.

    It is taken halfway, in linear light, between the screen's black and its white.
    """
    if neutrals is None:
        return Measure("colour", None, UNIT, None, "nothing neutral is bright enough")
    middle = neutrals.black + LEVEL * (neutrals.white - neutrals.black)
    linear = np.clip(middle, 0.0, 1.0)
    low, high = 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    coded = np.where(linear <= 0.0031308, low, high).astype(np.float32)
    lab = cv2.cvtColor(coded.reshape(1, 1, 3), cv2.COLOR_RGB2LAB)
    seen = np.asarray(lab, np.float64).ravel()
    grey = np.array([seen[0], 0.0, 0.0])
    raw = float(deltaE_ciede2000(seen, grey))  # type: ignore[no-untyped-call]
    return Measure("colour", raw, UNIT, curve.score(raw))
