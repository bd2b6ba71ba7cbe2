"""Pictures that rooms are made of: photos, panoramas and environment maps, or drawn ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import PixelArray

_Picture = TypeVar("_Picture")
_ENVIRONMENT_MEAN = 0.35
_BRIGHTEST = 300.0


class Scenery:
    """A folder of ``backgrounds/`` and ``environments/``, read as they are needed.

    Without a folder, or with an empty one, everything is drawn, so that the simulator runs
    anywhere; with one, rooms look real. Files are taken in the order of their names.

    Attributes:
        photos: Pictures of places, flat projections.
        panoramas: Equirectangular pictures, twice as wide as high.
        environments: Radiance maps (HDR), equirectangular.
    """

    def __init__(self, folder: Path | None = None) -> None:
        backgrounds = [] if folder is None else sorted((folder / "backgrounds").glob("*.*"))
        self.panoramas = tuple(path for path in backgrounds if path.name.startswith("pano"))
        self.photos = tuple(path for path in backgrounds if not path.name.startswith("pano"))
        self.environments = (
            () if folder is None else tuple(sorted((folder / "environments").glob("*.hdr")))
        )
        self._pixels: dict[Path, PixelArray] = {}
        self._radiances: dict[Path, NDArray[np.float32]] = {}

    def photo(self, number: int) -> PixelArray | None:
        """Return a place's picture, RGB uint8, or None without any."""
        return self._any(self.photos, number, self._pixels, _read_pixels)

    def panorama(self, number: int) -> PixelArray | None:
        """Return a panorama, RGB uint8, or None without any."""
        return self._any(self.panoramas, number, self._pixels, _read_pixels)

    def environment(self, number: int) -> NDArray[np.float32]:
        """Return a radiance map, RGB float32, scaled to the mean of a lit room."""
        found = self._any(self.environments, number, self._radiances, _read_radiance)
        return _drawn_environment(number) if found is None else found

    @staticmethod
    def _any(
        paths: tuple[Path, ...],
        number: int,
        kept: dict[Path, _Picture],
        read: Callable[[Path], _Picture],
    ) -> _Picture | None:
        if not paths:
            return None
        path = paths[number % len(paths)]
        if path not in kept:
            kept[path] = read(path)
        return kept[path]


def _read_pixels(path: Path) -> PixelArray:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise ValueError("a background picture cannot be read")
    return np.asarray(pixels, np.uint8)


def _read_radiance(path: Path) -> NDArray[np.float32]:
    radiance = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if radiance is None:
        raise ValueError("an environment map cannot be read")
    return _normalised(np.asarray(radiance[..., ::-1], np.float32))


def _normalised(radiance: NDArray[np.float32]) -> NDArray[np.float32]:
    # A few pixels of sun or bulb would otherwise set the scale of the whole room.
    usual = np.minimum(radiance, 20.0 * np.median(radiance) + 1e-6)
    return np.asarray(
        np.minimum(radiance * (_ENVIRONMENT_MEAN / float(usual.mean())), _BRIGHTEST), np.float32
    )


def _drawn_environment(number: int) -> NDArray[np.float32]:
    """Draw a room: darker floor, pale ceiling, furniture, a window, ceiling lights."""
    rng = np.random.default_rng(number)
    rows = np.linspace(1.0, -1.0, 256, dtype=np.float32)[:, None, None]
    room = np.repeat(0.45 + 0.25 * np.tanh(4.0 * rows), 512, axis=1)
    room = np.repeat(room, 3, axis=2).astype(np.float32)
    for _ in range(int(rng.integers(8, 24))):
        x, y = int(rng.integers(0, 512)), int(rng.integers(70, 200))
        size = rng.integers(6, 60, 2)
        tone = rng.uniform(0.05, 0.8, 3)
        cv2.rectangle(room, (x, y), (x + int(size[0]), y + int(size[1])), tone.tolist(), -1)
    for _ in range(int(rng.integers(1, 5))):
        x, y = int(rng.integers(0, 500)), int(rng.integers(10, 110))
        bright = float(rng.uniform(5, 60))
        size = rng.integers(4, 40, 2)
        cv2.rectangle(room, (x, y), (x + int(size[0]), y + int(size[1])), (bright,) * 3, -1)
    return _normalised(np.asarray(cv2.GaussianBlur(room, (0, 0), 1.2), np.float32))
