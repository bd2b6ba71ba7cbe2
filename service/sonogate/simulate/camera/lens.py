"""The lens and the hand: spot, motion, vignetting, flare, bloom and smears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.filters import correlate, gaussian, shrink
from sonogate.simulate.camera.geometry import Geometry
from sonogate.simulate.camera.setup import LensSetup
from sonogate.types import FloatArray

REFERENCE_LONG_SIDE_PX = 4000.0
_OPTICS_SENSOR_PX = 0.45
_GLOW_LONG_SIDE = 128
_SHORT_PATH_PX = 1.0


def px_scale(size_wh: tuple[int, int]) -> float:
    """Return the photo's pixels per pixel of the 4000-pixel photo that setups refer to."""
    return max(size_wh) / REFERENCE_LONG_SIDE_PX


def spot_px(lens: LensSetup, size_wh: tuple[int, int], pixel_px: float = 1.0) -> float:
    """Return the standard deviation of the whole spot at the screen's centre, photo pixels.

    Optics are made for their sensor: diffraction and aberrations spread light over about
    half a sensor pixel, whatever the number of pixels; defocus comes on top.

    Args:
        lens: The lens's setup.
        size_wh: The photo.
        pixel_px: Photo pixels per sensor pixel (digital zoom).
    """
    return float(np.hypot(_OPTICS_SENSOR_PX * pixel_px, lens.blur_px * px_scale(size_wh)))


def focus_vergence(lens: LensSetup, geometry: Geometry) -> float:
    """Return one over the distance in focus, 1/mm.

    The defocus at the screen's centre tells it, by the thin lens: a point at distance z is
    imaged to a disc of diameter A·F·|1/z − 1/z_focus|, A the pupil's diameter and F the
    principal distance. Where focus would lie beyond infinity, it lies before the screen.
    """
    centre = 1.0 / float(geometry.centre_mm[2])
    if lens.aperture_mm <= 0:
        return centre
    shift = px_scale(geometry.photo_size_wh) * lens.blur_px / _defocus_reach(lens, geometry)
    beyond = lens.focus_beyond and shift < centre
    return centre - shift if beyond else centre + shift


def _defocus_reach(lens: LensSetup, geometry: Geometry) -> float:
    # A disc has the variance of a sixteenth of its squared diameter along any line.
    return lens.aperture_mm * geometry.focal_px / 4.0


def spot_at_px(
    lens: LensSetup, geometry: Geometry, points_xy: FloatArray, pixel_px: float = 1.0
) -> FloatArray:
    """Return the standard deviation of the lens's whole spot at points of the screen.

    Args:
        lens: The lens's setup.
        geometry: Where the screen is; its depth sets the circle of confusion.
        points_xy: (N, 2) export pixels.
        pixel_px: Photo pixels per sensor pixel (digital zoom).

    Returns:
        (N,) photo pixels.
    """
    if lens.aperture_mm <= 0:
        return np.full(len(points_xy), spot_px(lens, geometry.photo_size_wh, pixel_px))
    depth = np.maximum(geometry.depth_mm(points_xy), 1.0)
    defocus = _defocus_reach(lens, geometry) * (1.0 / depth - focus_vergence(lens, geometry))
    return np.asarray(np.hypot(_OPTICS_SENSOR_PX * pixel_px, defocus), np.float64)


def motion_path(lens: LensSetup, scale: float) -> FloatArray:
    """Return the hand's path, (N, 2) offsets in photo pixels with mean zero.

    Args:
        lens: The lens's setup.
        scale: Photo pixels per reference pixel.
    """
    length = lens.motion_px * scale
    steps = max(2 * int(np.ceil(length)) + 1, 1)
    along = np.linspace(-0.5, 0.5, steps) if steps > 1 else np.zeros(1)
    across = lens.motion_bend * (0.25 - along**2) * 4.0
    angle = np.radians(lens.motion_deg)
    path = length * np.stack(
        [
            along * np.cos(angle) - across * np.sin(angle),
            along * np.sin(angle) + across * np.cos(angle),
        ],
        axis=1,
    )
    return np.asarray(path - path.mean(axis=0))


def split_motion(path_xy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tell a visible motion from one so short that only its spread is seen.

    Returns:
        The path to follow, (N, 2), and the covariance, (2, 2), of a path not to be followed;
        photo pixels, and the same squared.
    """
    if float(np.ptp(path_xy, axis=0).max()) > _SHORT_PATH_PX:
        return path_xy, np.zeros((2, 2))
    spread = path_xy - path_xy.mean(axis=0)
    return np.zeros((1, 2)), np.asarray(spread.T @ spread / len(spread), np.float64)


def motion_kernel(path_xy: FloatArray) -> NDArray[np.float32]:
    """Return a path as a kernel for ``cv2.filter2D``, bilinear, sum 1, odd size."""
    reach = int(np.ceil(np.abs(path_xy).max(initial=0.0))) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    # filter2D correlates: the path is mirrored so that the picture moves along it.
    for x, y in reach - path_xy:
        x0, y0 = int(x), int(y)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            share = (1 - abs(x - x0 - dx)) * (1 - abs(y - y0 - dy))
            if share > 0:
                kernel[y0 + dy, x0 + dx] += share
    return np.asarray(kernel / kernel.sum(), np.float32)


def blur(light: NDArray[np.float32], sigma_px: float, path_xy: FloatArray) -> NDArray[np.float32]:
    """Blur with the spot, then along the hand's path."""
    if sigma_px > 0.2:
        light = gaussian(light, sigma_px)
    if np.abs(path_xy).max(initial=0.0) > 0.3:
        light = correlate(light, motion_kernel(path_xy))
    return light


def stray_light(light: NDArray[np.float32], lens: LensSetup) -> NDArray[np.float32]:
    """Return what flare, bloom and smears add, at a low resolution.

    The same light is missing elsewhere: scale the direct picture by ``direct_share``.

    Args:
        light: (h, w, 3) the scene in the photo's frame, any resolution.
        lens: The lens's setup.

    Returns:
        (rows, columns, 3) float32, to be enlarged to the photo.
    """
    long_side = max(light.shape[:2])
    factor = min(_GLOW_LONG_SIDE / long_side, 1.0)
    size = (max(round(light.shape[1] * factor), 4), max(round(light.shape[0] * factor), 4))
    small = shrink(light, size)
    glow = 0.5 * (gaussian(small, 0.02 * max(size)) + gaussian(small, 0.08 * max(size)))
    added = lens.flare * small.mean(axis=(0, 1)) + lens.bloom * glow
    if lens.smear > 0:
        reach = 0.2 * max(size)
        angle = np.radians(lens.smear_deg)
        path = np.linspace(-reach, reach, 41)[:, None] * np.array([np.cos(angle), np.sin(angle)])
        streaks = correlate(small, motion_kernel(path))
        added = added + _SMEAR_SHARE * lens.smear * streaks
    return np.asarray(added, np.float32)


_SMEAR_SHARE = 0.08


def direct_share(lens: LensSetup) -> float:
    """Return the share of the light that goes where it should."""
    return 1.0 - lens.flare - lens.bloom - _SMEAR_SHARE * lens.smear


def vignette(
    lens: LensSetup,
    size_wh: tuple[int, int],
    step_px: float = 1.0,
    start_xy: tuple[float, float] = (0, 0),
    photo_size_wh: tuple[int, int] | None = None,
) -> NDArray[np.float32]:
    """Return the lens's fall-off at a lattice of photo pixels, 1 in the middle."""
    width, height = size_wh if photo_size_wh is None else photo_size_wh
    unit = 0.5 * float(np.hypot(width, height))
    x = (start_xy[0] + step_px * np.arange(size_wh[0]) - (width - 1) / 2) / unit
    y = (start_xy[1] + step_px * np.arange(size_wh[1]) - (height - 1) / 2) / unit
    r2 = (x**2).astype(np.float32)[None, :] + (y**2).astype(np.float32)[:, None]
    return np.asarray(
        1 - np.float32(lens.vignetting) * r2 * (np.float32(0.6) + np.float32(0.4) * r2), np.float32
    )
