"""Specular glare: lamps and windows mirrored in the screen."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.glare_features import DARKEST, glare_features
from sonogate.quality.glare_model import GlareModel
from sonogate.quality.gsdf import jnd_retention
from sonogate.quality.planes import Planes
from sonogate.types import HeatArray, Measure

UNIT = "% of the scan area"
SMOOTH_CELLS = 3
LIKELY = 0.5  # of the smoothed probability: a cell is taken
LIGHT_THEME = 0.45  # lightness, of white, of the darkest tenth of the screen
CONTENT_TOP = 0.12  # of white: the least range of grey that a place is granted


def measure_glare(planes: Planes, model: GlareModel | None, curve: ScoreCurve) -> Measure:
    """Return the share of the scan area that loses more than 20% of its local JNDs.

    A small perceptron tells for each of 24×32 cells how likely a reflection takes that much;
    JNDs are those of DICOM PS3.14. It was trained on exports under drawn reflections and
    on simulated photos (see the model's card).
    """
    if model is None:
        failure = "no model of reflections was loaded"
        return Measure("glare", None, UNIT, None, failure, reason="glare")
    features = glare_features(planes)
    if features[0, 0, DARKEST] > LIGHT_THEME:
        failure = "nothing on the screen is dark enough to see reflections in"
        return Measure("glare", None, UNIT, None, failure, reason="glare")
    probability = model.probability(features.reshape(-1, features.shape[-1])).reshape(
        features.shape[:2]
    )
    # reflections are wide: neighbours tell more of a cell than it does by itself
    smooth = cv2.blur(probability, (SMOOTH_CELLS, SMOOTH_CELLS))
    heat = np.where(smooth > LIKELY, smooth, 0.0).astype(np.float32)
    scan = planes.cells(planes.scan.astype(np.float32))
    raw = float(100.0 * ((heat > 0) * scan).sum() / max(float(scan.sum()), 1e-6))
    return Measure("glare", raw, UNIT, curve.score(raw), reason="glare", heat=heat)


def local_loss(luma: HeatArray, added: HeatArray) -> HeatArray:
    """Return the share of its JNDs that each place loses to added light, 0–1.

    Args:
        luma: (h, w) linear luma of what is displayed, 1 is the screen's white.
        added: (h, w) light added to it, in the same unit.
    """
    around = max(luma.shape[1] // 22, 3)
    top = cv2.blur(cv2.dilate(luma, np.ones((3, 3), np.uint8)), (around, around))
    top = np.maximum(top, CONTENT_TOP)
    return np.asarray(1.0 - jnd_retention(np.zeros_like(top), top, added), np.float32)
