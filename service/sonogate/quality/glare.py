"""Specular glare: lamps and windows mirrored in the screen."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.policy import ScoreCurve
from sonogate.quality.gsdf import jnd_retention
from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, Planes
from sonogate.types import HeatArray, Measure

UNIT = "% of the scan area"
WORK_WIDTH = 320
FLOOR_PX = 9  # work pixels: what lies between strokes and speckle
LOST_SHARE = 0.2
CONTENT_TOP = 0.12  # of white: the least range of grey that a place is granted
CHROMA_AT_MOST = 0.35  # of the level: a coloured panel is no lamp


def measure_glare(planes: Planes, curve: ScoreCurve) -> Measure:
    """Return the share of the scan area that loses more than 20% of its local JNDs.

    A reflection adds light with a smooth, wide shape that does not follow the picture: it
    lifts the local minimum across the borders of what is displayed. The lift beyond the
    screen's own black that varies smoothly counts; a panel, which ends in a sharp border
    and is flat within, does not. JNDs are those of DICOM PS3.14.
    """
    added, floor = _added_light(planes)
    level = _shrunk(planes, cv2.dilate(planes.luma, np.ones((5, 5), np.uint8))) / planes.white
    top = np.maximum(cv2.blur(level, (9, 9)) - added, CONTENT_TOP)
    kept = jnd_retention(np.zeros_like(top), top, added)
    lost = np.clip(1.0 - kept, 0.0, 1.0)
    scan = _shrunk(planes, planes.scan.astype(np.float32)) > 0.5
    hit = (lost > LOST_SHARE) & (added > 0.015)
    raw = float(100.0 * (hit & scan).sum() / max(int(scan.sum()), 1))
    heat = cv2.resize(
        np.where(hit, lost, 0.0).astype(np.float32),
        (HEAT_COLUMNS, HEAT_ROWS),
        interpolation=cv2.INTER_AREA,
    )
    del floor
    return Measure(
        "glare", raw, UNIT, curve.score(raw), reason="glare", heat=np.asarray(heat, np.float32)
    )


def _shrunk(planes: Planes, plane: NDArray[Any]) -> HeatArray:
    height, width = planes.luma.shape
    size = (WORK_WIDTH, max(8, round(WORK_WIDTH * height / width)))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _added_light(planes: Planes) -> tuple[HeatArray, HeatArray]:
    """Return the smooth light above the screen's black, and the local floor, of white."""
    luma = _shrunk(planes, planes.luma) / np.float32(planes.white)
    rgb = cv2.resize(planes.rgb, (luma.shape[1], luma.shape[0]), interpolation=cv2.INTER_AREA)
    high, low = rgb.max(2).astype(np.float32), rgb.min(2).astype(np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (FLOOR_PX, FLOOR_PX))
    floor = cv2.erode(cv2.blur(luma, (3, 3)), kernel)
    black = np.float32(np.quantile(floor, 0.15))
    lift = np.maximum(floor - black, 0.0)
    # what is displayed ends in sharp borders and is textured; light does neither
    gx = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8)
    gy = cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
    texture = cv2.blur(cv2.magnitude(gx, gy), (FLOOR_PX, FLOOR_PX))
    smooth = 1.0 / (1.0 + (texture / (0.10 * lift + 0.002)) ** 4)
    grey = cv2.blur(high - low, (5, 5)) <= CHROMA_AT_MOST * cv2.blur(high, (5, 5)) + 12.0
    flat = cv2.blur(cv2.magnitude(gx, gy), (FLOOR_PX, FLOOR_PX)) < 0.0012
    wide = cv2.morphologyEx(lift * smooth * grey * ~flat, cv2.MORPH_OPEN, kernel)
    return np.asarray(cv2.GaussianBlur(wide, (0, 0), 2.0), np.float32), np.asarray(
        floor, np.float32
    )
