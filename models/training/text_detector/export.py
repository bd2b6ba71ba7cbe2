"""Write the averaged network as ONNX: ``python -m models.training.text_detector.export STATE OUT``.

The exported network takes RGB in 0 to 255 and gives probabilities.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import nn

from models.training.text_detector.network import TextLines


class _AsRun(nn.Module):
    def __init__(self, net: TextLines) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(pictures / 255.0))


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    net = TextLines()
    net.load_state_dict(torch.load(options.state, weights_only=True)["mean"])
    torch.onnx.export(
        _AsRun(net.eval()).eval(),
        (torch.zeros(1, 3, 64, 96),),
        str(options.out),
        input_names=["pixels"],
        output_names=["maps"],
        dynamic_axes={"pixels": {2: "height", 3: "width"}, "maps": {2: "rows", 3: "columns"}},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
