"""What layouts of several kinds share."""

from __future__ import annotations

from sonogate.simulate.screens.headers import odd_identifiers
from sonogate.simulate.screens.ornaments import adorn
from sonogate.simulate.screens.overlays import (
    annotate,
    biopsy_guide,
    calipers,
    depth_ruler,
    heart_trace,
    orientation_mark,
)
from sonogate.simulate.screens.parts import results_box
from sonogate.simulate.screens.placing import Placed
from sonogate.simulate.screens.stage import Stage


def dress(stage: Stage, placed: Placed, results_xy: tuple[float, float]) -> None:
    """Add what a single picture usually carries."""
    depth_ruler(stage, placed)
    adorn(stage, placed)
    if stage.chance(0.85):
        orientation_mark(stage, placed)
    if stage.chance(0.12):
        biopsy_guide(stage, placed)
    results: list[str] = []
    if stage.chance(0.55):
        results = calipers(stage, placed, int(stage.rng.integers(1, 4)))
    if stage.chance(0.6):
        annotate(stage, placed, int(stage.rng.integers(1, 3)))
    if stage.exam.name == "cardiac" and stage.chance(0.6):
        w = placed.w * 0.9
        y = min(placed.y + placed.h * 0.9, stage.size_wh[1] - 60.0)
        heart_trace(stage, placed.x + placed.w * 0.05, y, w, 46)
    results_box(stage, *results_xy, results)
    if stage.chance(0.22):
        odd_identifiers(stage, placed)
