"""Draws of every stage's setup from the seed."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sonogate.simulate.camera.geometry import FILM_DIAGONAL_MM, Geometry, place
from sonogate.simulate.camera.presets import Preset
from sonogate.simulate.camera.seeds import log_uniform, stage_rng
from sonogate.simulate.camera.setup import (
    Colour,
    EncodingSetup,
    HousingSetup,
    LampSetup,
    LensSetup,
    PanelSetup,
    PhoneSetup,
    RoomSetup,
    SensorSetup,
)

_INCH_MM = 25.4


def draw_panel(seed: int, export_size_wh: tuple[int, int]) -> PanelSetup:
    """Draw a panel for an export's grid: monitor, console or handheld by its shape."""
    rng = stage_rng(seed, "panel")
    width, height = export_size_wh
    handheld = height > width
    inches = rng.uniform(5.5, 12.9) if handheld else rng.uniform(10.0, 24.0)
    matte = bool(rng.random() < 0.55) and not handheld
    oled = handheld and rng.random() < 0.5
    subpixels: Literal["rgb", "bgr", "pentile"] = (
        "pentile" if oled else ("bgr" if rng.random() < 0.1 else "rgb")
    )
    pulsed = rng.random() < 0.2
    return PanelSetup(
        pitch_mm=float(inches * _INCH_MM / np.hypot(width, height)),
        gamma=float(np.clip(rng.normal(2.2, 0.12), 1.9, 2.5)),
        contrast=log_uniform(rng, 5e3, 1e5) if oled else log_uniform(rng, 350.0, 1800.0),
        white_rgb=(float(rng.normal(1.0, 0.05)), 1.0, float(rng.normal(1.02, 0.08))),
        off_axis=float(rng.uniform(0.5, 3.0)),
        off_axis_gamma=float(rng.uniform(0.0, 0.6)),
        backlight=1.0 - rng.uniform(0.0, 0.22) * rng.random((3, 4)),
        subpixels=subpixels,
        aperture_wh=(float(rng.uniform(0.62, 0.9)), float(rng.uniform(0.7, 0.95))),
        pwm_depth=float(rng.uniform(0.03, 0.3)) if pulsed else 0.0,
        pwm_period=log_uniform(rng, 0.08, 0.9),
        pwm_phase=float(rng.uniform(0, 2 * np.pi)),
        matte=matte,
        reflectance=float(rng.uniform(0.015, 0.045) if matte else rng.uniform(0.03, 0.055)),
        roughness_deg=log_uniform(rng, 2.0, 9.0) if matte else 0.0,
        haze=log_uniform(rng, 0.008, 0.05) if matte else log_uniform(rng, 0.001, 0.01),
        smudge=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.35 else 0.0,
        dust=int(rng.integers(20, 200)) if rng.random() < 0.3 else 0,
    )


def draw_housing(seed: int, handheld: bool) -> HousingSetup:
    """Draw a bezel: black monitors, pale medical plastics, thin modern frames."""
    rng = stage_rng(seed, "housing")
    tone = rng.random()
    if tone < 0.55:
        grey = log_uniform(rng, 0.008, 0.06)
    elif tone < 0.7:
        grey = float(rng.uniform(0.1, 0.3))
    else:
        grey = float(rng.uniform(0.4, 0.8))
    tint = rng.normal(0.0, 0.03, 3) + (
        np.array([-0.12, 0.0, 0.15]) if rng.random() < 0.12 else np.array([0.02, 0.0, -0.03])
    )
    red, green, blue = (float(max(grey * (1.0 + shift), 0.004)) for shift in tint)
    side = log_uniform(rng, 2.0, 7.0) if handheld else log_uniform(rng, 4.0, 38.0)
    chin = side * float(rng.uniform(1.0, 1.3) if rng.random() < 0.45 else rng.uniform(1.4, 3.5))
    top = side * float(rng.uniform(0.85, 1.3))
    extras: list[Literal["logo", "led", "buttons", "stand", "console"]] = []
    if rng.random() < 0.6 and chin > 8:
        extras.append("logo")
    if rng.random() < 0.4:
        extras.append("led")
    if rng.random() < 0.35 and chin > 10:
        extras.append("buttons")
    below = rng.random()
    if not handheld and below < 0.35:
        extras.append("stand")
    elif not handheld and below < 0.75:
        extras.append("console")
    thin_glass = grey < 0.06 and rng.random() < 0.4
    return HousingSetup(
        sides_mm=(side, top, side, chin),
        border_mm=log_uniform(rng, 0.8, 8.0) if thin_glass else float(rng.uniform(0.3, 2.0)),
        radius_mm=log_uniform(rng, 1.5, 16.0),
        albedo=(red, green, blue),
        border_albedo=float(rng.uniform(0.004, 0.03)),
        glossy=1.0 if thin_glass else float(rng.uniform(0.0, 0.4)),
        extras=tuple(extras),
    )


def _illuminant(rng: np.random.Generator) -> Colour:
    """Draw the room light's colour, from incandescent to open shade."""
    warmth = float(np.clip(rng.normal(0.25, 0.4), -0.35, 1.0))
    green = float(rng.normal(0.0, 0.03))
    return (1.0 + 0.45 * warmth, 1.0 + green, 1.0 - 0.5 * warmth)


def draw_room(seed: int, preset: Preset) -> RoomSetup:
    """Draw the room: its light, what is behind, beside and in front of the screen."""
    rng = stage_rng(seed, "room")
    level = log_uniform(rng, *preset.room_level)
    rgb = _illuminant(rng)
    lamps = tuple(_draw_lamp(rng, level, rgb) for _ in range(2) if rng.random() < preset.lamp)
    backdrop = rng.choice(["photo", "panorama", "wall", "shelf"], p=[0.3, 0.25, 0.25, 0.2])
    neighbours = tuple(
        rng.choice(["monitor", "paper", "window"], p=[0.45, 0.35, 0.2])
        for _ in range(2)
        if rng.random() < preset.neighbour
    )
    occluders = tuple(
        rng.choice(["finger", "cable", "note"], p=[0.4, 0.4, 0.2])
        for _ in range(2)
        if rng.random() < preset.occluder
    )
    return RoomSetup(
        level=level,
        rgb=rgb,
        backdrop=backdrop,
        environment=(int(rng.integers(1 << 16)), float(rng.uniform(0, 360))),
        lamps=lamps,
        neighbours=neighbours,
        occluders=occluders,
    )


def _draw_lamp(rng: np.random.Generator, level: float, room_rgb: Colour) -> LampSetup:
    kind = rng.choice(["window", "tube", "lamp"])
    towards = (float(rng.uniform(-40, 40)), float(rng.uniform(-25, 45)))
    if kind == "window":
        size = (float(rng.uniform(8, 30)), float(rng.uniform(10, 30)))
        panes = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        return LampSetup(
            towards,
            size,
            float(rng.normal(0, 3)),
            log_uniform(rng, 0.5, 25.0),
            (0.95, 1.0, 1.1),
            panes,
        )
    if kind == "tube":
        size = (float(rng.uniform(12, 40)), float(rng.uniform(1.5, 10)))
        return LampSetup(
            (towards[0], float(rng.uniform(5, 50))),
            size,
            float(rng.normal(0, 20)),
            log_uniform(rng, 3.0, 60.0) * min(level * 4, 1.0) + 1.0,
            room_rgb,
            (1, 1),
        )
    size = (float(rng.uniform(1.0, 6.0)),) * 2
    return LampSetup(towards, size, 0.0, log_uniform(rng, 5.0, 150.0), room_rgb, (0, 0))


def draw_geometry(
    seed: int,
    preset: Preset,
    export_size_wh: tuple[int, int],
    photo_size_wh: tuple[int, int],
    pitch_mm: float,
    zoom: float,
) -> Geometry:
    """Draw where the phone is held."""
    rng = stage_rng(seed, "geometry")
    tilt = abs(float(rng.normal(0.0, preset.tilt_scale_deg)))
    if tilt > preset.tilt_max_deg:
        tilt = float(rng.uniform(0.0, preset.tilt_max_deg))
    towards = float(rng.uniform(0, 360))
    if rng.random() < 0.5:
        towards = 90.0 * round(towards / 90.0) + float(rng.normal(0, 8))
    roll = float(rng.normal(0.0, 3.5)) if rng.random() < 0.85 else float(rng.uniform(-30, 30))
    if rng.random() < preset.turned:
        roll += float(rng.choice([90, 180, 270], p=[0.4, 0.2, 0.4]))
    focal_35mm = float(
        rng.choice([24.0, 25.0, 26.0, 28.0, 50.0, 70.0], p=[0.25, 0.2, 0.3, 0.1, 0.1, 0.05])
    )
    focal = zoom * focal_35mm * float(np.hypot(*photo_size_wh)) / FILM_DIAGONAL_MM
    cut = rng.random() < preset.cut
    low, high = preset.fill
    if cut:
        fill = float(rng.uniform(0.9, 1.35))
        reach = 0.25
    else:
        fill = float(low + (min(high, 0.97) - low) * rng.beta(1.6, 1.1))
        reach = max(0.5 * (1.0 - fill), 0.0)
    centre = (
        0.5 + float(np.clip(rng.normal(0, 0.5), -1, 1)) * reach,
        0.5 + float(np.clip(rng.normal(0, 0.5), -1, 1)) * reach,
    )
    return place(
        export_size_wh,
        photo_size_wh,
        pitch_mm,
        focal,
        tilt,
        towards,
        roll,
        fill,
        centre,
        distortion_k1=float(np.clip(rng.normal(0.0, 0.008), -0.025, 0.025)),
    )


def draw_lens(seed: int, preset: Preset) -> LensSetup:
    """Draw focus, shake and the state of the glass."""
    rng = stage_rng(seed, "lens")
    low, high = preset.blur_px
    blur = low * (high / low) ** float(rng.beta(1.0, 1.7))
    moved = rng.random() < preset.motion
    return LensSetup(
        blur_px=blur,
        motion_px=log_uniform(rng, 1.0, preset.motion_px) if moved else float(rng.uniform(0, 0.4)),
        motion_deg=float(rng.uniform(0, 180)),
        motion_bend=float(rng.normal(0, 0.12)),
        vignetting=float(rng.uniform(0.05, 0.45)),
        flare=log_uniform(rng, 0.001, 0.03),
        bloom=log_uniform(rng, 0.003, 0.06),
        smear=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.12 else 0.0,
        smear_deg=float(rng.uniform(0, 180)),
        rear_blur_px=log_uniform(rng, 2.0, 45.0),
    )


def draw_sensor(seed: int, preset: Preset) -> SensorSetup:
    """Draw exposure and noise (ranges of unprocessing, Brooks et al., CVPR 2019)."""
    rng = stage_rng(seed, "sensor")
    shot = log_uniform(rng, *preset.shot)
    read = float(np.exp(2.18 * np.log(shot) + 1.20 + rng.normal(0, 0.26)))
    return SensorSetup(
        cfa="quad" if rng.random() < 0.2 else "bayer",
        exposure=log_uniform(rng, *preset.exposure),
        shot=shot,
        read=read,
        wb_red=float(rng.uniform(1.9, 2.4)),
        wb_blue=float(rng.uniform(1.5, 1.9)),
        crosstalk=float(rng.uniform(0.05, 0.2)),
    )


def draw_phone(seed: int, room_rgb: Colour) -> PhoneSetup:
    """Draw the phone's processing; its white balance lies between screen and room."""
    rng = stage_rng(seed, "phone")
    trust = float(rng.beta(1.2, 2.2))
    slip = np.exp(rng.normal(0.0, 0.035, 3))
    red, green, blue = (float(slip[channel] * room_rgb[channel] ** trust) for channel in range(3))
    return PhoneSetup(
        white_rgb=(red / green, 1.0, blue / green),
        saturation=float(rng.uniform(0.95, 1.3)),
        contrast=float(rng.uniform(0.0, 0.6)),
        local_tone=float(rng.uniform(0.0, 0.5)) if rng.random() < 0.7 else 0.0,
        denoise=float(rng.uniform(0.1, 1.0)),
        sharpen=float(rng.uniform(0.0, 1.2)),
        sharpen_px=float(rng.uniform(0.8, 1.8)),
        frames=int(rng.choice([1, 1, 2, 4, 8])),
        zoom=float(rng.uniform(1.2, 2.2)) if rng.random() < 0.1 else 1.0,
    )


def draw_encoding(seed: int, preset: Preset) -> EncodingSetup:
    """Draw the file's format and history."""
    rng = stage_rng(seed, "encoding")
    messenger = None
    if rng.random() < preset.messenger:
        messenger = (int(rng.choice([1280, 1600, 2048])), int(rng.integers(60, 86)))
    return EncodingSetup(
        format="heic" if messenger is None and rng.random() < 0.15 else "jpeg",
        quality=int(rng.integers(80, 98)),
        subsampling_420=bool(rng.random() < 0.8),
        messenger=messenger,
        orientation=int(rng.choice([1, 1, 1, 6, 6, 8, 3, 2, 4, 5, 7])),
    )
