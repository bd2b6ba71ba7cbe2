"""Which way up a display is read, from its look in all four turns.

A network that mostly saw upright displays takes any display for upright. Shown the same
display four times, turned by a right angle each time, that preference speaks once for every
turn and cancels in the sum; what remains is what the network reads off the picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray

REACH_CELLS = 4
LEAST_MASS = 1e-3


def turn_belief(corner_logits: NDArray[np.float32], ring_xy: FloatArray) -> FloatArray:
    """Return the log probability that the reading order begins at each corner.

    Args:
        corner_logits: (4, h, w) heat maps of the top-left, top-right, bottom-right and
            bottom-left corner.
        ring_xy: (4, 2) canvas cells of a quad's corners, one after the other.

    Returns:
        (4,), the k-th for a display whose top-left corner is the k-th of the ring.
    """
    logits = corner_logits.reshape(4, -1).astype(np.float64)
    heat = np.exp(logits - logits.max(1, keepdims=True))
    heat = (heat / heat.sum(1, keepdims=True)).reshape(corner_logits.shape)
    mass = np.array([[_mass(one, corner) for corner in ring_xy] for one in heat])
    log_mass = np.log(mass + LEAST_MASS)
    each = np.arange(4)
    turns = np.array([log_mass[each, (each + first) % 4].sum() for first in range(4)])
    turns -= turns.max()
    return np.asarray(turns - np.log(np.exp(turns).sum()), np.float64)


def _mass(heat: FloatArray, at_xy: FloatArray) -> float:
    """Return the share of a heat map within reach of a place; 0 off the canvas."""
    x, y = (int(v) for v in np.clip(at_xy.round(), -1e6, 1e6))
    rows = slice(max(y - REACH_CELLS, 0), max(y + REACH_CELLS + 1, 0))
    columns = slice(max(x - REACH_CELLS, 0), max(x + REACH_CELLS + 1, 0))
    return float(heat[rows, columns].sum())
