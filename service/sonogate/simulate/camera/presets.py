"""How often and how strongly each thing happens, by purpose of the data set."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

PresetName = Literal["locator", "quality", "masking", "decision"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Ranges and probabilities of a purpose.

    Attributes:
        tilt_scale_deg: Scale of the half-normal tilt.
        tilt_max_deg: Largest tilt.
        turned: Probability of a phone turned by 90° or 180° without an EXIF tag.
        fill: Smallest and largest size of the screen over the frame.
        cut: Probability that edges are cut off.
        blur_px: Smallest and largest defocus (log-uniform), photo of 4000 pixels.
        motion: Probability of a visible motion.
        motion_px: Largest motion.
        room_level: Smallest and largest room light (log-uniform).
        lamp: Probability of each of two lamps facing the glass.
        occluder: Probability of each of two occluders.
        neighbour: Probability of each of two neighbours.
        messenger: Probability of a messenger's recompression.
        exposure: Smallest and largest raw level of white (log-uniform).
        shot: Smallest and largest shot noise (log-uniform).
    """

    tilt_scale_deg: float
    tilt_max_deg: float
    turned: float
    fill: tuple[float, float]
    cut: float
    blur_px: tuple[float, float]
    motion: float
    motion_px: float
    room_level: tuple[float, float]
    lamp: float
    occluder: float
    neighbour: float
    messenger: float
    exposure: tuple[float, float]
    shot: tuple[float, float]


PRESETS = MappingProxyType(
    {
        "locator": Preset(
            tilt_scale_deg=24.0,
            tilt_max_deg=60.0,
            turned=0.12,
            fill=(0.22, 1.1),
            cut=0.2,
            blur_px=(0.2, 14.0),
            motion=0.25,
            motion_px=40.0,
            room_level=(0.004, 2.0),
            lamp=0.35,
            occluder=0.15,
            neighbour=0.25,
            messenger=0.25,
            exposure=(0.35, 2.5),
            shot=(1e-4, 1.2e-2),
        ),
        "quality": Preset(
            tilt_scale_deg=14.0,
            tilt_max_deg=45.0,
            turned=0.02,
            fill=(0.45, 1.0),
            cut=0.08,
            blur_px=(0.2, 4.0),
            motion=0.3,
            motion_px=10.0,
            room_level=(0.012, 1.5),
            lamp=0.25,
            occluder=0.04,
            neighbour=0.15,
            messenger=0.15,
            exposure=(0.4, 1.8),
            shot=(1e-4, 1.2e-2),
        ),
        "masking": Preset(
            tilt_scale_deg=11.0,
            tilt_max_deg=35.0,
            turned=0.05,
            fill=(0.55, 1.0),
            cut=0.06,
            blur_px=(0.2, 3.0),
            motion=0.2,
            motion_px=6.0,
            room_level=(0.012, 1.2),
            lamp=0.15,
            occluder=0.04,
            neighbour=0.3,
            messenger=0.2,
            exposure=(0.45, 1.6),
            shot=(1e-4, 8e-3),
        ),
        "decision": Preset(
            tilt_scale_deg=9.0,
            tilt_max_deg=45.0,
            turned=0.03,
            fill=(0.55, 1.0),
            cut=0.06,
            blur_px=(0.2, 2.2),
            motion=0.15,
            motion_px=7.0,
            room_level=(0.012, 1.2),
            lamp=0.15,
            occluder=0.03,
            neighbour=0.15,
            messenger=0.1,
            exposure=(0.5, 1.4),
            shot=(1e-4, 6e-3),
        ),
    }
)
