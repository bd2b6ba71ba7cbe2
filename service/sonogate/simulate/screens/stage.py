"""What a layout works with: canvas, chance, wording, and the pictures it has placed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sonogate.simulate.screens.canvas import Canvas, Pen
from sonogate.simulate.screens.fonts import Face, Style, draw_face
from sonogate.simulate.screens.geometry import View
from sonogate.simulate.screens.identifiers import Patient, draw_locale, draw_patient
from sonogate.simulate.screens.picture import (
    Picture,
    draw_exam,
    make_picture,
    take_picture,
)
from sonogate.simulate.screens.scenes import Exam
from sonogate.simulate.screens.shapes import Colour
from sonogate.simulate.screens.writing import pick, words
from sonogate.simulate.values import SectorGeometry
from sonogate.types import FloatArray, PixelArray

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours and typeface of one screen.

    Attributes:
        background: Around the picture.
        panel: Bars and menus.
        raised: Buttons.
        ink: Ordinary text.
        dim: Labels and what is off.
        accent: What is on, title text.
        mark: Rulers, calipers and marks.
        face: Main typeface.
        second: Another one, for titles or numbers.
        size_px: Size of ordinary text.
    """

    background: Colour
    panel: Colour
    raised: Colour
    ink: Colour
    dim: Colour
    accent: Colour
    mark: Colour
    face: Face
    second: Face
    size_px: float

    def pen(self, scale: float = 1.0, colour: Colour | None = None, opacity: float = 1.0) -> Pen:
        """Return a pen in the main typeface."""
        return Pen(
            self.face,
            max(6.0, self.size_px * scale),
            self.ink if colour is None else colour,
            opacity,
        )


ACCENTS: tuple[Colour, ...] = (
    (255, 255, 0),
    (0, 220, 230),
    (90, 170, 255),
    (120, 230, 120),
    (255, 170, 40),
    (240, 240, 240),
    (255, 120, 140),
    (180, 160, 255),
)


def _grey(rng: Rng, low: int, high: int, spread: int = 0) -> Colour:
    base = int(rng.integers(low, high + 1))
    tones = [int(np.clip(base + rng.integers(-spread, spread + 1), 0, 255)) for _ in range(3)]
    return tones[0], tones[1], tones[2]


def draw_theme(rng: Rng, style: Style, size_px: float, *, light: bool = False) -> Theme:
    """Draw colours and typefaces."""
    face = draw_face(rng, style)
    second = draw_face(rng, pick_style(rng, style))
    accent = ACCENTS[int(rng.integers(len(ACCENTS)))]
    mark = ACCENTS[int(rng.choice(8, p=[0.3, 0.1, 0.05, 0.15, 0.1, 0.3, 0.0, 0.0]))]
    if light:
        return Theme(
            background=_grey(rng, 205, 245, 4),
            panel=_grey(rng, 175, 235, 8),
            raised=_grey(rng, 225, 255, 3),
            ink=_grey(rng, 0, 70, 8),
            dim=_grey(rng, 80, 130, 8),
            accent=(20, 70, 150),
            mark=mark,
            face=face,
            second=second,
            size_px=size_px,
        )
    black = bool(rng.random() < 0.6)
    return Theme(
        background=(0, 0, 0) if black else _grey(rng, 0, 30, 3),
        panel=_grey(rng, 14, 70, 10) if rng.random() < 0.7 else (24, 44, 84),
        raised=_grey(rng, 50, 110, 10),
        ink=_grey(rng, 165, 255, 6) if rng.random() < 0.85 else accent,
        dim=_grey(rng, 95, 170, 8),
        accent=accent,
        mark=mark,
        face=face,
        second=second,
        size_px=size_px,
    )


def pick_style(rng: Rng, style: Style) -> Style:
    """Draw a second style to go with a first."""
    if style == "bitmap":
        return "bitmap"
    options: tuple[Style, ...] = ("sans", "bold", "condensed", style)
    return options[int(rng.integers(len(options)))]


@dataclass(slots=True)
class Stage:
    """The state of one screen while it is drawn.

    Attributes:
        rng: Source of chance.
        canvas: Where it is drawn.
        theme: Colours and typefaces.
        locale: Language of the machine.
        patient: Who is examined.
        date_style: How dates are written.
        exam: What is examined.
        real: Files of real pictures.
        well: Colour of the panel that a picture is set into, None for the background.
        outlines_xy: Outlines of the pictures placed, canvas pixels.
        px_per_cm: Canvas pixels in a centimetre, None before a depth ruler is drawn.
        content_ids: Names of the pictures placed.
        sectors: Geometry of the generated ones.
    """

    rng: Rng
    canvas: Canvas
    theme: Theme
    locale: str
    patient: Patient
    date_style: int
    exam: Exam
    real: tuple[Path, ...]
    well: Colour | None = None
    outlines_xy: list[FloatArray] = field(default_factory=list)
    px_per_cm: float | None = None
    content_ids: list[str] = field(default_factory=list)
    sectors: list[SectorGeometry] = field(default_factory=list)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Size of the export in its own pixels."""
        return self.canvas.size_wh

    def chance(self, share: float) -> bool:
        """Return True with probability ``share``."""
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        """Return a number between two."""
        return float(self.rng.uniform(low, high))

    def word(self, section: str, key: str) -> str:
        """Return one of the wordings of a section."""
        return pick(self.rng, words()[section][key])

    def key_word(self) -> str:
        """Return the wording of a key, on some in the machine's own language."""
        return self.local_word("menus", pick(self.rng, words()["menus"]["soft"]), 0.5)

    def heading(self, page: str) -> str:
        """Return the heading of a page of text."""
        own = words()["headings_local"].get(self.locale, {})
        if page in own and self.chance(0.7):
            return str(own[page])
        return self.word("headings", page)

    def local_word(self, section: str, otherwise: str, share: float) -> str:
        """Return a word of the machine's language, with a probability where it has some."""
        own = words()[f"{section}_local"].get(self.locale)
        return pick(self.rng, own) if own and self.chance(share) else otherwise

    def another_patient(self) -> Patient:
        """Invent someone else on the same machine."""
        return draw_patient(self.rng, self.locale, self.date_style)

    def picture(
        self, w: float, h: float, *, real: bool = True, exam: Exam | None = None
    ) -> Picture:
        """Make or take a picture that fits into ``w`` by ``h`` export pixels."""
        room = (max(16, int(w * self.canvas.scale)), max(16, int(h * self.canvas.scale)))
        use_real = self.chance(0.3)
        index = int(self.rng.integers(1 << 30))
        own = np.random.default_rng(int(self.rng.integers(1 << 62)))
        pictures = self.real if real else ()
        if use_real and pictures:
            taken = take_picture(own, room, pictures[index % len(pictures)], self.theme.background)
            if taken is not None:
                return taken
        return make_picture(
            own,
            room,
            self.exam if exam is None else exam,
            background=self.theme.background,
        )

    def place(self, picture: Picture, x: float, y: float, *, counts: bool = True) -> None:
        """Paste a picture with its patch's corner at (x, y) and note its outline."""
        self.canvas.paste(picture.pixels, x, y, picture.mask)
        if not counts:
            return
        scale = self.canvas.scale
        corner = np.array([round(x * scale), round(y * scale)], np.float64)
        self.outlines_xy.append(picture.outline_xy + corner)
        if picture.view is not None:
            self.sectors.append(_sector(picture.view, corner))
        self.content_ids.append(picture.content_id)

    def place_patch(self, pixels: PixelArray, x: float, y: float) -> None:
        """Paste a rectangular strip, such as a spectrum, and note its outline."""
        scale = self.canvas.scale
        self.canvas.paste(pixels, x, y)
        left, top = round(x * scale) - 0.5, round(y * scale) - 0.5
        right, low = left + pixels.shape[1], top + pixels.shape[0]
        self.outlines_xy.append(np.array([(left, top), (right, top), (right, low), (left, low)]))

    def strip_wh(self, w: float, h: float) -> tuple[int, int]:
        """Return the canvas pixels of a strip of ``w`` by ``h`` export pixels."""
        return max(8, round(w * self.canvas.scale)), max(8, round(h * self.canvas.scale))


def _sector(view: View, corner_xy: FloatArray) -> SectorGeometry:
    fan = view.fan
    x, y = view.place(np.zeros((1, 2)))[0] + corner_xy
    return SectorGeometry(
        kind=fan.kind,
        face_xy=(float(x), float(y)),
        px_per_cm=view.px_per_cm,
        depth_cm=fan.depth_cm,
        half_width_cm=fan.half_width_cm,
        radius_cm=fan.radius_cm,
        half_angle_deg=float(np.degrees(fan.half_angle_rad)),
        steer_deg=float(np.degrees(fan.steer_rad)),
        mirror=view.mirror,
        upside_down=view.upside_down,
    )


def draw_stage(
    rng: Rng,
    size_wh: tuple[int, int],
    style: Style,
    size_px: float,
    *,
    light: bool,
    scale: float,
    real: tuple[Path, ...],
    exams: tuple[str, ...] | None,
) -> Stage:
    """Set a stage for one screen."""
    locale = draw_locale(rng)
    theme = draw_theme(rng, style, size_px, light=light)
    date_style = int(rng.integers(14))
    patient = draw_patient(rng, locale, date_style)
    exam = draw_exam(rng, exams)
    canvas = Canvas(size_wh, theme.background, scale)
    tone = _grey(rng, 0, 24)
    well = tone if light and rng.random() < 0.85 else None
    return Stage(rng, canvas, theme, locale, patient, date_style, exam, real, well)
