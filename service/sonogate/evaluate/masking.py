"""How well identifiers are masked, by ink: leaks with exact bounds, and what it costs.

A text leaks when more than ``MAX_VISIBLE`` of the ink that was drawn, mapped onto the
rectified screen, is not covered. Ink can be visible and yet too faint or too small to be
read: of each leak its contrast and height are given, so that both can be counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate import identifiers
from sonogate.evaluate import masking_adversary as adversary
from sonogate.evaluate.masking_photos import LabelledScreen
from sonogate.identifiers import TextReader
from sonogate.pipeline import Gate
from sonogate.policy import Policy
from sonogate.simulate.screens.writing import words
from sonogate.simulate.values import Export, ScreenText, TextKind
from sonogate.types import (
    FloatArray,
    IdentifierReport,
    MaskedScreen,
    PixelArray,
    RectifiedScreen,
)
from sonogate.verdict import decide

MAX_VISIBLE = 0.02
MIN_KEPT = 0.9
# Of a text's ink, what must be in the frame for the text to count.
MIN_IN_FRAME = 0.9
# Masks within this distance of an identifier's ink are needed, export pixels.
NEEDED_MARGIN_PX = 12.0
SUBSAMPLES = 3
# Ink at least this high in the photo, and in letters that the recogniser has, can be read.
LEGIBLE_PX = 14.0
THUMBNAIL_PX = 480

# Says whether the gate takes a photo whose masking is complete.
Accepts = Callable[["LabelledScreen", IdentifierReport], bool]


@dataclass(frozen=True, slots=True)
class Leak:
    """An identifier that was not covered, without its text.

    Attributes:
        kind: What it tells.
        visible: Share of its ink that is not covered.
        contrast: By how many spreads of its surroundings the ink differs from them.
        height_px: Height of its ink (width, if upright), export pixels.
    """

    kind: TextKind
    visible: float
    contrast: float
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What masking made of one screen.

    Attributes:
        name: The screen's.
        family: The layout's.
        accepted: Whether the masking called itself complete and the gate took the photo.
        identifiers: Identifying texts in the frame, by kind.
        leaks: Those that were not covered.
        clinical: Clinical texts in the frame.
        kept: Those of which nearly all ink is visible.
        legible: Clinical texts in letters that the recogniser has, and high enough to be read.
        legible_kept: Those of them that are kept.
        needless: Share of the scan area that was masked away from any identifier.
        read: Identifiers of which the adversary still reads something.
        unsure: Whether the masking did not call itself complete.
        worst: A small masked picture, for the sheet.
    """

    name: str
    family: str
    accepted: bool
    identifiers: tuple[TextKind, ...]
    leaks: tuple[Leak, ...]
    clinical: int
    kept: int
    needless: float
    legible: int = 0
    legible_kept: int = 0
    read: int = 0
    unsure: bool = False
    worst: PixelArray | None = field(default=None, repr=False)


def to_rectified(points_xy: FloatArray, export: Export, screen: RectifiedScreen) -> FloatArray:
    """Map export pixels to rectified pixels; both span the same display."""
    scale = np.array(screen.size_wh) / np.array(export.size_wh)
    return np.asarray((points_xy + 0.5) * scale - 0.5, dtype=np.float64)


def gate_accepts(gate: Gate) -> Accepts:
    """Return what asks a gate whether it takes a photo, apart from its masking."""

    def accepts(labelled: LabelledScreen, report: IdentifierReport) -> bool:
        if labelled.photo is None:
            return report.complete
        quality = gate.measure(labelled.screen, labelled.photo)
        verdict = decide(labelled.screen, quality, report, gate.policy, gate.sentences)
        return verdict.outcome in {"accepted", "accepted_with_limits"}

    return accepts


def judge(
    labelled: LabelledScreen,
    reader: TextReader,
    policy: Policy,
    *,
    accepts: Accepts | None = None,
    tesseract: bool = False,
) -> Outcome:
    """Mask a screen and compare with its truth.

    Args:
        labelled: The screen.
        reader: Finds and reads text.
        policy: What is kept, and when masking can be trusted.
        accepts: Whether the gate takes the photo; None to ask the masking alone.
        tesseract: Whether the adversary looks at the masked picture.
    """
    rules, screen, export = policy.identifiers, labelled.screen, labelled.export
    runs = identifiers.witnessed(identifiers.read(screen, reader, rules), screen, reader, rules)
    report = identifiers.classify(runs, screen, rules)
    masked = identifiers.mask(screen, report, rules)
    final = identifiers.check(masked, report, reader, rules)
    accepted = final.complete and (accepts is None or accepts(labelled, final))
    seen = adversary.words(masked.pixels) if tesseract and accepted else np.zeros((0, 4))
    makers = set(words()["makers"]["names"])
    near = np.zeros(masked.mask.shape, dtype=np.uint8)
    kinds: list[TextKind] = []
    leaks: list[Leak] = []
    clinical = kept = legible = legible_kept = read = 0
    for text in export.texts:
        x, y = _ink_pixels(text, labelled)
        if not len(x) or labelled.in_frame[y, x].mean() < MIN_IN_FRAME:
            continue
        visible = float((~masked.mask[y, x]).mean())
        if text.kind == "clinical":
            # Names of makers are not of the clinic: the policy says whether they stay.
            if text.text not in makers:
                shown = visible >= MIN_KEPT
                clinical, kept = clinical + 1, kept + shown
                if can_be_read(text, labelled):
                    legible, legible_kept = legible + 1, legible_kept + shown
            continue
        kinds.append(text.kind)
        near[y, x] = 1
        read += adversary.reads(seen, masked, x.astype(np.float64), y.astype(np.float64))
        if visible > MAX_VISIBLE:
            leaks.append(Leak(text.kind, visible, ink_contrast(screen, x, y), min(text.ink.shape)))
    return Outcome(
        name=labelled.name,
        family=export.family,
        accepted=accepted,
        identifiers=tuple(kinds),
        leaks=tuple(leaks),
        clinical=clinical,
        kept=kept,
        needless=_needless(screen, masked, near),
        legible=legible,
        legible_kept=legible_kept,
        read=read,
        unsure=not final.complete,
        worst=_thumbnail(masked),
    )


def can_be_read(text: ScreenText, labelled: LabelledScreen) -> bool:
    """Say whether a text is high enough in the photo and in letters the recogniser has."""
    area_px = cv2.contourArea(labelled.screen.quad.corners_xy.astype(np.float32))
    sampling = float(np.sqrt(area_px / np.prod(labelled.export.size_wh)))
    scripts = {unicodedata.name(one, "").split(" ")[0] for one in text.text if one.isalpha()}
    known = {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "MICRO", "GREEK"}
    return scripts <= known and min(text.ink.shape) * sampling >= LEGIBLE_PX


def _thumbnail(masked: MaskedScreen) -> PixelArray:
    scale = THUMBNAIL_PX / max(masked.mask.shape)
    small = cv2.resize(masked.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


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
