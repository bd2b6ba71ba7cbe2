"""The network: a small encoder–decoder of 3×3 convolutions.

The encoder sees the frame alone; the decoder works on a canvas that extends ``MARGIN_PX``
beyond the frame on every side, so that corners outside the photo have a place on the heat
maps. Padding features instead of the picture keeps the costly early layers small.

Plain convolutions at strides of 8 and more, not depthwise ones on larger maps: a CPU takes
six times as many multiplications a second in them, backwards above all.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

LONG_PX, SHORT_PX = 288, 224
MARGIN_PX = 64
STRIDE_PX = 4
GLARE_STRIDE_PX = 16


class Scale(NamedTuple):
    """Sides of the network's input and the margin of its canvas, all divisible by 32."""

    long_px: int
    short_px: int
    margin_px: int


FULL = Scale(LONG_PX, SHORT_PX, MARGIN_PX)
# A third of the cost: what displays look like is learned here, exactness at full size.
SMALL = Scale(160, 128, 32)


class Outputs(NamedTuple):
    """What the network says of a batch of N pictures of (H, W) pixels.

    Attributes:
        corners: (N, 4, (H + 2 M) / 4, (W + 2 M) / 4) logits; a softmax over the canvas
            gives where the top-left, top-right, bottom-right and bottom-left corners are.
        masks: (N, 2, ...) logits on the same canvas: the display, the scan area.
        glare: (N, 1, (H + 2 M) / 16, (W + 2 M) / 16) logits of bright reflections.
        facts: (N, 5): logit of presence, logit of an ultrasound picture, cosine and sine
            of the direction from the display's left to its right edge, logit of mirrored.
    """

    corners: Tensor
    masks: Tensor
    glare: Tensor
    facts: Tensor


class Block(nn.Module):
    """A 3×3 convolution, normalised, residual where the shapes agree (arXiv 1512.03385)."""

    def __init__(self, c_in: int, c_out: int, stride: int = 1) -> None:
        super().__init__()
        self.residual = c_in == c_out and stride == 1
        self.convolution = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(c_out)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same size, divided by the stride."""
        y = self.norm(self.convolution(x))
        return self.activation(y.add_(x) if self.residual else y)


class GlobalContext(nn.Module):
    """Adds to every place what the whole picture says (after Hu et al., arXiv 1709.01507)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` shifted by a function of its means and maxima."""
        summary = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        return functional.relu(x + self.squeeze(summary)[:, :, None, None])


def _stage(c_in: int, c_out: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(Block(c_in, c_out, 2), *(Block(c_out, c_out) for _ in range(blocks - 1)))


class LocatorNetwork(nn.Module):
    """Picture in, where the display is out.

    Args:
        widths: Channels at strides 4, 8, 16 and 32.
        decoder_widths: Channels of the decoder at strides 8 and 16.

    Attributes:
        margin_px: How far the canvas reaches beyond the frame; a multiple of 32.
    """

    def __init__(
        self,
        widths: tuple[int, int, int, int] = (32, 48, 96, 112),
        decoder_widths: tuple[int, int] = (32, 64),
    ) -> None:
        super().__init__()
        w4, w8, w16, w32 = widths
        d8, d16 = decoder_widths
        self.margin_px = MARGIN_PX
        self.stem = nn.Sequential(
            nn.Conv2d(3, w4, 6, 4, 1, bias=False), nn.BatchNorm2d(w4), nn.ReLU(inplace=True)
        )
        self.stage8 = _stage(w4, w8, 3)
        self.stage16 = _stage(w8, w16, 4)
        self.stage32 = _stage(w16, w32, 1)
        self.context = nn.Sequential(Block(w32, w32), GlobalContext(w32), Block(w32, w32))
        self.lateral16 = nn.Conv2d(w16, d16, 1)
        self.lateral8 = nn.Conv2d(w8, d8, 1)
        # Fine detail reaches the decoder as four neighbours together, not as a larger map.
        self.lateral4 = nn.Conv2d(w4, d8, 2, 2)
        self.down16 = nn.Conv2d(w32, d16, 1)
        self.down8 = nn.Conv2d(d16, d8, 1)
        self.mix16 = nn.Sequential(nn.ReLU(), Block(d16, d16), Block(d16, d16))
        self.mix8 = nn.Sequential(nn.ReLU(), Block(d8, d8), Block(d8, d8))
        self.map_head = nn.Sequential(nn.Conv2d(d8, 4 * 6, 1), nn.PixelShuffle(2))
        self.glare_head = nn.Conv2d(d16, 1, 1)
        self.facts_head = nn.Sequential(nn.Linear(2 * w32, 64), nn.ReLU(), nn.Linear(64, 5))

    def forward(self, picture: Tensor) -> Outputs:
        """Look at pictures.

        Args:
            picture: (N, 3, H, W) sRGB in 0–1, sides divisible by 32; 0.5 where there is
                no photo.
        """
        x4 = self.stem((picture - 0.5) * 4.0)
        x8 = self.stage8(x4)
        x16 = self.stage16(x8)
        x32 = self.context(self._with_margin(self.stage32(x16), 32))
        y16 = _doubled(self.down16(x32)) + self._with_margin(self.lateral16(x16), 16)
        y16 = self.mix16(y16)
        detail = self._with_margin(self.lateral8(x8) + self.lateral4(x4), 8)
        maps = self.map_head(self.mix8(_doubled(self.down8(y16)) + detail))
        facts = self.facts_head(torch.cat([x32.mean((2, 3)), x32.amax((2, 3))], 1))
        return Outputs(maps[:, :4], maps[:, 4:], self.glare_head(y16), facts)

    def _with_margin(self, x: Tensor, stride: int) -> Tensor:
        cells = self.margin_px // stride
        return functional.pad(x, (cells, cells, cells, cells))


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
