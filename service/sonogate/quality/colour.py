"""Colour cast: how far the screen's neutrals are from grey."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import Planes
from sonogate.types import FloatArray, Measure

UNIT = "delta E 2000"
STRIDE = 4
LEVELS = (15.0, 30.0, 50.0, 70.0, 101.0)  # bounds of L* bins
MIN_PIXELS = 30


def measure_colour(planes: Planes, curve: ScoreCurve) -> Measure:
    """Return the CIEDE2000 difference between the screen's neutrals and grey.

    Speckle, text and the grey bar are neutral on most systems. A cast shifts all of them;
    a tinted map or a coloured panel shifts only itself. So the a*b* that most pixels of a
    level share is taken for the level, and the least coloured levels tell.
    """
    lab = cv2.cvtColor(planes.rgb[::STRIDE, ::STRIDE].astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    lab = np.asarray(lab, np.float64).reshape(-1, 3)
    clipped = planes.rgb[::STRIDE, ::STRIDE].reshape(-1, 3).max(1) >= 253
    shifts = []
    for low, high in pairwise(LEVELS):
        chosen = lab[(lab[:, 0] >= low) & (lab[:, 0] < high) & ~clipped]
        if len(chosen) >= MIN_PIXELS:
            shifts.append(_shift(chosen))
    if not shifts:
        return Measure("colour", None, UNIT, None, "nothing neutral is bright enough")
    raw = float(np.quantile(shifts, 0.25))
    return Measure("colour", raw, UNIT, curve.score(raw))


def _shift(lab: FloatArray) -> float:
    """Return the difference from grey of the commonest a*b* among (N, 3) colours."""
    ab = np.clip(lab[:, 1:], -63.9, 63.9)
    counts, _, _ = np.histogram2d(ab[:, 0], ab[:, 1], bins=32, range=[[-64, 64], [-64, 64]])
    smooth = cv2.GaussianBlur(counts.astype(np.float32), (3, 3), 0.8)
    row, column = np.unravel_index(int(smooth.argmax()), smooth.shape)
    mode = np.array([row, column]) * 4.0 - 62.0
    near = lab[np.hypot(*(ab - mode).T) < 6.0]
    seen = np.median(near if len(near) else lab, axis=0)
    grey = np.array([seen[0], 0.0, 0.0])
    return float(deltaE_ciede2000(seen, grey))  # type: ignore[no-untyped-call]
