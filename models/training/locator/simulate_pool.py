"""Make a pool with the package's simulator: ``python -m ... simulate_pool DATA OUT``."""

from __future__ import annotations

import argparse
import multiprocessing
from pathlib import Path

import cv2
import numpy as np

from models.training.locator.camera import STORED_PX
from models.training.locator.compose import Sample
from models.training.locator.material import Split, link_backgrounds, split_of
from models.training.locator.pool import write_shard
from models.training.locator.render_screens import TEST_SEED, render_any
from sonogate.simulate.camera import Scenery, photograph, photograph_empty
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.screens.other_screens import OtherShows, render_other_screen
from sonogate.simulate.values import Export, SimulatedPhoto

SHARD_SIZE = 100
EMPTY_SHARE = 0.15
EXPORTS_KEPT = 40
HARD_SHOWS: tuple[OtherShows, ...] = ("television", "television", "desktop")
HARD_TRIES, HARD_STEP = 2, 100_000_000
HARD_TILT_DEG, HARD_EXTENT = 30.0, 0.4
_scenery: list[Scenery] = []
SIZES_WH = ((512, 384), (512, 384), (512, 288), (384, 512), (384, 512), (288, 512))


def scenery_of(data: Path, split: Split) -> Scenery:
    """Return the split's rooms."""
    scenery = Scenery(data)
    scenery.photos = tuple(path for path in scenery.photos if split_of(path) == split)
    scenery.panoramas = tuple(path for path in scenery.panoramas if split_of(path) == split)
    return scenery


def photo_size_wh(rng: np.random.Generator, enlarged: float) -> tuple[int, int]:
    """Return the size of a photo."""
    width, height = SIZES_WH[rng.integers(len(SIZES_WH))]
    return round(width * enlarged), round(height * enlarged)


def simulated(
    seed: int,
    split: Split,
    scenery: Scenery,
    backgrounds: Path,
    exports: dict[int, Export],
    enlarged: float = 1.0,
    *,
    hard: bool = False,
) -> tuple[SimulatedPhoto, Export | None]:
    """Return one simulated photo and what it shows; exports are made once for a few photos.

    Hard ones show no display twice as often, televisions and desktops where others show
    ultrasound, and half of the easy views are passed over for the next one.
    """
    rng = np.random.default_rng((seed, 12))
    size_wh = photo_size_wh(rng, enlarged)
    if rng.random() < EMPTY_SHARE * (1 + hard):
        return photograph_empty(
            seed, profile="fast", photo_size_wh=size_wh, preset="locator", scenery=scenery
        ), None
    key = seed // 4
    if key not in exports:
        if len(exports) >= EXPORTS_KEPT:
            exports.clear()
        scale = min(0.5 * enlarged, 1.0)
        if hard and key % 2:
            exports[key] = render_other_screen(key, HARD_SHOWS[key % 3], backgrounds, scale=scale)
        else:
            exports[key] = render_any(key, split, backgrounds, scale=scale)
    if hard:
        seed = _hard_view(seed, exports[key].size_wh, size_wh)
    return photograph(
        exports[key], seed, profile="fast", photo_size_wh=size_wh, preset="locator", scenery=scenery
    ), exports[key]


def _hard_view(seed: int, export_wh: tuple[int, int], photo_wh: tuple[int, int]) -> int:
    """Return the first of some seeds that looks from the side or from afar; else the last."""
    for candidate in range(seed, seed + HARD_TRIES * HARD_STEP, HARD_STEP):
        geometry = draw_setup(candidate, PRESETS["locator"], export_wh, photo_wh).geometry
        extent = (np.ptp(geometry.corners_xy, axis=0) / photo_wh).max()
        if geometry.tilt_deg > HARD_TILT_DEG or extent < HARD_EXTENT:
            break
    return candidate


def as_sample(photo: SimulatedPhoto, export: Export | None) -> Sample:
    """Return a simulated photo as a training sample of the stored size."""
    scale = STORED_PX / max(photo.pixels.shape[:2])
    size = round(photo.pixels.shape[1] * scale), round(photo.pixels.shape[0] * scale)
    pixels = np.asarray(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    truth = photo.truth
    if export is None or truth.corners_xy is None or truth.homography is None:
        return Sample(pixels, None, ultrasound=False, scan_xy=None, glare=None, source="simulated")
    scan = None
    if export.scan_area_xy is not None:
        mapped = cv2.perspectiveTransform(
            export.scan_area_xy[None].astype(np.float64), truth.homography
        )[0]
        scan = ((mapped + 0.5) * scale - 0.5).astype(np.float32)
    corners = ((truth.corners_xy + 0.5) * scale - 0.5).astype(np.float32)
    return Sample(
        pixels, corners, truth.shows == "ultrasound", scan, glare=None, source="simulated"
    )


def _start(data: Path, split: Split) -> None:
    cv2.setNumThreads(1)
    _scenery.append(scenery_of(data, split))


def _shard(task: tuple[Path, int, int, Split, bool]) -> Path:
    path, first, count, split, hard = task
    backgrounds = path.parent.parent / f"backgrounds_{split}"
    exports: dict[int, Export] = {}
    samples: list[Sample] = []
    for seed in range(first, first + count):
        made = simulated(seed, split, _scenery[0], backgrounds, exports, hard=hard)
        samples.append(as_sample(*made))
    write_shard(path, samples)
    return path


def main() -> None:
    """Read the command line and make what is missing of the pool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with backgrounds and environments")
    parser.add_argument("out", type=Path, help="folder for the shards")
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--split", choices=["train", "test"], default="train")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first photo")
    parser.add_argument("--hard", action="store_true", help="mostly what is easily missed")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    link_backgrounds(
        options.data, options.split, options.out.parent / f"backgrounds_{options.split}"
    )
    base = options.seed + (4 * TEST_SEED if options.split == "test" else 0)
    firsts = range(base, base + options.count, SHARD_SIZE)
    tasks = [
        (options.out / f"{first:09d}.npz", first, SHARD_SIZE, options.split, options.hard)
        for first in firsts
    ]
    tasks = [task for task in tasks if not task[0].exists()]
    with multiprocessing.get_context("spawn").Pool(
        options.workers, _start, (options.data, options.split)
    ) as workers:
        for k, path in enumerate(workers.imap(_shard, tasks)):
            print(f"{k + 1}/{len(tasks)} {path.name}", flush=True)


if __name__ == "__main__":
    main()
