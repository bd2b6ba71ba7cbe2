"""The analytic modulation transfer from export to raw picture: panel, spot, pixel, motion."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.setup import PanelSetup
from sonogate.simulate.camera.subpixels import apertures, scatter_on_screen
from sonogate.types import FloatArray

_LUMA = (0.2126, 0.7152, 0.0722)
_HIGHEST_FREQUENCY = 1.5
_STEPS = 601
_STILL = np.zeros((2, 2))


def variances(
    geometry: Geometry,
    points_xy: FloatArray,
    blur_px: float | FloatArray,
    pixel_px: float,
    scatter_px2: FloatArray = _STILL,
) -> tuple[FloatArray, FloatArray]:
    """Return the spots' and the pixel boxes' extent in the screen's plane.

    Args:
        geometry: Where the screen is.
        points_xy: (N, 2) export pixels.
        blur_px: Standard deviation of the lens's spot, photo pixels, or (N,) of them.
        pixel_px: Side of a sensor pixel, photo pixels.
        scatter_px2: (2, 2) covariance of the merged frames' places, photo pixels squared.

    Returns:
        (N, 2) variance of the spot along the screen's x and y, and the same for the pixel.
    """
    inverse = np.asarray(np.linalg.inv(geometry.jacobian(points_xy)), np.float64)
    spread = (inverse**2).sum(axis=2)
    spot = np.broadcast_to(np.asarray(blur_px, np.float64) ** 2, len(points_xy))
    spot = spot[:, None] * spread + scatter_on_screen(inverse, scatter_px2)
    return np.asarray(spot), np.asarray(pixel_px**2 / 12.0 * spread)


def axis_transfer(
    panel: PanelSetup,
    frequency: FloatArray,
    variance: FloatArray,
    path: FloatArray,
    axis: int,
    subpixels: bool = True,
) -> FloatArray:
    """Return the modulation transfer along one of the screen's axes, of luma.

    Args:
        panel: The panel.
        frequency: (F,) cycles per export pixel.
        variance: (N,) variance of spot and pixel along the axis, export pixels squared.
        path: (P,) the hand's path along the axis, export pixels.
        axis: 0 along the rows, 1 along the columns.
        subpixels: False for pixels that are plain squares.

    Returns:
        (N, F) transfer, 1 at no frequency.
    """
    if not subpixels:
        aperture = np.abs(np.sinc(frequency)).astype(np.complex128)
    elif axis == 1:
        aperture = np.sinc(panel.aperture_wh[1] * frequency).astype(np.complex128)
    else:
        aperture = np.zeros(len(frequency), np.complex128)
        for weight, (centre, width) in zip(_LUMA, apertures(panel), strict=True):
            aperture += (
                weight * np.sinc(width * frequency) * np.exp(-2j * np.pi * frequency * centre)
            )
    motion = np.exp(-2j * np.pi * frequency[:, None] * path[None, :]).mean(axis=1)
    spot = np.exp(-2.0 * np.pi**2 * variance[:, None] * frequency[None, :] ** 2)
    return np.asarray(spot * np.abs(aperture * motion)[None, :], np.float64)


def mtf50(
    panel: PanelSetup,
    geometry: Geometry,
    points_xy: FloatArray,
    blur_px: float | FloatArray,
    pixel_px: float,
    path_xy: FloatArray,
    scatter_px2: FloatArray = _STILL,
) -> FloatArray:
    """Return where the transfer first falls to a half, cycles per export pixel.

    Args:
        panel: The panel.
        geometry: Where the screen is.
        points_xy: (N, 2) export pixels.
        blur_px: Standard deviation of the lens's spot, photo pixels, or (N,) of them.
        pixel_px: Side of a sensor pixel, photo pixels.
        path_xy: (P, 2) the hand's path, export pixels.
        scatter_px2: (2, 2) covariance of the merged frames' places, photo pixels squared.

    Returns:
        (N, 2) along the screen's rows and along its columns.
    """
    frequency = np.linspace(0, _HIGHEST_FREQUENCY, _STEPS)
    spot, pixel = variances(geometry, points_xy, blur_px, pixel_px, scatter_px2)
    found = np.empty((len(points_xy), 2))
    for axis in range(2):
        transfer = axis_transfer(panel, frequency, (spot + pixel)[:, axis], path_xy[:, axis], axis)
        below = transfer < 0.5
        first = np.where(below.any(axis=1), below.argmax(axis=1), _STEPS - 1)
        rows = np.arange(len(points_xy))
        upper, lower = transfer[rows, first - 1], transfer[rows, first]
        share = np.clip((upper - 0.5) / np.maximum(upper - lower, 1e-12), 0, 1)
        found[:, axis] = frequency[first - 1] + share * (frequency[1] - frequency[0])
    return found
