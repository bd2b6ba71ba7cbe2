"""Between the ribs: heart and lung."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.screens.anatomy import Rng, everywhere, skin, vary
from sonogate.simulate.screens.tissue import Tissue

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
    tissue.paint(everywhere(tissue), -13, 0.05)
    tissue.mottle(20, 4)
    tissue.paint(tissue.band(depth * 0.1), 3)
    lean, squeeze = float(rng.normal(0, 0.12)), float(rng.uniform(0.75, 1.1))
    apical = bool(rng.random() < 0.6)
    heart = tissue.ellipse(0, depth * 0.52, depth * 0.31, depth * 0.4, lean, 0.1)
    tissue.paint(heart, vary(rng, -3, 0.5))
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


def lung(rng: Rng, tissue: Tissue) -> None:
    """Ribs with shadows, a pleural line, A-lines or B-lines below."""
    depth = tissue.fan.depth_cm
    pleura = skin(rng, tissue, depth * 0.16) + 0.4
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
        rib = tissue.ellipse(side * vary(rng, depth * 0.22), pleura - 0.5, 0.7, 0.28)
        tissue.paint(rib, -6, 9)
        tissue.wall(rib, 0.06, 14, mirror=20)
    tissue.wall(line, 0.05, 16, mirror=34)
