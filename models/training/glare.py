"""Recipe of ``glare.npz``: a small perceptron that tells reflections from what is displayed.

Run with folders of exports (PNG or JPEG; a ``.npz`` of the same stem may hold ``scan``, the scan
area's polygon), ``--rooms`` with pictures that a screen may mirror, ``--photos`` with data sets
of ``sonogate simulate`` (full profile; only their training split is learned from, the others
are for the figures), ``--small`` with what ``models.training.glare_photos`` wrote, and ``--out``.
Every fifth export is held out by its name and only used for the figures that are printed.
"""

from __future__ import annotations

import argparse
import zlib
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.training.glare_photos import LOST_SHARE, LUMA
from sonogate.evaluate.quality_set import Case, open_cases, read_truth
from sonogate.policy import default_policy
from sonogate.quality.glare import local_loss
from sonogate.quality.glare_features import glare_features
from sonogate.quality.planes import HEAT_COLUMNS, HEAT_ROWS, SRGB_TO_LINEAR, make_planes
from sonogate.types import RectifiedScreen, ScreenQuad

SIZE_WH = (640, 480)
PER_EXPORT = 4
HIDDEN = (64, 32)
STEPS = 2500
BATCH = 2048
SHARES = (0.15, 0.25, 0.6)  # of a batch: drawn reflections, photos, small photos
OCCLUDED = 0.05  # of a cell: nothing is learned where something stands before the screen
Picture = NDArray[np.float32]
Pair = tuple[NDArray[np.float32], NDArray[np.float32]]


def reflection(rng: np.random.Generator, rooms: list[Picture]) -> Picture:
    """Draw a reflection layer, linear, in units of the screen's white, (h, w, 3)."""
    width, height = SIZE_WH
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    layer = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        centre = rng.uniform(0, 1, 2) * SIZE_WH
        long = rng.uniform(0.02, 0.3) * width
        short = long * rng.uniform(0.12, 1.0)
        turn = rng.uniform(0, np.pi)
        u = (x - centre[0]) * np.cos(turn) + (y - centre[1]) * np.sin(turn)
        v = (y - centre[1]) * np.cos(turn) - (x - centre[0]) * np.sin(turn)
        kind = int(rng.integers(4))
        if kind == 0:
            shape = np.exp(-0.5 * ((u / long) ** 2 + (v / short) ** 2))
        elif kind == 1:
            shape = ((u / long) ** 2 + (v / short) ** 2 < 1).astype(np.float32)
        else:
            shape = ((np.abs(u) < long) & (np.abs(v) < short)).astype(np.float32)
            if kind == 3:  # a window's bars
                shape *= np.abs(u) > 0.06 * long
        if kind:
            shape = cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.004, 0.03) * width)
        layer += shape * np.float32(np.exp(rng.uniform(np.log(0.03), np.log(2.0))))
    coloured = layer[..., None] * (1.0 + rng.uniform(-0.2, 0.2, 3)).astype(np.float32)
    if rooms and rng.random() < 0.35:
        room = rooms[int(rng.integers(len(rooms)))]
        room = cv2.GaussianBlur(room, (0, 0), rng.uniform(2, 14))
        coloured = coloured * float(rng.random() < 0.5) + room * rng.uniform(0.03, 0.5)
    return np.asarray(coloured, np.float32)


def with_panels(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Vary an export: bright panels with sharp borders, light themes, other gains."""
    out = pixels.copy()
    if rng.random() < 0.12:
        out = 255 - out
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        w, h = int(rng.uniform(0.04, 0.5) * SIZE_WH[0]), int(rng.uniform(0.03, 0.5) * SIZE_WH[1])
        x, y = int(rng.uniform(0, SIZE_WH[0] - w)), int(rng.uniform(0, SIZE_WH[1] - h))
        colour = rng.uniform(20, 255) * (1 + rng.uniform(-0.15, 0.15, 3) * (rng.random() < 0.4))
        out[y : y + h, x : x + w] = np.clip(colour, 0, 255).astype(np.uint8)
        for line in range(y + 6, y + h - 6, 11):
            end = x + 5 + int(rng.uniform(0.2, 0.9) * max(w - 10, 1))
            cv2.putText(
                out[:, :end], "lorem ipsum dolor sit amet", (x + 5, line), 0, 0.3,
                (255 - colour).tolist(), 1, cv2.LINE_AA,
            )  # fmt: skip
    gain = rng.uniform(0.6, 1.4)
    return np.asarray(
        cv2.LUT(out, np.clip(255 * (np.arange(256) / 255) ** gain, 0, 255).astype(np.uint8))
    )


def capture(
    pixels: NDArray[np.uint8], layer: Picture, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Photograph an export under a reflection: veil, exposure, blur, cast, noise."""
    light = SRGB_TO_LINEAR[pixels] + layer + np.float32(rng.uniform(0, 0.04) ** 1.0)
    light = light * rng.uniform(0.5, 1.15) * (1 + rng.uniform(-0.1, 0.1, 3)).astype(np.float32)
    if rng.random() < 0.5:  # falls off towards a side, as seen from an angle
        slope = np.linspace(rng.uniform(0.7, 1.0), 1.0, SIZE_WH[0], dtype=np.float32)
        light = light * slope[None, :, None]
    light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.5))
    coded = 255.0 * np.clip(light, 0, 1) ** (1 / rng.uniform(2.0, 2.4))
    coded = coded + rng.normal(size=coded.shape) * rng.uniform(0.2, 4.0)
    return np.asarray(np.clip(coded + 0.5, 0, 255), np.uint8)


def samples(
    path: Path, rooms: list[Picture], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return features (N, F) and truth (N,) of the cells of ``count`` captures of an export."""
    rng = np.random.default_rng(zlib.crc32(path.name.encode()))
    whole = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    scale = np.array(SIZE_WH) / np.array([whole.shape[1], whole.shape[0]])
    side = path.with_suffix(".npz")
    scan = np.load(side)["scan"] * scale if side.exists() else np.zeros((0, 2))
    export = cv2.resize(whole, SIZE_WH, interpolation=cv2.INTER_AREA)
    corners = np.array([[0, 0], [SIZE_WH[0], 0], SIZE_WH, [0, SIZE_WH[1]]]) - 0.5
    features, truths = [], []
    for index in range(count):
        pixels = with_panels(export, rng) if index % 2 else export
        layer = (
            reflection(rng, rooms)
            if rng.random() < 0.7
            else np.zeros((*SIZE_WH[::-1], 3), np.float32)
        )
        known = len(scan) >= 3 and rng.random() < 0.8
        screen = RectifiedScreen(
            capture(pixels, layer, rng), ScreenQuad(corners, 99.0, 1.0), np.eye(3), SIZE_WH,
            0.0, SIZE_WH, True, scan if known else None,
        )  # fmt: skip
        lost = local_loss(SRGB_TO_LINEAR[pixels] @ LUMA, layer @ LUMA)
        share = cv2.resize(
            (lost > LOST_SHARE).astype(np.float32),
            (HEAT_COLUMNS, HEAT_ROWS),
            interpolation=cv2.INTER_AREA,
        )
        cells = glare_features(make_planes(screen))
        features.append(cells.reshape(-1, cells.shape[-1]))
        truths.append(share.ravel())
    return np.concatenate(features), np.concatenate(truths)


def auc(score: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve."""
    order = np.argsort(np.argsort(score))
    positives, negatives = int(truth.sum()), int((~truth).sum())
    return float((order[truth].sum() - positives * (positives - 1) / 2) / (positives * negatives))


def photo_samples(case: Case) -> Pair:
    """Return features and truth of the cells of one simulated photo."""
    assert case.screen is not None
    features = glare_features(make_planes(case.screen))
    export = cv2.resize(case.export, SIZE_WH, interpolation=cv2.INTER_AREA)
    layer = cv2.resize(case.maps["reflection"] / 100.0, SIZE_WH, interpolation=cv2.INTER_LINEAR)
    lost = local_loss(SRGB_TO_LINEAR[export] @ LUMA, np.asarray(layer, np.float32))
    cells = (HEAT_COLUMNS, HEAT_ROWS)
    share = cv2.resize(
        (lost > LOST_SHARE).astype(np.float32), cells, interpolation=cv2.INTER_AREA
    ).ravel()
    seen = cv2.resize(case.maps["occluded"], cells).ravel() <= OCCLUDED
    return features.reshape(len(share), -1)[seen], np.asarray(share[seen], np.float32)


def photo_sets(folders: list[Path]) -> tuple[list[Pair], list[Pair]]:
    """Return features and truth of simulated photos: to learn from, and held out."""
    policy = default_policy()
    kept: list[Pair] = []
    held: list[Pair] = []
    for folder in folders:
        for case in open_cases(folder, read_truth(folder), policy):
            if case.screen is not None and "reflection" in case.maps:
                (kept if case.truth["split"] == "train" else held).append(photo_samples(case))
    return kept, held


def small_photos(path: Path) -> Pair:
    """Read what ``glare_photos`` wrote, without the cells that something covers."""
    with np.load(path) as arrays:
        x, y, covered = (arrays[name].astype(np.float32) for name in ("x", "y", "covered"))
    seen = covered <= OCCLUDED
    return x[seen], y[seen]


def train(parts: list[Pair]) -> dict[str, NDArray[np.float32]]:
    """Fit the perceptron by cross-entropy on the share of each cell; return its arrays.

    Args:
        parts: Drawn reflections, photos and small photos.
    """
    torch.manual_seed(0)
    every = np.concatenate([x for x, _ in parts])
    mean, spread = every.mean(0), every.std(0) + 1e-3
    sizes = (every.shape[1], *HIDDEN, 1)
    layers: list[torch.nn.Module] = []
    for a, b in pairwise(sizes):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    inputs = [torch.tensor((x - mean) / spread) for x, _ in parts]
    targets = [torch.tensor(y)[:, None] for _, y in parts]
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=STEPS)
    for _ in range(STEPS):
        chosen = [
            torch.randint(len(part), (int(BATCH * share),))
            for part, share in zip(targets, SHARES, strict=True)
        ]
        seen, wanted = (
            torch.cat([part[rows] for part, rows in zip(of, chosen, strict=True)])
            for of in (inputs, targets)
        )
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(seen), wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    arrays = {"mean": mean, "spread": spread}
    for index, layer in enumerate(net[::2]):
        arrays[f"weight{index}"] = layer.weight.detach().numpy().T.astype(np.float32)
        arrays[f"bias{index}"] = layer.bias.detach().numpy().astype(np.float32)
    return arrays


def forward(arrays: dict[str, NDArray[np.float32]], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probability of each cell."""
    hidden = (x - arrays["mean"]) / arrays["spread"]
    for index in range(len(HIDDEN)):
        hidden = np.maximum(hidden @ arrays[f"weight{index}"] + arrays[f"bias{index}"], 0)
    last = len(HIDDEN)
    logit = hidden @ arrays[f"weight{last}"] + arrays[f"bias{last}"]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit[:, 0], -30, 30))), np.float32)


def main() -> None:
    """Train on the exports named on the command line and print the held-out figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exports", type=Path, nargs="+")
    parser.add_argument("--photos", type=Path, nargs="+", required=True)
    parser.add_argument("--small", type=Path, required=True)
    parser.add_argument("--rooms", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    paths = sorted(
        p for folder in options.exports for p in folder.iterdir() if p.suffix in {".png", ".jpg"}
    )
    rooms = [
        SRGB_TO_LINEAR[
            cv2.resize(cv2.imread(str(p))[..., ::-1], SIZE_WH, interpolation=cv2.INTER_AREA)
        ]
        for p in sorted(options.rooms.glob("*.jpg"))
    ]
    held, kept = [], []
    for path in paths:
        stem = path.stem.rstrip("0123456789_v").split("_push")[
            0
        ]  # frames of one clip stay together
        (
            held if zlib.crc32(stem.encode()) % 5 == 0 and not stem.isdigit() and stem else kept
        ).append(path)
    numbered = [p for p in kept if p.stem.isdigit() and int(p.stem) % 5 == 0]
    held, kept = held + numbered, [p for p in kept if p not in numbered]
    photos, held_photos = photo_sets(options.photos)
    drawn = _joined([samples(path, rooms, PER_EXPORT) for path in kept])
    arrays = train([drawn, _joined(photos), small_photos(options.small)])
    np.savez(options.out, **arrays)  # type: ignore[arg-type]
    x, y = _joined([samples(path, rooms, PER_EXPORT) for path in held])
    report(forward(arrays, x), y)
    if held_photos:
        x, y = _joined(held_photos)
        found = auc(forward(arrays, x), y > 0.5)
        print(f"{len(held_photos)} simulated photos held out: AUC {found:.4f}")


def _joined(pairs: list[Pair]) -> Pair:
    x, y = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return x, y


def report(p: NDArray[np.float32], y: NDArray[np.float32]) -> None:
    """Print the figures of the model's card."""
    truth = y > 0.5
    print(f"{len(y)} cells, share bad {truth.mean():.3f}, AUC {auc(p, truth):.4f}")
    for limit in (0.3, 0.4, 0.5, 0.6):
        print(f"IoU at {limit}: {(truth & (p > limit)).sum() / (truth | (p > limit)).sum():.3f}")
    per_photo = HEAT_ROWS * HEAT_COLUMNS
    share, seen = (100 * a.reshape(-1, per_photo).mean(1) for a in (y, np.where(p > 0.5, p, 0)))
    error = np.abs(share - seen)
    print(
        f"% of the screen: median error {np.median(error):.2f}, p90 {np.quantile(error, 0.9):.2f}"
    )
    clean = seen[share == 0]
    print(f"clean photos: median {np.median(clean):.2f}, p90 {np.quantile(clean, 0.9):.2f}")


if __name__ == "__main__":
    main()
