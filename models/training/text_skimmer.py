"""The recipe of ``text_skimmer.onnx``: the recogniser in eight bits, for first readings.

``python -m models.training.text_skimmer OUT``. Post-training quantisation (Jacob et al., CVPR
2018) of every convolution and matrix product, channel by channel, calibrated on lines of
simulated screens. Weights take seven bits, so that processors without VNNI do not saturate.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

import onnx
from onnx import version_converter
from sonogate.onnx.ocr import line_batch
from sonogate.onnx.weights import load_manifest, locate_weight
from sonogate.simulate import render_export

OPSET = 17
FIRST_SEED = 790_000_000
SCREENS, LINES_A_SCREEN = 60, 4
MARGIN = 0.25


def lines() -> Iterator[np.ndarray[Any, Any]]:
    """Yield inputs of the recogniser, one line each."""
    for seed in range(FIRST_SEED, FIRST_SEED + SCREENS):
        rng = np.random.default_rng(seed)
        export = render_export(seed)
        level = [text for text in export.texts if text.ink.shape[1] > text.ink.shape[0]]
        for index in rng.permutation(len(level))[:LINES_A_SCREEN]:
            height, width = level[index].ink.shape
            x, y = level[index].ink_xy
            margin = round(MARGIN * height) + 1
            crop = export.pixels[
                max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin
            ]
            blur_px = float(rng.uniform(0.3, 1.2))
            yield line_batch([cv2.GaussianBlur(crop, (0, 0), blur_px).astype(np.uint8)])


class _Lines(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self) -> None:
        self._left = lines()

    def get_next(self) -> dict[str, Any] | None:
        batch = next(self._left, None)
        return None if batch is None else {"x": batch}


def main() -> None:
    """Read the command line and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    source = locate_weight(load_manifest()["text_recogniser"])
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        quant_pre_process(str(source), str(plain), skip_symbolic_shape=True)
        onnx.save(version_converter.convert_version(onnx.load(str(plain)), OPSET), str(plain))
        quantize_static(
            str(plain),
            str(options.out),
            _Lines(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv", "MatMul"],
            calibrate_method=CalibrationMethod.MinMax,
        )


if __name__ == "__main__":
    main()
