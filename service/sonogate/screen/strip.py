"""A strip of the photo along one side of a quad, set straight.

The display's edge, its border, the bezel and whatever runs along them inside the picture
are all parallel to the side, or nearly. So the strip is sheared until its mean profile is
at its most distinct; after that every edge along the side is a peak of one profile, with
the noise of a hundred places averaged out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.screen import geometry
from sonogate.types import FloatArray, PixelArray

PLACES = 96
# Corners are often rounded, and hide in the bezel's corner: stay off them.
SIDE_MARGIN = 0.03
MIN_PLACES = 14
MIN_STEP_PX = 0.5
_LUMA = np.array([[0.299, 0.587, 0.114]], dtype=np.float32)
_TAPS = 3
# A gradient of this many times the noise counts for half of a full vote.
_SOFT_NOISES, _LEAST_NOISE = 2.5, 0.3
# Places are joined by threes for the search of the shear, which is then refined on all.
_JOINED, _SHEARS = 3, 41
_SHARPEN = (0.25, 0.5, 0.25)

HeatMap = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Luma across a side, outward to the right, set straight.

    Attributes:
        shares: (P,) places along the side, 0 at its first corner and 1 at its second.
        offsets_px: (S,) distances outward from the sheared side, ideal photo pixels.
        shear_px: How much farther out the straightened side lies at its second corner than
            at its middle.
        level: (P, S) luma on a scale where equal steps are about equally visible.
        votes: (P, S) -1 to 1: positive where the picture is brighter inward of the place.
        seen_share: Share of the side's places that are inside the frame.
    """

    shares: FloatArray
    offsets_px: FloatArray
    shear_px: float
    level: HeatMap
    votes: HeatMap
    seen_share: float

    @property
    def step_px(self) -> float:
        """Distance of two neighbouring offsets, photo pixels."""
        return float(self.offsets_px[1] - self.offsets_px[0])

    def profile(self) -> FloatArray:
        """Return the (S,) mean vote at each offset."""
        return np.convolve(self.votes.mean(axis=0), _SHARPEN, "same").astype(np.float64)


def outward(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the unit normal that leads out of a clockwise quad across a side."""
    along = (second - first) / max(float(np.hypot(*(second - first))), 1e-9)
    return np.array([along[1], -along[0]])


def places_along() -> FloatArray:
    """Return the places along a side that are looked at, 0 to 1."""
    ticks = np.arange(PLACES, dtype=np.float64) / (PLACES - 1)
    return np.asarray(SIDE_MARGIN + (1 - 2 * SIDE_MARGIN) * ticks)


def sample(
    pixels: PixelArray,
    ends_xy: FloatArray,
    shares: FloatArray,
    offsets_px: FloatArray,
    k1: float,
) -> tuple[HeatMap, NDArray[np.bool_]]:
    """Return (P, S) luma across a side, and where it is inside the frame.

    Args:
        pixels: The photo.
        ends_xy: (2, 2) ideal ends of the side.
        shares: (P,) places along it.
        offsets_px: (S,) or (P, S) distances outward from it.
        k1: The lens's distortion.
    """
    height, width = pixels.shape[:2]
    side = ends_xy[1] - ends_xy[0]
    normal = outward(ends_xy[0], ends_xy[1])
    spacing = (shares[1] - shares[0]) / _TAPS
    taps = shares[:, None] + (np.arange(_TAPS) - _TAPS // 2) * spacing
    base = ends_xy[0] + taps[:, :, None] * side
    across = np.broadcast_to(offsets_px, (len(shares), offsets_px.shape[-1]))
    grid = base[:, None] + across[:, :, None, None] * normal
    grid = geometry.distort(grid, k1, (width, height)) if k1 != 0.0 else grid
    x, y = (grid[..., axis].reshape(len(shares), -1).astype(np.float32) for axis in (0, 1))
    colours = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    luma = cv2.transform(colours, _LUMA).reshape(*across.shape, _TAPS)
    middle = grid[:, :, _TAPS // 2]
    seen = np.all((middle > 0.5) & (middle < np.array([width - 1.5, height - 1.5])), axis=2)
    return np.asarray(luma.mean(axis=2, dtype=np.float32)), seen


def straighten(
    pixels: PixelArray,
    ends_xy: FloatArray,
    k1: float,
    reach_px: float,
    step_px: float,
    shear_sd_px: float,
) -> Strip | None:
    """Take the strip along a side and shear it straight.

    Args:
        pixels: The photo.
        ends_xy: (2, 2) ideal ends of the side, clockwise.
        k1: The lens's distortion.
        reach_px: Half the strip's width.
        step_px: Distance between samples across.
        shear_sd_px: How far off the side's direction is expected to be, at an end.

    Returns:
        The strip, or None where too little of the side is inside the frame.
    """
    step_px = max(step_px, MIN_STEP_PX)
    half = int(np.ceil(reach_px / step_px))
    offsets = np.arange(-half, half + 1, dtype=np.float64) * step_px
    shares = places_along()
    luma, seen = sample(pixels, ends_xy, shares, offsets, k1)
    usable = seen.mean(axis=1) > 0.6
    if usable.sum() < MIN_PLACES:
        return None
    shares, luma, seen = shares[usable], luma[usable], seen[usable]
    level = np.asarray(16.0 * np.sqrt(luma), dtype=np.float32)
    smooth = np.asarray(cv2.GaussianBlur(level, (5, 1), 0.8), dtype=np.float32)
    edges = np.zeros_like(smooth)
    edges[:, 1:-1] = 0.5 * (smooth[:, :-2] - smooth[:, 2:])
    edges[~seen] = 0.0
    noise = 1.4826 * float(np.median(np.abs(edges))) + _LEAST_NOISE
    votes = np.asarray(edges / (np.abs(edges) + _SOFT_NOISES * noise), dtype=np.float32)
    lever = np.asarray(2.0 * shares - 1.0)
    shear = _best_shear(votes, lever, shear_sd_px / step_px)
    return Strip(
        shares=shares,
        offsets_px=offsets,
        shear_px=shear * step_px,
        level=shift_rows(level, shear * lever),
        votes=shift_rows(votes, shear * lever),
        seen_share=float(usable.mean()),
    )


def shift_rows(values: HeatMap, steps: FloatArray) -> HeatMap:
    """Return each row read ``steps`` columns further on, linearly interpolated."""
    rows, columns = values.shape
    x = np.arange(columns, dtype=np.float32)[None, :] + steps[:, None].astype(np.float32)
    y = np.broadcast_to(np.arange(rows, dtype=np.float32)[:, None], x.shape)
    moved = cv2.remap(
        np.ascontiguousarray(values), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return cast(HeatMap, moved)


def _best_shear(votes: HeatMap, lever: FloatArray, sd_steps: float) -> float:
    """Return the shear, in steps at the side's end, that makes the profile most distinct."""
    whole = len(lever) // _JOINED * _JOINED
    joined = votes[:whole].reshape(-1, _JOINED, votes.shape[1]).mean(axis=1)
    middles = lever[:whole].reshape(-1, _JOINED).mean(axis=1)
    shears = np.linspace(-1.6, 1.6, _SHEARS) * sd_steps
    columns = np.arange(votes.shape[1])[None, None, :]
    index = columns + np.rint(shears[:, None, None] * middles[None, :, None]).astype(np.intp)
    inside = (index >= 0) & (index < votes.shape[1])
    rows = np.arange(len(middles))[None, :, None]
    picked = joined[rows, np.clip(index, 0, votes.shape[1] - 1)] * inside
    distinct = _distinctness(picked.mean(axis=1)) * np.exp(-0.5 * (shears / sd_steps) ** 2)
    best = float(shears[int(np.argmax(distinct))])
    spacing = float(shears[1] - shears[0])
    for part in (0.5, 0.25):
        tried = best + np.array([-part, 0.0, part]) * spacing
        profiles = np.stack([shift_rows(votes, shear * lever).mean(axis=0) for shear in tried])
        scores = _distinctness(profiles) * np.exp(-0.5 * (tried / sd_steps) ** 2)
        best = float(tried[int(np.argmax(scores))])
    return best


def _distinctness(profiles: NDArray[np.floating]) -> FloatArray:
    """Return how peaked each of (N, S) profiles is."""
    smooth = 0.5 * profiles[:, 1:-1] + 0.25 * (profiles[:, :-2] + profiles[:, 2:])
    return np.asarray((np.abs(smooth) ** 3).sum(axis=1), dtype=np.float64)
