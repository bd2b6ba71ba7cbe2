"""ONNX Runtime sessions on few cores."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sonogate.errors import ModelError

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def available_threads() -> int:
    """Return the processor cores that this process may use, by affinity and cgroup quota."""
    cores = len(os.sched_getaffinity(0))
    try:
        quota, period = CGROUP_QUOTA.read_text("ascii").split()
        if quota != "max":
            cores = min(cores, max(1, int(quota) // int(period)))
    except (OSError, ValueError):
        pass
    return cores


class Session:
    """One input, on the CPU. Not safe for several threads at once."""

    def __init__(self, weights: bytes, threads: int) -> None:
        """Build the session.

        Args:
            weights: The ONNX file.
            threads: Threads inside one operator.

        Raises:
            ModelError: The runtime cannot take the file.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning workers steal the cores from whatever runs between two calls.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                weights, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ModelError("the runtime cannot load the weights") from error
        self._input = self._session.get_inputs()[0].name

    @property
    def metadata(self) -> dict[str, str]:
        """The model's own metadata."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the first output for ``batch``.

        Raises:
            ModelError: The model failed to run.
        """
        return self.run(batch)[0]

    def run(self, batch: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Return every output for ``batch``.

        Raises:
            ModelError: The model failed to run.
        """
        try:
            outputs: list[Any] = self._session.run(None, {self._input: batch})
        except Exception as error:
            raise ModelError("the model failed to run") from error
        return tuple(np.asarray(output, dtype=np.float32) for output in outputs)
