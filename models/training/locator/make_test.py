"""Write a labelled set of simulated photos for ``sonogate evaluate localisation``.

``python -m models.training.locator.make_test DATA OUT --count 2000`` makes photos of the
test split: layout families, rooms, panels and contents that no training photo has. With
``--composed`` they are composed as training photos are, which has more kinds of objects
that are no display; those are for the calibration.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from models.training.locator.compose import compose
from models.training.locator.material import Library, Split, link_backgrounds
from models.training.locator.render_screens import TEST_SEED
from models.training.locator.simulate_pool import photo_size_wh, scenery_of, simulated
from sonogate.evaluate.localisation_set import TRUTH_NAME, strata_of
from sonogate.simulate.camera import Scenery
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.values import Export

CHUNK = 40
_scenery: list[Scenery] = []
_library: dict[Split, Library] = {}


def _start(data: Path, split: Split, rendered: Path | None) -> None:
    cv2.setNumThreads(1)
    _scenery.append(scenery_of(data, split))
    _library[split] = Library(data, split, rendered)


def circumstances(seed: int, export_size_wh: tuple[int, int], enlarged: float) -> dict[str, float]:
    """Return what a simulated photo was made with, as ``strata_of`` takes it."""
    size_wh = photo_size_wh(np.random.default_rng((seed, 12)), enlarged)
    setup = draw_setup(seed, PRESETS["locator"], export_size_wh, size_wh)
    lens, room = setup.lens, setup.room
    return {
        # The hand's path has the spread of a line of its length.
        "blur_px": math.hypot(lens.blur_px, lens.motion_px / math.sqrt(12)),
        "room_light": room.level,
        "bezel": float(np.mean(setup.housing.albedo)),
        "lamps": len(room.lamps),
        "occluders": len(room.occluders),
    }


def _chunk(task: tuple[Path, int, int, Split, float]) -> list[tuple[str, dict[str, object]]]:
    out, first, count, split, enlarged = task
    exports: dict[int, Export] = {}
    entries = []
    for seed in range(first, first + count):
        backgrounds = out / f"backgrounds_{split}"
        photo, export = simulated(seed, split, _scenery[0], backgrounds, exports, enlarged)
        name = f"sim_{seed}.jpg"
        pixels = np.ascontiguousarray(photo.pixels[..., ::-1])
        if not cv2.imwrite(str(out / name), pixels, [cv2.IMWRITE_JPEG_QUALITY, 93]):
            raise OSError("cannot write a photo")
        entry: dict[str, object] = {"strata": []}
        truth = photo.truth
        if export is not None and truth.corners_xy is not None:
            extent = np.ptp(truth.corners_xy, axis=0) / truth.photo_size_wh
            facts = {
                "tilt_deg": truth.tilt_deg,
                "fill": float(extent.max()),
                "visible_fraction": truth.visible_fraction,
                **circumstances(seed, export.size_wh, enlarged),
            }
            entry["corners_xy"] = truth.corners_xy.round(3).tolist()
            entry["shows"] = truth.shows
            entry["strata"] = [*strata_of(facts), f"family {export.family}"]
            entry["distortion_k1"] = truth.distortion_k1
        entries.append((name, entry))
    return entries


def _composed(
    task: tuple[Path, int, int, Split, float], *, hard: bool = False
) -> list[tuple[str, dict[str, object]]]:
    out, first, count, split, _ = task
    entries = []
    for seed in range(first, first + count):
        sample = compose(np.random.default_rng((seed, 13)), _library[split], hard=hard)
        name = f"composed_{seed}.jpg"
        pixels = np.ascontiguousarray(sample.pixels[..., ::-1])
        if not cv2.imwrite(str(out / name), pixels, [cv2.IMWRITE_JPEG_QUALITY, 95]):
            raise OSError("cannot write a photo")
        entry: dict[str, object] = {"strata": []}
        if sample.corners_xy is not None:
            entry["corners_xy"] = sample.corners_xy.astype(float).round(3).tolist()
            entry["shows"] = "ultrasound" if sample.ultrasound else "other"
            extent = np.ptp(sample.corners_xy, axis=0) / sample.pixels.shape[1::-1]
            entry["strata"] = [*strata_of({"fill": float(extent.max())})]
        entries.append((name, entry))
    return entries


def main() -> None:
    """Read the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with backgrounds and environments")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--split", choices=["train", "test"], default="test")
    parser.add_argument("--seed", type=int, default=4 * TEST_SEED)
    parser.add_argument("--enlarged", type=float, default=2.0, help="over 512 px")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--composed", action="store_true", help="composed, not simulated")
    parser.add_argument("--hard", action="store_true", help="composed of what is mistaken")
    parser.add_argument("--rendered", type=Path, default=None, help="made by render_screens")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    link_backgrounds(options.data, options.split, options.out / f"backgrounds_{options.split}")
    firsts = range(options.seed, options.seed + options.count, CHUNK)
    tasks = [(options.out, first, CHUNK, options.split, options.enlarged) for first in firsts]
    start = (options.data, options.split, options.rendered)
    composed = partial(_composed, hard=options.hard)
    make = composed if options.composed or options.hard else _chunk
    with (
        (options.out / TRUTH_NAME).open("w", encoding="utf-8") as file,
        multiprocessing.get_context("spawn").Pool(options.workers, _start, start) as workers,
    ):
        for k, entries in enumerate(workers.imap(make, tasks)):
            for name, entry in entries:
                file.write(f"[{json.dumps(name)}]\n")
                file.writelines(f"{key} = {json.dumps(value)}\n" for key, value in entry.items())
            file.flush()
            print(f"{k + 1}/{len(tasks)}", flush=True)


if __name__ == "__main__":
    main()
