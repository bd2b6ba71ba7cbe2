"""A bedside monitor: traces and large numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sonogate.simulate.screens.canvas import Canvas, Pen
from sonogate.simulate.screens.fonts import draw_face
from sonogate.simulate.screens.identifiers import draw_locale, draw_patient
from sonogate.simulate.screens.shapes import Colour
from sonogate.simulate.screens.writing import Rng, pick, words
from sonogate.types import FloatArray


def _wave(rng: Rng, kind: int, phase: FloatArray) -> FloatArray:
    """Return one of the traces of a bedside monitor, 0–1."""
    if kind == 0:
        parts = ((0.2, 0.03, 0.12), (0.36, 0.009, 0.9), (0.39, 0.01, -0.2), (0.6, 0.05, 0.22))
        wave = 0.25 + sum(a * np.exp(-0.5 * ((phase - m) / s) ** 2) for m, s, a in parts)
    elif kind in {1, 3}:
        wave = np.exp(-0.5 * ((phase - 0.25) / 0.1) ** 2) + 0.45 * np.exp(
            -0.5 * ((phase - 0.52) / 0.12) ** 2
        )
    elif kind == 2:
        wave = 0.5 + 0.4 * np.sin(2 * np.pi * phase)
    else:
        wave = np.clip(np.sin(2 * np.pi * phase) * 4, 0, 1) * (0.8 + 0.15 * phase)
    return np.asarray(wave + 0.01 * rng.standard_normal(phase.size))


def draw_bedside(rng: Rng, canvas: Canvas, _folder: Path | None) -> None:
    """Draw a bedside monitor: traces, large numbers, alarms, a patient's name."""
    w, h = canvas.size_wh
    size = h * float(rng.uniform(0.018, 0.026))
    pen = Pen(draw_face(rng, "sans"), size, (220, 220, 224))
    big = draw_face(rng, "bold")
    patient = draw_patient(rng, draw_locale(rng))
    canvas.box(0, 0, w, 2 * size, (30, 40, 60) if rng.random() < 0.5 else (20, 20, 20))
    canvas.text(size, 0.3 * size, f"Bed {int(rng.integers(1, 30))}", pen)
    canvas.text(w * 0.2, 0.3 * size, patient.name, pen, "name")
    canvas.text(w * 0.45, 0.3 * size, patient.number, pen, "number")
    when = f"{patient.exam_date} {patient.exam_time}"
    canvas.text(w - size, 0.3 * size, when, pen, "date_time", anchor="right")
    if rng.random() < 0.5:
        tone: Colour = ((200, 30, 30), (220, 200, 40), (40, 160, 200))[int(rng.integers(3))]
        canvas.box(w * 0.35, 2.2 * size, w * 0.3, 1.7 * size, tone)
        alarm = pick(rng, words()["prose"]["alarms"])
        canvas.text(w / 2, 2.4 * size, alarm, pen.at(colour=(0, 0, 0)), anchor="middle")
    tones: tuple[Colour, ...] = (
        (60, 230, 90),
        (60, 200, 240),
        (240, 230, 70),
        (240, 70, 70),
        (240, 240, 240),
    )
    traces = int(rng.integers(3, 7))
    side = w * float(rng.uniform(0.24, 0.36))
    top, foot = 4.2 * size, 3 * size
    each = (h - top - foot) / traces
    names = words()["prose"]["vitals"]
    beats = float(rng.uniform(5, 12))
    for index in range(traces):
        kind, y = (index if index < 5 else 0), top + index * each
        colour = tones[kind]
        width = int(w - side - 20)
        pace = beats * (0.3 if kind in {2, 4} else 1.0)
        phase = np.mod(np.linspace(0, pace, width) + rng.random(), 1)
        trace = _wave(rng, kind, phase)
        gap = int(rng.uniform(0.2, 0.9) * width)
        points = np.stack([10 + np.arange(width), y + each * (0.9 - 0.7 * trace)], 1)
        canvas.lines(points[:gap], colour, 1.6)
        canvas.lines(points[min(gap + 24, width - 2) :], colour, 1.6)
        canvas.text(12, y + 2, names[min(index, 6)], pen.at(colour=colour, size_px=size * 0.85))
        value = (f"{int(rng.integers(45, 140))}", f"{int(rng.integers(85, 101))}")[index % 2]
        if kind == 3:
            value = f"{int(rng.integers(90, 180))}/{int(rng.integers(45, 95))}"
        number = Pen(big, min(each * 0.62, side * 0.3), colour)
        canvas.text(
            w - 0.5 * size, y + each * 0.16, value, number, anchor="right", fit_w=side * 0.8
        )
        label = pick(rng, names)
        canvas.text(w - side + 6, y + 2, label, pen.at(colour=colour, size_px=size * 0.85))
        canvas.lines([(w - side, y), (w, y)], (60, 60, 64), smooth=False)
    keys = int(rng.integers(6, 10))
    for index in range(keys):
        left = index * w / keys
        canvas.box(left + 2, h - foot + 4, w / keys - 4, foot - 8, (54, 60, 74))
        text = pick(rng, ("Silence", "Pause", "NIBP", "Setup", "Trends", "Admit", "Zero", "Main"))
        middle = left + w / keys / 2
        canvas.text(middle, h - foot * 0.7, text, pen.at(size_px=size * 0.9), anchor="middle")
