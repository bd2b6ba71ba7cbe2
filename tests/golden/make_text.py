"""Write ``text.json``: what the finder of lines and the quick recogniser make of an export.

``python -m tests.golden.make_text`` from the root of the repository, after either is retrained.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from sonogate.onnx.ocr import RapidOcrReader
from sonogate.types import PixelArray

HERE = Path(__file__).resolve().parent
EXPORT = HERE.parent.parent / "samples" / "exports" / "echo.png"
CORE, LINE = 0.3, 0.5


def export() -> PixelArray:
    """Return the export, RGB."""
    return np.ascontiguousarray(cv2.imread(str(EXPORT))[..., ::-1])


def rows(reader: RapidOcrReader) -> list[dict[str, object]]:
    """Return one row a line found: its box, score and first reading, top to bottom."""
    pixels = export()
    boxes, scores = reader.lines(pixels, CORE, LINE)
    order = np.lexsort((boxes[:, 0, 0], boxes[:, 0, 1]))
    found = []
    for box, score in zip(boxes[order], scores[order], strict=True):
        (x0, y0), (x1, y1) = np.clip(np.round(box[[0, 2]]).astype(int), 0, None)
        ((text, confidence),) = reader.skim([np.ascontiguousarray(pixels[y0:y1, x0:x1])])
        found.append(
            {
                "box": [round(float(value), 1) for value in box[[0, 2]].ravel()],
                "score": round(float(score), 3),
                "text": text,
                "confidence": round(confidence, 3),
            }
        )
    return found


if __name__ == "__main__":
    found = json.dumps(rows(RapidOcrReader(threads=1)), ensure_ascii=False, indent=1)
    (HERE / "text.json").write_text(found + "\n", "utf-8")
