"""Photos with their truth on disk, in shards of a few hundred, JPEG inside npz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.locator.compose import Sample
from models.training.locator.light import Floats

POLYGON_POINTS = 96
GLARE_CELLS = 40


def _resampled(polygon: Floats) -> Floats:
    """Return the closed polygon as a fixed number of points, its corners kept where few."""
    if len(polygon) <= POLYGON_POINTS:
        repeats = np.repeat(polygon[-1:], POLYGON_POINTS - len(polygon), 0)
        return np.concatenate([polygon, repeats]).astype(np.float32)
    keep = np.linspace(0, len(polygon) - 1, POLYGON_POINTS).round().astype(int)
    return polygon[keep].astype(np.float32)


def write_shard(path: Path, samples: Sequence[Sample]) -> None:
    """Write one shard."""
    count = len(samples)
    corners = np.full((count, 4, 2), np.nan, np.float32)
    scan = np.full((count, POLYGON_POINTS, 2), np.nan, np.float32)
    glare = np.zeros((count, GLARE_CELLS, GLARE_CELLS), np.uint8)
    data: list[bytes] = []
    for k, sample in enumerate(samples):
        ok, jpeg = cv2.imencode(
            ".jpg", np.ascontiguousarray(sample.pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 93]
        )
        if not ok:
            raise OSError("cannot encode a photo")
        data.append(jpeg.tobytes())
        if sample.corners_xy is not None:
            corners[k] = sample.corners_xy
        if sample.scan_xy is not None:
            scan[k] = _resampled(sample.scan_xy)
        if sample.glare is not None:
            glare[k] = cv2.resize(
                sample.glare, (GLARE_CELLS, GLARE_CELLS), interpolation=cv2.INTER_AREA
            )
    temporary = path.with_name("." + path.name)
    np.savez(
        temporary,
        jpeg=np.frombuffer(b"".join(data), np.uint8),
        ends=np.cumsum([len(d) for d in data]),
        size_wh=np.array([sample.pixels.shape[1::-1] for sample in samples], np.int32),
        corners=corners,
        scan=scan,
        glare=glare,
        glare_known=np.array([s.glare is not None or s.corners_xy is None for s in samples]),
        ultrasound=np.array([s.ultrasound for s in samples]),
        source=np.array([s.source for s in samples]),
    )
    (temporary if temporary.suffix == ".npz" else temporary.with_suffix(".npz")).rename(path)


class Pool:
    """Every sample of the shards in the given folders, held in memory as JPEG."""

    def __init__(self, folders: Sequence[Path], repeats: Sequence[int] | None = None) -> None:
        parts: dict[str, list[NDArray[np.generic]]] = {}
        self._jpegs: list[bytes] = []
        for folder, repeat in zip(folders, repeats or [1] * len(folders), strict=True):
            for path in sorted(folder.glob("*.npz")):
                with np.load(path, allow_pickle=False) as shard:
                    blob, ends = shard["jpeg"].tobytes(), shard["ends"]
                    starts = np.concatenate([[0], ends[:-1]])
                    photos = [blob[a:b] for a, b in zip(starts, ends, strict=True)]
                    for _ in range(repeat):
                        self._jpegs += photos
                        for name in (
                            "size_wh",
                            "corners",
                            "scan",
                            "glare",
                            "glare_known",
                            "ultrasound",
                            "source",
                        ):
                            parts.setdefault(name, []).append(shard[name])
        if not self._jpegs:
            raise FileNotFoundError("no shards: make a pool first")
        merged = {name: np.concatenate(list(values)) for name, values in parts.items()}
        self.size_wh = merged["size_wh"]
        self.corners = merged["corners"]
        self.scan = merged["scan"]
        self.glare = merged["glare"]
        self.glare_known = merged["glare_known"]
        self.ultrasound = merged["ultrasound"]
        self.source = merged["source"]

    def __len__(self) -> int:
        return len(self._jpegs)

    def pixels(self, index: int) -> NDArray[np.uint8]:
        """Return photo ``index``, RGB."""
        picture = cv2.imdecode(np.frombuffer(self._jpegs[index], np.uint8), cv2.IMREAD_COLOR)
        return np.asarray(picture[..., ::-1], dtype=np.uint8)

    def landscape(self) -> Iterator[bool]:
        """Tell for each photo whether it is at least as wide as high."""
        return (bool(w >= h) for w, h in self.size_wh)
