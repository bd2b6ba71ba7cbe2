"""What lies under the probe: invented anatomy in the manner of everyday examinations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sonogate.simulate.screens.geometry import Fan
from sonogate.simulate.screens.tissue import Tissue
from sonogate.types import HeatArray

Rng = np.random.Generator


def _vary(rng: Rng, value: float, share: float = 0.2) -> float:
    return float(value * rng.uniform(1 - share, 1 + share))


def _everywhere(tissue: Tissue) -> HeatArray:
    return np.full(tissue.shape, -1, np.float32)


def _skin(rng: Rng, tissue: Tissue, thick_cm: float) -> float:
    """Skin, fat with septa, muscle; return the depth below them."""
    fat, muscle = _vary(rng, thick_cm * 0.55, 0.4), _vary(rng, thick_cm * 0.45, 0.4)
    skin = _vary(rng, 0.14)
    tissue.paint(-tissue.band(0.0), 6)
    tissue.paint(tissue.band(skin), 5)
    slope, sag = float(rng.normal(0, 0.03)), float(rng.normal(0, 0.004))
    deep = tissue.band(skin + fat, slope, sag)
    layer = np.maximum(deep, -tissue.band(skin))
    tissue.paint(layer, _vary(rng, -7, 0.5), -0.1)
    tissue.fibres(float(rng.normal(0, 0.12)), 2.4, 0.16, 3.4, layer)
    tissue.wall(deep, 0.04, 9, mirror=10)
    deeper = tissue.band(skin + fat + muscle, slope * 1.4, sag)
    layer = np.maximum(deeper, -deep)
    tissue.paint(layer, _vary(rng, -4, 0.5))
    tissue.fibres(float(rng.normal(0, 0.08)), 3.0, 0.11, 4.2, layer)
    tissue.wall(deeper, 0.045, 10, mirror=14)
    return skin + fat + muscle


def _vessel(tissue: Tissue, distance: HeatArray, flow: float, wall_db: float = 5.0) -> None:
    tissue.wall(distance, 0.05, wall_db, mirror=4)
    tissue.paint(distance, -34, -0.35, flow=flow)


def _branches(rng: Rng, tissue: Tissue, x: float, z: float, size: float, count: int) -> None:
    """Dark tubes of varied direction, some cut across, some along."""
    for _ in range(count):
        turn, width = float(rng.uniform(-0.9, 0.9)), float(size * rng.uniform(0.09, 0.26))
        length = float(rng.choice([1.0, 1.5, rng.uniform(4, 12)]))
        at = tissue.ellipse(
            x + float(rng.uniform(-2.2, 2.2) * size),
            z + float(rng.uniform(-1.4, 1.4) * size),
            width * length,
            width,
            turn,
            0.03,
        )
        wall_db = float(rng.choice([-6.0, 3.0, 8.0]))
        _vessel(tissue, at, float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.8)), wall_db)


def liver(rng: Rng, tissue: Tissue) -> None:
    """Liver with vessels; often the right kidney, a gallbladder or a lesion, diaphragm."""
    depth = tissue.fan.depth_cm
    top = _skin(rng, tissue, depth * 0.13)
    below = -tissue.band(top + 0.1)
    tissue.paint(below, _vary(rng, 1, 1.0), 0.02)
    tissue.mottle(int(rng.integers(16, 34)), 1.2, below)
    _branches(rng, tissue, 0, depth * 0.45, depth * 0.16, int(rng.integers(4, 9)))
    arc_r = depth * float(rng.uniform(0.75, 1.0))
    far = -tissue.ellipse(
        float(rng.normal(0, 2)), depth * 0.86 - arc_r, arc_r * 1.3, arc_r, float(rng.normal(0, 0.2))
    )
    tissue.paint(far, -8, 0.2)
    tissue.mottle(9, 3, far)
    tissue.wall(far, 0.09, 15, mirror=26)
    choice = rng.random()
    x = float(rng.choice([-1, 1]) * rng.uniform(0.08, 0.3) * depth)
    if choice < 0.5:
        _kidney(rng, tissue, x, depth * 0.58, depth * 0.3)
    elif choice < 0.8:
        _gallbladder(rng, tissue, x, depth * 0.42, depth * 0.17)
    else:
        a, b = float(rng.uniform(0.06, 0.13) * depth), float(rng.uniform(0.06, 0.13) * depth)
        cyst = tissue.ellipse(x, depth * 0.42, a, b, 0.2, 0.03)
        _vessel(tissue, cyst, 0.0)


def _kidney(rng: Rng, tissue: Tissue, x: float, z: float, size: float) -> None:
    a, b = size * 0.55, size * _vary(rng, 0.27)
    turn = float(rng.normal(0, 0.35))
    outer = tissue.ellipse(x, z, a, b, turn, 0.06)
    tissue.wall(outer, 0.07, 10, mirror=10)
    tissue.paint(outer, _vary(rng, -5, 0.4))
    for side in np.linspace(-1, 1, 7):
        for row in (-1, 1):
            px = x + side * a * 0.62 * np.cos(turn) - row * b * 0.58 * np.sin(turn)
            pz = z + side * a * 0.62 * np.sin(turn) + row * b * 0.58 * np.cos(turn)
            tissue.paint(tissue.ellipse(px, pz, b * 0.2, b * 0.24, turn), -12, edge_cm=0.1)
    sinus = tissue.ellipse(x, z, a * 0.62, b * 0.36, turn, 0.12)
    tissue.paint(sinus, _vary(rng, 10), edge_cm=0.12)
    tissue.mottle(40, 5, sinus)
    tissue.flow += np.where((outer < -0.1) & (tissue.flow == 0), np.float32(0.001), np.float32(0))
    for _ in range(int(rng.integers(4, 9))):
        at = float(rng.uniform(-0.8, 0.8))
        spot = tissue.ellipse(
            x + at * a * np.cos(turn),
            z + at * a * np.sin(turn),
            b * 0.3,
            b * 0.05,
            rng.uniform(0, 3),
        )
        tissue.flow = np.where(spot < 0, np.float32(rng.uniform(-0.7, 0.7)), tissue.flow)
    if rng.random() < 0.3:
        _stone(rng, tissue, x, z, b * 0.12)


def _stone(rng: Rng, tissue: Tissue, x: float, z: float, size: float) -> None:
    stone = tissue.ellipse(x, z, size * 1.3, size, float(rng.normal(0, 0.3)), 0.02)
    tissue.paint(stone, 22, 26)
    tissue.wall(stone, 0.05, 20, mirror=30)


def _gallbladder(rng: Rng, tissue: Tissue, x: float, z: float, size: float) -> None:
    body = tissue.ellipse(x, z, size, size * _vary(rng, 0.42), float(rng.normal(0.4, 0.4)), 0.05)
    tissue.wall(body, 0.09, 8, mirror=10)
    tissue.paint(body, -42, -0.5)
    for _ in range(int(rng.integers(0, 4))):
        _stone(rng, tissue, x + float(rng.normal(0, size * 0.3)), z + size * 0.2, _vary(rng, 0.3))


def obstetric(rng: Rng, tissue: Tissue) -> None:
    """Uterine wall, placenta, fluid and parts of a fetus."""
    depth = tissue.fan.depth_cm
    top = _skin(rng, tissue, depth * 0.14)
    tissue.paint(-tissue.band(top + 0.2), -1)
    tissue.mottle(18, 2.5)
    cx, cz = float(rng.normal(0, depth * 0.05)), depth * 0.56
    sac = tissue.ellipse(cx, cz, depth * 0.62, depth * 0.36, float(rng.normal(0, 0.15)), 0.3)
    tissue.wall(sac, 0.1, 6, mirror=8)
    tissue.paint(sac, -36, -0.25)
    tissue.mottle(30, 4, sac)
    placenta = np.maximum(tissue.ellipse(cx, cz - depth * 0.4, depth * 0.6, depth * 0.17), sac)
    tissue.paint(placenta, 2, edge_cm=0.15)
    head = tissue.ellipse(
        cx - depth * 0.13,
        cz + depth * 0.03,
        depth * 0.25,
        depth * 0.19,
        turn := float(rng.normal(0, 0.4)),
    )
    tissue.paint(head, -15, 0.12)
    tissue.mottle(26, 4, head)
    hx, hz = cx - depth * 0.13, cz + depth * 0.03
    midline = tissue.ellipse(hx, hz, depth * 0.21, 0.02, turn, 0.02)
    tissue.wall(midline, 0.06, 4, mirror=5)
    for side in (-1, 1):
        part = tissue.ellipse(
            hx - side * depth * 0.07 * np.sin(turn),
            hz + side * depth * 0.07 * np.cos(turn),
            depth * 0.09,
            depth * 0.03,
            turn + 0.2 * side,
            0.04,
        )
        tissue.wall(part, 0.05, -2)
        tissue.paint(part, -32)
    tissue.wall(head, 0.1, 17, mirror=26)
    bx, bz = cx + depth * 0.26, cz + depth * 0.06
    body = tissue.ellipse(bx, bz, depth * 0.2, depth * 0.15, float(rng.normal(0, 0.4)), 0.1)
    tissue.paint(body, -3)
    tissue.mottle(30, 4, body)
    tissue.wall(body, 0.08, 6, mirror=8)
    for index in range(int(rng.integers(4, 8))):
        rib = tissue.ellipse(bx + (index - 3) * depth * 0.045, bz + depth * 0.06, 0.16, 0.1)
        tissue.paint(rib, 15, 5)
    heart = tissue.ellipse(bx, bz, depth * 0.045, depth * 0.035, 0.4, 0.05)
    tissue.paint(heart, -26, flow=0.5)


# Chambers as shares of the depth: x, z, half width, half height.
APICAL_ROOMS = (
    (-0.13, 0.37, 0.085, 0.2),
    (0.12, 0.37, 0.1, 0.21),
    (-0.14, 0.75, 0.1, 0.1),
    (0.12, 0.76, 0.105, 0.11),
)
LONG_AXIS_ROOMS = (
    (0.0, 0.3, 0.22, 0.06),
    (-0.08, 0.5, 0.2, 0.09),
    (0.2, 0.42, 0.11, 0.05),
    (0.17, 0.62, 0.12, 0.09),
)


def cardiac(rng: Rng, tissue: Tissue) -> None:
    """Four chambers from the apex, or a long axis, with valves and pericardium."""
    depth = tissue.fan.depth_cm
    tissue.paint(_everywhere(tissue), -13, 0.05)
    tissue.mottle(20, 4)
    tissue.paint(tissue.band(depth * 0.1), 3)
    lean, squeeze = float(rng.normal(0, 0.12)), float(rng.uniform(0.75, 1.1))
    apical = bool(rng.random() < 0.6)
    heart = tissue.ellipse(0, depth * 0.52, depth * 0.31, depth * 0.4, lean, 0.1)
    tissue.paint(heart, _vary(rng, -3, 0.5))
    tissue.fibres(1.2, 1.2, 0.12, 3.0, heart)
    tissue.wall(heart, 0.14, 10, mirror=12)
    spots = APICAL_ROOMS if apical else LONG_AXIS_ROOMS
    for x, z, a, b in spots:
        room = tissue.ellipse(
            x * depth, z * depth, a * depth * squeeze, b * depth * squeeze, lean * 1.5, 0.15
        )
        tissue.wall(room, 0.07, 6, mirror=9)
        tissue.paint(room, -35, -0.12, flow=float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.75)))
    for x in (-0.13, 0.12) if apical else (-0.02, 0.1):
        for side in (-1, 1):
            leaf = tissue.ellipse(
                (x + side * 0.035) * depth,
                depth * (0.58 if apical else 0.46),
                depth * 0.045,
                0.03,
                side * float(rng.uniform(0.4, 1.0)),
            )
            tissue.wall(leaf, 0.08, 12, mirror=10)
    far = tissue.band(depth * 0.9, lean, 0.01)
    tissue.wall(far, 0.2, 11, mirror=16)
    if rng.random() < 0.5:
        for x in (-0.34, 0.36):
            tissue.paint(tissue.ellipse(x * depth, depth * 0.07, depth * 0.05, 0.4), 8, 6)


def muscle(rng: Rng, tissue: Tissue) -> None:
    """Fat, two muscles with fascicles between fasciae, sometimes bone."""
    depth = tissue.fan.depth_cm
    tissue.paint(_everywhere(tissue), -4)
    slope = float(rng.normal(0, 0.06))
    skin, fascia1 = 0.12, depth * float(rng.uniform(0.14, 0.3))
    fascia2 = fascia1 + depth * float(rng.uniform(0.3, 0.45))
    first, second = tissue.band(fascia1, slope), tissue.band(fascia2, slope + rng.normal(0, 0.05))
    fat = np.maximum(first, -tissue.band(skin))
    tissue.paint(fat, -8)
    tissue.fibres(slope, 2.2, 0.12, 3.4, fat)
    upper = np.maximum(second, -first)
    tissue.paint(upper, -9)
    angle = float(rng.choice([-1, 1]) * rng.uniform(0.08, 0.45))
    tissue.fibres(angle, 2.6, 0.085, 6.5, upper)
    tissue.mottle(5, 2.0)
    tissue.paint(-second, -10)
    tissue.fibres(-angle * float(rng.uniform(-0.4, 1)), 2.4, 0.09, 6.0, -second)
    for sheath in (first, second):
        tissue.wall(sheath, 0.035, 14, mirror=26)
        tissue.wall(sheath - np.float32(rng.uniform(0.07, 0.14)), 0.02, 6, mirror=9)
    if rng.random() < 0.4:
        bone = -tissue.ellipse(float(rng.normal(0, 1)), depth * 2.2, depth * 2.4, depth * 1.35)
        tissue.paint(-bone, 2, 14)
        tissue.wall(bone, 0.05, 20, mirror=40)
    if rng.random() < 0.3:
        _vessel(
            tissue,
            tissue.ellipse(float(rng.normal(0, 1)), fascia2, 0.2, 0.16, 0, 0.02),
            float(rng.uniform(0.3, 0.8)),
        )


def neck(rng: Rng, tissue: Tissue) -> None:
    """A carotid along or across, thyroid tissue beside it, muscle above."""
    depth = tissue.fan.depth_cm
    top = _skin(rng, tissue, depth * 0.28)
    tissue.mottle(14, 3)
    z = top + (depth - top) * float(rng.uniform(0.3, 0.5))
    bore = float(rng.uniform(0.26, 0.42))
    if rng.random() < 0.55:
        lean, bend = float(rng.normal(0, 0.05)), float(rng.normal(0, 0.012))
        middle = tissue.band(z, lean, bend)
        tube = np.abs(middle) - np.float32(bore)
        tissue.wall(tube, 0.035, 8, mirror=16)
        tissue.wall(tube - np.float32(0.08), 0.03, 6, mirror=9)
        tissue.paint(tube, -40, -0.3, flow=float(rng.choice([-1, 1]) * rng.uniform(0.3, 0.8)))
        if rng.random() < 0.4:
            plaque = tissue.ellipse(float(rng.normal(0, 0.8)), z + bore, 0.5, 0.13, lean, 0.02)
            tissue.paint(plaque, 5, 3)
    else:
        lobe = tissue.ellipse(-0.5, z, 1.1, 0.85, 0.1, 0.05)
        tissue.wall(lobe, 0.05, 6, mirror=5)
        tissue.paint(lobe, 5)
        if rng.random() < 0.6:
            a, b = float(rng.uniform(0.2, 0.45)), float(rng.uniform(0.2, 0.45))
            nodule = tissue.ellipse(-0.6, z + 0.1, a, b, 0.1, 0.02)
            tissue.paint(nodule, float(rng.choice([-9, -3, -30])), -0.1)
            tissue.wall(nodule, 0.03, -4)
        _vessel(tissue, tissue.ellipse(0.95, z, bore, bore, 0, 0.01), 0.6, 8)
        _vessel(tissue, tissue.ellipse(1.35, z - 0.55, bore * 1.3, bore * 0.7, 0.3, 0.03), -0.35)


def breast(rng: Rng, tissue: Tissue) -> None:
    """Fat lobules, fibroglandular tissue and often a mass, chest wall below."""
    depth = tissue.fan.depth_cm
    tissue.paint(tissue.band(0.15), 7)
    below = -tissue.band(0.15)
    tissue.paint(below, -8)
    gland = tissue.ellipse(0, depth * 0.45, 2.6, depth * 0.2, float(rng.normal(0, 0.15)), 0.25)
    tissue.paint(gland, 5, edge_cm=0.12)
    tissue.fibres(float(rng.normal(0, 0.3)), 0.9, 0.12, 3.5, gland)
    for _ in range(14):
        lobule = tissue.ellipse(
            float(rng.uniform(-2.2, 2.2)),
            float(rng.uniform(0.1, 0.85)) * depth,
            float(rng.uniform(0.25, 0.7)),
            float(rng.uniform(0.12, 0.3)),
            float(rng.normal(0, 0.3)),
            0.04,
        )
        tissue.wall(lobule, 0.035, 5, mirror=4)
        tissue.paint(lobule, -9)
    if rng.random() < 0.75:
        mass = tissue.ellipse(
            float(rng.normal(0, 0.5)),
            depth * float(rng.uniform(0.35, 0.55)),
            float(rng.uniform(0.3, 0.8)),
            float(rng.uniform(0.3, 0.8)),
            float(rng.normal(0, 0.4)),
            float(rng.choice([0.01, 0.12])),
        )
        cystic = rng.random() < 0.4
        tissue.wall(mass, 0.04, 5, mirror=4)
        tissue.paint(mass, -40 if cystic else -16, -0.9 if cystic else 0.9)
    tissue.wall(tissue.band(depth * 0.8, float(rng.normal(0, 0.05))), 0.06, 10, mirror=16)


def lung(rng: Rng, tissue: Tissue) -> None:
    """Ribs with shadows, a pleural line, A-lines or B-lines below."""
    depth = tissue.fan.depth_cm
    pleura = _skin(rng, tissue, depth * 0.16) + 0.4
    line = tissue.band(pleura, 0, 0.004)
    tissue.paint(-line, -16, 0.1)
    if rng.random() < 0.5:
        for echo in range(2, 6):
            tissue.wall(tissue.band(pleura * echo), 0.08, 10 - 5 * echo, mirror=26 / 2**echo)
    else:
        _, beam = tissue.fan.to_beam(tissue.x_cm, tissue.z_cm)
        for _ in range(int(rng.integers(1, 6))):
            ray = np.exp(
                -0.5 * np.square((beam - rng.uniform(-0.8, 0.8)) / rng.uniform(0.02, 0.09))
            )
            tissue.level_db += np.where(line > 0, ray * np.float32(rng.uniform(9, 17)), 0)
    for side in (-1, 1):
        rib = tissue.ellipse(side * _vary(rng, depth * 0.22), pleura - 0.5, 0.7, 0.28)
        tissue.paint(rib, -6, 9)
        tissue.wall(rib, 0.06, 14, mirror=20)
    tissue.wall(line, 0.05, 16, mirror=34)


def pelvis(rng: Rng, tissue: Tissue) -> None:
    """Bladder or ovary with follicles, uterus or prostate."""
    depth = tissue.fan.depth_cm
    near = tissue.fan.kind == "endocavity"
    top = 0.15 if near else _skin(rng, tissue, depth * 0.13)
    tissue.paint(-tissue.band(top), -2)
    tissue.mottle(16, 3)
    if rng.random() < 0.5:
        organ = tissue.ellipse(
            0.2, depth * 0.45, depth * 0.34, depth * 0.2, rng.normal(0, 0.3), 0.1
        )
        tissue.paint(organ, -3)
        tissue.mottle(22, 2.5, organ)
        tissue.wall(organ, 0.07, 7, mirror=9)
        stripe = tissue.ellipse(0.2, depth * 0.45, depth * 0.22, depth * 0.035, 0.05, 0.04)
        tissue.wall(stripe, 0.05, 8, mirror=6)
        tissue.paint(stripe, 2)
    else:
        organ = tissue.ellipse(0, depth * 0.42, depth * 0.26, depth * 0.19, 0.1, 0.08)
        tissue.paint(organ, -4)
        tissue.wall(organ, 0.05, 5, mirror=6)
        for _ in range(int(rng.integers(3, 10))):
            size = float(rng.uniform(0.04, 0.1)) * depth
            x, z = rng.normal(0, 0.12, 2) * depth
            _vessel(tissue, tissue.ellipse(x, depth * 0.42 + z, size, size * 0.85, 0, 0.03), 0.0)
    if not near:
        bladder = tissue.ellipse(0, top + depth * 0.13, depth * 0.3, depth * 0.1, 0, 0.1)
        tissue.wall(bladder, 0.1, 7, mirror=12)
        tissue.paint(bladder, -42, -0.6)
    _branches(rng, tissue, depth * 0.25, depth * 0.6, depth * 0.06, 4)


def eye(rng: Rng, tissue: Tissue) -> None:
    """Globe with lens and optic nerve."""
    tissue.paint(_everywhere(tissue), 3)
    tissue.mottle(14, 3)
    tissue.paint(tissue.band(0.25), -6)
    globe = tissue.ellipse(float(rng.normal(0, 0.2)), 1.5, 1.2, 1.15, 0, 0.02)
    tissue.wall(globe, 0.05, 8, mirror=14)
    tissue.paint(globe, -42, -0.9)
    lens = tissue.ellipse(0, 0.62, 0.5, 0.2)
    tissue.wall(lens, 0.03, 2, mirror=12)
    nerve = tissue.ellipse(0.2, 3.4, 0.22, 0.9, 0.1, 0.03)
    tissue.paint(nerve, -12, 0.5)


def phantom(rng: Rng, tissue: Tissue) -> None:
    """A test object: even speckle, wires, cylinders of several contrasts."""
    depth = tissue.fan.depth_cm
    tissue.paint(_everywhere(tissue), -2, 0.03)
    for index in range(int(rng.integers(2, 5))):
        x = (index - 1.5) * depth * 0.2
        size = depth * float(rng.uniform(0.03, 0.07))
        at = tissue.ellipse(x, depth * float(rng.choice([0.35, 0.7])), size, size)
        tissue.paint(at, float(rng.choice([-40, -12, -6, 7])))
    for row in np.arange(0.1, 0.98, 0.1):
        wire = tissue.ellipse(float(rng.normal(0, 0.02)), row * depth, 0.09, 0.05)
        tissue.paint(wire, 22)


@dataclass(frozen=True, slots=True)
class Exam:
    """A kind of examination: what is seen, with which probe, how deep.

    Attributes:
        name: Key into the wording of exams.
        paint: Fills the tissue.
        kinds: Probes that suit.
        depths_cm: Range of depth.
    """

    name: str
    paint: Callable[[Rng, Tissue], None]
    kinds: tuple[str, ...]
    depths_cm: tuple[float, float]


EXAMS: tuple[Exam, ...] = (
    Exam("abdomen", liver, ("curved", "curved", "phased"), (11, 20)),
    Exam("obstetric", obstetric, ("curved",), (9, 17)),
    Exam("cardiac", cardiac, ("phased",), (12, 20)),
    Exam("msk", muscle, ("linear", "linear", "trapezoid"), (2.5, 6)),
    Exam("vascular", neck, ("linear", "linear", "trapezoid"), (2.8, 5)),
    Exam("breast", breast, ("linear", "trapezoid"), (2.8, 5)),
    Exam("lung", lung, ("curved", "linear", "phased"), (5, 14)),
    Exam("pelvis", pelvis, ("endocavity", "curved"), (6, 13)),
    Exam("ocular", eye, ("linear",), (3.5, 5)),
    Exam("phantom", phantom, ("linear", "curved"), (4, 14)),
)


def draw_fan(rng: Rng, exam: Exam) -> Fan:
    """Draw a field of view that suits an examination."""
    kind = str(rng.choice(exam.kinds))
    depth = float(np.round(rng.uniform(*exam.depths_cm), 1))
    if kind == "linear":
        half = float(rng.uniform(1.7, 2.6))
        steer = float(rng.choice([0, 0, 0, 0, 0.15, -0.15]))
        return Fan("linear", depth, half_width_cm=half, steer_rad=steer)
    if kind == "trapezoid":
        return Fan("trapezoid", depth, float(rng.uniform(1.7, 2.4)), float(rng.uniform(5, 10)))
    if kind == "curved":
        fan = Fan(
            "curved",
            depth,
            radius_cm=float(rng.uniform(4, 6.5)),
            half_angle_rad=float(rng.uniform(0.5, 0.66)),
        )
        if rng.random() < 0.35:
            reach = (fan.radius_cm + depth) * np.sin(fan.half_angle_rad)
            return replace(fan, clip_x_cm=float(reach * rng.uniform(0.7, 0.95)))
        return fan
    if kind == "phased":
        return Fan(
            "phased",
            depth,
            radius_cm=float(rng.uniform(0.1, 1.0)),
            half_angle_rad=float(rng.uniform(0.6, 0.8)),
        )
    return Fan(
        "endocavity",
        min(depth, 9.0),
        radius_cm=float(rng.uniform(0.9, 1.3)),
        half_angle_rad=float(rng.uniform(0.95, 1.3)),
    )
