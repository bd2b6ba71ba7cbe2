"""A small fully convolutional network: RGB in, two maps at half the resolution out."""

from __future__ import annotations

import torch
from torch import nn

STRIDE_PX = 16
WIDTHS = (16, 24, 48, 64)


def _conv(inputs: int, outputs: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, 1, dilation, dilation, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.norm(self.conv(x)))


class TextLines(nn.Module):
    """Logits (n, 2, h / 2, w / 2) of a line's core and of its box, from RGB in 0 to 1.

    Sides must be multiples of ``STRIDE_PX``.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.halved = _conv(3, a, 2)
        self.quartered = nn.Sequential(_conv(a, b, 2), _Block(b))
        self.eighth = nn.Sequential(_conv(b, c, 2), _Block(c), _Block(c, 2), _Block(c))
        self.sixteenth = nn.Sequential(_conv(c, d, 2), _Block(d), _Block(d, 2), _Block(d, 4))
        self.up_eighth = _conv(d, c, size=1)
        self.mix_eighth = _Block(c)
        self.up_quarter = _conv(c, b, size=1)
        self.mix_quarter = _Block(b)
        self.skip_half = _conv(a, 8, size=1)
        self.to_half = _conv(b, 32, size=1)
        self.out = nn.Conv2d(8, 2, 3, 1, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return both maps' logits."""
        half = self.halved(pictures - 0.5)
        quarter = self.quartered(half)
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        grown = nn.functional.interpolate(self.up_eighth(sixteenth), scale_factor=2.0)
        eighth = self.mix_eighth(eighth + grown)
        grown = nn.functional.interpolate(self.up_quarter(eighth), scale_factor=2.0)
        quarter = self.mix_quarter(quarter + grown)
        fine = nn.functional.pixel_shuffle(self.to_half(quarter), 2) + self.skip_half(half)
        logits: torch.Tensor = self.out(fine)
        return logits
