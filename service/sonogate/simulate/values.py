"""What the simulator makes: exports with their text, and photos with their exact truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, PixelArray

TextKind = Literal[
    "name",
    "number",
    "birth_date",
    "age_sex",
    "date_time",
    "institution",
    "operator",
    "station",
    "phone",
    "address",
    "clinical",
]
ExportShows = Literal[
    "ultrasound",
    "patient_page",
    "worklist",
    "report",
    "desktop",
    "television",
    "bedside_monitor",
]


@dataclass(frozen=True, slots=True, eq=False)
class ScreenText:
    """One run of text drawn on an export.

    Attributes:
        text: The string, as drawn.
        kind: What it tells; all but ``"clinical"`` identify.
        polygon_xy: (4, 2) float64, export pixels, clockwise from the text's own top left.
        ink_xy: (2,) int, top-left export pixel of ``ink``.
        ink: (h, w) bool, pixels that the glyphs change visibly.
    """

    text: str = field(repr=False)
    kind: TextKind
    polygon_xy: FloatArray
    ink_xy: tuple[int, int]
    ink: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SectorGeometry:
    """Where the beams of one generated ultrasound picture lie.

    Depth grows from the probe's face; a flat probe's beams start side by side on it, a fan's
    meet ``radius_cm`` behind it.

    Attributes:
        kind: ``"linear"``, ``"trapezoid"``, ``"curved"``, ``"phased"`` or ``"endocavity"``.
        face_xy: Export pixel of the middle of the probe's face.
        px_per_cm: Export pixels per centimetre, along and across the beams.
        depth_cm: Depth along the beam.
        half_width_cm: Half the face's width; of flat probes and trapezoids.
        radius_cm: Radius of the face; of a trapezoid, the virtual apex's distance; of fans.
        half_angle_deg: Half the opening; of fans but trapezoids.
        steer_deg: Lean of a flat probe's beams.
        mirror: Left and right are exchanged.
        upside_down: The probe is at the bottom.
    """

    kind: str
    face_xy: tuple[float, float]
    px_per_cm: float
    depth_cm: float
    half_width_cm: float
    radius_cm: float
    half_angle_deg: float
    steer_deg: float
    mirror: bool
    upside_down: bool


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A screen as the machine would have exported it.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, sRGB.
        shows: What is displayed.
        family: Layout family, such as ``"cart_wide_dark"``.
        content_id: Names the ultrasound picture shown, for splits that keep content apart.
        texts: Every run of text on it.
        scan_area_xy: (N, 2) float64 polygon of the ultrasound picture, export pixels; None
            where there is none.
        px_per_cm: Export pixels per centimetre of depth, None without a depth ruler.
        seed: The seed that made it.
        sectors: Geometry of every generated ultrasound picture of the scan area; a real
            picture's is not known.
    """

    pixels: PixelArray = field(repr=False)
    shows: ExportShows
    family: str
    content_id: str
    texts: tuple[ScreenText, ...]
    scan_area_xy: FloatArray | None
    px_per_cm: float | None
    seed: int
    sectors: tuple[SectorGeometry, ...] = ()

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in export pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMaps:
    """How a photo of a screen went wrong where, over cells of the display.

    Every map is (rows, columns) float32 over equal cells of the export, first row at its top;
    values outside the frame or behind an occluder are those of the unhindered view.

    Attributes:
        sampling: Photo pixels per export pixel, the smaller singular value of the Jacobian.
        mtf50: Frequency where the modulation falls to a half, cycles per export pixel, the
            lesser of both axes (spot, pixel, panel aperture and motion).
        reflection: Specular reflection, % of screen white, mean over the cell.
        veil: Spread light (surface scatter, flare, bloom), % of screen white.
        clipped: Share of the cell's photo pixels at saturation in any channel, 0–1.
        occluded: Share of the cell behind an occluder or out of frame, 0–1.
        moire: What panel and colour filters add, % of screen white, root mean square over the
            cell's export pixels; None unless it was asked for.
    """

    sampling: NDArray[np.float32]
    mtf50: NDArray[np.float32]
    reflection: NDArray[np.float32]
    veil: NDArray[np.float32]
    clipped: NDArray[np.float32]
    occluded: NDArray[np.float32]
    moire: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoTruth:
    """What is known of a simulated photo because it was made.

    Attributes:
        seed: The seed that made it.
        profile: ``"fast"`` or ``"full"``.
        photo_size_wh: Size after EXIF orientation, pixels.
        shows: What the display shows; None when no display is in view.
        panel_key: Names the panel, for splits that keep panels apart.
        phone_key: Names the phone, for splits that keep phones apart.
        content_id: Names what is displayed; empty when no display is in view.
        corners_xy: (4, 2) float64, seen corners TL, TR, BR, BL in the screen's reading
            orientation, photo pixels, also out of frame; None without a display.
        homography: (3, 3) float64, export pixel → ideal photo pixel; None without.
        distortion_k1: Radial distortion as in ``sonogate.types.ScreenQuad``.
        tilt_deg: Angle between the camera's axis and the screen's normal.
        roll_deg: Turn of the screen in the photo, degrees clockwise.
        visible_fraction: Share of the display's seen area inside the frame, 0–1.
        figures: Scalar truths by name; the data card lists them with their units.
        motion_path_xy: (N, 2) float64, the hand's path during the exposure, offsets in photo
            pixels with mean 0, at equal times; None without a display.
        maps: Local truths; None in the ``fast`` profile and without a display.
    """

    seed: int
    profile: Literal["fast", "full"]
    photo_size_wh: tuple[int, int]
    shows: ExportShows | None
    panel_key: str
    phone_key: str
    content_id: str
    corners_xy: FloatArray | None
    homography: FloatArray | None
    distortion_k1: float
    tilt_deg: float
    roll_deg: float
    visible_fraction: float
    figures: Mapping[str, float] = field(default_factory=dict)
    motion_path_xy: FloatArray | None = None
    maps: PhotoMaps | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedPhoto:
    """A photo and its truth.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, upright: what decoding ``data`` should give.
        data: The file as the phone wrote it, with EXIF; None in the ``fast`` profile.
        truth: What is known of it.
    """

    pixels: PixelArray = field(repr=False)
    data: bytes | None = field(repr=False)
    truth: PhotoTruth
