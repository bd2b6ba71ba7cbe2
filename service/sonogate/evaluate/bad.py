"""Which photos are bad by their truth, whatever the gate says of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonogate.policy import CalibrationPolicy
from sonogate.types import FloatArray


def is_bad(row: dict[str, Any], rules: CalibrationPolicy) -> bool:
    """Tell whether a photo should not have been accepted.

    It is bad when it is far from its export, or when a fault that hides what is displayed
    is there by the simulator's own account: blur, glare, occlusion, clipping, a screen that is
    cut off.

    Args:
        row: What ``quality_run`` returned for it.
        rules: The limits.
    """
    shown = row.get("truth_mtf50_cpx")
    return (
        row["true_fidelity"] < rules.min_fidelity
        or (shown is not None and shown < rules.min_mtf50)
        or (row.get("true_glare") or 0.0) > rules.max_glare_pct
        or (row.get("true_exposure") or 0.0) > rules.max_clipped_pct
        or (row.get("truth_occluded_pct") or 0.0) > rules.max_occluded_pct
        or 100.0 * row["truth_visible_fraction"] < rules.min_visible_pct
    )


def bad_photos(rows: list[dict[str, Any]], rules: CalibrationPolicy) -> FloatArray:
    """Return (N,) 1 for the bad and 0 for the good."""
    return np.array([float(is_bad(row, rules)) for row in rows])
