"""Camera pixels per export pixel: the finest detail that the photo could hold."""

from __future__ import annotations

import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import Planes
from sonogate.types import Measure

GRID = 17
PERCENTILE = 5.0


def measure_sampling(planes: Planes, curve: ScoreCurve) -> Measure:
    """Return the smallest singular value of the export → photo Jacobian.

    It is taken over a grid of points of the scan area; the 5th percentile stands for the
    area, so that one far corner alone does not decide.
    """
    height, width = planes.scan.shape
    xs = np.linspace(0.0, width - 1.0, GRID)
    ys = np.linspace(0.0, height - 1.0, GRID)
    points = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    inside = planes.scan[points[:, 1].astype(int), points[:, 0].astype(int)]
    if inside.sum() < 4:  # a scan area smaller than the grid's mesh
        rows, columns = np.nonzero(planes.scan)
        points = np.c_[columns, rows][:: max(1, len(rows) // 64)].astype(np.float64)
        inside = np.ones(len(points), np.bool_)
    singular = np.linalg.svd(planes.to_photo.jacobians(points[inside]), compute_uv=False)
    raw = float(np.percentile(singular[:, -1], PERCENTILE))
    return Measure("sampling", raw, "camera px per export px", curve.score(raw), reason="too_far")
