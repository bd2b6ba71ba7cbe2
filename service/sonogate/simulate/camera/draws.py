"""Draws of every stage's setup from the seed."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.camera.devices import draw_housing, draw_panel
from sonogate.simulate.camera.geometry import FILM_DIAGONAL_MM, Geometry, place
from sonogate.simulate.camera.lens import px_scale
from sonogate.simulate.camera.presets import Preset
from sonogate.simulate.camera.seeds import log_uniform, stage_rng
from sonogate.simulate.camera.setup import (
    CameraSetup,
    Colour,
    EncodingSetup,
    LampSetup,
    LensSetup,
    PhoneSetup,
    RoomSetup,
    SensorSetup,
)


def _illuminant(rng: np.random.Generator) -> Colour:
    """Draw the room light's colour, from incandescent to open shade."""
    warmth = float(np.clip(rng.normal(0.25, 0.4), -0.35, 1.0))
    green = float(rng.normal(0.0, 0.03))
    return (1.0 + 0.45 * warmth, 1.0 + green, 1.0 - 0.5 * warmth)


def draw_room(seed: int, preset: Preset) -> RoomSetup:
    """Draw the room: its light, what is behind, beside and in front of the screen."""
    rng = stage_rng(seed, "room")
    low, high = preset.room_level
    # Rooms are lit more often than dark: the logarithm's density rises towards the top.
    level = low * (high / low) ** float(np.sqrt(rng.random()))
    rgb = _illuminant(rng)
    lamps = tuple(_draw_lamp(rng, level, rgb) for _ in range(2) if rng.random() < preset.lamp)
    backdrop = rng.choice(["photo", "panorama", "wall", "shelf"], p=[0.22, 0.33, 0.25, 0.2])
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
    sensor: SensorSetup,
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
    focal = zoom * sensor.focal_35mm_mm * float(np.hypot(*photo_size_wh)) / FILM_DIAGONAL_MM
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
        distortion_k1=sensor.distortion_k1,
    )


def draw_lens(seed: int, phone_number: int, preset: Preset) -> LensSetup:
    """Draw focus, shake and the state of the glass."""
    rng, own = stage_rng(seed, "lens"), stage_rng(phone_number, "pupil")
    low, high = preset.blur_px
    blur = low * (high / low) ** float(rng.beta(1.0, 1.7))
    moved = rng.random() < preset.motion
    return LensSetup(
        blur_px=blur,
        aperture_mm=float(own.uniform(1.2, 3.8)),
        focus_beyond=bool(stage_rng(seed, "focus").random() < 0.5),
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


def draw_sensor(
    seed: int, phone_number: int, preset: Preset, photo_size_wh: tuple[int, int]
) -> SensorSetup:
    """Draw exposure and noise (ranges of unprocessing, Brooks et al., CVPR 2019).

    The ranges are those of a sensor 4000 pixels long. A smaller photo is binned from it:
    each of its pixels gathers more light.
    """
    rng = stage_rng(seed, "sensor")
    own = stage_rng(phone_number, "sensor")
    shot = log_uniform(rng, *preset.shot)
    read = float(np.exp(2.18 * np.log(shot) + 1.20 + rng.normal(0, 0.26)))
    binned = min(px_scale(photo_size_wh), 1.0) ** 2
    return SensorSetup(
        focal_35mm_mm=float(own.choice([24.0, 25.0, 26.0, 28.0]))
        * (2 if rng.random() < 0.12 else 1),
        distortion_k1=float(np.clip(own.normal(0.0, 0.008), -0.025, 0.025)),
        cfa="quad" if own.random() < 0.2 else "bayer",
        exposure=log_uniform(rng, *preset.exposure),
        shot=shot * binned,
        read=read * binned,
        wb_red=float(own.uniform(1.9, 2.4)),
        wb_blue=float(own.uniform(1.5, 1.9)),
        crosstalk=float(own.uniform(0.05, 0.2)),
    )


def draw_phone(seed: int, phone_number: int, room_rgb: Colour) -> PhoneSetup:
    """Draw the phone's processing; its white balance lies between screen and room."""
    rng, own = stage_rng(seed, "phone"), stage_rng(phone_number, "phone")
    trust = float(rng.beta(1.2, 2.2))
    slip = np.exp(rng.normal(0.0, 0.035, 3))
    red, green, blue = (float(slip[channel] * room_rgb[channel] ** trust) for channel in range(3))
    return PhoneSetup(
        white_rgb=(red / green, 1.0, blue / green),
        saturation=float(own.uniform(1.0, 1.45)),
        contrast=float(own.uniform(0.0, 0.6)),
        local_tone=float(own.uniform(0.0, 0.5)) if own.random() < 0.7 else 0.0,
        auto_tone=float(stage_rng(phone_number, "tone").uniform(0.2, 1.0)),
        denoise=float(own.uniform(0.1, 1.0)),
        sharpen=float(own.uniform(0.1, 1.4)),
        sharpen_px=float(own.uniform(0.8, 1.8)),
        frames=int(rng.choice([1, 2, 4, 8, 8])),
        residual_px=float(stage_rng(seed, "registration").uniform(0.02, 0.3)),
        ghost_px=log_uniform(stage_rng(seed, "ghost"), 1.0, 25.0),
        ghost_share=float(stage_rng(phone_number, "ghost").uniform(0.0, 1.0)),
        zoom=float(rng.uniform(1.2, 2.2)) if rng.random() < 0.1 else 1.0,
    )


def draw_encoding(seed: int, phone_number: int, preset: Preset) -> EncodingSetup:
    """Draw the file's format and history."""
    rng, own = stage_rng(seed, "encoding"), stage_rng(phone_number, "files")
    messenger = None
    if rng.random() < preset.messenger:
        messenger = (int(rng.choice([1280, 1600, 2048])), int(rng.integers(60, 86)))
    return EncodingSetup(
        format="heic" if messenger is None and own.random() < 0.15 else "jpeg",
        quality=int(rng.integers(80, 98)),
        flat_tables=bool(own.random() < 0.5),
        subsampling_420=bool(own.random() < 0.8),
        messenger=messenger,
        orientation=int(rng.choice([1, 1, 1, 6, 6, 8, 3, 2, 4, 5, 7])),
    )


def draw_setup(
    seed: int,
    preset: Preset,
    export_size_wh: tuple[int, int],
    photo_size_wh: tuple[int, int],
    panel_number: int | None = None,
    phone_number: int | None = None,
) -> CameraSetup:
    """Draw everything that one photo is made with.

    Args:
        seed: Any non-negative integer.
        preset: How often what goes wrong.
        export_size_wh: Display grid.
        photo_size_wh: Size of the upright photo.
        panel_number: Names a panel with its housing; without, the seed does.
        phone_number: Names a phone; without, the seed does.
    """
    panel_number = seed if panel_number is None else panel_number
    phone_number = seed if phone_number is None else phone_number
    panel = draw_panel(panel_number, export_size_wh)
    room = draw_room(seed, preset)
    sensor = draw_sensor(seed, phone_number, preset, photo_size_wh)
    phone = draw_phone(seed, phone_number, room.rgb)
    return CameraSetup(
        seed=seed,
        panel_number=panel_number,
        phone_number=phone_number,
        panel=panel,
        housing=draw_housing(panel_number, handheld=export_size_wh[1] > export_size_wh[0]),
        room=room,
        lens=draw_lens(seed, phone_number, preset),
        sensor=sensor,
        phone=phone,
        encoding=draw_encoding(seed, phone_number, preset),
        geometry=draw_geometry(
            seed, preset, export_size_wh, photo_size_wh, panel.pitch_mm, sensor, phone.zoom
        ),
    )
