"""An adversary that the masker does not use: Tesseract looks for what was left.

Tesseract (Smith, An Overview of the Tesseract OCR Engine, ICDAR 2007) runs as a program of its
own and is given pictures through a pipe: nothing of them is written to a disk.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.types import FloatArray, MaskedScreen

PROGRAM = "tesseract"
# Longest side of the picture at each scale, pixels.
SIDES_PX = (1100, 2000)
MIN_LETTERS = 2
MIN_CONFIDENCE = 40.0
SECONDS = 60.0


def is_there() -> bool:
    """Say whether Tesseract is installed."""
    return shutil.which(PROGRAM) is not None


def words(pixels: NDArray[np.uint8], sides_px: Sequence[int] = SIDES_PX) -> FloatArray:
    """Return where Tesseract reads two letters or more, at several scales.

    Args:
        pixels: (height, width, 3) uint8 RGB.
        sides_px: Longest side of the picture at each scale, pixels.

    Returns:
        Boxes (n, 4) float64: x0, y0, x1, y1 in pixels of ``pixels``.

    Raises:
        OSError: Tesseract is not installed.
        subprocess.SubprocessError: It failed or took too long.
    """
    found: list[list[float]] = []
    for side_px in sides_px:
        scale = side_px / max(pixels.shape[:2])
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method)
        data = cv2.imencode(".png", cv2.cvtColor(seen, cv2.COLOR_RGB2BGR))[1].tobytes()
        # Sparse text, in no order; tables are what its words come as.
        command = [PROGRAM, "stdin", "stdout", "--psm", "11", "tsv"]
        run = subprocess.run(  # noqa: S603
            command, input=data, capture_output=True, timeout=SECONDS, check=True
        )
        for row in csv.DictReader(
            io.StringIO(run.stdout.decode("utf-8", "replace")),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        ):
            letters = sum(map(str.isalnum, row.get("text") or ""))
            if letters < MIN_LETTERS or float(row["conf"]) < MIN_CONFIDENCE:
                continue
            x0, y0, wide, high = (float(row[key]) for key in ("left", "top", "width", "height"))
            found.append([x0 / scale, y0 / scale, (x0 + wide) / scale, (y0 + high) / scale])
    return np.asarray(found, dtype=np.float64).reshape(-1, 4)


def reads(boxes: FloatArray, masked: MaskedScreen, x: FloatArray, y: FloatArray) -> bool:
    """Say whether a word stands where an identifier's ink was and is still to be seen.

    Args:
        boxes: What ``words`` found on the masked picture.
        masked: The masked picture.
        x: Columns of the ink.
        y: Rows of the ink.
    """
    shown = ~masked.mask[np.asarray(y, dtype=np.int64), np.asarray(x, dtype=np.int64)]
    for x0, y0, x1, y1 in boxes:
        inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        if (inside & shown).any() and x.min() <= 0.5 * (x0 + x1) <= x.max():
            return True
    return False
