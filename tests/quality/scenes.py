"""Small screens and an ideal camera of known blur: fixtures, not a simulator."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np

from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.policy import Policy
from sonogate.quality import assess as assess_with_model
from sonogate.quality import parse_glare_model
from sonogate.quality.planes import SRGB_TO_LINEAR
from sonogate.types import (
    EncodingFacts,
    FloatArray,
    HeatArray,
    Photo,
    PixelArray,
    QualityReport,
    RectifiedScreen,
    ScreenQuad,
)

GLARE_MODEL = parse_glare_model(read_weight(load_manifest()["glare"]))
SIZE_WH = (512, 384)
SCAN_XY = np.array([[140.0, 40.0], [400.0, 40.0], [400.0, 330.0], [140.0, 330.0]])
SUBPIXELS = 4


def draw_export(picture: str = "speckle") -> PixelArray:
    """Draw a dark interface with text, a grey bar and a scan area showing ``picture``."""
    rng = np.random.default_rng(7)
    width, height = SIZE_WH
    canvas = np.zeros((height, width, 3), np.uint8)
    cv2.rectangle(canvas, (0, 0), (width, 22), (40, 60, 90), -1)
    for row in range(12):
        text = f"Gn {row * 7 + 31} dB  {row}.{row}V"
        cv2.putText(canvas, text, (6, 50 + 24 * row), 0, 0.42, (230, 230, 230), 1, cv2.LINE_8)
        cv2.putText(canvas, f"M{row}WX", (425, 50 + 24 * row), 0, 0.45, (240, 240, 240), 1)
    cv2.putText(canvas, "ABD GEN  C5-1  28Hz", (150, 17), 0, 0.5, (255, 255, 255), 1)
    ramp = np.linspace(255, 0, 240).astype(np.uint8)
    canvas[70:310, 492:504] = ramp[:, None, None]
    left, top = SCAN_XY[0].astype(int)
    right, bottom = SCAN_XY[2].astype(int)
    shape = (bottom - top, right - left)
    if picture == "speckle":
        field = cv2.GaussianBlur(rng.normal(size=(*shape, 2)), (0, 0), 1.4)
        envelope = np.hypot(field[..., 0], field[..., 1])
        depth = np.linspace(1.0, 0.35, shape[0])[:, None]
        grey = np.clip(110 * depth * (1 + 0.5 * np.log(envelope / envelope.mean() + 0.05)), 0, 255)
        canvas[top:bottom, left:right] = grey[..., None].astype(np.uint8)
    elif picture == "smooth":  # like a rendered volume
        y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
        blob = np.exp(-(((x - 130) / 60) ** 2) - ((y - 140) / 70) ** 2)
        tone = np.array([200.0, 150.0, 110.0])
        canvas[top:bottom, left:right] = (blob[..., None] * tone).astype(np.uint8)
    elif picture != "empty":
        raise ValueError(picture)
    return canvas


@dataclass(frozen=True)
class Camera:
    """An ideal camera; every length in export pixels but ``sensor_px``.

    ``sensor_px`` is the Gaussian of the lens in camera pixels; the pixel's own box comes on
    top. ``noise_codes`` is added to all channels alike.
    """

    sampling: float = 2.0
    tilt_deg: float = 0.0
    roll_deg: float = 1.0
    sensor_px: float = 0.5
    focus_px: float = 0.0
    motion_px: float = 0.0
    motion_deg: float = 0.0
    veil: float = 0.0
    exposure: float = 0.9
    noise_codes: float = 0.0
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def sigma_px(self) -> float:
        """Standard deviation of lens, focus and pixel together, export pixels."""
        return float(np.hypot(self.focus_px, np.hypot(self.sensor_px, 12**-0.5) / self.sampling))


def corners(camera: Camera) -> tuple[FloatArray, tuple[int, int]]:
    width, height = SIZE_WH
    size = (int(width * camera.sampling * 1.12), int(height * camera.sampling * 1.15))
    focal = 2.5 * size[0]
    distance = focal / camera.sampling
    tilt, roll = np.deg2rad([camera.tilt_deg, camera.roll_deg])
    plane = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * SIZE_WH
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    plane = plane @ turn.T
    depth = distance - plane[:, 0] * np.sin(tilt)
    x, y = plane[:, 0] * np.cos(tilt), plane[:, 1]
    centre = (np.array(size) - 1) / 2
    return np.c_[focal * x / depth, focal * y / depth] + centre, size


def _smear(length: float, angle_deg: float) -> HeatArray:
    side = 2 * int(length / 2 + 2) + 1
    kernel = np.zeros((side, side), np.float32)
    middle, angle = side // 2, np.deg2rad(angle_deg)
    for along in np.linspace(-length / 2, length / 2, 801):
        x, y = middle + along * np.cos(angle), middle + along * np.sin(angle)
        column, row = int(x), int(y)
        fx, fy = x - column, y - row
        kernel[row : row + 2, column : column + 2] += np.outer([1 - fy, fy], [1 - fx, fx])
    return kernel / kernel.sum()


@functools.lru_cache(maxsize=64)
def photographed(picture: str, camera: Camera) -> tuple[RectifiedScreen, Photo]:
    """Photograph a drawn export, once for each camera."""
    return photograph(draw_export(picture), camera)


def photograph(
    export: PixelArray, camera: Camera, reflection: HeatArray | None = None
) -> tuple[RectifiedScreen, Photo]:
    """Photograph an export and rectify it by the true corners."""
    light = SRGB_TO_LINEAR[export] + np.float32(camera.veil)
    if reflection is not None:
        light = light + reflection[..., None]
    fine = np.repeat(np.repeat(light, SUBPIXELS, 0), SUBPIXELS, 1)
    border = cv2.BORDER_REPLICATE
    if camera.motion_px:
        kernel = _smear(camera.motion_px * SUBPIXELS, camera.motion_deg)
        fine = cv2.filter2D(fine, -1, kernel, borderType=border)
    blur = np.hypot(camera.focus_px, camera.sensor_px / camera.sampling) * SUBPIXELS
    fine = cv2.GaussianBlur(fine, (0, 0), float(blur), borderType=border)
    quad_xy, size = corners(camera)
    outline = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * SIZE_WH - 0.5
    to_photo = cv2.getPerspectiveTransform(
        outline.astype(np.float32), quad_xy.astype(np.float32)
    ).astype(np.float64)
    k, pixel = SUBPIXELS, 3
    from_fine = np.array([[1 / k, 0, (1 / k - 1) / 2], [0, 1 / k, (1 / k - 1) / 2], [0, 0, 1]])
    to_fine = np.array([[pixel, 0, 1.0], [0, pixel, 1.0], [0, 0, 1]])
    seen = cv2.warpPerspective(
        fine, to_fine @ to_photo @ from_fine, (size[0] * pixel, size[1] * pixel)
    )
    seen = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)  # the pixel's box
    seen = seen * camera.exposure * np.array(camera.cast, np.float32)
    seen = np.clip(seen, 0, 1)
    coded = 255 * np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    noise = np.random.default_rng(3).normal(size=coded.shape[:2]) * camera.noise_codes
    pixels = np.clip(coded + noise[..., None] + 0.5, 0, 255).astype(np.uint8)
    return rectified(pixels, quad_xy, camera.tilt_deg), as_photo(pixels)


def rectified(pixels: PixelArray, quad_xy: FloatArray, tilt_deg: float = 0.0) -> RectifiedScreen:
    sides = np.linalg.norm(np.roll(quad_xy, -1, 0) - quad_xy, axis=1)
    scale = float(max(sides[0] / SIZE_WH[0], sides[2] / SIZE_WH[0], sides[1] / SIZE_WH[1], 1.0))
    size = (round(SIZE_WH[0] * scale), round(SIZE_WH[1] * scale))
    outline = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size - 0.5
    homography = cv2.getPerspectiveTransform(
        outline.astype(np.float32), quad_xy.astype(np.float32)
    ).astype(np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    picture = cv2.warpPerspective(pixels, homography, size, flags=flags)
    ratio = np.array(size) / np.array(SIZE_WH)
    return RectifiedScreen(
        picture,
        ScreenQuad(quad_xy, 99.0, 1.0),
        homography,
        (pixels.shape[1], pixels.shape[0]),
        tilt_deg,
        SIZE_WH,
        True,
        (SCAN_XY + 0.5) * ratio - 0.5,
    )


def as_photo(pixels: PixelArray, encoding: EncodingFacts | None = None) -> Photo:
    return Photo(pixels, "0" * 64, "jpeg", encoding=encoding or EncodingFacts(lossless=True))


def with_pixels(screen: RectifiedScreen, pixels: PixelArray) -> RectifiedScreen:
    return replace(screen, pixels=pixels)


def assess(screen: RectifiedScreen, photo: Photo, policy: Policy) -> QualityReport:
    return assess_with_model(screen, photo, policy, GLARE_MODEL)
