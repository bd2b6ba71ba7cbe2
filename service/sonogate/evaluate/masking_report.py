"""Tables and sheets of the evaluation of masking.

Bounds of rates are those of Clopper and Pearson (1934), one-sided 97.5% on either end.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from scipy.stats import beta

from sonogate.evaluate.masking import THUMBNAIL_PX, Outcome
from sonogate.types import PixelArray

# Ink that stands out less than this many times its surroundings' spread is not legible.
LEGIBLE_CONTRAST = 1.0


def bounds(events: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided interval of a rate (Clopper and Pearson 1934)."""
    if trials == 0:
        return 0.0, 1.0
    tail = 0.5 * (1.0 - level)
    low = float(beta.ppf(tail, events, trials - events + 1)) if events else 0.0
    high = float(beta.ppf(1.0 - tail, events + 1, trials - events)) if events < trials else 1.0
    return low, high


def as_table(outcomes: Sequence[Outcome]) -> str:
    """Return leak rates with their bounds, and the costs, as Markdown."""
    accepted = [one for one in outcomes if one.accepted]
    lines = ["| of accepted | leaks | of | rate, % (95% interval) |", "|---|---|---|---|"]

    def row(name: str, events: int, trials: int) -> None:
        low, high = bounds(events, trials)
        rate = 100.0 * events / trials if trials else float("nan")
        lines.append(
            f"| {name} | {events} | {trials} | {rate:.2f} ({100 * low:.2f}–{100 * high:.2f}) |"
        )

    legible = [any(leak.contrast >= LEGIBLE_CONTRAST for leak in one.leaks) for one in accepted]
    row("screens, any ink", sum(bool(one.leaks) for one in accepted), len(accepted))
    row("screens, legible ink", sum(legible), len(accepted))
    row("screens, read by the adversary", sum(one.read > 0 for one in accepted), len(accepted))
    for kind in sorted({kind for one in accepted for kind in one.identifiers}):
        leaked = sum(leak.kind == kind for one in accepted for leak in one.leaks)
        row(kind, leaked, sum(one.identifiers.count(kind) for one in accepted))
    for family in sorted({one.family for one in accepted}):
        those = [one for one in accepted if one.family == family]
        row(f"layout {family}", sum(bool(one.leaks) for one in those), len(those))
    clinical = sum(one.clinical for one in accepted)
    kept = sum(one.kept for one in accepted)
    needless = [one.needless for one in accepted] or [float("nan")]
    refused = sum(one.unsure for one in outcomes)
    low, high = bounds(refused, len(outcomes))
    lines += [
        "",
        f"Clinical texts kept: {kept} of {clinical} ({100 * kept / max(clinical, 1):.1f}%)",
        f"Of those that can be read: {sum(one.legible_kept for one in accepted)} of "
        f"{sum(one.legible for one in accepted)}",
        f"Scan area masked needlessly: mean {100 * np.mean(needless):.3f}%, "
        f"median {100 * np.median(needless):.3f}%, most {100 * np.max(needless):.2f}%",
        f"Accepted by the gate: {len(accepted)} of {len(outcomes)}",
        f"Refused: {refused} of {len(outcomes)} ({100 * low:.1f}–{100 * high:.1f}%)",
    ]
    return "\n".join(lines)


def worst_sheet(outcomes: Sequence[Outcome], count: int = 100, columns: int = 5) -> PixelArray:
    """Return the accepted pictures with most to be looked at, side by side.

    Leaks come first, then what the adversary reads, then what was masked needlessly.

    Raises:
        ValueError: No picture was accepted.
    """
    ranked = sorted(
        (one for one in outcomes if one.accepted and one.worst is not None),
        key=lambda one: (
            -max((leak.visible for leak in one.leaks), default=0.0), -one.read, -one.needless
        ),
    )[:count]  # fmt: skip
    if not ranked:
        raise ValueError("no picture was accepted")
    rows = -(-len(ranked) // columns)
    sheet = np.full((rows * THUMBNAIL_PX, columns * THUMBNAIL_PX, 3), 90, dtype=np.uint8)
    for order, one in enumerate(ranked):
        assert one.worst is not None
        top, left = (order // columns) * THUMBNAIL_PX, (order % columns) * THUMBNAIL_PX
        height, width = one.worst.shape[:2]
        sheet[top : top + height, left : left + width] = one.worst
        cv2.putText(
            sheet, f"{one.name} {one.family}", (left + 4, top + THUMBNAIL_PX - 8),
            cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 0), 1,
        )  # fmt: skip
    return sheet
