"""The ``full`` profile's sensor picture: light on a colour filter mosaic, with its noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from sonogate.simulate.camera.fast import compose
from sonogate.simulate.camera.filters import Light, enlarge, mix_channels, shrink
from sonogate.simulate.camera.geometry import Geometry, outline_xy
from sonogate.simulate.camera.lens import (
    blur,
    direct_share,
    motion_path,
    px_scale,
    split_motion,
    spot_at_px,
    spot_px,
    stray_light,
    vignette,
)
from sonogate.simulate.camera.merge import merge_front, scatter_px2
from sonogate.simulate.camera.mosaic import add_noise, colour_of, crosstalk_matrix, mosaic_period
from sonogate.simulate.camera.panel import emit, pwm_bands
from sonogate.simulate.camera.phone import meter
from sonogate.simulate.camera.scene import SceneLayers, coarsen
from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import CameraSetup
from sonogate.simulate.camera.subpixels import (
    DenseScreen,
    Spot,
    dense_screen,
    region_in_view,
    shake,
    soft_cover,
    spot_on_screen,
)
from sonogate.types import FloatArray, PixelArray

_NEAR_EDGE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class RawPicture:
    """What the sensor read, and the truths that only the sensor's light can tell.

    Attributes:
        mosaic: (h, w) float32, 1 at saturation, one colour a pixel.
        exposure: Raw level of the screen's white over saturation.
        stray: Coarse (rows, columns, 3) light of flare, bloom and smears, screen whites.
        clipped: (h/2, w/2) float32, share of saturated pixels of each 2×2.
        scene: Coarse (rows, columns, 3) light before the lens.
        step_px: Photo pixels per raw pixel (digital zoom).
    """

    mosaic: Light
    exposure: float
    stray: Light
    clipped: Light
    scene: Light
    step_px: float


@dataclass(frozen=True, slots=True, eq=False)
class _Site:
    """All pixels of one site of the mosaic: where they look, and what they gather.

    Attributes:
        channel: 0 red, 1 green, 2 blue.
        corner: Column and row of the site in the mosaic's period.
        start_xy: Photo pixel of its first sample.
        pitch: Photo pixels between its samples.
        columns: Export x seen.
        rows: Export y seen.
        window: The part that sees the screen, or None.
        light: (h, w) float32 what has been gathered.
    """

    channel: int
    corner: tuple[int, int]
    start_xy: tuple[float, float]
    pitch: float
    columns: Light
    rows: Light
    window: tuple[slice, slice] | None
    light: Light

    @property
    def size_wh(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.light.shape[1], self.light.shape[0]


def read_sensor(
    export_pixels: PixelArray, setup: CameraSetup, layers: SceneLayers, subpixels: bool = True
) -> RawPicture:
    """Send screen and scene through the lens onto the sensor.

    Args:
        export_pixels: What is displayed.
        setup: All that the photo is made with.
        layers: The scene around, from ``draw_scene``.
        subpixels: False for the counterfactual panel whose pixels are plain squares.
    """
    geometry, lens, sensor = setup.geometry, setup.lens, setup.sensor
    path = motion_path(lens, px_scale(geometry.photo_size_wh))
    scene = compose(export_pixels, setup.panel, geometry, coarsen(layers, geometry))
    stray = stray_light(scene, lens)
    exposure = float(np.sqrt(sensor.exposure * meter(scene)))
    spot = lens_spot(setup)
    sites = _lay_out(setup, spot)
    if spot is not None:
        _gather_screen(export_pixels, setup, spot, split_motion(path)[0], sites, subpixels)
    balance = crosstalk_matrix(sensor)
    seen_layers = blur_layers(
        layers, spot_px(lens, geometry.photo_size_wh, setup.phone.zoom), path, balance
    )
    seen_layers, more = merge_front(seen_layers, setup)
    camera_stray = mix_channels(stray, balance)
    period = mosaic_period(sensor)
    width, height = sites[0].size_wh
    mosaic = np.empty((height * period, width * period), np.float32)
    rng = stage_rng(setup.seed, "noise")
    for site in sites:
        _gather_scene(site, seen_layers, geometry, spot)
        stray_part = np.ascontiguousarray(camera_stray[..., site.channel])
        fall = vignette(lens, site.size_wh, site.pitch, site.start_xy, geometry.photo_size_wh)
        gain = (1.0 / sensor.wb_red, 1.0, 1.0 / sensor.wb_blue)[site.channel]
        level = site.light * np.float32(direct_share(lens))
        level += enlarge(stray_part, site.size_wh)
        level *= fall * np.float32(exposure * gain)
        rougher = None if more is None else _look(more, site, layers.step_px)
        add_noise(level, sensor, setup.phone.frames, rng, rougher)
        mosaic[site.corner[1] :: period, site.corner[0] :: period] = level
    clipped = shrink(
        np.asarray(mosaic >= 1.0, np.float32), (mosaic.shape[1] // 2, mosaic.shape[0] // 2)
    )
    return RawPicture(mosaic, exposure, stray, clipped, scene, setup.phone.zoom)


def lens_spot(setup: CameraSetup) -> Spot | None:
    """Return the spot over the part of the screen in view, None when none of it is."""
    scale = px_scale(setup.geometry.photo_size_wh)
    corners = outline_xy(setup.geometry.export_size_wh)
    blur_px = spot_at_px(setup.lens, setup.geometry, corners, setup.phone.zoom)
    blur_px = np.append(blur_px, spot_px(setup.lens, setup.geometry.photo_size_wh))
    reach = 8.0 + _NEAR_EDGE * float(blur_px.max()) + setup.lens.motion_px * scale
    region = region_in_view(setup.geometry, reach)
    if region is None:
        return None
    path = motion_path(setup.lens, scale)
    scatter = scatter_px2(setup) + split_motion(path)[1]
    return spot_on_screen(setup.geometry, setup.lens, setup.phone.zoom, region, scatter)


def _lay_out(setup: CameraSetup, spot: Spot | None) -> list[_Site]:
    geometry, step = setup.geometry, setup.phone.zoom
    period = mosaic_period(setup.sensor)
    width, height = (int(np.ceil(side / step / 4)) * 4 // period for side in geometry.photo_size_wh)
    sites = []
    for y in range(period):
        for x in range(period):
            start = ((x + 0.5) * step - 0.5, (y + 0.5) * step - 0.5)
            columns, rows = geometry.export_maps((width, height), period * step, start)
            sites.append(
                _Site(
                    channel=colour_of(setup.sensor, x, y),
                    corner=(x, y),
                    start_xy=start,
                    pitch=period * step,
                    columns=columns,
                    rows=rows,
                    window=None if spot is None else _window(columns, rows, geometry, spot),
                    light=np.zeros((height, width), np.float32),
                )
            )
    return sites


def _window(
    columns: Light, rows: Light, geometry: Geometry, spot: Spot
) -> tuple[slice, slice] | None:
    """Return the part of a plane that sees the screen, None when it sees nothing of it."""
    reach = 1.0 + _NEAR_EDGE * spot.largest_sigma
    width, height = geometry.export_size_wh
    columns, rows = columns[::8, ::8], rows[::8, ::8]
    slack = 8.0 * reach + 16.0
    inside = (
        (columns > -slack) & (columns < width + slack) & (rows > -slack) & (rows < height + slack)
    )
    if not inside.any():
        return None
    ys, xs = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return (
        slice(max(8 * int(ys[0]) - 8, 0), 8 * int(ys[-1]) + 16),
        slice(max(8 * int(xs[0]) - 8, 0), 8 * int(xs[-1]) + 16),
    )


def _gather_screen(
    export_pixels: PixelArray,
    setup: CameraSetup,
    spot: Spot,
    path_xy: FloatArray,
    sites: list[_Site],
    subpixels: bool,
) -> None:
    """Add the screen's own light to every site, one colour of the panel after the other."""
    geometry, panel = setup.geometry, setup.panel
    screen_path = path_on_screen(geometry, path_xy)
    emitted = emit(export_pixels, panel, geometry)
    balance = crosstalk_matrix(setup.sensor)
    for channel in range(3):
        light = np.ascontiguousarray(emitted[..., channel])
        dense = shake(dense_screen(light, channel, panel, spot, subpixels), screen_path)
        for site in sites:
            _look_at(site, dense, float(balance[site.channel, channel]))
    if panel.pwm_depth > 0:
        for site in sites:
            lines = site.start_xy[1] + site.pitch * np.arange(site.size_wh[1], dtype=np.float64)
            bands = pwm_bands(panel, lines, geometry.photo_size_wh[1])
            np.multiply(site.light, bands[:, None], out=site.light)


def _look_at(site: _Site, dense: DenseScreen, weight: float) -> None:
    if site.window is None:
        return
    x, y = dense.lookup(site.columns[site.window], site.rows[site.window])
    seen = cv2.remap(dense.light, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    site.light[site.window] += np.float32(weight) * np.asarray(seen, np.float32)


def blur_layers(
    layers: SceneLayers, sigma_px: float, path_xy: FloatArray, balance: FloatArray
) -> SceneLayers:
    """Send the layers through the lens and into the sensor's colours."""
    sigma, path = sigma_px / layers.step_px, path_xy / layers.step_px
    front = layers.front
    cover = layers.front_cover
    return replace(
        layers,
        around=mix_channels(blur(layers.around, sigma, path), balance),
        glass=mix_channels(blur(layers.glass, sigma, path), balance),
        front=None if front is None else mix_channels(blur(front, sigma, path), balance),
        front_cover=None if cover is None else blur(cover, sigma, path),
    )


def path_on_screen(geometry: Geometry, path_xy: FloatArray) -> FloatArray:
    """Return the hand's path in export pixels, at the screen's centre.

    The hand moves along the screen: every point of it is displaced alike.
    """
    centre = np.array(geometry.export_size_wh, np.float64)[None] / 2
    return np.asarray(path_xy @ np.linalg.inv(geometry.jacobian(centre)[0]).T)


def _gather_scene(site: _Site, layers: SceneLayers, geometry: Geometry, spot: Spot | None) -> None:
    """Add room, bezel, reflections and what is in front to a site's screen light."""
    light, step = site.light, layers.step_px
    around = _look(layers.around, site, step)
    if site.window is not None and spot is not None:
        columns, rows = site.columns[site.window], site.rows[site.window]
        cover = soft_cover(geometry.export_size_wh, spot, columns, rows)
        around[site.window] *= 1 - cover
        around[site.window] += cover * _look(layers.glass, site, step)[site.window]
    light += around
    if layers.front is not None and layers.front_cover is not None:
        light *= 1 - _look(layers.front_cover, site, step)
        light += _look(layers.front, site, step)


def _look(layer: Light, site: _Site, step_px: float) -> Light:
    """Return a layer, ``step_px`` photo pixels a pixel, at a site's pixels."""
    part = layer if layer.ndim == 2 else cv2.extractChannel(layer, site.channel)
    shift = (np.array(site.start_xy) + 0.5) / step_px - 0.5
    ratio = site.pitch / step_px
    matrix = np.array([[ratio, 0, shift[0]], [0, ratio, shift[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    seen = cv2.warpAffine(part, matrix, site.size_wh, flags=flags, borderMode=border)
    return np.asarray(seen, np.float32)
