"""What a patch of a photo looks like, in features that can be named."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, PixelArray

FEATURES = (
    "noise_level",
    "chroma_noise",
    "noise_correlation",
    "spectrum_slope",
    "periodic_peak",
    "block_grid",
    "gradient_mean",
    "gradient_kurtosis",
    "edge_sharpness",
    "local_contrast",
    "black_level",
    "white_level",
    "saturation",
    "warmth",
    "greenness",
)
PATCH_PX = 96
_CELL_PX = 8
_FLOOR = 0.05
# Immerkær, Fast noise variance estimation, CVIU 1996: blind to planes and straight edges.
_NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6.0


def describe(patch: PixelArray, native: PixelArray) -> FloatArray:
    """Return the features of a patch, in the order of ``FEATURES``.

    Args:
        patch: (96, 96, 3) uint8 RGB, at the common scale.
        native: The same part of the photo before scaling, at least 16 pixels each way; only
            the grid of JPEG blocks is measured on it.

    Returns:
        float64; levels and noise in 8-bit codes, noise and gradients as natural logarithms.
    """
    ycc = cv2.cvtColor(patch, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    luma = ycc[..., 0]
    flat = _flattest(_residual(luma))
    chroma = [_flattest(_residual(ycc[..., k])) for k in (1, 2)]
    slope, peak = _spectrum(luma)
    gradient = np.hypot(
        cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=0.125),
        cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=0.125),
    )
    low, high = np.percentile(luma, [1.0, 99.0])
    extent = max(float(high - low), 4.0)
    mean_rgb = patch.reshape(-1, 3).mean(0) + 4.0
    values = (
        np.log(flat.std() + _FLOOR),
        np.log(np.hypot(chroma[0].std(), chroma[1].std()) + _FLOOR),
        _neighbour_correlation(flat),
        slope,
        peak,
        block_grid(np.asarray(cv2.cvtColor(native, cv2.COLOR_RGB2GRAY), np.uint8)),
        np.log(gradient.mean() + _FLOOR),
        np.log(float((gradient**4).mean() / ((gradient**2).mean() ** 2 + 1e-6)) + 1e-3),
        float(np.percentile(gradient, 99.5)) / extent,
        np.log(luma.std() / (luma.mean() + 4.0) + 1e-3),
        low,
        high,
        float(np.median(np.hypot(ycc[..., 1] - 128.0, ycc[..., 2] - 128.0))),
        np.log(mean_rgb[0] / mean_rgb[2]),
        np.log(mean_rgb[1] / np.sqrt(mean_rgb[0] * mean_rgb[2])),
    )
    return np.asarray(values, np.float64)


def block_grid(luma: NDArray[np.uint8]) -> float:
    """Return how much stronger steps are on the strongest 8-pixel phase than on the others.

    Args:
        luma: (h, w) uint8, at least 16 pixels each way.

    Returns:
        Mean of both axes of the logarithm of the largest phase's mean step (after Wang,
        Sheikh and Bovik, ICIP 2002) over the median phase's.
    """
    parts = []
    plane = luma.astype(np.float32)
    for axis in (0, 1):
        steps = np.abs(np.diff(plane, 2, axis=axis)).mean(1 - axis)
        phases = np.array([steps[k::8].mean() for k in range(8)]) + _FLOOR
        parts.append(np.log(phases.max() / np.median(phases)))
    return float(np.mean(parts))


def _residual(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    filtered = cv2.filter2D(plane, cv2.CV_32F, _NOISE_KERNEL)
    return np.asarray(filtered, np.float32)[1:-1, 1:-1]


def _flattest(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the quarter of cells with the least residual, (n, 8, 8)."""
    rows, columns = (size // _CELL_PX for size in residual.shape)
    cells = residual[: rows * _CELL_PX, : columns * _CELL_PX]
    cells = cells.reshape(rows, _CELL_PX, columns, _CELL_PX).swapaxes(1, 2)
    cells = cells.reshape(-1, _CELL_PX, _CELL_PX)
    order = np.argsort(cells.std((1, 2)), kind="stable")
    return cells[order[: max(len(order) // 4, 1)]]


def _neighbour_correlation(cells: NDArray[np.float32]) -> float:
    """Return the correlation of the residual two pixels apart, mean of both axes."""
    power = float((cells**2).mean()) + _FLOOR**2
    across = float((cells[:, :, 2:] * cells[:, :, :-2]).mean())
    down = float((cells[:, 2:] * cells[:, :-2]).mean())
    return 0.5 * (across + down) / power


def _spectrum(luma: NDArray[np.float32]) -> tuple[float, float]:
    """Return the log-log slope of the radial power and its largest narrow peak (log)."""
    size = luma.shape[0]
    window = np.hanning(size)
    power = np.abs(np.fft.fft2((luma - luma.mean()) * np.outer(window, window))) ** 2 + 1.0
    frequency = np.fft.fftfreq(size)
    radius = np.rint(np.hypot(frequency[:, None], frequency[None, :]) * size).astype(int)
    rings = range(4, size // 2)
    typical = np.array([np.median(power[radius == ring]) for ring in rings])
    slope = float(np.polyfit(np.log(np.array(rings)), np.log(typical), 1)[0])
    # Axes hold the frame's and the text's own harmonics; a moiré's peak lies off them.
    off = power.copy()
    off[:3], off[-2:], off[:, :3], off[:, -2:] = 0.0, 0.0, 0.0, 0.0
    peaks = [
        np.log(max(off[radius == ring].max(), 1.0) / middle)
        for ring, middle in zip(rings, typical, strict=True)
        if ring >= size // 8
    ]
    return slope, float(max(peaks))
