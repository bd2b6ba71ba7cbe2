"""Make a pool: ``python -m models.training.locator.make_pool DATA OUT --count 20000``."""

from __future__ import annotations

import argparse
import multiprocessing
from pathlib import Path

import cv2
import numpy as np

from models.training.locator.compose import Sample, compose
from models.training.locator.material import Library, Split
from models.training.locator.pool import write_shard

SHARD_SIZE = 250
_library: list[Library] = []


def _start(data: Path, split: Split, rendered: Path | None) -> None:
    cv2.setNumThreads(1)
    _library.append(Library(data, split, rendered))


def _shard(task: tuple[Path, int, int, bool]) -> Path:
    path, seed, count, hard = task
    if not path.exists():
        samples: list[Sample] = []
        for k in range(count):
            samples.append(compose(np.random.default_rng((seed, k)), _library[0], hard=hard))
        write_shard(path, samples)
    return path


def main() -> None:
    """Read the command line and make what is missing of the pool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with backgrounds and ultrasound pictures")
    parser.add_argument("out", type=Path, help="folder for the shards")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--split", choices=["train", "test"], default="train")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rendered", type=Path, default=None, help="file made by render_screens")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--hard", action="store_true", help="only what is easily mistaken")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    first = options.seed * 1_000_000 + (500_000 if options.split == "test" else 0)
    shards = -(-options.count // SHARD_SIZE)
    tasks = [
        (options.out / f"{options.seed:03d}_{k:05d}.npz", first + k, SHARD_SIZE, options.hard)
        for k in range(shards)
    ]
    arguments = (options.data, options.split, options.rendered)
    with multiprocessing.get_context("spawn").Pool(options.workers, _start, arguments) as workers:
        for k, path in enumerate(workers.imap(_shard, tasks)):
            print(f"{k + 1}/{shards} {path.name}", flush=True)


if __name__ == "__main__":
    main()
