"""How well displays are found: overlap, corner error, finds and false finds, by stratum.

A photo's overlap is the intersection over union of found and true quad, both clipped to
the frame: what is out of frame is not in the picture (SmartDoc 2015 measures on the whole
page, which is always in its frames). A display that is not found has an overlap of 0. The
corner error is the mean distance of the four corners over the true quad's diagonal, of
displays whose corners all lie inside the frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from sonogate.evaluate.localisation_set import LabelledPhoto
from sonogate.policy import Policy
from sonogate.screen import ScreenLocator, refine
from sonogate.types import FloatArray, ScreenQuad

RESAMPLES = 1000
GOOD_OVERLAP = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a locator made of one photo.

    Attributes:
        name: The photo's.
        strata: The photo's.
        present: True when there is a display.
        found: True when one was found.
        overlap: Intersection over union inside the frame; NaN without a display.
        corner_error: Mean corner distance over the diagonal; NaN where it is not defined.
        upright: The found reading orientation is the true one; False when not found.
        confidence: 0–100; NaN when not found.
        shows: What is displayed, or None.
        shows_ultrasound: Share of belief, or NaN.
        found_xy: The found quad, or None.
        true_xy: The true quad, or None.
    """

    name: str
    strata: tuple[str, ...]
    present: bool
    found: bool
    overlap: float
    corner_error: float
    upright: bool
    confidence: float
    shows: str | None
    shows_ultrasound: float
    found_xy: FloatArray | None = field(default=None, repr=False)
    true_xy: FloatArray | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        stratum: The group.
        photos: Photos with a display in it.
        mean_overlap: Mean intersection over union.
        low: Lower end of its 95% bootstrap interval.
        high: Upper end.
        corner_error_percent: Median corner error, % of the diagonal; NaN without any.
        found_percent: Displays found.
        upright_percent: Of those found, in their true reading orientation.
    """

    stratum: str
    photos: int
    mean_overlap: float
    low: float
    high: float
    corner_error_percent: float
    found_percent: float
    upright_percent: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The table, first row over all photos, and the false finds."""

    rows: tuple[Row, ...]
    empty_photos: int
    false_finds_percent: float
    calibration: tuple[tuple[float, float, int], ...]
    worst: tuple[str, ...]


def clipped_overlap(found_xy: FloatArray, true_xy: FloatArray, size_wh: tuple[int, int]) -> float:
    """Return intersection over union of two quads inside a frame."""
    width, height = size_wh
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(
        0.5
    )
    found = _common(found_xy.astype(np.float32), frame)
    true = _common(true_xy.astype(np.float32), frame)
    if len(found) < 3 or len(true) < 3:
        return 0.0
    common = _area(_common(found, true))
    union = _area(found) + _area(true) - common
    return min(common / union, 1.0) if union > 0 else 0.0


def _common(a: Any, b: Any) -> Any:
    points = cv2.intersectConvexConvex(a, b)[1]
    return np.zeros((0, 2), np.float32) if points is None else points.reshape(-1, 2)


def _area(polygon: Any) -> float:
    return float(cv2.contourArea(polygon)) if len(polygon) >= 3 else 0.0


def judge(labelled: LabelledPhoto, quad: ScreenQuad | None) -> Outcome:
    """Compare a found quad with the truth."""
    true_xy = labelled.corners_xy
    overlap = error = float("nan")
    upright = False
    if true_xy is not None:
        overlap = 0.0
        if quad is not None:
            overlap = clipped_overlap(quad.corners_xy, true_xy, labelled.photo.size_wh)
            shifts = [np.abs(np.roll(true_xy, k, 0) - quad.corners_xy).sum() for k in range(4)]
            upright = int(np.argmin(shifts)) == 0
            size = np.array(labelled.photo.size_wh)
            if ((true_xy > -0.5) & (true_xy < size - 0.5)).all():
                distance = np.linalg.norm(quad.corners_xy - true_xy, axis=1).mean()
                diagonals = np.linalg.norm(true_xy[2:] - true_xy[:2], axis=1)
                error = float(distance / diagonals.mean())
    return Outcome(
        name=labelled.name,
        strata=labelled.strata,
        present=true_xy is not None,
        found=quad is not None,
        overlap=overlap,
        corner_error=error,
        upright=upright,
        confidence=float("nan") if quad is None else quad.confidence,
        shows=labelled.shows,
        shows_ultrasound=float("nan")
        if quad is None or quad.shows_ultrasound is None
        else quad.shows_ultrasound,
        found_xy=None if quad is None else quad.corners_xy,
        true_xy=true_xy,
    )


def run(
    photos: Iterable[LabelledPhoto], locator: ScreenLocator, policy: Policy, *, refined: bool = True
) -> list[Outcome]:
    """Locate the display in each photo and compare with the truth.

    Args:
        photos: The photos, read as they are needed.
        locator: Finds displays.
        policy: For the refinement.
        refined: Also refine each quad on the full photo, as the pipeline does.
    """
    outcomes = []
    for labelled in photos:
        quad = locator(labelled.photo)
        if quad is not None and refined:
            quad = refine(labelled.photo, quad, policy.screen)
        outcomes.append(judge(labelled, quad))
    return outcomes


def _row(stratum: str, outcomes: Sequence[Outcome], rng: np.random.Generator) -> Row:
    overlaps = np.array([outcome.overlap for outcome in outcomes])
    errors = np.array([outcome.corner_error for outcome in outcomes])
    errors = errors[np.isfinite(errors)]
    found = [outcome for outcome in outcomes if outcome.found]
    means = overlaps[rng.integers(0, len(overlaps), (RESAMPLES, len(overlaps)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Row(
        stratum=stratum,
        photos=len(outcomes),
        mean_overlap=float(overlaps.mean()),
        low=float(low),
        high=float(high),
        corner_error_percent=100 * float(np.median(errors)) if len(errors) else float("nan"),
        found_percent=100.0 * len(found) / len(outcomes),
        upright_percent=100.0 * sum(o.upright for o in found) / len(found) if found else 0.0,
    )


def summarise(outcomes: Sequence[Outcome], worst: int = 20) -> Summary:
    """Make the table of all photos and of each stratum.

    Args:
        outcomes: At least one with a display.
        worst: How many of the worst photos to name.
    """
    rng = np.random.default_rng(0)
    shown = [outcome for outcome in outcomes if outcome.present]
    empty = [outcome for outcome in outcomes if not outcome.present]
    rows = [_row("all", shown, rng)]
    for stratum in sorted({name for outcome in shown for name in outcome.strata}):
        rows.append(_row(stratum, [o for o in shown if stratum in o.strata], rng))
    false = sum(outcome.found for outcome in empty)
    ranked = sorted(shown, key=lambda outcome: outcome.overlap)
    return Summary(
        rows=tuple(rows),
        empty_photos=len(empty),
        false_finds_percent=100.0 * false / len(empty) if empty else float("nan"),
        calibration=_calibration([outcome for outcome in shown if outcome.found]),
        worst=tuple(outcome.name for outcome in ranked[:worst]),
    )


def _calibration(found: Sequence[Outcome]) -> tuple[tuple[float, float, int], ...]:
    """Return by decile of confidence: its mean, how often the overlap is good, and how many."""
    confidence = np.array([outcome.confidence for outcome in found])
    good = np.array([outcome.overlap > GOOD_OVERLAP for outcome in found])
    bins = np.minimum(confidence // 10, 9)
    table = []
    for k in range(10):
        chosen = bins == k
        if chosen.any():
            table.append(
                (float(confidence[chosen].mean()), float(good[chosen].mean()), int(chosen.sum()))
            )
    return tuple(table)


def as_table(summary: Summary) -> str:
    """Return the summary as Markdown."""
    lines = [
        "| stratum | photos | mean IoU (95% interval) | corner error, % of diagonal "
        "| found, % | upright, % |",
        "|---|---|---|---|---|---|",
    ]
    for row in summary.rows:
        overlap = f"{row.mean_overlap:.4f} ({row.low:.4f}–{row.high:.4f})"
        lines.append(
            f"| {row.stratum} | {row.photos} | {overlap} | {row.corner_error_percent:.3f} "
            f"| {row.found_percent:.1f} | {row.upright_percent:.1f} |"
        )
    lines += [
        "",
        f"False finds: {summary.false_finds_percent:.2f}% of {summary.empty_photos} empty",
    ]
    lines += ["", "| confidence | IoU above 0.95, % | photos |", "|---|---|---|"]
    for confidence, good, count in summary.calibration:
        lines.append(f"| {confidence:.0f} | {100 * good:.0f} | {count} |")
    return "\n".join(lines)
