"""What the file's compression took away."""

from __future__ import annotations

import numpy as np

from sonogate.policy import ScoreCurve
from sonogate.quality.planes import Planes
from sonogate.types import Measure, Photo

UNIT = "quality factor (IJG)"
BLOCK = 8
CROP = 1024
LOSSLESS = 100.0
CHANCE = 2.0  # standard deviations


def measure_compression(planes: Planes, photo: Photo, curve: ScoreCurve) -> Measure:
    """Return the JPEG quality factor, from the file or else from the blocks it left.

    Where the format does not tell (HEIC, AVIF, WebP), the quality is that of the JPEG file
    with the same discontinuity at the bounds of 8×8 blocks.
    """
    encoding = photo.encoding
    if encoding.lossless:
        raw = LOSSLESS
    elif encoding.quality is not None:
        raw = float(np.clip(encoding.quality, 1.0, 100.0))
    else:
        ratio = blockiness(planes, photo)
        if ratio is None:
            failure = "too little of the screen is inside the photo"
            return Measure("compression", None, UNIT, None, failure, reason="compressed")
        raw = float(np.clip(95.0 - 130.0 * max(ratio - 1.0, 0.0), 5.0, 95.0))
    return Measure("compression", raw, UNIT, curve.score(raw), reason="compressed")


def blockiness(planes: Planes, photo: Photo) -> float | None:
    """Return the mean step across bounds of 8×8 blocks over the mean step elsewhere.

    What the displayed picture itself makes the seven other places of a period differ by is
    taken off first: fine text has steps at any place.
    """
    width, height = planes.luma.shape[1], planes.luma.shape[0]
    middle = planes.to_photo.points(np.array([[width / 2.0, height / 2.0]]))[0]
    corner = np.clip(np.rint(middle).astype(int) - CROP // 2, 0, None) // BLOCK * BLOCK
    crop = photo.pixels[corner[1] : corner[1] + CROP, corner[0] : corner[0] + CROP, 1]
    if min(crop.shape) < 8 * BLOCK:
        return None
    green = crop.astype(np.int16)
    ratios = []
    for axis in (0, 1):
        steps = np.abs(np.diff(green, axis=axis)).mean(axis=1 - axis)
        by_place = np.array([steps[place::BLOCK].mean() for place in range(BLOCK)])
        elsewhere, at_bound = by_place[:-1], by_place[-1]
        own = CHANCE * elsewhere.std()
        ratios.append((max(at_bound - own, 0.0) + 0.05) / (elsewhere.mean() + 0.05))
    return float(np.mean(ratios))
