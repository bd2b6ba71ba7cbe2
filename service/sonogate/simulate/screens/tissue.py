"""Tissue on a beam grid: echo level, attenuation, interfaces and flow."""

from __future__ import annotations

import cv2
import numpy as np

from sonogate.simulate.screens.geometry import Fan
from sonogate.types import HeatArray


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]
) -> HeatArray:
    """Return smooth noise of unit deviation with about ``cells`` bumps down and across."""
    seedling = rng.standard_normal((max(2, cells[0]), max(2, cells[1])), np.float32)
    grown = cv2.resize(seedling, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown * np.float32(1.25), np.float32)


class Tissue:
    """What the beams meet, painted layer over layer.

    Attributes:
        x_cm: Lateral position of each grid point, bent a little so that nothing is straight.
        z_cm: Depth below the face, bent likewise.
        level_db: Mean echo level; 0 is ordinary parenchyma.
        loss_db_cm: Attenuation beyond what the gain curve makes up for.
        interface: Amplitude of mirror-like echoes.
        flow: Velocity towards the probe as a share of the scale; 0 where nothing flows.
    """

    def __init__(
        self, rng: np.random.Generator, fan: Fan, shape: tuple[int, int], bend_cm: float
    ) -> None:
        self.rng = rng
        self.fan = fan
        depth = np.linspace(0, fan.depth_cm, shape[0])[:, None]
        beam = np.linspace(-1, 1, shape[1])[None]
        depth, beam = np.broadcast_arrays(depth, beam)
        x, z = fan.to_xz(depth, beam)
        self.depth_cm = depth[:, 0].astype(np.float32)
        self.x_cm = x.astype(np.float32) + bend_cm * smooth_noise(rng, shape, (5, 5))
        self.z_cm = z.astype(np.float32) + bend_cm * smooth_noise(rng, shape, (4, 6))
        fine = (int(shape[0] / 7), int(shape[1] / 7))
        self._rough_cm = np.float32(0.0016 * fan.depth_cm) * smooth_noise(rng, shape, fine)
        self.level_db = np.zeros(shape, np.float32)
        self.loss_db_cm = np.zeros(shape, np.float32)
        self.interface = np.zeros(shape, np.float32)
        self.flow = np.zeros(shape, np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return self.level_db.shape[0], self.level_db.shape[1]

    def ellipse(
        self, x: float, z: float, a: float, b: float, turn: float = 0.0, ragged: float = 0.0
    ) -> HeatArray:
        """Return the signed distance (cm, about) to an ellipse; negative inside."""
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        dx, dz = self.x_cm - np.float32(x), self.z_cm - np.float32(z)
        u, v = (dx * c + dz * s) / np.float32(a), (dz * c - dx * s) / np.float32(b)
        reach = np.sqrt(u * u + v * v)
        # First-order distance: the level function over the length of its gradient.
        slope = np.sqrt(np.square(u / np.float32(a)) + np.square(v / np.float32(b)))
        distance = (reach - 1) * reach / np.maximum(slope, np.float32(1e-4))
        # Beyond the ends of a thin ellipse the first order falls short.
        np.maximum(distance, (np.abs(u) - 1) * np.float32(a), out=distance)
        np.maximum(distance, (np.abs(v) - 1) * np.float32(b), out=distance)
        distance += self._rough_cm
        if ragged:
            distance = distance + np.float32(ragged) * smooth_noise(self.rng, self.shape, (14, 14))
        return np.asarray(distance, np.float32)

    def band(self, z: float, slope: float = 0.0, sag: float = 0.0) -> HeatArray:
        """Return the signed depth (cm) below a line at depth ``z``."""
        x = self.x_cm
        return np.asarray(
            self.z_cm
            - np.float32(z)
            - np.float32(slope) * x
            - np.float32(sag) * x * x
            + np.float32(0.5) * self._rough_cm,
            np.float32,
        )

    def paint(
        self,
        distance: HeatArray,
        level_db: float,
        loss: float = 0.0,
        *,
        flow: float = 0.0,
        edge_cm: float = 0.03,
    ) -> None:
        """Fill where ``distance`` is negative."""
        share = np.clip(np.float32(0.5) - distance / np.float32(2 * edge_cm), 0, 1)
        self.level_db += share * (np.float32(level_db) - self.level_db)
        self.loss_db_cm += share * (np.float32(loss) - self.loss_db_cm)
        self.flow *= 1 - share
        if flow:
            self.flow += share * np.float32(flow)

    def wall(
        self, distance: HeatArray, thick_cm: float, level_db: float, *, mirror: float = 0.0
    ) -> None:
        """Line the zero of ``distance`` with a bright wall, patchy as walls are.

        It is brightest where it faces the beam and fades where it runs along it;
        ``mirror`` adds an echo that only the facing parts return.
        """
        ridge = np.exp(-0.5 * np.square(distance / np.float32(thick_cm * 0.7)))
        near = ridge > 0.02
        if not near.any():
            return
        down, across = np.gradient(cv2.blur(distance, (5, 5)))
        across = across * np.float32(self.shape[1] / self.shape[0])
        facing = down * down / (down * down + across * across + np.float32(1e-12))
        uneven = smooth_noise(self.rng, self.shape, (int(self.shape[0] / 9), 36))
        level = np.float32(level_db * 0.7) * (np.float32(0.25) + np.float32(0.75) * facing)
        level += np.float32(3.5) * uneven - np.float32(2)
        # A wall only ever adds to what is there.
        self.level_db += ridge * np.maximum(level - self.level_db, 0)
        if mirror:
            patchy = np.exp(np.float32(0.9) * uneven)
            self.interface += np.float32(mirror * 0.16) * ridge * facing**4 * patchy

    def fibres(
        self, angle: float, long_cm: float, thin_cm: float, gain_db: float, where: HeatArray
    ) -> None:
        """Run bright fibres through the part where ``where`` is negative."""
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        along = (self.x_cm * c + self.z_cm * s) / np.float32(long_cm)
        across = (self.z_cm * c - self.x_cm * s) / np.float32(thin_cm)
        # Padded all round by its own far side, so that no seam shows where it repeats.
        noise = np.pad(self.rng.standard_normal((256, 64), np.float32), 8, mode="wrap")
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.6), np.float32)
        noise /= np.float32(noise.std())
        strands = cv2.remap(
            noise,
            (np.mod(along * 4, 64) + 8).astype(np.float32),
            (np.mod(across * 4, 256) + 8).astype(np.float32),
            cv2.INTER_CUBIC,
        )
        bright = np.maximum(strands, -0.7) + np.maximum(strands - 0.9, 0) * np.float32(1.4)
        self.level_db += np.where(where < 0, bright * np.float32(gain_db), np.float32(0))

    def mottle(self, cells: int, gain_db: float, where: HeatArray | None = None) -> None:
        """Vary the echo level smoothly, everywhere or where ``where`` is negative."""
        rows = max(3, int(cells * self.shape[0] / self.shape[1]))
        noise = smooth_noise(self.rng, self.shape, (rows, cells)) * np.float32(gain_db)
        self.level_db += noise if where is None else np.where(where < 0, noise, np.float32(0))

    def streak(self, gain_db: float) -> None:
        """Strew the small reflectors of connective tissue, drawn out across the beams."""
        rows, columns = self.shape
        coarse = smooth_noise(self.rng, self.shape, (rows // 10, columns // 20))
        fine = smooth_noise(self.rng, self.shape, (rows // 4, columns // 9))
        self.level_db += np.float32(0.8 * gain_db) * smooth_noise(self.rng, self.shape, (5, 6))
        bright = np.maximum(fine + np.float32(0.5) * coarse - np.float32(1.5), 0)
        self.level_db += np.float32(gain_db) * (
            np.float32(0.45) * coarse + np.float32(0.3) * fine + np.float32(1.6) * bright
        )
