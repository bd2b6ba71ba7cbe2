"""Fit the regression that predicts the fidelity to the direct export.

``collect`` measures simulated photos, with screens and scan areas of the truth, and writes
their features and true HaarPSI, as captured and after a tone fit, as Parquet; ``fit`` fits a
Gaussian process with a linear mean to the photos of the training split and prints how it does
on phones and panels left out.
The other splits are never looked at here: ``sonogate evaluate calibrate`` chooses thresholds by
the validation split, ``sonogate evaluate quality`` judges by the test split.

    python -m models.training.fidelity collect DATASET... --out features.parquet
    python -m models.training.fidelity fit features.parquet --out models/fidelity.npz
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from sonogate.evaluate.quality_set import open_cases, read_truth
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.policy import default_policy
from sonogate.quality import parse_glare_model
from sonogate.quality.fidelity_model import CLIP, FidelityModel
from sonogate.quality.report import look

Array = NDArray[np.float64]
TRUE = ("captured", "tone_fitted")
TRUTH = ("split", "panel_key", "phone_key", "content_id")
RIDGE = 5.0
LENGTH, LENGTH_WEIGHT = 6.0, 1.5  # prior of the length scales, and its strength
STEPS, RATE = 60, 0.06
FOLDS = 5
COVERAGE = 0.9


@dataclass(frozen=True)
class Table:
    """Features and truth of photos."""

    names: tuple[str, ...]
    x: Array
    y: Array  # (N, 2): as captured, after a tone fit
    split: NDArray[np.str_]
    groups: dict[str, NDArray[np.str_]]

    def chosen(self, keep: NDArray[np.bool_]) -> Table:
        """Return the rows of ``keep``."""
        groups = {name: group[keep] for name, group in self.groups.items()}
        return Table(self.names, self.x[keep], self.y[keep], self.split[keep], groups)


def collect(datasets: list[Path], out: Path) -> None:
    """Write one row of features and truth a photo."""
    policy = default_policy()
    glare = parse_glare_model(read_weight(load_manifest()["glare"]))
    rows: list[dict[str, Any]] = []
    for dataset in datasets:
        for case in open_cases(dataset, read_truth(dataset), policy):
            if case.screen is None:
                continue
            evidence = look(case.screen, case.photo, policy, glare).evidence
            if evidence is not None:
                told = {name: case.truth[name] for name in TRUTH}
                true = {name: 100.0 * float(case.truth[f"{name}_haarpsi"]) for name in TRUE}
                rows.append({**told, **true, **evidence.features()})
    pq.write_table(pa.Table.from_pylist(rows), out)


def read(path: Path) -> Table:
    """Read what ``collect`` wrote."""
    table = pq.read_table(path)
    names = tuple(name for name in table.column_names if name not in {*TRUTH, *TRUE})
    columns = {name: np.array(table[name].to_pylist()) for name in table.column_names}
    x = np.stack([columns[name].astype(np.float64) for name in names], 1)
    groups = {name: columns[name] for name in ("panel_key", "phone_key")}
    y = np.stack([columns[name].astype(np.float64) for name in TRUE], 1)
    return Table(names, x, y, columns["split"], groups)


def fit(table: Table) -> FidelityModel:
    """Fit kernel and mean by the marginal likelihood, length scales held near a prior."""
    mean, spread = table.x.mean(0), table.x.std(0) + 1e-6
    z = np.clip((table.x - mean) / spread, -CLIP, CLIP)
    design = np.c_[z, np.ones(len(z))]
    ridge = RIDGE * np.diag(np.r_[np.ones(z.shape[1]), 0.0])
    linear = np.linalg.solve(design.T @ design + ridge, design.T @ table.y)
    rest = table.y - design @ linear
    spreads = rest.std(0)
    width = spreads / spreads[0]
    rest = rest / width
    inputs, target = torch.tensor(z), torch.tensor(rest)
    start = float(rest.var())
    log_length = torch.full((z.shape[1],), math.log(LENGTH), dtype=torch.double, requires_grad=True)
    log_size = torch.tensor(math.log(0.5 * start), dtype=torch.double, requires_grad=True)
    log_noise = torch.tensor(math.log(0.5 * start), dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.Adam([log_length, log_size, log_noise], lr=RATE)
    one = torch.eye(len(z), dtype=torch.double)

    def covariance() -> torch.Tensor:
        scaled = inputs / log_length.exp()
        near = torch.exp(-0.5 * torch.cdist(scaled, scaled) ** 2)
        return log_size.exp() * near + (log_noise.exp() + 1e-6) * one

    for _ in range(STEPS):
        factor = torch.linalg.cholesky(covariance())
        solved = torch.cholesky_solve(target, factor)
        loss = 0.5 * (target * solved).sum() + target.shape[1] * factor.diagonal().log().sum()
        loss = loss + 0.5 * LENGTH_WEIGHT * ((log_length - math.log(LENGTH)) ** 2).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        precision = torch.linalg.inv(covariance())
        return FidelityModel(
            table.names,
            mean,
            spread,
            linear,
            log_length.exp().numpy(),
            float(log_size.exp()),
            z,
            (precision @ target).numpy() * width,
            precision.numpy(),
            float(log_noise.exp()),
            width,
        )


def predict(model: FidelityModel, table: Table) -> tuple[Array, Array]:
    """Return predictions and deviations of all rows, (N, 2) each."""
    pairs = [model.predict(dict(zip(table.names, row, strict=True))) for row in table.x]
    values, deviations = zip(*pairs, strict=True)
    return np.array(values), np.array(deviations)


def left_out(table: Table, group: str) -> tuple[Array, Array]:
    """Return predictions and deviations of each row by a model that knows no row of its group."""
    names = np.unique(table.groups[group])
    fold_of = dict(
        zip(names, np.random.default_rng(0).permutation(len(names)) % FOLDS, strict=True)
    )
    fold = np.array([fold_of[name] for name in table.groups[group]])
    value, deviation = np.zeros(table.y.shape), np.zeros(table.y.shape)
    for index in range(FOLDS):
        model = fit(table.chosen(fold != index))
        part = table.chosen(fold == index)
        value[fold == index], deviation[fold == index] = predict(model, part)
    return value, deviation


def conformal_factor(value: Array, deviation: Array, true: Array) -> float:
    """Return how many deviations hold the truth in 90% of cases (split conformal)."""
    ratio = np.sort(np.abs(value - true) / deviation)
    rank = min(math.ceil((len(ratio) + 1) * COVERAGE), len(ratio))
    return float(ratio[rank - 1])


def main() -> None:
    """Run ``collect`` or ``fit``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("collect", "fit"))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.what == "collect":
        collect(options.paths, options.out)
        return
    table = read(options.paths[0])
    known = table.chosen(table.split == "train")
    factors: list[Array] = []
    for group in known.groups:
        value, deviation = left_out(known, group)
        factors.append(
            np.array(
                [
                    conformal_factor(value[:, k], deviation[:, k], known.y[:, k])
                    for k in range(len(TRUE))
                ]
            )
        )
        for k, name in enumerate(TRUE):
            error = np.abs(value[:, k] - known.y[:, k])
            print(
                f"{group} left out, {name}: {len(error)} photos, "
                f"SRCC {spearmanr(value[:, k], known.y[:, k])[0]:.3f}, "
                f"mean error {error.mean():.2f}, 90% within {np.quantile(error, 0.9):.1f}, "
                f"{factors[-1][k]:.2f} deviations hold 90%"
            )
    worst = np.max(factors, axis=0)
    model = fit(known)
    np.savez_compressed(
        options.out,
        names=np.array(model.names),
        amplitude=model.amplitude,
        noise=model.noise,
        # one factor of the policy holds 90% of both figures
        width=model.width * worst / worst[0],
        **{
            name: getattr(model, name).astype(np.float32)
            for name in (
                "mean", "spread", "linear", "lengths", "inputs", "weights", "precision"
            )
        },
    )  # fmt: skip
    print(f"half_width_deviations = {worst[0]:.2f}")


if __name__ == "__main__":
    main()
