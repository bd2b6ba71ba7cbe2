"""Fit the network: ``python -m models.training.locator.train --pool A --pool B --out RUN``.

Runs on a GPU when there is one, resumes from ``RUN/checkpoint.pt``, appends its curves to
``RUN/curves.csv``. Stops after the given minutes or steps, whichever comes first, with the
learning rate annealed to nothing over that budget. The first part of the budget is spent on
small pictures. Activations are bfloat16 where told so: half the time on a CPU that has it.
"""

from __future__ import annotations

import argparse
import csv
import math
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from models.training.locator.data import Batch, Batches
from models.training.locator.losses import WEIGHTS, losses
from models.training.locator.network import FULL, SMALL, LocatorNetwork, Outputs, Scale
from models.training.locator.pool import Pool

LOG_STEPS = 50
SAVE_STEPS = 100
QUEUED = 6
WARM_UP_STEPS = 200


class Average:
    """An exponential moving average of the weights, which generalises better than the last."""

    def __init__(self, network: nn.Module, decay: float = 0.998) -> None:
        self._decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the network's weights; faster at first."""
        decay = min(self._decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            kept = self.state[name]
            if kept.dtype.is_floating_point:
                kept.lerp_(value.detach(), 1 - decay)
            else:
                kept.copy_(value)


class _Ahead:
    """Makes batches in a thread: OpenCV and NumPy let go of the interpreter's lock."""

    def __init__(self, batches: Batches, depth: int) -> None:
        self._waiting: queue.Queue[Batch] = queue.Queue(depth)
        self._done = threading.Event()
        threading.Thread(target=self._work, args=(batches,), daemon=True).start()

    def _work(self, batches: Batches) -> None:
        for batch in batches:
            while not self._done.is_set():
                try:
                    self._waiting.put(batch, timeout=1.0)
                    break
                except queue.Full:
                    continue
            if self._done.is_set():
                return

    def take(self) -> Batch:
        """Return the next batch."""
        return self._waiting.get()

    def close(self) -> None:
        """Make no more."""
        self._done.set()


def _on(batch: Batch, device: torch.device) -> Batch:
    return Batch(
        **{f.name: getattr(batch, f.name).to(device, non_blocking=True) for f in fields(batch)}
    )


class Trainer:
    """The network, its optimiser and its average, with how far they have come.

    Args:
        out: Folder of checkpoint and curves; a checkpoint in it is resumed.
        start: Weights to start from without a checkpoint, or None.
        rate: Largest learning rate.
        device: Where to compute.
        half: Compute activations in bfloat16.
    """

    def __init__(
        self, out: Path, start: Path | None, rate: float, device: torch.device, *, half: bool
    ) -> None:
        self._out, self._rate, self._device, self._half = out, rate, device, half
        network = LocatorNetwork()
        if start is not None:
            network.load_state_dict(torch.load(start, weights_only=True))
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        decayed = [p for p in network.parameters() if p.ndim > 1]
        plain = [p for p in network.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}],
            lr=rate,
        )
        self.average = Average(self.network)
        self.step, self.seconds = 0, 0.0
        checkpoint = out / "checkpoint.pt"
        if checkpoint.exists():
            saved = torch.load(checkpoint, map_location=device, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.average.state = saved["average"]
            self.step, self.seconds = saved["step"], saved["spent"]

    def fit(
        self,
        batches: Callable[[Scale], Batches],
        minutes: float,
        steps: int,
        small_share: float,
    ) -> None:
        """Take steps until the time or the steps are spent, then write ``weights.pt``.

        Args:
            batches: Makes endless batches of a scale.
            minutes: Time to spend.
            steps: Steps to take at most.
            small_share: Share of the budget that is spent on small pictures.
        """
        sums: dict[str, float] = {}
        self.network.train()
        scale, ahead = None, None
        last = time.monotonic()
        while (progress := max(self.step / steps, self.seconds / (60 * minutes))) < 1:
            wanted = SMALL if progress < small_share else FULL
            if ahead is None or wanted != scale:
                if ahead is not None:
                    ahead.close()
                scale, ahead = wanted, _Ahead(batches(wanted), QUEUED)
                self.network.margin_px = scale.margin_px
            warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
            rate = self._rate * warm * 0.5 * (1 + math.cos(math.pi * progress))
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            for name, value in self.take_step(_on(ahead.take(), self._device)).items():
                sums[name] = sums.get(name, 0.0) + value / LOG_STEPS
            if self.step % LOG_STEPS == 0:
                now = time.monotonic()
                self.seconds += now - last
                row = {"step": self.step, "seconds": self.seconds, "rate": rate, **sums}
                _log(self._out / "curves.csv", row)
                sums, last = {}, now
            if self.step % SAVE_STEPS == 0:
                self.save()
        self.save()
        torch.save(self.average.state, self._out / "weights.pt")

    def take_step(self, batch: Batch) -> dict[str, float]:
        """Take one step and return each loss."""
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            outputs = self.network(batch.picture)
        parts = losses(Outputs(*(said.float() for said in outputs)), batch)
        total = torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.average.update(self.network, self.step)
        self.step += 1
        return {name: float(value.detach()) for name, value in parts.items()}

    def save(self) -> None:
        """Write the checkpoint, never half of it."""
        path = self._out / "checkpoint.pt"
        temporary = path.with_suffix(".new")
        state = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.state,
            "step": self.step,
            "spent": self.seconds,
        }
        torch.save(state, temporary)
        temporary.replace(path)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--pool", type=Path, action="append", required=True, help="folder of shards; repeatable")
    add("--repeat", type=int, action="append", default=None, help="weight of each pool")
    add("--out", type=Path, required=True)
    add("--start", type=Path, default=None, help="weights to start from")
    add("--minutes", type=float, default=60.0)
    add("--steps", type=int, default=1_000_000)
    add("--small-share", type=float, default=0.5, help="of the budget, on small pictures")
    add("--batch", type=int, default=32)
    add("--bfloat16", action="store_true", help="activations of 16 bits")
    add("--rate", type=float, default=3e-3)
    add("--threads", type=int, default=2)
    add("--seed", type=int, default=0)
    options = parser.parse_args()
    # Before any thread starts: denormal numbers make a step several times slower.
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    cv2.setNumThreads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    options.out.mkdir(parents=True, exist_ok=True)
    pool = Pool(options.pool, options.repeat)
    trainer = Trainer(options.out, options.start, options.rate, device, half=options.bfloat16)
    print(f"{len(pool)} photos, {device}, from step {trainer.step}", flush=True)

    def batches(scale: Scale) -> Batches:
        seed = options.seed + trainer.step
        return Batches(pool, options.batch, seed, np.arange(len(pool)), scale)

    trainer.fit(batches, options.minutes, options.steps, options.small_share)


def _log(path: Path, row: dict[str, float]) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if fresh:
            writer.writeheader()
        writer.writerow({name: round(value, 6) for name, value in row.items()})
    print(" ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
