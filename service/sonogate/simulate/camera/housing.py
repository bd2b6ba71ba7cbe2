"""The bezel around the panel and what carries it, drawn flat in the screen's plane."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.simulate.camera.seeds import stage_rng
from sonogate.simulate.camera.setup import HousingSetup

_LOGOS = ("SONEX", "Vistara", "ECHOLINE", "medion", "AURUS", "Kinetic", "NOVA 7", "orbis", "HDX")
_QUARTER = np.linspace(0.0, np.pi / 2, 7)
_CIRCLE = np.concatenate(
    [
        np.stack([np.cos(_QUARTER + turn), np.sin(_QUARTER + turn)], axis=1)
        for turn in (0.0, np.pi / 2, np.pi, 1.5 * np.pi)
    ]
)


class Canvas:
    """A flat drawing in millimetres around the screen's centre: reflectance and cover.

    Attributes:
        pixels: (h, w, 4) uint8, reflectance as sRGB codes, and cover 0–255.
        px_per_mm: Resolution.
        left_mm: Place of the left edge.
        top_mm: Place of the top edge.
    """

    def __init__(
        self, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float, px_per_mm: float
    ) -> None:
        self.px_per_mm, self.left_mm, self.top_mm = px_per_mm, left_mm, top_mm
        width = max(int(np.ceil((right_mm - left_mm) * px_per_mm)), 2)
        height = max(int(np.ceil((bottom_mm - top_mm) * px_per_mm)), 2)
        self.pixels = np.zeros((height, width, 4), np.uint8)

    def point(self, x_mm: float, y_mm: float) -> tuple[int, int]:
        """Return the pixel at a place, in sixteenths of a pixel."""
        return (
            round(((x_mm - self.left_mm) * self.px_per_mm - 0.5) * 16),
            round(((y_mm - self.top_mm) * self.px_per_mm - 0.5) * 16),
        )

    def box(
        self, x0: float, y0: float, x1: float, y1: float, radius_mm: float, codes: list[int]
    ) -> None:
        """Fill a rectangle with round corners."""
        radius = max(min(radius_mm, (x1 - x0) / 2, (y1 - y0) / 2), 0.01)
        centres = np.array(
            [
                [x1 - radius, y1 - radius],
                [x0 + radius, y1 - radius],
                [x0 + radius, y0 + radius],
                [x1 - radius, y0 + radius],
            ]
        )
        outline = (np.repeat(centres, len(_QUARTER), axis=0) + radius * _CIRCLE).reshape(-1, 2)
        place = (outline - (self.left_mm, self.top_mm)) * self.px_per_mm - 0.5
        points = np.rint(place * 16).astype(np.int32)
        cv2.fillPoly(self.pixels, [points], [*codes, 255], cv2.LINE_AA, 4)

    def disc(self, x_mm: float, y_mm: float, radius_mm: float, codes: list[int]) -> None:
        """Fill a disc."""
        radius = max(round(radius_mm * self.px_per_mm * 16), 8)
        cv2.circle(self.pixels, self.point(x_mm, y_mm), radius, [*codes, 255], -1, cv2.LINE_AA, 4)

    def word(self, text: str, x_mm: float, y_mm: float, height_mm: float, codes: list[int]) -> None:
        """Write a word centred at a place."""
        size = height_mm * self.px_per_mm / 22.0
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, 1)
        x, y = self.point(x_mm, y_mm)
        origin = (x // 16 - width // 2, y // 16 + height // 2)
        weight = max(round(size * 1.6), 1)
        cv2.putText(
            self.pixels,
            text,
            origin,
            cv2.FONT_HERSHEY_DUPLEX,
            size,
            [*codes, 255],
            weight,
            cv2.LINE_AA,
        )


def codes(albedo: NDArray[np.float64] | tuple[float, ...] | float) -> list[int]:
    """Return the sRGB-like codes of a linear reflectance (grey or RGB)."""
    values = np.clip(np.broadcast_to(np.asarray(albedo, np.float64), (3,)), 0, 1) ** (1 / 2.2)
    return [round(float(value) * 255) for value in values]


def draw_housing_canvas(
    seed: int, housing: HousingSetup, active_mm: tuple[float, float], px_per_mm: float
) -> Canvas:
    """Draw the housing of a panel whose picture measures ``active_mm``."""
    rng = stage_rng(seed, "housing-art")
    half_w, half_h = active_mm[0] / 2, active_mm[1] / 2
    left, top, right, bottom = housing.sides_mm
    body = (
        -half_w - left - housing.border_mm,
        -half_h - top - housing.border_mm,
        half_w + right + housing.border_mm,
        half_h + bottom + housing.border_mm,
    )
    below = 0.0
    if {"stand", "console", "laptop"} & set(housing.extras):
        below = active_mm[1] * float(rng.uniform(0.5, 0.9))
    margin = 0.02 * active_mm[0]
    reach = 0.35 * active_mm[0] if below else margin
    canvas = Canvas(
        body[0] - reach, body[1] - margin, body[2] + reach, body[3] + margin + below, px_per_mm
    )
    plastic = np.array(housing.albedo)
    # Where nothing is, the body's own colour waits under zero cover: no dark fringe.
    canvas.pixels[..., :3] = codes(plastic)
    if "stand" in housing.extras:
        _stand(rng, canvas, plastic, body, below)
    if "laptop" in housing.extras:
        _laptop(rng, canvas, plastic, body, below)
    if "console" in housing.extras:
        _console(rng, canvas, plastic, body, below)
    light = codes(plastic * 1.5 + 0.02)
    canvas.box(*body, housing.radius_mm, light)
    rim = min(0.6 + 0.05 * left, 2.0)
    canvas.box(
        body[0] + rim * 0.6,
        body[1] + rim * 0.5,
        body[2] - rim * 0.6,
        body[3] - rim,
        housing.radius_mm - rim,
        codes(plastic),
    )
    _face(rng, canvas, housing, plastic, half_h, body)
    lip = min(0.5 + 0.04 * left, 1.5)
    edge = housing.border_mm
    canvas.box(
        -half_w - edge - lip,
        -half_h - edge - lip,
        half_w + edge + lip,
        half_h + edge + lip,
        1.0,
        codes(plastic * 0.45),
    )
    canvas.box(
        -half_w - edge,
        -half_h - edge,
        half_w + edge,
        half_h + edge,
        0.5,
        codes(housing.border_albedo),
    )
    return canvas


def _face(
    rng: np.random.Generator,
    canvas: Canvas,
    housing: HousingSetup,
    plastic: NDArray[np.float64],
    half_h: float,
    body: tuple[float, float, float, float],
) -> None:
    chin = housing.sides_mm[3]
    middle = half_h + housing.border_mm + chin * 0.55
    ink = plastic * 0.25 if plastic.mean() > 0.25 else plastic + float(rng.uniform(0.15, 0.6))
    if "logo" in housing.extras:
        word = str(rng.choice(_LOGOS))
        canvas.word(
            word, float(rng.uniform(-0.2, 0.2)) * body[2], middle, min(chin * 0.35, 9.0), codes(ink)
        )
    if "buttons" in housing.extras:
        start, gap = float(rng.uniform(0.25, 0.6)) * body[2], max(chin * 0.45, 7.0)
        for number in range(int(rng.integers(3, 7))):
            if start + number * gap < body[2] - 6:
                canvas.disc(start + number * gap, middle, min(chin * 0.14, 3.0), codes(ink))
    if "led" in housing.extras:
        hue = ((0.1, 1.0, 0.3), (0.2, 0.5, 1.0), (1.0, 0.6, 0.1))[int(rng.integers(3))]
        canvas.disc(float(rng.uniform(-0.95, 0.95)) * body[2], middle, 1.2, codes(hue))
    if rng.random() < 0.25:
        # A maker's or inventory sticker.
        x, y = float(rng.uniform(-0.9, 0.6)) * body[2], middle - chin * 0.2
        canvas.box(x, y, x + chin * 1.6, y + chin * 0.45, 0.5, codes(rng.uniform(0.3, 0.9, 3)))


def _stand(
    rng: np.random.Generator,
    canvas: Canvas,
    plastic: NDArray[np.float64],
    body: tuple[float, float, float, float],
    below: float,
) -> None:
    neck = float(rng.uniform(0.06, 0.2)) * (body[2] - body[0])
    foot = float(rng.uniform(0.2, 0.45)) * (body[2] - body[0])
    canvas.box(-neck / 2, body[3] - 5, neck / 2, body[3] + below * 0.75, 2, codes(plastic * 0.7))
    canvas.box(
        -foot / 2, body[3] + below * 0.7, foot / 2, body[3] + below * 0.8, 5, codes(plastic * 0.9)
    )


def _laptop(
    rng: np.random.Generator,
    canvas: Canvas,
    plastic: NDArray[np.float64],
    body: tuple[float, float, float, float],
    below: float,
) -> None:
    """Draw a keyboard deck as seen foreshortened: hinge, rows of keys, touchpad."""
    deck = plastic * float(rng.uniform(0.8, 1.6)) + 0.01
    canvas.box(body[0], body[3] - 4, body[2], body[3] + 5, 1, codes(deck * 0.4))
    canvas.box(body[0], body[3] + 3, body[2], body[3] + below, 6, codes(deck))
    key = codes(float(rng.choice([0.015, 0.03, 0.5])) * np.ones(3))
    wide = 0.92 * (body[2] - body[0])
    pitch, tall = wide / 15.0, below * 0.5 / 6.0
    for row in range(6):
        top = body[3] + 10 + row * tall
        for column in range(15):
            x = -wide / 2 + pitch * column
            if row == 5 and 4 < column < 9:
                continue
            canvas.box(x, top, x + pitch * 0.86, top + tall * 0.82, 1.0, key)
    pad = float(rng.uniform(0.12, 0.2)) * wide
    canvas.box(-pad, body[3] + below * 0.66, pad, body[3] + below * 0.97, 3, codes(deck * 0.85))


def _console(
    rng: np.random.Generator,
    canvas: Canvas,
    plastic: NDArray[np.float64],
    body: tuple[float, float, float, float],
    below: float,
) -> None:
    """Draw a control panel: keys in rows, a trackball, gain sliders, knobs."""
    shell = (
        plastic
        if plastic.mean() > 0.1 and rng.random() < 0.7
        else rng.uniform(0.25, 0.8) * np.ones(3)
    )
    wide = (body[2] - body[0]) * float(rng.uniform(0.45, 0.66))
    top = body[3] + float(rng.uniform(2, 25))
    canvas.box(-wide, top, wide, body[3] + below, 12, codes(shell))
    canvas.box(-wide + 4, top + 3, wide - 4, body[3] + below, 9, codes(shell * 0.8))
    pitch = float(rng.uniform(9, 16))
    key = codes(rng.uniform(0.02, 0.9) * np.ones(3))
    rows = int((below - 30) / pitch)
    for row in range(max(rows, 0)):
        for column in range(int(2 * wide / pitch) - 2):
            x, y = -wide + pitch * (column + 1.2), top + 12 + row * pitch
            if abs(x) < 30 and row > 1:
                continue
            if rng.random() < 0.8:
                shade = codes(rng.uniform(0.1, 1.0, 3)) if rng.random() < 0.06 else key
                canvas.box(x, y, x + pitch * 0.75, y + pitch * 0.7, 1.5, shade)
    canvas.disc(0, top + 45, 19, codes(shell * 0.5))
    canvas.disc(0, top + 45, 16, codes(rng.uniform(0.02, 0.5) * np.ones(3)))
