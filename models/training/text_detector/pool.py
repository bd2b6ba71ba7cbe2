"""Store screens with the boxes of their text.

``python -m models.training.text_detector.pool OUT --seed 700000000 --clean 1200 --photos 240
[--content FOLDER]``. A clean screen is an export with more text written on it; a photo is a
simulated one, rectified by its true corners and brought to the export's grid. What is there
already is not made again.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from models.training.text_detector.writing import Lines, Pixels, scribble
from sonogate.policy import default_policy
from sonogate.screen import rectify
from sonogate.simulate import photograph, render_export
from sonogate.types import Photo, ScreenQuad

MAX_SIDE_PX = 1600
PHOTO_WH = (2000, 1500)


def clean_screen(seed: int, content: Path | None) -> tuple[Pixels, Lines]:
    """Return an export with more text on it, and the boxes of all text."""
    rng = np.random.default_rng([seed, 1])
    export = render_export(seed, content=content if rng.random() < 0.5 else None)
    return scribble(rng, export, int(rng.integers(10, 45)))


def photo_screen(seed: int, content: Path | None) -> tuple[Pixels, Lines] | None:
    """Return a simulated photo on the export's grid, and the boxes of all text."""
    rng = np.random.default_rng([seed, 2])
    plain = render_export(seed, content=content if rng.random() < 0.5 else None)
    pixels, lines = scribble(rng, plain, int(rng.integers(0, 25)))
    made = photograph(
        replace(plain, pixels=pixels), seed, "full", PHOTO_WH, "masking", fidelity=False
    )
    truth = made.truth
    if truth.corners_xy is None or truth.visible_fraction < 0.999:
        return None
    quad = ScreenQuad(truth.corners_xy, 100.0, truth.visible_fraction, truth.distortion_k1)
    photo = Photo(made.pixels, "0" * 64, "jpeg")
    screen = rectify(photo, quad, default_policy().screen, plain.size_wh)
    return cv2.resize(screen.pixels, plain.size_wh, interpolation=cv2.INTER_AREA), lines


def main() -> None:
    """Read the command line and fill the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=700_000_000)
    parser.add_argument("--clean", type=int, default=1200)
    parser.add_argument("--photos", type=int, default=240)
    parser.add_argument("--content", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    plan = [("clean", options.seed + i) for i in range(options.clean)]
    plan += [("photo", options.seed + 500_000 + i) for i in range(options.photos)]
    # Both kinds from the start, so that a pool that is still filling can be trained on.
    order = np.random.default_rng(0).permutation(len(plan))
    for index in order:
        kind, seed = plan[index]
        where = options.out / f"{kind}-{seed}"
        if where.with_suffix(".npy").exists():
            continue
        made = (clean_screen if kind == "clean" else photo_screen)(seed, options.content)
        if made is None:
            continue
        pixels, lines = made
        scale = min(1.0, MAX_SIDE_PX / max(pixels.shape[:2]))
        if scale < 1.0:
            pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cv2.imwrite(
            str(where.with_suffix(".png")), pixels[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1]
        )
        np.save(where.with_suffix(".npy"), np.array(lines, dtype=np.float32) * scale)


if __name__ == "__main__":
    main()
