"""Pictures that training photos are made of, split so that a test never sees them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.screens import ASPECTS, SIDE_PX, Content, Picture

Split = Literal["train", "test"]
TEST_SHARE = 0.2
TEST_FAMILIES = (
    "cart_thumbnails",
    "duplex_spectral",
    "quad_view",
    "bitmap_dual",
    "tablet_landscape",
)
TEST_EXPORTS = ("tim4_", "pydicom_aloka", "pydicom_philips_echo", "itkpocus_sonoque")


def split_of(path: Path) -> Split:
    """Return the split of a source: by machine for exports, by patient for scans, else by name."""
    name = path.stem
    if path.parent.name == "ui":
        return "test" if name.startswith(TEST_EXPORTS) else "train"
    if path.parent.name == "sector":
        # Frames of one patient or subject stay together.
        parts = name.replace("Image", "_").split("_")
        name = next((p for p in parts if p.startswith("pat") or p in _SUBJECTS), name)
    return "test" if zlib.crc32(name.encode()) % 1000 < 1000 * TEST_SHARE else "train"


_SUBJECTS = frozenset(f"S{k}" for k in range(1, 100))


def link_backgrounds(data: Path, split: Split, folder: Path) -> None:
    """Fill ``folder`` with links to the split's backgrounds."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((data / "backgrounds").iterdir()):
        link = folder / path.name
        if split_of(path) == split and not link.exists():
            link.symlink_to(path)


def _read(path: Path, longest_px: int) -> Picture:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"not a picture: {path.name}")
    scale = longest_px / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


class Library:
    """Backgrounds, real exports, scan pictures and rendered screens of one split.

    Args:
        data: The folder with ``backgrounds`` and ``ultrasound``.
        split: Which side of the split.
        rendered: A file of rendered screens made by ``render_screens``, or None.
    """

    def __init__(self, data: Path, split: Split, rendered: Path | None = None) -> None:
        def load(folder: str, longest_px: int) -> list[Picture]:
            paths = sorted(p for p in (data / folder).iterdir() if p.suffix in (".jpg", ".png"))
            return [_read(path, longest_px) for path in paths if split_of(path) == split]

        self.photos = load("backgrounds", 800)
        self.exports = load("ultrasound/ui", SIDE_PX)
        self.scans = load("ultrasound/sector", 320)
        self.rendered_ultrasound: list[Content] = []
        self.rendered_other: list[Content] = []
        if rendered is not None:
            self._load_rendered(rendered)

    def _load_rendered(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            for k, shows in enumerate(stored["shows"]):
                pixels = cv2.imdecode(stored[f"picture_{k}"], cv2.IMREAD_COLOR)
                is_ultrasound = str(shows) == "ultrasound"
                scan = stored.get(f"scan_{k}")
                content = Content(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), is_ultrasound, scan)
                (self.rendered_ultrasound if is_ultrasound else self.rendered_other).append(content)

    def photo(self, rng: np.random.Generator) -> Picture:
        """Return any background."""
        return self.photos[rng.integers(len(self.photos))]

    def scan(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return any scan picture."""
        return self.scans[rng.integers(len(self.scans))]

    def export(self, rng: np.random.Generator) -> Content:
        """Return a real export (its scan area unknown) or a rendered one."""
        if self.rendered_ultrasound and rng.random() < 0.75:
            return self.rendered_ultrasound[rng.integers(len(self.rendered_ultrasound))]
        pixels = self.exports[rng.integers(len(self.exports))]
        if rng.random() < 0.4:
            # The same page on a display of another shape: stretched or with bars.
            h, w = pixels.shape[:2]
            wide = round(h * float(rng.choice(ASPECTS)))
            if rng.random() < 0.5 or wide <= w:
                pixels = cv2.resize(pixels, (max(64, wide), h), interpolation=cv2.INTER_AREA)
            else:
                page = np.zeros((h, wide, 3), np.uint8)
                left = int((wide - w) * rng.random())
                page[:, left : left + w] = pixels
                pixels = page
        return Content(pixels, ultrasound=True)

    def other(self, rng: np.random.Generator) -> Content | None:
        """Return a rendered screen that shows no ultrasound picture, or None."""
        if not self.rendered_other:
            return None
        return self.rendered_other[rng.integers(len(self.rendered_other))]
