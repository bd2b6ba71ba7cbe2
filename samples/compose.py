"""How the composed photos of this folder were made.

Real ultrasound exports get invented identifiers drawn into their headers, and the
simulated camera photographs them. Run from the project's root, with the folder of the
real exports as argument; it needs nothing else and gives the same bytes each time::

    python samples/compose.py ../shared/data
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.photograph import take
from sonogate.simulate.camera.presets import PRESETS, Preset
from sonogate.simulate.camera.scenery import Scenery
from sonogate.simulate.values import Export
from sonogate.types import PixelArray

HERE = Path(__file__).resolve().parent
FONT = "DejaVuSans.ttf"


@dataclass(frozen=True)
class Label:
    """One invented identifier: where it is drawn, how high, in which grey."""

    text: str
    xy: tuple[int, int]
    height_px: int
    rgb: tuple[int, int, int] = (225, 225, 225)


@dataclass(frozen=True)
class Source:
    """A real export and the identifiers drawn into it.

    ``blank_xyxy`` is painted over first; the finished screen is scaled to ``width_px``.
    """

    file: str
    labels: tuple[Label, ...]
    blank_xyxy: tuple[tuple[int, int, int, int], ...] = ()
    width_px: int | None = None


EXPORTS = {
    "echo": Source(
        "ultrasound/ui/pydicom_philips_echo_1024.png",
        (
            Label("OKONKWO-LINDQVIST, MARGARETHE", (290, 6), 17),
            Label("MRN 40718826", (290, 28), 15),
            Label("St. Aurelia Regional Hospital", (640, 6), 15),
            Label("14/03/2026 16:42:07", (640, 28), 15),
        ),
    ),
    "muscle": Source(
        "ultrasound/ui/tim2_logiq_gastroc_jumping_056.png",
        (
            Label("VANTERPOOL, IGNATIUS J", (60, 545), 17),
            Label("ID 5529-18-7730   DOB 02 Nov 1961   M", (60, 568), 15),
            Label("Dr. Szymborska-Ruiz", (420, 568), 15),
        ),
    ),
    "handheld": Source(
        "ultrasound/ui/itkpocus_sonoque_anechoic.png",
        (
            Label("THORVALDSEN, PIA", (1712, 40), 32),
            Label("ID 7781-204-KQ", (1712, 84), 30),
            Label("Northmoor Birth Centre", (60, 1280), 34),
        ),
        ((1706, 10, 2040, 330),),
        1041,
    ),
}


GOOD = replace(
    PRESETS["decision"],
    tilt_scale_deg=6.0,
    tilt_max_deg=12.0,
    turned=0.0,
    fill=(0.9, 0.95),
    cut=0.0,
    blur_px=(0.4, 0.6),
    motion=0.0,
    room_level=(0.04, 0.1),
    lamp=0.0,
    occluder=0.0,
    neighbour=0.0,
    messenger=0.0,
    exposure=(0.8, 0.9),
    shot=(1e-4, 2e-4),
)


@dataclass(frozen=True)
class Shot:
    """One composed photo: what it shows, how it goes wrong, its size in pixels."""

    export: str
    seed: int
    preset: Preset
    size_wh: tuple[int, int] = (2304, 1728)


SHOTS = {
    "good_cart": Shot("echo", 101, GOOD, (4000, 3000)),
    "good_handheld": Shot("handheld", 109, replace(GOOD, fill=(0.88, 0.9)), (4000, 3000)),
    "moire": Shot("handheld", 109, replace(GOOD, fill=(0.8, 0.84)), (3200, 2400)),
    "glare": Shot("muscle", 102, replace(GOOD, lamp=1.0, room_level=(0.25, 0.4))),
    "blur": Shot("echo", 106, replace(GOOD, blur_px=(9.0, 10.0))),
    "far": Shot("muscle", 103, replace(GOOD, fill=(0.4, 0.42), room_level=(0.1, 0.2))),
    "cut_off": Shot("echo", 102, replace(GOOD, cut=1.0, fill=(1.0, 1.08))),
}


def photograph_export(name: str, shot: Shot, data: Path) -> bytes:
    """Return the JPEG file of a photo of the export ``name`` on a simulated screen."""
    pixels = draw_export(EXPORTS[name], data)
    export = Export(pixels, "ultrasound", "real", name, (), None, None, shot.seed)
    setup = draw_setup(shot.seed, shot.preset, export.size_wh, shot.size_wh)
    encoding = replace(setup.encoding, format="jpeg", quality=92, orientation=1, messenger=None)
    photo = take(export, replace(setup, encoding=encoding), "full", Scenery(data), fidelity=False)
    if photo.data is None:
        raise RuntimeError("the full profile makes a file")
    return photo.data


def draw_export(source: Source, data: Path) -> PixelArray:
    """Return the export with its invented identifiers, (height, width, 3) uint8 RGB."""
    picture = Image.open(data / source.file).convert("RGB")
    drawing = ImageDraw.Draw(picture)
    for box in source.blank_xyxy:
        drawing.rectangle(box, fill=(0, 0, 0))
    for label in source.labels:
        font = ImageFont.truetype(FONT, label.height_px)
        drawing.text(label.xy, label.text, fill=label.rgb, font=font)
    if source.width_px is not None:
        height_px = round(picture.height * source.width_px / picture.width)
        picture = picture.resize((source.width_px, height_px), Image.Resampling.BOX)
    return np.asarray(picture)


def main(data: Path) -> None:
    """Write the exports and the photos of them."""
    folder = HERE / "exports"
    folder.mkdir(exist_ok=True)
    for name, source in EXPORTS.items():
        Image.fromarray(draw_export(source, data)).save(folder / f"{name}.png", optimize=True)
    for name, shot in SHOTS.items():
        (HERE / f"{name}.jpg").write_bytes(photograph_export(shot.export, shot, data))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
