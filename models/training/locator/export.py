"""Write the network as ONNX: ``python -m models.training.locator.export RUN/weights.pt OUT``."""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch

import onnx
from models.training.locator.network import LONG_PX, SHORT_PX, LocatorNetwork
from sonogate.onnx.locator import EVIDENCE

OPSET = 17
LEAST_HALVED = 256
UNCALIBRATED = {
    name: {"weights": dict.fromkeys(EVIDENCE, 0.0), "bias": 4.0}
    for name in ("present", "confidence")
}


def export(weights: Path, out: Path, calibration: dict[str, object]) -> float:
    """Write the ONNX file and return the largest difference from PyTorch.

    Args:
        weights: A state dictionary.
        out: The ONNX file.
        calibration: Weights and bias of presence and of confidence, for the metadata.
    """
    network = LocatorNetwork()
    network.load_state_dict(torch.load(weights, weights_only=True, map_location="cpu"))
    network.eval()
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand(1, 3, SHORT_PX, LONG_PX, generator=generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (picture,),
            str(out),
            dynamo=False,
            opset_version=OPSET,
            input_names=["picture"],
            output_names=["corners", "masks", "glare", "facts"],
            dynamic_axes={"picture": {0: "n", 2: "height", 3: "width"}},
        )
    model = onnx.load(str(out))
    _store_halves(model)
    model.doc_string = ""
    onnx.helper.set_model_props(model, {k: json.dumps(v) for k, v in calibration.items()})
    onnx.checker.check_model(model)
    onnx.save(model, str(out))
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    worst = 0.0
    for shape in ((SHORT_PX, LONG_PX), (LONG_PX, SHORT_PX)):
        picture = torch.rand(1, 3, *shape, generator=generator)
        with torch.no_grad():
            expected = network(picture)
        said = session.run(None, {"picture": picture.numpy()})
        worst = max(
            worst,
            *(float(np.abs(a - b.numpy()).max()) for a, b in zip(said, expected, strict=True)),
        )
    return worst


def _store_halves(model: onnx.ModelProto) -> None:
    """Store weights in 16 bits, in place: the runtime widens them once, when it loads them."""
    graph = model.graph
    for k, stored in enumerate(graph.initializer):
        values = onnx.numpy_helper.to_array(stored)
        if values.dtype != np.float32 or values.size < LEAST_HALVED:
            continue
        full, half = stored.name, f"{stored.name}_half"
        graph.initializer[k].CopyFrom(onnx.numpy_helper.from_array(values.astype("f2"), half))
        cast = onnx.helper.make_node("Cast", [half], [full], to=onnx.TensorProto.FLOAT)
        graph.node.insert(0, cast)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--calibration", type=Path, default=None, help="JSON made by calibrate")
    options = parser.parse_args()
    calibration = UNCALIBRATED
    if options.calibration is not None:
        calibration = json.loads(options.calibration.read_text("utf-8"))
    worst = export(options.weights, options.out, calibration)
    print(f"{options.out.stat().st_size} bytes, largest difference from PyTorch {worst:.2e}")


if __name__ == "__main__":
    main()
