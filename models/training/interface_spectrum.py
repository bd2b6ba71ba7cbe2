"""Fit the power law of interfaces that ``sonogate.quality.blur`` measures blur against.

Photos of the training and validation splits whose hand was still, with screens and scan
areas of the truth: what the known spot and pixel take from the power is put back, and level
and exponent of each wedge of directions follow by least squares, beside a level of each
photo's own. What phones' sharpening and denoising do to the spectrum on average is in them.
The test split is never looked at here: ``sonogate evaluate quality`` judges by it.

    python -m models.training.interface_spectrum DATASET...
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sonogate.evaluate.quality_set import Case, open_cases, read_truth
from sonogate.policy import default_policy
from sonogate.quality.blur import FEWEST_CELLS, WEDGE_BOUNDS_DEG, wedges
from sonogate.quality.planes import make_planes
from sonogate.quality.spectrum import average, cut_tiles, factors

Array = NDArray[np.float64]
SPLITS = ("train", "validation")
STILL_PX = 0.4  # export px
WEDGES = len(WEDGE_BOUNDS_DEG) + 1
STEEPER = 0.22  # of the exponents: leaves the MTF50 of these photos without a median bias


def observe(case: Case) -> tuple[Array, Array, Array] | None:
    """Return a photo's log power without its known blur, the law's terms, and weights.

    Returns:
        (C,) log power; (C, 8) share of each wedge, and the same times the log radius; (C,)
        weights that sum to 1. None where the photo shows too little.
    """
    if case.screen is None or float(case.truth["motion_export_px"]) >= STILL_PX:
        return None
    planes = make_planes(case.screen)
    factor = factors(planes)[0]
    tiles = cut_tiles(planes, case.photo, factor)
    if tiles is None:
        return None
    spectrum = average(tiles, np.ones(len(tiles.part), np.bool_))
    if len(spectrum.power) < FEWEST_CELLS:
        return None
    spot_px = 0.5 * (float(case.truth["blur_least_px"]) + float(case.truth["blur_most_px"]))
    box = (float(case.truth["zoom"]) ** 2 + factor**2 - 1.0) / 12.0
    variance = (spot_px**2 + box) / factor**2
    taken = 4.0 * np.pi**2 * variance * (spectrum.squares[:, 0] + spectrum.squares[:, 2])
    wedge = wedges(spectrum.frequency)
    shares = np.stack([spectrum.mean((wedge == k).astype(float)) for k in range(WEDGES)], 1)
    radius = spectrum.mean(np.hypot(spectrum.frequency[:, 0], spectrum.frequency[:, 1]))
    terms = np.hstack([shares, shares * np.log(radius)[:, None]])
    return np.log(spectrum.power) + taken, terms, spectrum.count / spectrum.count.sum()


def fit(photos: list[tuple[Array, Array, Array]]) -> tuple[Array, Array]:
    """Return (4,) levels, the first 0, and (4,) exponents."""
    rows, wanted = [], []
    for index, (level, terms, weight) in enumerate(photos):
        own = np.zeros((len(level), len(photos)))
        own[:, index] = 1.0  # so the first wedge's level is the photo's
        root = np.sqrt(weight)
        rows.append(np.hstack([own, terms[:, 1:]]) * root[:, None])
        wanted.append(level * root)
    solution = np.linalg.lstsq(np.vstack(rows), np.concatenate(wanted), rcond=None)[0]
    law = solution[len(photos) :]
    return np.r_[0.0, law[: WEDGES - 1]], law[WEDGES - 1 :]


def main() -> None:
    """Print the constants of ``sonogate.quality.blur``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", type=Path, nargs="+")
    policy = default_policy()
    photos = []
    for dataset in parser.parse_args().datasets:
        for split in SPLITS:
            for case in open_cases(dataset, read_truth(dataset, split), policy):
                observed = observe(case)
                if observed is not None:
                    photos.append(observed)
    level, exponent = fit(photos)
    print(f"{len(photos)} photos")
    print("LEVEL", np.round(level, 2).tolist())
    print("EXPONENT", np.round(exponent - STEEPER, 2).tolist())


if __name__ == "__main__":
    main()
