"""Stray light: how bright the screen's black looks, beside its white."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import Planes
from sonogate.types import Measure

UNIT = "% of screen white"
ROWS, COLUMNS, CELL_PX = 18, 24, 9
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
    inner = planes.luma[top : height - top, left : width - left]
    # means of some pixels, so that noise does not pass for a darker black
    size = (COLUMNS * CELL_PX, ROWS * CELL_PX)
    method = cv2.INTER_AREA if inner.shape[1] >= size[0] else cv2.INTER_LINEAR
    means = cv2.resize(inner, size, interpolation=method)
    cells = means.reshape(ROWS, CELL_PX, COLUMNS, CELL_PX).transpose(0, 2, 1, 3)
    cells = np.sort(cells.reshape(ROWS, COLUMNS, -1), axis=2)
    floors = cells[..., cells.shape[2] // 10]
    black = float(np.quantile(floors, DARKEST_SHARE))
    raw = 100.0 * black / planes.white
    if raw > 100.0 * BLACK_AT_MOST:
        return Measure("veil", None, UNIT, None, "the screen shows no black", reason="veil")
    return Measure("veil", raw, UNIT, curve.score(raw), reason="veil")
