"""The frozen values that flow through the pipeline.

Coordinates are (x, y) with the origin at the centre of the top-left pixel, so that a
picture of width ``w`` spans x from -0.5 to w - 0.5. Pictures are RGB uint8 arrays of
shape (height, width, 3) unless a name says otherwise. Every array held by a value is
copied on entry and made read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

PixelArray: TypeAlias = NDArray[np.uint8]
FloatArray: TypeAlias = NDArray[np.float64]
HeatArray: TypeAlias = NDArray[np.float32]

PhotoFormat = Literal["jpeg", "png", "heic", "avif", "webp", "mpo"]
MeasureName = Literal[
    "sampling",
    "sharpness",
    "motion",
    "glare",
    "veil",
    "moire",
    "exposure",
    "noise",
    "colour",
    "perspective",
    "compression",
    "completeness",
]
ReasonCode = Literal[
    "no_screen",
    "no_scan_area",
    "too_far",
    "cut_off",
    "off_angle",
    "glare",
    "veil",
    "blur_motion",
    "blur_focus",
    "moire",
    "too_dark",
    "too_bright",
    "noise",
    "compressed",
    "occluded",
    "masking_unsure",
    "unreadable_file",
]
Outcome = Literal["accepted", "accepted_with_limits", "retake", "rejected"]
Limit = Literal["fine_detail", "grey_levels", "measuring", "colour"]
RegionKind = Literal[
    "name",
    "number",
    "date",
    "institution",
    "text",
    "clinical",
    "surround",
    "face",
]
RegionAction = Literal["masked", "kept"]

MEASURE_NAMES: tuple[MeasureName, ...] = get_args(MeasureName)
REASON_CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)


def _frozen_array(values: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """Return ``values`` as a C-contiguous, read-only array of ``dtype``.

    An array that is already read-only and owns its memory is taken as it is: nobody can
    write to it, so a copy would only cost time.
    """
    array = np.asarray(values, dtype=dtype)
    if array.flags.writeable or array.base is not None or not array.flags.c_contiguous:
        array = np.array(array, dtype=dtype, order="C", copy=True)
        array.flags.writeable = False
    return array


def _check_pixels(pixels: NDArray[Any], what: str) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or min(pixels.shape[:2]) < 1:
        raise ValueError(f"{what}: expected (height, width, 3) pixels, got {pixels.shape}")


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What the camera says of itself and that is worth keeping; all else is dropped.

    Attributes:
        focal_mm: Focal length, millimetres.
        focal_35mm_mm: Focal length for the same field of view on 24×36 mm film.
        iso: Sensitivity, ISO.
        exposure_s: Exposure time, seconds.
    """

    focal_mm: float | None = None
    focal_35mm_mm: float | None = None
    iso: float | None = None
    exposure_s: float | None = None


@dataclass(frozen=True, slots=True)
class EncodingFacts:
    """How the file was compressed.

    Attributes:
        lossless: True for PNG and lossless WebP.
        quality: Quality factor on the IJG scale 1–100, from the luma quantisation table;
            None where the format does not say.
        subsampling: Chroma subsampling, such as ``"4:2:0"``; None where unknown.
    """

    lossless: bool
    quality: float | None = None
    subsampling: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded photo, turned upright by its EXIF orientation.

    Attributes:
        pixels: (height, width, 3) uint8 RGB in the photo's own colour space.
        sha256: Hex digest of the file's bytes.
        format: What the file's magic bytes say.
        orientation: EXIF orientation 1–8 that the file declared (already applied).
        icc_profile: The embedded ICC profile, or None for sRGB.
        camera: Camera facts that were kept.
        encoding: Compression facts.
    """

    pixels: PixelArray = field(repr=False)
    sha256: str
    format: PhotoFormat
    orientation: int = 1
    icc_profile: bytes | None = field(default=None, repr=False)
    camera: CameraFacts = CameraFacts()
    encoding: EncodingFacts = EncodingFacts(lossless=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", _frozen_array(self.pixels, np.uint8))
        _check_pixels(self.pixels, "Photo")
        if not 1 <= self.orientation <= 8:
            raise ValueError(f"Photo: EXIF orientation must be 1–8, got {self.orientation}")

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels, after orientation."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class ScreenQuad:
    """Where the display is in the photo.

    Attributes:
        corners_xy: (4, 2) float64, photo pixels, top-left, top-right, bottom-right,
            bottom-left in the screen's own reading orientation; may lie out of the frame.
        confidence: 0–100.
        visible_fraction: Share of the quad's area inside the frame, 0–1.
        distortion_k1: Radial distortion of the lens: a straight line's ideal point p and
            its seen point q (both from the photo's centre, in units of half the photo's
            diagonal) follow q = p (1 + k1 |p|²). 0 when not estimated.
        shows_ultrasound: Share of belief, 0–1, that what is displayed is an ultrasound
            picture; None when nobody looked.
        coarse_scan_area: (N, 2) about where the ultrasound picture is, in shares (0–1) of the
            display's width and height from its top-left corner; None when nobody saw it.
    """

    corners_xy: FloatArray
    confidence: float
    visible_fraction: float
    distortion_k1: float = 0.0
    shows_ultrasound: float | None = None
    coarse_scan_area: FloatArray | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "corners_xy", _frozen_array(self.corners_xy, np.float64))
        if self.coarse_scan_area is not None:
            coarse = _frozen_array(self.coarse_scan_area, np.float64)
            object.__setattr__(self, "coarse_scan_area", coarse)
        if self.corners_xy.shape != (4, 2) or not np.isfinite(self.corners_xy).all():
            raise ValueError("ScreenQuad: corners_xy must be four finite (x, y) points")
        if not 0.0 <= self.confidence <= 100.0:
            raise ValueError(f"ScreenQuad: confidence must be 0–100, got {self.confidence}")
        if not 0.0 <= self.visible_fraction <= 1.0:
            raise ValueError("ScreenQuad: visible_fraction must be 0–1")


@dataclass(frozen=True, slots=True, eq=False)
class RectifiedScreen:
    """The display, seen straight on, in sRGB.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, sRGB.
        quad: The quad that it was taken from.
        homography: (3, 3) float64, rectified pixel → photo pixel (undistorted).
        photo_size_wh: Size of the photo, pixels.
        tilt_deg: Angle between the camera's axis and the screen's normal, degrees.
        export_size_wh: The display's own pixel grid: what the machine would have exported.
        export_size_sure: True when a device profile or a measurement gave it, False when
            it is only the commonest grid of this shape.
        scan_area_xy: (N, 2) float64 polygon of the ultrasound picture in rectified pixels,
            or None when none was found.
    """

    pixels: PixelArray = field(repr=False)
    quad: ScreenQuad
    homography: FloatArray
    photo_size_wh: tuple[int, int]
    tilt_deg: float
    export_size_wh: tuple[int, int]
    export_size_sure: bool = False
    scan_area_xy: FloatArray | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", _frozen_array(self.pixels, np.uint8))
        object.__setattr__(self, "homography", _frozen_array(self.homography, np.float64))
        _check_pixels(self.pixels, "RectifiedScreen")
        if self.homography.shape != (3, 3):
            raise ValueError("RectifiedScreen: homography must be 3×3")
        if self.scan_area_xy is not None:
            polygon = _frozen_array(self.scan_area_xy, np.float64)
            object.__setattr__(self, "scan_area_xy", polygon)
            if polygon.ndim != 2 or polygon.shape[0] < 3 or polygon.shape[1] != 2:
                raise ValueError("RectifiedScreen: scan_area_xy must be (N ≥ 3, 2)")

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the rectified picture in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def rectified_px_per_export_px(self) -> float:
        """Rectified pixels along one pixel of the display's own grid (mean of both axes)."""
        (width, height), (export_w, export_h) = self.size_wh, self.export_size_wh
        return 0.5 * (width / export_w + height / export_h)


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One quality measure: a native value, its score, or why it could not be assessed.

    Attributes:
        name: Name in the report.
        raw: Value in ``unit``; None when it could not be assessed.
        unit: Native unit of ``raw``.
        score: 0–100, higher is better; None when it could not be assessed.
        failure: Why it could not be assessed; None when it was.
        reason: The reason code that a low score stands for.
        heat: (rows, columns) float32 in 0–1, how bad it is where on the screen; or None.
        angle_deg: Direction of the fault on the screen (motion), degrees from +x
            towards +y; or None.
    """

    name: MeasureName
    raw: float | None
    unit: str
    score: float | None
    failure: str | None = None
    reason: ReasonCode | None = None
    heat: HeatArray | None = field(default=None, repr=False)
    angle_deg: float | None = None

    def __post_init__(self) -> None:
        if (self.failure is None) != (self.raw is not None and self.score is not None):
            raise ValueError(f"Measure {self.name}: either raw and score, or a failure")
        if self.score is not None and not 0.0 <= self.score <= 100.0:
            raise ValueError(f"Measure {self.name}: score must be 0–100, got {self.score}")
        if self.heat is not None:
            object.__setattr__(self, "heat", _frozen_array(self.heat, np.float32))


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Predicted HaarPSI (times 100) to the direct export, with a 90% interval."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.value <= self.high <= 100.0:
            raise ValueError(f"Fidelity: need 0 ≤ low ≤ value ≤ high ≤ 100, got {self}")


@dataclass(frozen=True, slots=True)
class GreyLevels:
    """What is left of the display's grey levels.

    Attributes:
        retained_pct: Share of its just-noticeable differences (DICOM PS3.14) that stray
            light leaves.
        surviving_pct: Share of its steps of eight codes that noise and clipping leave apart
            over 8×8 export pixels.
    """

    retained_pct: float
    surviving_pct: float


@dataclass(frozen=True, slots=True, eq=False)
class QualityReport:
    """Every measure of the contract, in its order, and the fidelity they predict.

    ``gains`` says by how many points of fidelity mending one measure alone would help;
    ``recoverable`` is the fidelity after the best tone curve. Both it and ``grey_levels`` are
    None where they could not be told.
    """

    measures: tuple[Measure, ...]
    fidelity: Fidelity | None
    gains: Mapping[MeasureName, float] = field(default_factory=dict)
    recoverable: Fidelity | None = None
    grey_levels: GreyLevels | None = None

    def __post_init__(self) -> None:
        if tuple(measure.name for measure in self.measures) != MEASURE_NAMES:
            raise ValueError("QualityReport: measures must be the twelve of the contract")
        object.__setattr__(self, "gains", MappingProxyType(dict(self.gains)))

    def __getitem__(self, name: MeasureName) -> Measure:
        return self.measures[MEASURE_NAMES.index(name)]


@dataclass(frozen=True, slots=True, eq=False)
class TextRun:
    """A run of text on the rectified screen. Its text never leaves memory.

    Attributes:
        polygon_xy: (N ≥ 3, 2) float64, rectified pixels.
        readings: What was read there, one string a reading; empty when nothing could be
            read. Kept out of ``repr`` so that it cannot reach a log.
        confidence: Detector's or recogniser's confidence, 0–1.
    """

    polygon_xy: FloatArray
    readings: tuple[str, ...] = field(repr=False)
    confidence: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "polygon_xy", _frozen_array(self.polygon_xy, np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class TextRuns:
    """All text found, and whether the search can be trusted.

    ``failure`` is None only when every part of the search ran and the picture was clear
    enough for it; "no runs" with a failure is never "clean".
    """

    runs: tuple[TextRun, ...]
    failure: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A place on the rectified screen that was masked or kept, without its text."""

    polygon_xy: FloatArray
    kind: RegionKind
    action: RegionAction
    confidence: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "polygon_xy", _frozen_array(self.polygon_xy, np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class IdentifierReport:
    """What was masked and kept; ``complete`` only when the masking can be trusted.

    ``page`` says that the screen is a page of text: a worklist, a patient's page, a report.
    """

    regions: tuple[Region, ...]
    complete: bool
    failure: str | None = None
    page: bool = False

    def __post_init__(self) -> None:
        if self.complete and self.failure is not None:
            raise ValueError("IdentifierReport: complete and failed at once")


@dataclass(frozen=True, slots=True, eq=False)
class MaskedScreen:
    """The only pixels that may be encoded, stored or sent.

    Made by ``identifiers.mask`` alone. ``mask`` is True where pixels were filled.
    """

    pixels: PixelArray = field(repr=False)
    mask: NDArray[np.bool_] = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", _frozen_array(self.pixels, np.uint8))
        object.__setattr__(self, "mask", _frozen_array(self.mask, np.bool_))
        _check_pixels(self.pixels, "MaskedScreen")
        if self.mask.shape != self.pixels.shape[:2]:
            raise ValueError("MaskedScreen: mask and pixels differ in size")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a photo was not simply accepted, and what to do about it.

    Attributes:
        code: Reason code of the contract.
        where: Place on the screen in words (``"upper right"``), or None.
        prompt: One sentence that says what to do.
        gain: Points of fidelity to be won by mending it; None when not a matter of degree.
        detail: Machine-readable detail, such as why a file could not be read; or None.
    """

    code: ReasonCode
    where: str | None
    prompt: str
    gain: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer; reasons most useful first."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """What made a result: package, policy, and the SHA-256 of each model."""

    sonogate: str
    policy: str
    models: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """All that one photo yields. ``masked`` holds the only pixels that may leave.

    ``photo`` is None when the file could not be read.
    """

    sha256: str
    photo: Photo | None = field(repr=False)
    screen: RectifiedScreen | None = field(repr=False)
    quality: QualityReport | None
    identifiers: IdentifierReport | None
    masked: MaskedScreen | None = field(repr=False)
    verdict: Verdict
    versions: Versions
    timings_ms: Mapping[str, float]
