"""How far a masked line in the scan area is prolonged, as letters at its ends may have been missed.

Where what lies beyond an end is as full of edges as the line itself, more letters may stand
there; beyond the end of a line on dark or smooth tissue nothing does, and a small margin will do.
"""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.identifiers import boxes
from sonogate.policy import IdentifiersPolicy
from sonogate.types import FloatArray, PixelArray, RectifiedScreen

# Of a line's height: the stretch over which edges are averaged, about half a letter.
STRETCH = 1.0 / 3.0


def prolonged(box: FloatArray, screen: RectifiedScreen, policy: IdentifiersPolicy) -> FloatArray:
    """Return a line's box, (4,) float64, prolonged at both ends along the line.

    Args:
        box: Around a level or an upright line, rectified pixels.
        screen: The screen it stands on.
        policy: How far at most and at least, and the share of the line's edges that tells.
    """
    width_px, height_px = box[2] - box[0], boxes.height(box)
    along = 1 if height_px > width_px else 0
    size_px = min(width_px, height_px)
    most_px = policy.scan_line_margin * size_px
    reaching = box.copy()
    reaching[along] -= most_px
    reaching[along + 2] += most_px
    x0, y0, x1, y1 = boxes.pixels(reaching, screen.pixels.shape)
    starts = (x0, y0)
    scale = min(1.0, 1.0 / screen.rectified_px_per_export_px)
    profile = _edges(screen.pixels[y0:y1, x0:x1], along, scale)
    first, last = (
        min(max(round((box[at] - starts[along]) * scale), 0), len(profile))
        for at in (along, along + 2)
    )
    line = profile[first:last]
    usual = float(np.median(line)) if len(line) else 0.0
    stretch = max(1, round(STRETCH * size_px * scale))
    result = box.copy()
    for at, beyond, sign in ((along, profile[:first], -1.0), (along + 2, profile[last:], 1.0)):
        bare = usual > 0.0 and _most(beyond, stretch) < policy.scan_end_ink * usual
        result[at] += sign * (policy.scan_end_margin * size_px if bare else most_px)
    for axis, limit in ((0, screen.size_wh[0]), (1, screen.size_wh[1])):
        result[[axis, axis + 2]] = np.clip(result[[axis, axis + 2]], -0.5, limit - 0.5)
    return result


def _edges(part: PixelArray, along: int, scale: float) -> FloatArray:
    """Return the mean steepness of each column (or row) of a part, at the display's own size."""
    if min(part.shape[:2]) < 1:
        return np.zeros(0)
    size_wh = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    small = cv2.resize(part, size_wh, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = (cv2.Sobel(grey, -1, dx, 1 - dx, ksize=3) for dx in (1, 0))
    steepness = np.abs(across) + np.abs(down)
    return np.asarray(steepness.mean(axis=along), dtype=np.float64)


def _most(profile: FloatArray, stretch: int) -> float:
    """Return the highest mean over a stretch of a profile; zero where there is none of it."""
    if len(profile) == 0:
        return 0.0
    window = np.ones(min(stretch, len(profile)))
    return float(np.convolve(profile, window / len(window), "valid").max())
