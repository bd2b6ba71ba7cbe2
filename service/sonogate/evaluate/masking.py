"""How well identifiers are masked, by ink: leaks with exact bounds, and what it costs.

A text leaks when more than ``MAX_VISIBLE`` of the ink that was drawn, mapped onto the
rectified screen, is not covered. Bounds are those of Clopper and Pearson (1934), one-sided
97.5% on either end. Ink can be visible and yet too faint or too small to be read: of each
leak its contrast is given, so that both can be counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from sonogate import identifiers
from sonogate.identifiers import TextReader
from sonogate.policy import Policy
from sonogate.screen import rectify
from sonogate.simulate import photograph, render_export
from sonogate.simulate.values import Export, ScreenText, TextKind
from sonogate.types import FloatArray, MaskedScreen, Photo, RectifiedScreen, ScreenQuad

MAX_VISIBLE = 0.02
MIN_KEPT = 0.9
# Of a text's ink, what must be in the frame for the text to count.
MIN_IN_FRAME = 0.9
# Masks within this distance of an identifier's ink are needed, export pixels.
NEEDED_MARGIN_PX = 12.0
# Ink that stands out less than this many times its surroundings' spread is not legible.
LEGIBLE_CONTRAST = 1.0
SUBSAMPLES = 3


@dataclass(frozen=True, slots=True, eq=False)
class LabelledScreen:
    """A rectified screen and the export behind it.

    Attributes:
        name: Names it in tables.
        export: What was displayed.
        screen: The rectified screen, with the true scan area.
        in_frame: (height, width) bool, rectified pixels that the photo holds.
    """

    name: str
    export: Export
    screen: RectifiedScreen
    in_frame: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Leak:
    """An identifier that was not covered, without its text."""

    kind: TextKind
    visible: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What masking made of one screen.

    Attributes:
        name: The screen's.
        family: The layout's.
        accepted: Whether the masking called itself complete.
        identifiers: Identifying texts in the frame, by kind.
        leaks: Those that were not covered.
        clinical: Clinical texts in the frame.
        kept: Those of which nearly all ink is visible.
        needless: Share of the scan area that was masked away from any identifier.
    """

    name: str
    family: str
    accepted: bool
    identifiers: tuple[TextKind, ...]
    leaks: tuple[Leak, ...]
    clinical: int
    kept: int
    needless: float


def simulated(
    seeds: Iterable[int], size_wh: tuple[int, int], policy: Policy
) -> Iterator[LabelledScreen]:
    """Make simulated photos, rectified by their true corners.

    Args:
        seeds: One photo each; a screen without a scan area is left out.
        size_wh: Size of the photos, pixels.
        policy: For rectification.
    """
    for seed in seeds:
        export = render_export(seed)
        if export.scan_area_xy is None:
            continue
        made = photograph(export, seed, "full", size_wh, "masking", fidelity=False)
        truth = made.truth
        if truth.corners_xy is None:
            continue
        photo = Photo(made.pixels, "0" * 64, "jpeg")
        quad = ScreenQuad(truth.corners_xy, 100.0, truth.visible_fraction, truth.distortion_k1)
        screen = rectify(photo, quad, policy.screen, export.size_wh)
        area_xy = to_rectified(export.scan_area_xy, export, screen)
        blank = replace(photo, pixels=np.full_like(made.pixels, 255))
        frame = rectify(blank, quad, policy.screen, export.size_wh).pixels[..., 0] > 127
        yield LabelledScreen(str(seed), export, replace(screen, scan_area_xy=area_xy), frame)


def to_rectified(points_xy: FloatArray, export: Export, screen: RectifiedScreen) -> FloatArray:
    """Map export pixels to rectified pixels; both span the same display."""
    scale = np.array(screen.size_wh) / np.array(export.size_wh)
    return np.asarray((points_xy + 0.5) * scale - 0.5, dtype=np.float64)


def judge(labelled: LabelledScreen, reader: TextReader, policy: Policy) -> Outcome:
    """Mask a screen and compare with its truth."""
    rules, screen, export = policy.identifiers, labelled.screen, labelled.export
    report = identifiers.classify(identifiers.read(screen, reader, rules), screen, rules)
    masked = identifiers.mask(screen, report, rules)
    final = identifiers.check(masked, report, reader, rules)
    near = np.zeros(masked.mask.shape, dtype=np.uint8)
    kinds: list[TextKind] = []
    leaks: list[Leak] = []
    clinical = kept = 0
    for text in export.texts:
        x, y = _ink_pixels(text, labelled)
        if not len(x) or labelled.in_frame[y, x].mean() < MIN_IN_FRAME:
            continue
        visible = float((~masked.mask[y, x]).mean())
        if text.kind == "clinical":
            clinical, kept = clinical + 1, kept + (visible >= MIN_KEPT)
            continue
        kinds.append(text.kind)
        near[y, x] = 1
        if visible > MAX_VISIBLE:
            leaks.append(Leak(text.kind, visible, ink_contrast(screen, x, y)))
    return Outcome(
        name=labelled.name,
        family=export.family,
        accepted=final.complete,
        identifiers=tuple(kinds),
        leaks=tuple(leaks),
        clinical=clinical,
        kept=kept,
        needless=_needless(screen, masked, near),
    )


def _ink_pixels(
    text: ScreenText, labelled: LabelledScreen
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rectified pixels that a text's ink covers."""
    rows, columns = np.nonzero(text.ink)
    steps = (np.arange(SUBSAMPLES) - (SUBSAMPLES - 1) / 2) / SUBSAMPLES
    inside = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    points = (np.stack((columns, rows), axis=1) + text.ink_xy)[:, None] + inside
    mapped = to_rectified(points.reshape(-1, 2), labelled.export, labelled.screen)
    width, height = labelled.screen.size_wh
    whole = np.unique(np.round(mapped).astype(np.int64), axis=0)
    whole = whole[((whole >= 0) & (whole < (width, height))).all(axis=1)]
    return whole[:, 0], whole[:, 1]


def ink_contrast(screen: RectifiedScreen, x: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Return by how many spreads of its surroundings ink differs from them, most of R, G, B."""
    pad = round(6 * screen.rectified_px_per_export_px)
    x0, y0 = max(int(x.min()) - pad, 0), max(int(y.min()) - pad, 0)
    part = screen.pixels[y0 : int(y.max()) + pad + 1, x0 : int(x.max()) + pad + 1].astype(float)
    ink = np.zeros(part.shape[:2], dtype=bool)
    ink[y - y0, x - x0] = True
    around = ~cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if not around.any():
        return float("inf")
    spread = np.maximum(part[around].std(axis=0), 1.0)
    return float((np.abs(part[ink].mean(axis=0) - part[around].mean(axis=0)) / spread).max())


def _needless(screen: RectifiedScreen, masked: MaskedScreen, near: NDArray[np.uint8]) -> float:
    assert screen.scan_area_xy is not None
    area = np.zeros(near.shape, dtype=np.uint8)
    cv2.fillPoly(area, [np.round(screen.scan_area_xy).astype(np.int32)], 1)
    side = 2 * round(NEEDED_MARGIN_PX * screen.rectified_px_per_export_px) + 1
    needed = cv2.dilate(near, np.ones((side, side), np.uint8))
    return float((masked.mask & (area > 0) & (needed == 0)).sum() / max(int(area.sum()), 1))


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
    for kind in sorted({kind for one in accepted for kind in one.identifiers}):
        leaked = sum(leak.kind == kind for one in accepted for leak in one.leaks)
        row(kind, leaked, sum(one.identifiers.count(kind) for one in accepted))
    clinical = sum(one.clinical for one in accepted)
    kept = sum(one.kept for one in accepted)
    needless = [one.needless for one in accepted] or [float("nan")]
    refused = len(outcomes) - len(accepted)
    low, high = bounds(refused, len(outcomes))
    lines += [
        "",
        f"Clinical texts kept: {kept} of {clinical} ({100 * kept / max(clinical, 1):.1f}%)",
        f"Scan area masked needlessly: mean {100 * np.mean(needless):.3f}%, "
        f"median {100 * np.median(needless):.3f}%, most {100 * np.max(needless):.2f}%",
        f"Refused: {refused} of {len(outcomes)} ({100 * low:.1f}–{100 * high:.1f}%)",
    ]
    return "\n".join(lines)
