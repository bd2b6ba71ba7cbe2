"""What the fidelity is predicted from, and what it would be with one fault mended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from sonogate.quality.blur import Blur
from sonogate.quality.content import Faults, describe
from sonogate.quality.neutrals import Neutrals
from sonogate.quality.planes import Planes
from sonogate.types import Measure, MeasureName, RectifiedScreen

GRID = 48
SHARP_CAMERA_PX = 0.55  # blur of a focused phone, camera pixels
FULL_FRAME = 0.92  # of the frame that a screen can fill
LEAST = 1e-3
STEP_CODES = 8.0  # of the measure of noise
GAMMA = 2.2
# What stands for a measure that could not be assessed: mediocre.
UNKNOWN: Mapping[MeasureName, float] = MappingProxyType(
    {
        "sampling": 1.5,
        "motion": 1.0,
        "glare": 1.0,
        "veil": 4.0,
        "moire": 1.0,
        "exposure": 1.0,
        "noise": 3.0,
        "colour": 8.0,
        "perspective": 20.0,
        "compression": 60.0,
    }
)
UNKNOWN_SIGMA_PX = 1.5
LEAST_SIGMA_PX, MOST_SIGMA_PX = 0.2, 4.0
CLEAN_NOISE, CLEAN_VEIL_PCT, CLEAN_MOIRE, FINE_QUALITY = 10.0, 0.3, 0.5, 95.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Measured values in the measures' units, and the picture's own figures.

    Attributes:
        sampling_px: Camera pixels per export pixel.
        sigma_px: Blur that all directions share, export pixels.
        motion_px: Length of the smear, export pixels.
        glare_pct: Share of the scan area under reflections.
        veil_pct: Black level, % of white.
        moire_delta_e: Moiré.
        exposure_pct: Clipped or crushed.
        noise_d: d' of a step of eight codes.
        colour_delta_e: Colour cast.
        tilt_deg: Tilt.
        quality: JPEG quality factor.
        unseen: Share of the scan area out of the frame, 0–1.
        white: Linear luma of the screen's white.
        fill: Share of the frame that the screen spans, the larger of both axes.
        content: Figures of ``content.describe``.
    """

    sampling_px: float
    sigma_px: float
    motion_px: float
    glare_pct: float
    veil_pct: float
    moire_delta_e: float
    exposure_pct: float
    noise_d: float
    colour_delta_e: float
    tilt_deg: float
    quality: float
    unseen: float
    white: float
    fill: float
    content: Mapping[str, float] = field(repr=False)

    def features(self) -> dict[str, float]:
        """Return what the regression sees: ratios as logarithms, shares as roots."""
        return {
            "sampling": math.log(max(self.sampling_px, LEAST)),
            "sigma": math.log(max(self.sigma_px, 0.05)),
            "motion": math.sqrt(max(self.motion_px, 0.0)),
            "glare": math.sqrt(max(self.glare_pct, 0.0)),
            "veil": math.log(max(self.veil_pct, 0.02)),
            "moire": math.log1p(max(self.moire_delta_e, 0.0)),
            "exposure": math.sqrt(max(self.exposure_pct, 0.0)),
            "noise": math.log(max(self.noise_d, 0.05)),
            "colour": self.colour_delta_e,
            "tilt": self.tilt_deg,
            "quality": self.quality,
            "unseen": self.unseen,
            "white": math.log(max(self.white, LEAST)),
            **self.content,
        }

    def mended(self, name: MeasureName) -> Evidence:
        """Return the evidence as it would be had the fault behind ``name`` not been there.

        Moving closer also makes a blur of the camera smaller on the screen, and averages
        noise; the other faults stay what they are.
        """
        if name == "sampling":
            return self._closer(max(FULL_FRAME / max(self.fill, 0.05), 1.0))
        if name == "perspective":
            nearer = 1.0 / max(math.cos(math.radians(min(self.tilt_deg, 75.0))), 0.26)
            return replace(self._closer(nearer), tilt_deg=0.0)
        if name == "sharpness":
            sharp = SHARP_CAMERA_PX / max(self.sampling_px, 0.2)
            return self._with_blur(min(self.sigma_px, sharp))
        if name == "noise":
            return self._with_noise(max(self.noise_d, CLEAN_NOISE))
        if name == "veil":
            veil = min(self.veil_pct, CLEAN_VEIL_PCT)
            tone = _nearer_one(self.content["tone"], veil / max(self.veil_pct, LEAST))
            return replace(self, veil_pct=veil, content=self._content(tone=tone))
        if name == "completeness":
            return replace(self, unseen=0.0)
        if name == "compression":
            return replace(self, quality=max(self.quality, FINE_QUALITY))
        if name == "moire":
            return replace(self, moire_delta_e=min(self.moire_delta_e, CLEAN_MOIRE))
        if name == "colour":
            return replace(self, colour_delta_e=0.0, content=self._content(cast=1.0, tint=1.0))
        if name == "motion":
            return replace(self, motion_px=0.0)
        return replace(self, glare_pct=0.0) if name == "glare" else replace(self, exposure_pct=0.0)

    def _closer(self, factor: float) -> Evidence:
        nearer = self._with_blur(self.sigma_px / factor)._with_noise(self.noise_d * factor)
        return replace(
            nearer, sampling_px=self.sampling_px * factor, fill=min(self.fill * factor, 1.0)
        )

    def _with_blur(self, sigma_px: float) -> Evidence:
        share = min((sigma_px / max(self.sigma_px, LEAST)) ** 2, 1.0)
        content = self._content(
            blur=_nearer_one(self.content["blur"], share),
            sharpened=_nearer_one(self.content["sharpened"], share),
        )
        return replace(self, sigma_px=sigma_px, content=content)

    def _with_noise(self, noise_d: float) -> Evidence:
        share = min((self.noise_d / max(noise_d, LEAST)) ** 2, 1.0)
        content = self._content(noise=_nearer_one(self.content["noise"], share))
        return replace(self, noise_d=noise_d, content=content)

    def _content(self, **changed: float) -> Mapping[str, float]:
        return MappingProxyType({**self.content, **changed})


def _nearer_one(similarity: float, share: float) -> float:
    """Return the similarity with its distance from one cut to ``share``."""
    return 1.0 - (1.0 - similarity) * share


def unseen_share(planes: Planes) -> float:
    """Return the share of the scan area that lies out of the photo's frame, 0–1."""
    height, width = planes.scan.shape
    xs, ys = ((np.arange(GRID) + 0.5) / GRID * side for side in (width, height))
    points = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    inside = planes.scan[points[:, 1].astype(int), points[:, 0].astype(int)]
    if not inside.any():
        return 0.0
    seen = planes.to_photo.points(points[inside])
    framed = (seen >= -0.5).all(1) & (seen <= np.array(planes.to_photo.photo_size_wh) - 0.5).all(1)
    return float(1.0 - framed.mean())


def gather(
    screen: RectifiedScreen,
    planes: Planes,
    measures: Mapping[MeasureName, Measure],
    blur: Blur | None,
    neutrals: Neutrals | None,
) -> Evidence:
    """Bring together what was measured of a screen.

    Args:
        screen: The rectified screen.
        planes: The same on its own grid.
        measures: All of them, by name; what could not be assessed counts as mediocre.
        blur: What the edges told, or None.
        neutrals: The screen's black and white, or None.
    """

    def value(name: MeasureName) -> float:
        raw = measures[name].raw
        return UNKNOWN[name] if raw is None else raw

    sigma_px = UNKNOWN_SIGMA_PX if blur is None else blur.sigma_px
    codes = STEP_CODES * planes.white ** (1 / GAMMA) / max(value("noise"), LEAST)
    faults = Faults(
        min(max(sigma_px, LEAST_SIGMA_PX), MOST_SIGMA_PX),
        codes / max(value("sampling"), 0.5),  # camera pixels average on an export pixel
        neutrals,
    )
    extent = np.ptp(screen.quad.corners_xy, axis=0) / np.array(screen.photo_size_wh)
    return Evidence(
        value("sampling"),
        sigma_px,
        value("motion"),
        value("glare"),
        value("veil"),
        value("moire"),
        value("exposure"),
        value("noise"),
        value("colour"),
        value("perspective"),
        value("compression"),
        unseen_share(planes),
        planes.white,
        float(extent.max()),
        describe(planes, faults),
    )
