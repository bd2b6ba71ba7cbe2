"""The regression that predicts a comparison with the export, as a value."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sonogate.errors import ModelError
from sonogate.types import FloatArray

CAPTURED, RECOVERABLE = 0, 1  # places of the two figures
CLIP = 4.0  # standard deviations: farther out, the regression knows nothing


@dataclass(frozen=True, slots=True, eq=False)
class FidelityModel:
    """A Gaussian process with a linear mean (Rasmussen and Williams, 2006).

    Two figures are predicted with one kernel: the picture as captured, and what a tone curve
    can recover of it.

    Attributes:
        names: (F,) names of the features, in their order.
        mean: (F,) of the features in training.
        spread: (F,) standard deviation of the features in training.
        linear: (F + 1, 2) linear means, the constant last.
        lengths: (F,) length scales of the squared-exponential kernel, in spreads.
        amplitude: Variance of the kernel.
        inputs: (N, F) training inputs, standardised.
        weights: (N, 2) what each input adds.
        precision: (N, N) inverse of the kernel's matrix with noise; for the deviation.
        noise: Variance that the features leave open.
        width: (2,) what the deviation is multiplied by for either figure.
    """

    names: tuple[str, ...]
    mean: NDArray[Any] = field(repr=False)
    spread: NDArray[Any] = field(repr=False)
    linear: NDArray[Any] = field(repr=False)
    lengths: NDArray[Any] = field(repr=False)
    amplitude: float
    inputs: NDArray[Any] = field(repr=False)
    weights: NDArray[Any] = field(repr=False)
    precision: NDArray[Any] = field(repr=False)
    noise: float
    width: NDArray[Any] = field(repr=False)

    def predict(self, features: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
        """Return (2,) expected fidelities, 0–100, and (2,) standard deviations, points.

        The first of both is of the picture as captured, the second of what is recoverable.
        """
        x = np.array([features[name] for name in self.names], np.float64)
        z = np.clip((x - self.mean) / self.spread, -CLIP, CLIP)
        apart = (((self.inputs - z) / self.lengths) ** 2).sum(1)
        kernel = self.amplitude * np.exp(-0.5 * apart)
        value = z @ self.linear[:-1] + self.linear[-1] + kernel @ self.weights
        variance = self.amplitude - float(kernel @ self.precision @ kernel) + self.noise
        deviation = self.width * np.sqrt(max(variance, self.noise))
        return np.clip(value, 0.0, 100.0), np.asarray(deviation, np.float64)


def parse_fidelity_model(data: bytes) -> FidelityModel:
    """Read the arrays of a model from the bytes of its ``.npz`` file.

    Raises:
        ModelError: The bytes are no such file.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as a:
            return FidelityModel(
                names=tuple(str(name) for name in a["names"]),
                mean=a["mean"].astype(np.float64),
                spread=a["spread"].astype(np.float64),
                linear=a["linear"].astype(np.float64),
                lengths=a["lengths"].astype(np.float64),
                amplitude=float(a["amplitude"]),
                inputs=a["inputs"].astype(np.float64),
                weights=a["weights"].astype(np.float64),
                precision=a["precision"].astype(np.float64),
                noise=float(a["noise"]),
                width=a["width"].astype(np.float64),
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError("fidelity: the file does not hold the model's arrays") from error
