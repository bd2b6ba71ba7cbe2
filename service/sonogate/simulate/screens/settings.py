"""Imaging settings, as written beside a picture."""

from __future__ import annotations

from sonogate.simulate.screens.stage import Stage
from sonogate.simulate.screens.writing import pick

LINEAR = ("9L", "L12-3", "ML6-15", "L15-7io", "L14-5WU", "HFL38xi", "L25x", "12L-SC", "PLT-704SBT")
PROBES = {
    "linear": LINEAR,
    "trapezoid": LINEAR,
    "curved": ("C5-1", "C1-5", "C5-2", "SC6-1", "CA1-7A", "VFX13-5", "PVT-375BT", "C60xi", "4C-RS"),
    "phased": ("S5-1", "M5Sc", "3S", "X5-1", "P4-2s", "PST-30BT", "rP19x", "SP5-1"),
    "endocavity": ("E8C", "C9-5ec", "EV-10", "IC5-9", "ICTx", "V11-3", "9123"),
}


def settings(stage: Stage, count: int) -> list[str]:
    """Return lines of imaging settings, as beside a picture; no quantity comes twice."""
    rng = stage.rng

    def n(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    frequency, gain, dynamic = stage.between(2, 15), n(10, 99), n(40, 90)
    low, high = stage.exam.depths_cm
    depth, rate = stage.between(low, high), n(8, 90)
    level = pick(rng, ("Low", "Med", "High"))
    quantities: tuple[tuple[str, ...], ...] = (
        (f"Frq {frequency:.1f}", f"{frequency:.1f}MHz", f"F {frequency:.1f} MHz"),
        (f"Gn {gain}", f"Gain: {gain} dB", f"2D {gain}%", f"G {gain}", f"GN:{gain}dB"),
        (f"D {depth:.1f}", f"{depth:.0f}cm", f"Depth: {depth:.1f} cm", f"D: {depth * 10:.0f}mm"),
        (f"DR {dynamic}", f"Dyn R {dynamic} dB", f"{dynamic}DR{dynamic}", f"DR: {dynamic}"),
        (f"FR {rate}", f"{rate}Hz", f"{rate} fps", f"FR: {rate} Hz"),
        (f"S/A {n(1, 5)}/{n(1, 5)}",),
        (f"Map {pick(rng, 'ABCDEF')}/{n(0, 9)}", f"Gray Map {n(1, 9)}", f"M{n(1, 5)}"),
        (f"AO% {pick(rng, ('100', '90', '80', '50'))}", f"Power {pick(rng, ('0', '-2', '-4'))} dB"),
        (f"C {n(30, 70)}", f"Col {n(30, 70)}%"),
        (pick(rng, ("HGen", "HPen", "P " + level, "HRes", "Res", "Pen", "Gen", "THI")),),
        (f"Persist {level}", f"Pers {n(1, 8)}", f"Per: {n(1, 8)}"),
        (f"PRF {stage.between(0.4, 9):.1f} kHz", f"PRF {n(500, 6000)}Hz"),
        (f"WF {pick(rng, ('Low', 'Med', '60Hz', '125 Hz'))}", f"Filter {n(1, 4)}"),
        (f"R{n(5, 30)} G{gain} C{n(1, 9)} A{n(1, 5)}",),
        (f"{n(1, 5)} / {n(1, 5)} / {n(1, 5)}",),
        (f"XV {n(1, 6)}", f"Enh: {n(1, 5)}", f"SRI {n(1, 5)}", "CHI", "ZScore 3"),
    )
    order = rng.permutation(len(quantities))[:count]
    lines = [pick(rng, quantities[int(index)]) for index in order]
    probe = pick(rng, PROBES[pick(rng, stage.exam.kinds)])
    head = [stage.word("exams", stage.exam.name), probe]
    return head + lines if stage.chance(0.8) else lines
