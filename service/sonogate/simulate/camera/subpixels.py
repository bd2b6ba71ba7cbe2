"""The panel's subpixels through the lens's spot, exactly, on a lattice of the screen's plane.

A subpixel's aperture (a rectangle) convolved with a Gaussian spot is a product of
differences of error functions. So the light behind the lens is a separable sum over
screen pixels, and it is evaluated where it is needed, as densely as the spot asks: the
aperture itself is never rasterised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.special import ndtr

from sonogate.simulate.camera.filters import Light
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.lens import spot_at_px
from sonogate.simulate.camera.setup import LensSetup, PanelSetup
from sonogate.types import FloatArray

_PIXEL_BOX_VARIANCE = 1.0 / 12.0
_SAMPLES_PER_SPOT = (1.35, 1.05)
_SPOT_CELLS = 12
_VIEW_CELLS = 64
_CHUNK = 60_000
_REACH_IN_SPOTS = 3.3
_BLOCKS = 10
_MOST_SAMPLES = 12
_LEAST_VARIANCE = 1e-4
_NEGLIGIBLE = 1e-5
_NEAR_EDGE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """The spot in the screen's plane, export pixels, over a coarse grid of what is in view.

    Attributes:
        variance_x: (cells, cells) variance along the screen's rows.
        variance_y: (cells, cells) variance along its columns.
        region: First column and row in view, and those after the last, export pixels.
    """

    variance_x: FloatArray
    variance_y: FloatArray
    region: tuple[int, int, int, int]

    @property
    def largest_sigma(self) -> float:
        """Largest standard deviation, export pixels."""
        return float(np.sqrt(max(self.variance_x.max(), self.variance_y.max())))


def region_in_view(geometry: Geometry, reach_px: float) -> tuple[int, int, int, int] | None:
    """Return the part of the screen that the photo sees, None when it sees nothing of it.

    Args:
        geometry: Where the screen is.
        reach_px: Photo pixels beyond the frame that still matter.
    """
    width, height = geometry.photo_size_wh
    step = (width + 2 * reach_px) / _VIEW_CELLS
    cells = (_VIEW_CELLS + 1, int(np.ceil((height + 2 * reach_px) / step)) + 1)
    columns, rows = geometry.export_maps(cells, step, (-reach_px, -reach_px))
    last_x, last_y = geometry.export_size_wh
    density = float(np.linalg.norm(geometry.jacobian(np.array([[last_x / 2, last_y / 2]]))))
    slack = 4.0 * step / max(density, 1e-6)
    inside = (columns > -slack) & (columns < last_x + slack)
    inside &= (rows > -slack) & (rows < last_y + slack)
    if not inside.any():
        return None
    return (
        int(np.clip(columns[inside].min() - slack, 0, last_x - 2)),
        int(np.clip(rows[inside].min() - slack, 0, last_y - 2)),
        int(np.clip(columns[inside].max() + slack, 2, last_x)),
        int(np.clip(rows[inside].max() + slack, 2, last_y)),
    )


def spot_on_screen(
    geometry: Geometry,
    lens: LensSetup,
    pixel_px: float,
    region: tuple[int, int, int, int],
    scatter_px2: FloatArray,
) -> Spot:
    """Project lens spot and camera pixel into the screen's plane.

    Args:
        geometry: Where the screen is.
        lens: The lens, whose spot grows away from the distance in focus.
        pixel_px: Side of a sensor pixel, photo pixels.
        region: Part of the screen in view.
        scatter_px2: (2, 2) covariance of the merged frames' places, photo pixels squared.
    """
    x = np.linspace(region[0] - 0.5, region[2] - 0.5, _SPOT_CELLS)
    y = np.linspace(region[1] - 0.5, region[3] - 0.5, _SPOT_CELLS)
    points = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)
    inverse = np.asarray(np.linalg.inv(geometry.jacobian(points)), np.float64)
    variance = spot_at_px(lens, geometry, points, pixel_px) ** 2
    variance += _PIXEL_BOX_VARIANCE * pixel_px**2
    spread = variance[:, None] * (inverse**2).sum(axis=2)
    spread += scatter_on_screen(inverse, scatter_px2)
    spread = spread.reshape(_SPOT_CELLS, _SPOT_CELLS, 2)
    return Spot(variance_x=spread[..., 0], variance_y=spread[..., 1], region=region)


def scatter_on_screen(inverse: FloatArray, scatter_px2: FloatArray) -> FloatArray:
    """Return a photo covariance's variances along the screen's axes, (N, 2)."""
    return np.asarray(np.einsum("nij,jk,nik->ni", inverse, scatter_px2, inverse), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class DenseScreen:
    """One colour's light behind the lens, on a dense lattice of the screen's plane.

    Attributes:
        light: (rows, columns) float32.
        samples_xy: Lattice points per export pixel.
        start_xy: Export coordinates of the lattice's outer corner.
    """

    light: Light
    samples_xy: tuple[int, int]
    start_xy: tuple[float, float]

    def lookup(self, columns: Light, rows: Light) -> tuple[Light, Light]:
        """Map export coordinates to lattice coordinates."""
        half = np.float32(0.5)
        x = (columns - np.float32(self.start_xy[0])) * np.float32(self.samples_xy[0]) - half
        y = (rows - np.float32(self.start_xy[1])) * np.float32(self.samples_xy[1]) - half
        return x, y


def apertures(panel: PanelSetup) -> tuple[tuple[float, float], ...]:
    """Return centre and width of the red, green and blue subpixel, screen pixels."""
    if panel.subpixels in {"pentile", "pentile_even"}:
        width = 0.45 * panel.aperture_wh[0]
        return ((-0.25, width), (0.25, width), (-0.25, width))
    width = panel.aperture_wh[0] / 3.0
    third = 1.0 / 3.0 if panel.subpixels == "rgb" else -1.0 / 3.0
    return ((-third, width), (0.0, width), (third, width))


def luma_shift_px(panel: PanelSetup) -> float:
    """Return how far subpixels shift the luma along the rows, screen pixels."""
    weights = (0.2126, 0.7152, 0.0722)
    centres = (aperture[0] for aperture in apertures(panel))
    return float(sum(weight * centre for weight, centre in zip(weights, centres, strict=True)))


def _pentile(light: Light) -> Light:
    """Leave red or blue to every other pixel, on a chequerboard, as subpixel rendering does."""
    soft = light.copy()
    soft[:, 1:-1] = 0.5 * light[:, 1:-1] + 0.25 * (light[:, :-2] + light[:, 2:])
    rows, columns = np.arange(light.shape[0])[:, None], np.arange(light.shape[1])[None, :]
    return np.asarray(soft * (2.0 * ((rows + columns) % 2 == 0)), np.float32)


def dense_screen(
    light: Light, channel: int, panel: PanelSetup, spot: Spot, subpixels: bool = True
) -> DenseScreen:
    """Evaluate one colour of the screen behind the lens.

    Args:
        light: (rows, columns) emitted light of this colour, the whole screen.
        channel: 0 red, 1 green, 2 blue.
        panel: The panel.
        spot: The spot in the screen's plane, over the part in view.
        subpixels: False spreads each pixel's light evenly over its square.
    """
    aperture_x = apertures(panel)[channel] if subpixels else (0.0, 1.0)
    aperture_y = (0.0, panel.aperture_wh[1] if subpixels else 1.0)
    if subpixels and panel.subpixels == "pentile" and channel != 1:
        light = _pentile(light)
    margin = int(np.ceil(_REACH_IN_SPOTS * spot.largest_sigma)) + 1
    left, top, right, bottom = spot.region
    # The part in view is cut out with a rim, so that the cut's edge is never seen.
    rim = 2 * margin + 2
    left, top = max(left - rim, 0), max(top - rim, 0)
    part = light[top : bottom + rim, left : right + rim]
    per_x = _samples(spot.variance_x, _SAMPLES_PER_SPOT[0])
    per_y = _samples(spot.variance_y, _SAMPLES_PER_SPOT[1])
    across = _spread(_turned(part), spot.variance_x, aperture_x, per_x, margin)
    down = _spread(_turned(across), spot.variance_y.T, aperture_y, per_y, margin)
    return DenseScreen(down, (per_x, per_y), (left - margin - 0.5, top - margin - 0.5))


def _turned(light: Light) -> Light:
    return np.asarray(cv2.transpose(light), np.float32)


def _samples(variance: FloatArray, per_spot: float) -> int:
    return int(np.clip(np.ceil(per_spot / np.sqrt(variance.min())), 1, _MOST_SAMPLES))


def _weights(at: FloatArray, sigma: FloatArray, aperture: tuple[float, float], taps: int) -> Light:
    """Return the weights of the pixels -taps … taps around the nearest, (N, 2·taps+1)."""
    centre, width = aperture
    offset = (at - np.rint(at))[:, None] - np.arange(-taps, taps + 1)[None, :] - centre
    upper = ndtr((offset + width / 2) / sigma[:, None])
    lower = ndtr((offset - width / 2) / sigma[:, None])
    return np.asarray((upper - lower) / width, np.float32)


def _spread(
    light: Light, variance: FloatArray, aperture: tuple[float, float], samples: int, margin: int
) -> Light:
    """Spread pixels along the first axis onto ``samples`` points each, with a dark margin.

    ``variance`` holds the spot's variance along that axis, coarsely, its second axis along
    the second axis of ``light`` where it is taken over the first axis here.
    """
    rows, columns = light.shape
    total = rows + 2 * margin
    at = (np.arange(total * samples) + 0.5) / samples - 0.5
    reach = 0.5 + aperture[1] / 2 + abs(aperture[0])
    taps = max(int(np.ceil(reach + _REACH_IN_SPOTS * float(np.sqrt(variance.max())) - 0.5)), 1)
    padded = np.pad(light, ((margin + taps, margin + taps), (0, 0)))
    out = np.empty((total, samples, columns), np.float32)
    # Bilinear lookup of the lattice blurs by a known variance, taken off beforehand.
    lookup = 1.0 / (6.0 * samples**2)
    chunk_columns = max(_CHUNK // total, 16)
    along = np.clip((at - margin) / max(rows - 1, 1), 0, 1) * (variance.shape[1] - 1)
    for block in np.array_split(np.arange(columns), _BLOCKS):
        place = (float(block.mean()) + 0.5) / columns * (variance.shape[0] - 1)
        low = min(int(place), variance.shape[0] - 2)
        profile = (1 - place + low) * variance[low] + (place - low) * variance[low + 1]
        own = np.maximum(
            np.interp(along, np.arange(len(profile)), profile) - lookup, _LEAST_VARIANCE
        )
        weights = _weights(at, np.sqrt(own), aperture, taps)
        strongest = weights.reshape(total, samples, -1).max(axis=0)
        for first in range(int(block[0]), int(block[-1]) + 1, chunk_columns):
            last = min(first + chunk_columns, int(block[-1]) + 1)
            _spread_chunk(padded[:, first:last], weights, strongest, out[:, :, first:last])
    return out.reshape(total * samples, columns)


def _spread_chunk(padded: Light, weights: Light, strongest: Light, out: Light) -> None:
    total, samples, _ = out.shape
    chunk = np.ascontiguousarray(padded)
    acc = np.empty((total, chunk.shape[1]), np.float32)
    work = np.empty_like(acc)
    for phase in range(samples):
        acc[:] = 0.0
        for tap in range(weights.shape[1]):
            if strongest[phase, tap] > _NEGLIGIBLE:
                weight = weights[phase::samples, tap]
                np.multiply(chunk[tap : tap + total], weight[:, None], out=work)
                np.add(acc, work, out=acc)
        out[:, phase] = acc


def shake(dense: DenseScreen, path_xy: FloatArray) -> DenseScreen:
    """Blur along the hand's path, in steps of the lattice."""
    steps = np.unique(
        np.rint(path_xy * np.array(dense.samples_xy)).astype(int), axis=0, return_counts=True
    )
    if len(steps[0]) < 2:
        return dense
    reach = int(np.abs(steps[0]).max())
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    # A correlation looks where the path came from: the picture moves along it.
    kernel[reach - steps[0][:, 1], reach - steps[0][:, 0]] = steps[1] / len(path_xy)
    taken = cv2.filter2D(dense.light, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    return replace(dense, light=np.asarray(taken, np.float32))


def soft_cover(export_size_wh: tuple[int, int], spot: Spot, columns: Light, rows: Light) -> Light:
    """Return the display's cover behind the lens, 0–1."""
    width, height = export_size_wh
    left, top, right, bottom = spot.region
    across = np.minimum(columns + np.float32(0.5), np.float32(width - 0.5) - columns)
    down = np.minimum(rows + np.float32(0.5), np.float32(height - 0.5) - rows)
    inside = np.minimum(across, down)
    cover = np.asarray(inside > 0, np.float32)
    near = np.abs(inside) < _NEAR_EDGE * spot.largest_sigma
    x = np.clip((columns[near] + 0.5 - left) / (right - left), 0, 1)
    y = np.clip((rows[near] + 0.5 - top) / (bottom - top), 0, 1)
    spread_x, spread_y = (
        np.sqrt(_coarse(field, x, y)) for field in (spot.variance_x, spot.variance_y)
    )
    cover[near] = ndtr(across[near] / spread_x) * ndtr(down[near] / spread_y)
    return cover


def _coarse(field: FloatArray, x: NDArray[np.float32], y: NDArray[np.float32]) -> Light:
    last = field.shape[0] - 1
    looked = map_coordinates(field, [y * last, x * last], order=1, mode="nearest")
    return np.asarray(looked, np.float32)
