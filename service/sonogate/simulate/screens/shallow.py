"""Under a shallow probe: muscle, neck, breast, eye, and a test object."""

from __future__ import annotations

import numpy as np

from sonogate.simulate.screens.anatomy import Rng, everywhere, skin, vessel
from sonogate.simulate.screens.tissue import Tissue


def muscle(rng: Rng, tissue: Tissue) -> None:
    """Fat, two muscles with fascicles between fasciae, sometimes bone."""
    depth = tissue.fan.depth_cm
    tissue.paint(everywhere(tissue), -4)
    slope = float(rng.normal(0, 0.06))
    rind, fascia1 = 0.12, depth * float(rng.uniform(0.14, 0.3))
    fascia2 = fascia1 + depth * float(rng.uniform(0.3, 0.45))
    first, second = tissue.band(fascia1, slope), tissue.band(fascia2, slope + rng.normal(0, 0.05))
    fat = np.maximum(first, -tissue.band(rind))
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
        vessel(
            tissue,
            tissue.ellipse(float(rng.normal(0, 1)), fascia2, 0.2, 0.16, 0, 0.02),
            float(rng.uniform(0.3, 0.8)),
        )


def neck(rng: Rng, tissue: Tissue) -> None:
    """A carotid along or across, thyroid tissue beside it, muscle above."""
    depth = tissue.fan.depth_cm
    top = skin(rng, tissue, depth * 0.28)
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
        vessel(tissue, tissue.ellipse(0.95, z, bore, bore, 0, 0.01), 0.6, 8)
        vessel(tissue, tissue.ellipse(1.35, z - 0.55, bore * 1.3, bore * 0.7, 0.3, 0.03), -0.35)


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


def eye(rng: Rng, tissue: Tissue) -> None:
    """Globe with lens and optic nerve."""
    tissue.paint(everywhere(tissue), 3)
    tissue.mottle(14, 3)
    tissue.paint(tissue.band(0.25), -6)
    globe = tissue.ellipse(float(rng.normal(0, 0.2)), 1.5, 1.2, 1.15, 0, 0.02)
    tissue.wall(globe, 0.04, 4, mirror=10)
    tissue.paint(globe, -42, -0.9)
    lens = tissue.ellipse(0, 0.62, 0.5, 0.2)
    tissue.wall(lens, 0.025, -6, mirror=5)
    nerve = tissue.ellipse(0.2, 3.4, 0.22, 0.9, 0.1, 0.03)
    tissue.paint(nerve, -12, 0.5)


def phantom(rng: Rng, tissue: Tissue) -> None:
    """A test object: even speckle, wires, cylinders of several contrasts."""
    depth = tissue.fan.depth_cm
    tissue.paint(everywhere(tissue), -2, 0.03)
    for index in range(int(rng.integers(2, 5))):
        x = (index - 1.5) * depth * 0.2
        size = depth * float(rng.uniform(0.03, 0.07))
        at = tissue.ellipse(x, depth * float(rng.choice([0.35, 0.7])), size, size)
        tissue.paint(at, float(rng.choice([-40, -12, -6, 7])))
    for row in np.arange(0.1, 0.98, 0.1):
        wire = tissue.ellipse(float(rng.normal(0, 0.02)), row * depth, 0.09, 0.05)
        tissue.paint(wire, 22)
