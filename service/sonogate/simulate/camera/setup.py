"""What a photo is made with: one frozen value a stage, all drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sonogate.simulate.camera.geometry import Geometry
from sonogate.types import FloatArray

Subpixels = Literal["rgb", "bgr", "pentile", "pentile_even"]
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class PanelSetup:
    """A display panel and its glass.

    Attributes:
        pitch_mm: Pixel pitch.
        gamma: Exponent from code to light.
        contrast: White over black, seen straight on in the dark.
        white_rgb: Colour of its white, linear sRGB, green 1.
        off_axis: Exponent n of the luminance's fall with the viewing angle, cosⁿ.
        off_axis_gamma: Loss of gamma at 90° off axis (washed-out dark greys).
        backlight: (rows, columns) coarse gain of the backlight, mean about 0.9.
        subpixels: Order of the subpixels; ``"pentile_even"`` is a counterfactual with
            PenTile's colours in place but all of them in every pixel.
        aperture_wh: Share of a subpixel's width and a pixel's height that emits.
        pwm_depth: Depth of the bands of a pulsed backlight, 0–1.
        pwm_period: Period of the bands as a share of the photo's height.
        pwm_phase: Phase of the bands, radians.
        matte: True for an anti-glare surface.
        reflectance: Specular reflectance of the glass at normal incidence.
        roughness_deg: Width of the specular lobe.
        haze: Share of the room's light that the surface scatters to the camera.
        smudge: Strength of fingerprints and film, 0–1.
        dust: Grains of dust on the whole screen.
    """

    pitch_mm: float
    gamma: float
    contrast: float
    white_rgb: Colour
    off_axis: float
    off_axis_gamma: float
    backlight: FloatArray
    subpixels: Subpixels
    aperture_wh: tuple[float, float]
    pwm_depth: float
    pwm_period: float
    pwm_phase: float
    matte: bool
    reflectance: float
    roughness_deg: float
    haze: float
    smudge: float
    dust: int


@dataclass(frozen=True, slots=True)
class HousingSetup:
    """The frame around the panel, millimetres.

    Attributes:
        sides_mm: Left, top, right and bottom width of the bezel.
        border_mm: Dark border between the picture and the bezel.
        radius_mm: Radius of the outer corners.
        albedo: Reflectance of the bezel, linear.
        border_albedo: Reflectance of the dark border.
        glossy: Share of the glass's reflection that the bezel shows.
        extras: What else is there.
    """

    sides_mm: tuple[float, float, float, float]
    border_mm: float
    radius_mm: float
    albedo: Colour
    border_albedo: float
    glossy: float
    extras: tuple[Literal["logo", "led", "buttons", "stand", "console", "laptop"], ...]


@dataclass(frozen=True, slots=True)
class LampSetup:
    """A light in the mirror image of the room: window, ceiling tube, lamp.

    Attributes:
        towards_deg: Azimuth and elevation of its centre from the screen's normal.
        size_deg: Width and height.
        turn_deg: Turn about its centre.
        radiance: Radiance in units of the screen's white.
        rgb: Colour, linear sRGB.
        panes: Columns and rows of panes, (1, 1) for a plain light.
    """

    towards_deg: tuple[float, float]
    size_deg: tuple[float, float]
    turn_deg: float
    radiance: float
    rgb: Colour
    panes: tuple[int, int]


@dataclass(frozen=True, slots=True)
class RoomSetup:
    """The room and its light.

    Attributes:
        level: Radiance of a white sheet in the room over the screen's white.
        rgb: Colour of the light, linear sRGB, green 1.
        backdrop: What is behind the screen.
        environment: Number of the environment map, yaw in degrees.
        lamps: Lights that the glass may mirror.
        neighbours: What else lies or stands around.
        occluders: What is in front of the screen.
    """

    level: float
    rgb: Colour
    backdrop: Literal["photo", "panorama", "wall", "shelf"]
    environment: tuple[int, float]
    lamps: tuple[LampSetup, ...]
    neighbours: tuple[Literal["monitor", "paper", "window"], ...]
    occluders: tuple[Literal["finger", "cable", "note"], ...]


@dataclass(frozen=True, slots=True)
class LensSetup:
    """The lens and the hand that holds it; lengths for a photo 4000 pixels long.

    Attributes:
        blur_px: Standard deviation of the defocus at the screen's centre, a Gaussian on top of
            the optics' own spot.
        aperture_mm: Diameter of the entrance pupil; 0 gives one defocus at every depth.
        focus_beyond: Whether what is in focus lies beyond the screen's centre.
        motion_px: Length of the hand's motion during the exposure.
        motion_deg: Direction of the motion.
        motion_bend: Sagitta of the motion's path over its length.
        vignetting: Loss of light in the corners, 0–1.
        flare: Share of the whole scene's light spread evenly over the photo.
        bloom: Share of the light spread into wide halos.
        smear: Strength of streaks from a smeared lens, 0–1.
        smear_deg: Direction of the streaks.
        rear_blur_px: Defocus of the background.
    """

    blur_px: float
    aperture_mm: float
    focus_beyond: bool
    motion_px: float
    motion_deg: float
    motion_bend: float
    vignetting: float
    flare: float
    bloom: float
    smear: float
    smear_deg: float
    rear_blur_px: float


@dataclass(frozen=True, slots=True)
class SensorSetup:
    """The sensor.

    Attributes:
        focal_35mm_mm: Focal length for the same field of view on 24×36 mm film.
        distortion_k1: Radial distortion that the phone leaves.
        cfa: Colour filter array; one colour is a counterfactual with that filter everywhere.
        exposure: Raw level of the screen's white over saturation.
        shot: Variance per unit of signal, signal 1 at saturation.
        read: Variance at no signal.
        wb_red: Gain that makes the sensor's red as large as green for D65 white.
        wb_blue: The same for blue.
        crosstalk: Share of the neighbouring colours that each filter passes.
    """

    focal_35mm_mm: float
    distortion_k1: float
    cfa: Literal["bayer", "quad", "red", "green", "blue"]
    exposure: float
    shot: float
    read: float
    wb_red: float
    wb_blue: float
    crosstalk: float


@dataclass(frozen=True, slots=True)
class PhoneSetup:
    """What the phone makes of the raw picture.

    Attributes:
        white_rgb: The light it takes for white, linear sRGB, green 1.
        saturation: Gain of chroma.
        contrast: Strength of the S-shaped tone curve, 0–1.
        local_tone: Strength of local tone mapping, 0–1.
        auto_tone: How far dark scenes are lifted towards middle grey, 0–1.
        denoise: Strength, 0–1.
        sharpen: Amount of unsharp masking.
        sharpen_px: Its radius.
        frames: Frames merged.
        residual_px: Standard deviation of a frame's place after registration, sensor pixels.
        ghost_px: How far what is in front of the screen moves between frames, photo of 4000
            pixels.
        ghost_share: Weight of the other frames where they disagree with the first: 0 drops
            them, 1 averages all alike.
        zoom: Digital zoom.
    """

    white_rgb: Colour
    saturation: float
    contrast: float
    local_tone: float
    auto_tone: float
    denoise: float
    sharpen: float
    sharpen_px: float
    frames: int
    residual_px: float
    ghost_px: float
    ghost_share: float
    zoom: float


@dataclass(frozen=True, slots=True)
class EncodingSetup:
    """The file.

    Attributes:
        format: Container of the file.
        quality: Quality factor, IJG scale.
        flat_tables: True for tables flatter than the IJG's, as many phones have.
        subsampling_420: True for 4:2:0, False for 4:4:4.
        messenger: Longest side and quality of a messenger's recompression, or None.
        orientation: EXIF orientation tag, 1–8.
    """

    format: Literal["jpeg", "heic"]
    quality: int
    flat_tables: bool
    subsampling_420: bool
    messenger: tuple[int, int] | None
    orientation: int


@dataclass(frozen=True, slots=True, eq=False)
class CameraSetup:
    """All that one photo is made with.

    Attributes:
        seed: Seeds the noise and the drawings.
        panel_number: Names the panel and its housing.
        phone_number: Names the phone.
        panel: Panel.
        housing: Housing.
        room: Room.
        lens: Lens.
        sensor: Sensor.
        phone: Processing.
        encoding: File.
        geometry: Where the screen is in the photo before any messenger's downscaling.
    """

    seed: int
    panel_number: int
    phone_number: int
    panel: PanelSetup
    housing: HousingSetup
    room: RoomSetup
    lens: LensSetup
    sensor: SensorSetup
    phone: PhoneSetup
    encoding: EncodingSetup
    geometry: Geometry
