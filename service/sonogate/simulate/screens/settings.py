"""Imaging settings, as written beside a picture."""

from __future__ import annotations

from collections.abc import Callable

from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.writing import pick

PROBES = [
    "C5-1",
    "C1-5",
    "9L",
    "L12-3",
    "ML6-15",
    "S5-1",
    "M5Sc",
    "C9-5ec",
    "E8C",
    "3S",
    "X5-1",
    "L15-7io",
    "C5-2",
    "SC6-1",
    "L14-5WU",
    "CA1-7A",
    "P4-2s",
    "6C2",
    "VFX13-5",
    "PVT-375BT",
    "iC5-1",
    "C60xi",
    "HFL38xi",
    "L25x",
    "EV-10",
    "9123",
    "4C-RS",
    "12L-SC",
    "V5M",
    "UST-5413",
]


def settings(stage: Stage, count: int) -> list[str]:
    """Return lines of imaging settings, as beside a picture."""
    rng = stage.rng
    frequency, depth = stage.between(2, 15), stage.between(3, 22)
    gain, dr = int(rng.integers(10, 99)), int(rng.integers(40, 90))
    rate = int(rng.integers(8, 90))
    writers: tuple[Callable[[], str], ...] = (
        lambda: f"Frq {frequency:.1f}",
        lambda: f"Gn {gain}",
        lambda: f"S/A {rng.integers(1, 5)}/{rng.integers(1, 5)}",
        lambda: f"Map {pick(rng, 'ABCDEF')}/{rng.integers(0, 9)}",
        lambda: f"D {depth:.1f}",
        lambda: f"DR {dr}",
        lambda: f"FR {rate}",
        lambda: f"AO% {rng.choice([100, 90, 80, 50])}",
        lambda: f"{rate}Hz",
        lambda: f"{depth:.0f}cm",
        lambda: f"C {rng.integers(30, 70)}",
        lambda: pick(rng, ("HGen", "HPen", "P Low", "P Med", "HRes", "Res", "Pen", "Gen", "THI")),
        lambda: f"Persist {pick(rng, ('Low', 'Med', 'High', 'Off'))}",
        lambda: f"PRF {stage.between(0.4, 9):.1f} kHz",
        lambda: f"WF {pick(rng, ('Low', 'Med', '60Hz', '125 Hz'))}",
        lambda: f"2D {gain}%",
        lambda: f"Power {rng.choice([0, -2, -4])} dB",
        lambda: f"{frequency:.1f}MHz",
        lambda: f"Gain: {gain} dB",
        lambda: f"Depth: {depth:.1f} cm",
        lambda: f"R{rng.integers(5, 30)} G{gain} C{rng.integers(1, 9)} A{rng.integers(1, 5)}",
        lambda: f"Dyn R {dr} dB",
        lambda: f"{rng.integers(1, 5)} / {rng.integers(1, 5)} / {rng.integers(1, 5)}",
        lambda: f"XV {rng.integers(1, 6)}",
    )
    order = rng.permutation(len(writers))[:count]
    lines = [writers[int(index)]() for index in order]
    head = [stage.word("exams", stage.exam.name), pick(rng, PROBES)]
    return head + lines if stage.chance(0.8) else lines
