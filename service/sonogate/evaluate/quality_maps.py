"""Whether a measure's map lies where the fault is, by the simulator's own maps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.evaluate import statistics as st
from sonogate.evaluate.quality_set import Case
from sonogate.quality.glare import local_loss
from sonogate.types import HeatArray, QualityReport

LOST_SHARE = 0.2  # of a place's JNDs: above, a reflection has taken it
MARKED = 0.4  # of a heat map
COVERED = 0.05  # of a cell: nothing is judged where something stands before the screen
GAMMA = 2.2
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
FEWEST = 5  # cells of either kind that a photo's own AUC needs


def map_figures(case: Case, found: QualityReport) -> dict[str, float | None]:
    """Return how the maps of reflections and of moiré lie on those of the truth.

    Reflections are compared cell by cell inside the scan area: ``map_auc_glare`` is the area
    under the ROC curve of the heat against the cells of which most lose over a fifth of their
    JNDs; ``map_both_glare`` and ``map_either_glare`` count the cells that are marked and lost,
    marked or lost. ``map_srcc_moire`` is the rank correlation of the moiré's heat with its
    amplitude. Each is None where the truth or the map is not there.

    Args:
        case: The photo with its truth.
        found: What was measured of it.
    """
    return {**_glare(case, found), **_moire(case, found)}


def _glare(case: Case, found: QualityReport) -> dict[str, float | None]:
    names = ("map_auc_glare", "map_both_glare", "map_either_glare")
    heat = found["glare"].heat
    if heat is None or "reflection" not in case.maps or case.screen is None:
        return dict.fromkeys(names)
    size = (heat.shape[1], heat.shape[0])
    lost = lost_share(case.export, case.maps["reflection"], size) > 0.5
    scan = _scan(case, size) & (cv2.resize(case.maps["occluded"], size) <= COVERED)
    marked = heat > MARKED
    rare = min(int(lost[scan].sum()), int((~lost)[scan].sum()))
    auc = st.auc(-heat[scan].astype(np.float64), lost[scan].astype(np.float64))
    both, either = (marked & lost & scan).sum(), ((marked | lost) & scan).sum()
    values = (auc if rare >= FEWEST else None, float(both), float(either))
    return dict(zip(names, values, strict=True))


def lost_share(
    export: NDArray[np.uint8], reflection_pct: HeatArray, size_wh: tuple[int, int]
) -> HeatArray:
    """Return which share of each cell loses over a fifth of its JNDs to reflections.

    Args:
        export: (h, w, 3) uint8, what is displayed.
        reflection_pct: (rows, columns) light that reflections add, % of white.
        size_wh: Columns and rows of the cells.
    """
    work = (20 * size_wh[0], 20 * size_wh[1])
    small = cv2.resize(export, work, interpolation=cv2.INTER_AREA)
    luma = np.asarray((small.astype(np.float32) / 255.0) ** GAMMA @ LUMA, np.float32)
    layer = cv2.resize(reflection_pct / np.float32(100), work, interpolation=cv2.INTER_LINEAR)
    lost = local_loss(luma, np.asarray(layer, np.float32)) > LOST_SHARE
    return np.asarray(
        cv2.resize(lost.astype(np.float32), size_wh, interpolation=cv2.INTER_AREA), np.float32
    )


def _moire(case: Case, found: QualityReport) -> dict[str, float | None]:
    heat = found["moire"].heat
    if heat is None or "moire" not in case.maps or case.screen is None:
        return {"map_srcc_moire": None}
    size = (heat.shape[1], heat.shape[0])
    true = cv2.resize(case.maps["moire"], size, interpolation=cv2.INTER_AREA)
    scan = _scan(case, size)
    if scan.sum() < 3 or np.ptp(heat[scan]) == 0.0:
        return {"map_srcc_moire": None}
    seen = heat[scan].astype(np.float64)
    return {"map_srcc_moire": st.srcc(seen, true[scan].astype(np.float64))}


def _scan(case: Case, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    area = np.array(case.truth["scan_area_xy"], np.float64).reshape(-1, 2)
    filled = np.zeros(case.export.shape[:2], np.float32)
    cv2.fillPoly(filled, [np.rint(area).astype(np.int32)], 1.0)
    return np.asarray(cv2.resize(filled, size_wh, interpolation=cv2.INTER_AREA) >= 0.5)
