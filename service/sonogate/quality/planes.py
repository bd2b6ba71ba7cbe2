"""What several measures need, computed once: the screen on its own pixel grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.quality.geometry import ExportToPhoto, export_to_photo, rectified_to_export
from sonogate.types import HeatArray, PixelArray, RectifiedScreen

HEAT_ROWS, HEAT_COLUMNS = 24, 32
WHITE_SHARE = 0.0006  # the brightest share of a screen that stands for its white

_codes = np.arange(256) / 255.0
SRGB_TO_LINEAR: NDArray[np.float32] = np.where(
    _codes <= 0.04045, _codes / 12.92, ((_codes + 0.055) / 1.055) ** 2.4
).astype(np.float32)
SRGB_TO_LINEAR.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """The screen on the grid of its own pixels.

    Attributes:
        rgb: (h, w, 3) uint8 sRGB on the export grid.
        grey: (h, w) uint8 sRGB luma on the export grid.
        luma: (h, w) float32 linear luma, 1 is the camera's white.
        scan: (h, w) bool, the scan area; all True where none is known.
        whole: True where no scan area is known and the whole screen stands for it.
        white: Linear luma of the screen's white.
        to_photo: Export pixels → photo pixels.
    """

    rgb: PixelArray = field(repr=False)
    grey: PixelArray = field(repr=False)
    luma: HeatArray = field(repr=False)
    scan: NDArray[np.bool_] = field(repr=False)
    whole: bool
    white: float
    to_photo: ExportToPhoto

    def cells(self, plane: NDArray[np.float32]) -> HeatArray:
        """Average an export-grid plane over the 24×32 cells of a heat map."""
        size = (HEAT_COLUMNS, HEAT_ROWS)
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def make_planes(screen: RectifiedScreen) -> Planes:
    """Reduce the rectified picture to the export grid and find its white."""
    rgb = _on_export_grid(screen)
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    # one table a channel, so that the weighted sum needs no float picture of three channels
    tables = SRGB_TO_LINEAR[:, None] * weights
    luma = cv2.LUT(rgb[..., 0], tables[:, 0].copy())
    luma = cv2.add(luma, cv2.LUT(rgb[..., 1], tables[:, 1].copy()))
    luma = cv2.add(luma, cv2.LUT(rgb[..., 2], tables[:, 2].copy()))
    scan = np.ones(grey.shape, np.bool_)
    if screen.scan_area_xy is not None:
        polygon = np.rint(rectified_to_export(screen, screen.scan_area_xy)).astype(np.int32)
        filled = np.zeros(grey.shape, np.uint8)
        cv2.fillPoly(filled, [polygon], 1)
        if filled.any():
            scan = filled.astype(np.bool_)
    whole = bool(scan.all())
    return Planes(
        rgb, grey, np.asarray(luma, np.float32), scan, whole, _white(grey), export_to_photo(screen)
    )


def _on_export_grid(screen: RectifiedScreen) -> PixelArray:
    if screen.size_wh == screen.export_size_wh:
        return screen.pixels
    width, height = screen.export_size_wh
    whole = min(screen.size_wh[0] // width, screen.size_wh[1] // height)
    if whole < 1:
        grown = cv2.resize(screen.pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(grown, np.uint8)
    pixels = screen.pixels
    if whole > 1:
        # Averaging an odd ratio takes twice the time of stepping down to a whole one first;
        # the codes differ as by one more rounding.
        size_wh = (whole * width, whole * height)
        pixels = np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)
    reduced = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8)


def _white(grey: PixelArray) -> float:
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    above = np.cumsum(counts[::-1])[::-1]
    code = int(np.flatnonzero(above >= WHITE_SHARE * grey.size)[-1])
    return float(max(SRGB_TO_LINEAR[code], SRGB_TO_LINEAR[1]))
