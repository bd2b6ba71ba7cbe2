"""Stray light: how bright the screen's black looks, beside its white."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import Planes
from sonogate.types import Measure

UNIT = "% of screen white"
ROWS, COLUMNS = 18, 24
MARGIN = 0.015  # of each side: refinement errors let the bezel in
DARKEST_SHARE = 0.08  # of the cells: what is taken for black
BLACK_AT_MOST = 0.25  # of white: a screen whose darkest cells are brighter shows no black


def measure_veil(planes: Planes, curve: ScoreCurve) -> Measure:
    """Return the black level against the screen's white in linear light.

    The idea is ISO 18844's: light that does not belong to the picture shows where the
    picture is black. On an ultrasound screen that is the surround of the scan area (and
    what is empty within). The black level is an upper bound of the veil: a theme without
    black can only be bounded, and one without anything dark is a failure.
    """
    height, width = planes.luma.shape
    top, left = int(MARGIN * height), int(MARGIN * width)
    # a small mean first, so that noise does not pass for a darker black
    smooth = cv2.blur(planes.luma, (5, 5))[top : height - top, left : width - left]
    rows = np.array_split(np.arange(smooth.shape[0]), ROWS)
    columns = np.array_split(np.arange(smooth.shape[1]), COLUMNS)
    floors = np.array(
        [
            [np.percentile(smooth[r[0] : r[-1] + 1 : 2, c[0] : c[-1] + 1 : 2], 10) for c in columns]
            for r in rows
        ]
    )
    black = float(np.quantile(floors, DARKEST_SHARE))
    raw = 100.0 * black / planes.white
    if raw > 100.0 * BLACK_AT_MOST:
        return Measure("veil", None, UNIT, None, "the screen shows no black", reason="veil")
    return Measure("veil", raw, UNIT, curve.score(raw), reason="veil")
