"""Fit the network on crops of a pool, resumable.

``python -m models.training.text_detector.train POOL OUT --minutes 45``. ``OUT`` holds the last
state; started again, the rest of the minutes is trained. A pool that is still filling is
read again at every round.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.training.text_detector.network import TextLines
from models.training.text_detector.spoil import Pixels, crop

BATCH = 8
CROPS_PER_SCREEN = 8
ROUND_SCREENS = 8
RATE = 3e-3
DECAY = 1e-4
POSITIVE_WEIGHT = 2.0
AVERAGE = 0.995
SAVE_SECONDS = 60.0


def batches(rng: np.random.Generator, pool: Path) -> tuple[list[Pixels], list[Pixels]]:
    """Return the crops of some screens of the pool, and their targets, shuffled."""
    names = sorted(pool.glob("*.npy"))
    pictures, targets = [], []
    for _ in range(ROUND_SCREENS):
        where = names[int(rng.integers(len(names)))]
        screen = cv2.imread(str(where.with_suffix(".png")))
        if screen is None:
            continue
        pixels, lines = np.ascontiguousarray(screen[..., ::-1]), np.load(where)
        for _ in range(CROPS_PER_SCREEN):
            picture, target = crop(rng, pixels, lines, spoilt=where.name.startswith("photo"))
            pictures.append(picture)
            targets.append(target)
    order = rng.permutation(len(pictures))
    return [pictures[i] for i in order], [targets[i] for i in order]


def loss_of(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return weighted cross-entropy plus one minus Dice's coefficient of either map."""
    weight = torch.tensor(POSITIVE_WEIGHT)
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=weight)
    shares = torch.sigmoid(logits)
    both = (shares * targets).sum((0, 2, 3))
    dice = (2 * both + 1) / (shares.sum((0, 2, 3)) + targets.sum((0, 2, 3)) + 1)
    return 2 * entropy + (1 - dice).mean()


def as_input(pictures: list[Pixels]) -> torch.Tensor:
    """Return pictures as a batch in 0 to 1."""
    stack: NDArray[np.uint8] = np.stack(pictures).transpose(0, 3, 1, 2)
    batch = torch.from_numpy(np.ascontiguousarray(stack)).float() / 255
    return batch.contiguous(memory_format=torch.channels_last)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    net = TextLines().to(memory_format=torch.channels_last)
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    spent, step = 0.0, 0
    if options.out.exists():
        state = torch.load(options.out, weights_only=True)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        mean, spent, step = state["mean"], state["spent"], state["step"]
    rng = np.random.default_rng(step)
    started, saved, losses = time.monotonic() - spent, time.monotonic(), []
    while (spent := time.monotonic() - started) < 60 * options.minutes:
        pictures, targets = batches(rng, options.pool)
        for first in range(0, len(pictures) - BATCH + 1, BATCH):
            share = min(1.0, (time.monotonic() - started) / (60 * options.minutes))
            for group in optimiser.param_groups:
                warm = min(1.0, (step + 1) / 100)
                group["lr"] = RATE * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
            logits = net(as_input(pictures[first : first + BATCH]))
            truth = torch.from_numpy(np.stack(targets[first : first + BATCH])).float()
            loss = loss_of(logits, truth)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            losses.append(float(loss.detach()))
            step += 1
            keep = min(AVERAGE, step / (step + 10))
            for name, value in net.state_dict().items():
                if value.dtype.is_floating_point:
                    mean[name].mul_(keep).add_(value, alpha=1 - keep)
                else:
                    mean[name].copy_(value)
        if time.monotonic() - saved > SAVE_SECONDS:
            saved = time.monotonic()
            loss_now = float(np.mean(losses[-200:]))
            print(f"{spent / 60:.1f} min, step {step}, loss {loss_now:.4f}", flush=True)
            _save(options.out, net, optimiser, mean, spent, step)
    _save(options.out, net, optimiser, mean, spent, step)


def _save(
    out: Path,
    net: nn.Module,
    optimiser: torch.optim.Optimizer,
    mean: dict[str, torch.Tensor],
    spent: float,
    step: int,
) -> None:
    state = {
        "net": net.state_dict(), "optimiser": optimiser.state_dict(), "mean": mean,
        "spent": spent, "step": step,
    }  # fmt: skip
    partial = out.with_suffix(".part")
    torch.save(state, partial)
    partial.replace(out)


if __name__ == "__main__":
    main()
