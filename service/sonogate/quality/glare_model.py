"""The perceptron that tells reflections from what is displayed, as a value."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sonogate.errors import ModelError
from sonogate.types import HeatArray

LAYERS = 3


@dataclass(frozen=True, slots=True, eq=False)
class GlareModel:
    """A perceptron of three layers with rectifiers between them.

    Attributes:
        mean: (F,) of the features in training.
        spread: (F,) standard deviation of the features in training.
        weights: Matrices of the layers, (inputs, outputs) each.
        biases: Offsets of the layers.
    """

    mean: NDArray[Any] = field(repr=False)
    spread: NDArray[Any] = field(repr=False)
    weights: tuple[NDArray[Any], ...] = field(repr=False)
    biases: tuple[NDArray[Any], ...] = field(repr=False)

    def probability(self, features: HeatArray) -> HeatArray:
        """Return for each of (N, F) cells how likely a reflection robs it of grey levels."""
        hidden = (features - self.mean) / self.spread
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = hidden @ weight + bias
            if index < LAYERS - 1:
                hidden = np.maximum(hidden, 0.0)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(hidden[:, 0], -30.0, 30.0))), np.float32)


def parse_glare_model(data: bytes) -> GlareModel:
    """Read the arrays of a model from the bytes of its ``.npz`` file.

    Raises:
        ModelError: The bytes are no such file.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return GlareModel(
                arrays["mean"],
                arrays["spread"],
                tuple(arrays[f"weight{index}"] for index in range(LAYERS)),
                tuple(arrays[f"bias{index}"] for index in range(LAYERS)),
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError("glare: the file does not hold the model's arrays") from error
