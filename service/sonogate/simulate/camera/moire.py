"""The moiré of a photo: with minus without the panel's subpixels and the colour filters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.develop import develop_colours
from sonogate.simulate.camera.filters import Light, mix_channels, shrink
from sonogate.simulate.camera.mosaic import OFFSET, SCALE, crosstalk_matrix, demosaic
from sonogate.simulate.camera.phone import auto_lift
from sonogate.simulate.camera.raw import read_sensor
from sonogate.simulate.camera.scene import SceneLayers
from sonogate.simulate.camera.setup import CameraSetup, PanelSetup
from sonogate.simulate.camera.truth import (
    cell_centres,
    scan_cells,
    scan_mask,
    see_straight,
    straighten,
)
from sonogate.simulate.values import Export
from sonogate.types import PixelArray

_OneColour = Literal["red", "green", "blue"]


@dataclass(frozen=True, slots=True, eq=False)
class Moire:
    """What the meeting of two lattices adds to a photo.

    Attributes:
        map: (rows, columns) float32 over cells of the display, root mean square over the
            cell's export pixels and the three colours, % of screen white.
        figures: ``moire_pct`` and ``moire_peak_pct``, the same over the scan area and in its
            largest cell, and ``moire_delta_e``, ΔE*ab root mean square of the developed
            pictures over the scan area.
    """

    map: NDArray[np.float32]
    figures: dict[str, float]


def even_panel(panel: PanelSetup) -> PanelSetup:
    """Return the panel with its colours where they are, but each as wide as the whole pixel.

    A flat field is then flat to the finest detail, while the colours' fringes on edges, which
    are no moiré, stay.
    """
    if panel.subpixels == "pentile":
        return replace(panel, subpixels="pentile_even", aperture_wh=(1.0 / 0.45, 1.0))
    return replace(panel, aperture_wh=(3.0, 1.0))


def find_moire(export: Export, setup: CameraSetup, layers: SceneLayers) -> Moire:
    """Take a photo without noise twice: as it is, and as an even panel on a full-colour sensor.

    Args:
        export: What is displayed.
        setup: All that the photo is made with.
        layers: The scene around, from ``draw_scene``.
    """
    quiet = replace(
        setup,
        sensor=replace(setup.sensor, shot=0.0, read=0.0),
        phone=replace(setup.phone, local_tone=0.0),
    )
    raw = read_sensor(export.pixels, quiet, layers)
    seen = demosaic(raw.mosaic, setup.sensor, None)
    even = _full_colour(export, quiet, layers)
    to_linear = np.linalg.inv(crosstalk_matrix(setup.sensor))
    difference = (seen.astype(np.float32) - even) * np.float32(1 / (SCALE * raw.exposure))
    straight = straighten(mix_channels(difference, to_linear), setup.geometry, 0.0, raw.step_px)
    squared = (straight.astype(np.float32) ** 2).mean(axis=2)
    _, shape = cell_centres(export.size_wh)
    local = np.asarray(100.0 * np.sqrt(shrink(squared, (shape[1], shape[0]))), np.float32)
    cells = scan_cells(export, shape)
    lift = auto_lift(raw.scene * np.float32(raw.exposure), quiet.phone)
    lab = [_lab(develop_colours(colours, quiet, lift), quiet) for colours in (seen, even)]
    apart = ((lab[0] - lab[1]) ** 2).sum(axis=2)
    figures = {
        "moire_pct": float(np.sqrt((local[cells].astype(np.float64) ** 2).mean())),
        "moire_peak_pct": float(local[cells].max()),
        "moire_delta_e": float(np.sqrt(apart[scan_mask(export)].mean())),
    }
    return Moire(local, figures)


def _full_colour(export: Export, quiet: CameraSetup, layers: SceneLayers) -> NDArray[np.uint16]:
    """Return the balanced colours of a sensor that sees all three at every pixel."""
    sensor = quiet.sensor
    gains = (sensor.wb_red, 1.0, sensor.wb_blue)
    planes: list[Light] = []
    for colour, gain in zip(get_args(_OneColour), gains, strict=True):
        mono = replace(quiet, panel=even_panel(quiet.panel), sensor=replace(sensor, cfa=colour))
        planes.append(read_sensor(export.pixels, mono, layers).mosaic * np.float32(gain))
    light = np.minimum(np.stack(planes, axis=2), 1.0)
    codes = np.clip(light * np.float32(SCALE) + np.float32(OFFSET), 0, 65535)
    return np.asarray(codes, np.uint16)


def _lab(pixels: PixelArray, setup: CameraSetup) -> NDArray[np.float64]:
    straight = see_straight(pixels, setup.geometry)
    unit = straight.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(unit, cv2.COLOR_RGB2LAB), np.float64)
