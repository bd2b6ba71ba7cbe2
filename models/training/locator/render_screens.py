"""Render the simulator's screens once, for composing: ``python -m ... render_screens OUT``."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from models.training.locator.material import TEST_FAMILIES, Split, link_backgrounds
from models.training.locator.screens import SIDE_PX
from sonogate.simulate.screens import FAMILIES, render_export
from sonogate.simulate.screens.other_screens import OtherShows, render_other_screen
from sonogate.simulate.values import Export

OTHER_SHARE = 0.4
OTHERS: tuple[OtherShows, ...] = ("desktop", "desktop", "bedside_monitor", "television")
TEST_SEED = 5_000_000


def render_any(seed: int, split: Split, backgrounds: Path | None, scale: float = 0.5) -> Export:
    """Render a screen of any kind that the split may use.

    Args:
        seed: One seed, one screen.
        split: Which layout families.
        backgrounds: Folder of the split's photos, for wallpapers and television.
        scale: Below one, drawn on a smaller grid.
    """
    rng = np.random.default_rng((seed, 11))
    if rng.random() < OTHER_SHARE:
        shows = OTHERS[rng.integers(len(OTHERS))]
        return render_other_screen(seed, shows, backgrounds, scale=scale)
    families = [name for name in FAMILIES if (name in TEST_FAMILIES) == (split == "test")]
    return render_export(seed, family=str(rng.choice(families)), scale=scale)


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with backgrounds")
    parser.add_argument("out", type=Path, help="the file to write")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--split", choices=["train", "test"], default="train")
    options = parser.parse_args()
    first = TEST_SEED if options.split == "test" else 1
    backgrounds = options.out.parent / f"backgrounds_{options.split}"
    link_backgrounds(options.data, options.split, backgrounds)
    stored: dict[str, np.ndarray] = {}
    shows: list[str] = []
    for k in range(options.count):
        export = render_any(first + k, options.split, backgrounds)
        scale = SIDE_PX / max(export.size_wh)
        size = round(export.size_wh[0] * scale), round(export.size_wh[1] * scale)
        small = cv2.resize(export.pixels, size, interpolation=cv2.INTER_AREA)
        ok, data = cv2.imencode(
            ".jpg", np.ascontiguousarray(small[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 95]
        )
        if not ok:
            raise OSError("cannot encode a screen")
        stored[f"picture_{k}"] = data
        if export.scan_area_xy is not None:
            stored[f"scan_{k}"] = ((export.scan_area_xy + 0.5) * scale - 0.5).astype(np.float32)
        shows.append(export.shows)
    np.savez(options.out, shows=np.array(shows), **stored)


if __name__ == "__main__":
    main()
