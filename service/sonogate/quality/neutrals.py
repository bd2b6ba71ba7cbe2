"""The screen's black and its neutral white, from the interface around the picture.

A tinted map of grey levels is no cast: the picture's own colours cannot tell the two apart,
but the interface can. Light adds to all levels alike and white balance multiplies them, so in
linear light every neutral of the screen lies on the line from its black to its white.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.quality.planes import SRGB_TO_LINEAR, Planes
from sonogate.types import FloatArray

STRIDE = 2
FEWEST = 60
BRIGHT_SHARE = 0.3  # of white, linear: below, colour is mostly the black's
CLIPPED_CODE = 253
BINS, REACH = 40, 1.0  # of the natural logarithm of red and of blue over green
USUAL = 0.3  # standard deviation of casts that are believed, the same unit
NEAR = 0.12
DARKEST_SHARE = 0.1
GAMMA = 2.2
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32)
LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True, eq=False)
class Neutrals:
    """The line on which the screen's greys lie, in the photo's linear light.

    Attributes:
        black: (3,) RGB of the screen's black.
        white: (3,) RGB of its white.
        count: Pixels that told the white's colour.
    """

    black: FloatArray = field(repr=False)
    white: FloatArray = field(repr=False)
    count: int

    def chroma(self) -> NDArray[np.float32]:
        """Return (256, 2): I and Q, 8-bit codes, of the greys of each luma code."""
        share = np.linspace(0.0, 1.0, 64)[:, None]
        linear = np.clip(self.black + share * (self.white - self.black), 0.0, 1.0)
        low, high = 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
        luma, red, blue = (255.0 * np.where(linear <= 0.0031308, low, high) @ YIQ.T).T
        order = np.argsort(luma)
        code = np.arange(256)
        curves = [np.interp(code, luma[order], plane[order]) for plane in (red, blue)]
        return np.asarray(np.stack(curves, 1), np.float32)

    def curves(self) -> NDArray[np.uint8]:
        """Return (256, 3): a photo's code → the code that the display was sent."""
        linear = SRGB_TO_LINEAR[:, None].astype(np.float64)
        share = (linear - self.black) / np.maximum(self.white - self.black, 1e-4)
        return np.asarray(np.rint(255.0 * np.clip(share, 0, 1) ** (1 / GAMMA)), np.uint8)


def find_neutrals(planes: Planes) -> Neutrals | None:
    """Return the screen's black and white, or None where nothing bright tells its colour.

    The white's colour is the commonest of the bright pixels outside the scan area, casts
    that cameras make preferred to others: text is white on most screens, and menus in
    colour share none. Only where the interface has nothing bright does the picture tell.
    """
    sparse = np.ascontiguousarray(planes.rgb[::STRIDE, ::STRIDE])
    brightest = np.maximum.reduce(cv2.split(sparse)).ravel()
    rgb = sparse.reshape(-1, 3)
    luma = planes.luma[::STRIDE, ::STRIDE].ravel()
    outside = ~planes.scan[::STRIDE, ::STRIDE].ravel()
    usable = (brightest < CLIPPED_CODE) & (luma > BRIGHT_SHARE * planes.white)
    if (usable & outside).sum() >= FEWEST:
        usable &= outside
    if usable.sum() < FEWEST:
        return None
    dark = luma <= np.quantile(luma, DARKEST_SHARE)
    black = SRGB_TO_LINEAR[rgb[dark]].mean(0).astype(np.float64)
    light = np.maximum(SRGB_TO_LINEAR[rgb[usable]].astype(np.float64) - black, 1e-4)
    ratios = np.log(light[:, [0, 2]] / light[:, 1:2])
    edges = [[-REACH, REACH]] * 2
    counts, _, _ = np.histogram2d(ratios[:, 0], ratios[:, 1], bins=BINS, range=edges)
    middle = (np.arange(BINS) + 0.5) * 2.0 * REACH / BINS - REACH
    usual = np.exp(-0.5 * (middle[:, None] ** 2 + middle[None, :] ** 2) / USUAL**2)
    smooth = cv2.GaussianBlur((counts * usual).astype(np.float32), (5, 5), 1.0)
    row, column = np.unravel_index(int(smooth.argmax()), smooth.shape)
    near = np.hypot(ratios[:, 0] - middle[row], ratios[:, 1] - middle[column]) < NEAR
    if near.sum() < FEWEST // 4:
        return None
    red, blue = np.median(ratios[near], axis=0)
    tint = np.array([np.exp(red), 1.0, np.exp(blue)])
    above = max(planes.white - float(black @ LUMA), 1e-3)
    return Neutrals(black, black + above * tint / float(tint @ LUMA), int(near.sum()))
