"""From a seed to an export, with its truth."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sonogate.simulate.screens.layouts import ALL, Family
from sonogate.simulate.screens.pixels import pictures_in
from sonogate.simulate.screens.stage import Stage, draw_stage
from sonogate.simulate.values import Export
from sonogate.types import FloatArray

FAMILIES: tuple[str, ...] = tuple(family.name for family in ALL)


def _family(rng: np.random.Generator, name: str | None) -> Family:
    if name is None:
        return ALL[int(rng.integers(len(ALL)))]
    for family in ALL:
        if family.name == name:
            return family
    raise ValueError(f"unknown layout family {name!r}")


def joined(outlines_xy: list[FloatArray]) -> FloatArray | None:
    """Join outlines into one polygon by bridges of no width; None without any."""
    if not outlines_xy:
        return None
    whole = outlines_xy[0]
    for other in outlines_xy[1:]:
        whole = np.concatenate([whole, whole[:1], other, other[:1]])
    return whole


def draw_screen(
    seed: int, family: str | None, content: Path | Sequence[Path] | None, scale: float
) -> tuple[Stage, Family]:
    """Draw a screen but for its text, which waits in the stage's canvas."""
    chosen = _family(np.random.default_rng(seed), family)
    # Families share no chance: one seed shows other contents in each.
    rng = np.random.default_rng([seed, zlib.crc32(chosen.name.encode())])
    size_wh = chosen.sizes_wh[int(rng.integers(len(chosen.sizes_wh)))]
    style = chosen.styles[int(rng.integers(len(chosen.styles)))]
    low, high = chosen.text_px
    size_px = max(8.0, min(size_wh) * float(rng.uniform(low, high)) / 1000)
    if rng.random() < 0.06:
        size_px = float(rng.uniform(6.0, 8.0))
    stage = draw_stage(
        rng,
        size_wh,
        style,
        size_px,
        light=bool(rng.random() < chosen.light),
        scale=scale,
        real=pictures_in(content) if isinstance(content, Path) else tuple(content or ()),
        exams=chosen.exams,
    )
    chosen.draw(stage)
    return stage, chosen


def render_export(
    seed: int,
    family: str | None = None,
    content: Path | Sequence[Path] | None = None,
    *,
    scale: float = 1.0,
) -> Export:
    """Render the screen of an invented ultrasound machine.

    Args:
        seed: The same seed gives the same export, on the same set of installed fonts.
        family: One of ``FAMILIES``; drawn at random when None.
        content: Folder of real ultrasound pictures, or the files, of which some screens then
            show one; None for generated pictures only.
        scale: Below one, the same layout is drawn on a smaller grid, text and all; for
            quick training pictures.

    Returns:
        The export. Its scan-area polygon covers every ultrasound picture shown, thumbnails
        aside; several are joined into one polygon by bridges of no width.

    Raises:
        ValueError: The family is unknown or the scale is not in (0, 1].
    """
    if not 0.0 < scale <= 1.0:
        raise ValueError(f"scale must be in (0, 1], got {scale}")
    stage, chosen = draw_screen(seed, family, content, scale)
    stage.canvas.write()
    return Export(
        pixels=stage.canvas.pixels,
        shows=chosen.shows,
        family=chosen.name,
        content_id="+".join(stage.content_ids) or f"text-{seed}",
        texts=tuple(stage.canvas.texts),
        scan_area_xy=joined(stage.outlines_xy),
        px_per_cm=stage.px_per_cm,
        seed=seed,
        sectors=tuple(stage.sectors),
    )
