"""Under a deep probe: liver and kidney, a pregnancy, the pelvis."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.screens.anatomy import Rng, branches, skin, vary, vessel
from sonogate.simulate.screens.tissue import Tissue


def liver(rng: Rng, tissue: Tissue) -> None:
    """Liver with vessels; often the right kidney, a gallbladder or a lesion, diaphragm."""
    depth = tissue.fan.depth_cm
    top = skin(rng, tissue, depth * 0.13)
    below = -tissue.band(top + 0.1)
    tissue.paint(below, vary(rng, 1, 1.0), 0.02)
    tissue.mottle(int(rng.integers(16, 34)), 1.2, below)
    branches(rng, tissue, 0, depth * 0.45, depth * 0.16, int(rng.integers(4, 9)))
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
        vessel(tissue, cyst, 0.0)


def _kidney(rng: Rng, tissue: Tissue, x: float, z: float, size: float) -> None:
    a, b = size * 0.55, size * vary(rng, 0.27)
    turn = float(rng.normal(0, 0.35))
    outer = tissue.ellipse(x, z, a, b, turn, 0.06)
    tissue.wall(outer, 0.07, 10, mirror=10)
    tissue.paint(outer, vary(rng, -5, 0.4))
    for side in np.linspace(-1, 1, 7):
        for row in (-1, 1):
            px = x + side * a * 0.62 * np.cos(turn) - row * b * 0.58 * np.sin(turn)
            pz = z + side * a * 0.62 * np.sin(turn) + row * b * 0.58 * np.cos(turn)
            tissue.paint(tissue.ellipse(px, pz, b * 0.2, b * 0.24, turn), -12, edge_cm=0.1)
    sinus = tissue.ellipse(x, z, a * 0.62, b * 0.36, turn, 0.12)
    tissue.paint(sinus, vary(rng, 10), edge_cm=0.12)
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
    body = tissue.ellipse(x, z, size, size * vary(rng, 0.42), float(rng.normal(0.4, 0.4)), 0.05)
    tissue.wall(body, 0.09, 8, mirror=10)
    tissue.paint(body, -42, -0.5)
    for _ in range(int(rng.integers(0, 4))):
        _stone(rng, tissue, x + float(rng.normal(0, size * 0.3)), z + size * 0.2, vary(rng, 0.3))


def obstetric(rng: Rng, tissue: Tissue) -> None:
    """Uterine wall, placenta, fluid and parts of a fetus."""
    depth = tissue.fan.depth_cm
    top = skin(rng, tissue, depth * 0.14)
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


def pelvis(rng: Rng, tissue: Tissue) -> None:
    """Bladder or ovary with follicles, uterus or prostate."""
    depth = tissue.fan.depth_cm
    near = tissue.fan.kind == "endocavity"
    top = 0.15 if near else skin(rng, tissue, depth * 0.13)
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
            vessel(tissue, tissue.ellipse(x, depth * 0.42 + z, size, size * 0.85, 0, 0.03), 0.0)
    if not near:
        bladder = tissue.ellipse(0, top + depth * 0.13, depth * 0.3, depth * 0.1, 0, 0.1)
        tissue.wall(bladder, 0.1, 7, mirror=12)
        tissue.paint(bladder, -42, -0.6)
    branches(rng, tissue, depth * 0.25, depth * 0.6, depth * 0.06, 4)
