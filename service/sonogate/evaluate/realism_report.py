"""The comparison of real and simulated photos as files: JSON, Markdown, contact sheet."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.evaluate.realism import Realism, Separation
from sonogate.types import PixelArray

THUMB_PX = 200
COLUMNS = 4
_SHEET_QUALITY = 82


def write(
    folder: Path,
    result: Realism,
    real: dict[str, PixelArray],
    simulated: dict[str, PixelArray],
) -> None:
    """Write ``realism.json``, ``realism.md`` and ``realism.jpg`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "realism.json").write_text(json.dumps(asdict(result), indent=1) + "\n", "utf-8")
    (folder / "realism.md").write_text(as_section(result), "utf-8")
    sheet = contact_sheet(list(real.values()), list(simulated.values()))
    options = [cv2.IMWRITE_JPEG_QUALITY, _SHEET_QUALITY]
    _, data = cv2.imencode(".jpg", sheet[..., ::-1], options)
    (folder / "realism.jpg").write_bytes(data.tobytes())


def as_section(result: Realism) -> str:
    """Return a section for a data card, in Markdown."""
    lines = [
        "## Realism",
        "",
        "![Real photos on the left, simulated ones on the right](realism.jpg)",
        "",
        "A penalised logistic regression on named features of 96-pixel patches, photos held "
        "out: 0.5 would be indistinguishable by these features, 1.0 always told apart. What is "
        "displayed differs between the groups, which adds to the figure.",
        "",
        "| what is told apart | AUC of patches (95% interval) | AUC of photos | photos | patches |",
        "|---|---|---|---|---|",
        _line("real, simulated", result.across_photos),
    ]
    if result.across_sources is not None:
        lines.append(_line("the same, each real source unseen", result.across_sources))
    if result.real_sources is not None:
        lines.append(_line("one real source, the others", result.real_sources))
    names = list(result.by_source)
    lines += [
        "",
        "By real source: "
        + ", ".join(f"{name} {value:.3f}" for name, value in result.by_source.items())
        + ".",
        "",
        "What gives it away, each feature by itself (above 0.5: the real photos have more):",
        "",
        "| feature | AUC | " + "".join(f"{name} | " for name in names) + "real | simulated |",
        "|---|---|" + "---|" * len(names) + "---|---|",
    ]
    for one in result.giveaways:
        own = "".join(f"{one.by_source[name]:.3f} | " for name in names)
        lines.append(f"| {one.name} | {one.auc:.3f} | {own}{one.real:.3f} | {one.simulated:.3f} |")
    return "\n".join(lines) + "\n"


def _line(what: str, one: Separation) -> str:
    return (
        f"| {what} | {one.auc:.3f} ({one.low:.3f}–{one.high:.3f}) | {one.photo_auc:.3f} "
        f"| {one.photos[0]} and {one.photos[1]} | {one.patches[0]} and {one.patches[1]} |"
    )


def contact_sheet(real: list[PixelArray], simulated: list[PixelArray]) -> PixelArray:
    """Return thumbnails of real photos on the left and as many simulated ones on the right."""
    rows = -(-len(real) // COLUMNS)
    count = rows * COLUMNS
    even = np.linspace(0, len(simulated) - 1, min(count, len(simulated))).astype(int)
    halves = (_grid(real, rows), _grid([simulated[k] for k in even], rows))
    gap = np.full((rows * THUMB_PX, 12, 3), 255, np.uint8)
    return np.hstack([halves[0], gap, halves[1]])


def _grid(pictures: list[PixelArray], rows: int) -> NDArray[np.uint8]:
    grid = np.full((rows * THUMB_PX, COLUMNS * THUMB_PX, 3), 255, np.uint8)
    for k, picture in enumerate(pictures):
        scale = (THUMB_PX - 6) / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top = k // COLUMNS * THUMB_PX + (THUMB_PX - small.shape[0]) // 2
        left = k % COLUMNS * THUMB_PX + (THUMB_PX - small.shape[1]) // 2
        grid[top : top + small.shape[0], left : left + small.shape[1]] = small
    return grid
