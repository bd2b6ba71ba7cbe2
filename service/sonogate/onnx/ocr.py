"""Text detection and recognition with our own finder of lines and the PP-OCR models.

The PP-OCR networks, which rapidocr's wheel carries, are driven directly, because a reader
for masking needs what the wrapper drops: boxes whose text is empty or uncertain. The detector
is DB (Liao et al., Real-time Scene Text Detection with Differentiable Binarization, AAAI
2020), the recogniser is decoded as CTC (Graves et al., ICML 2006).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.errors import ModelError
from sonogate.onnx.sessions import Session, available_threads
from sonogate.onnx.text_boxes import core_boxes, kernel_boxes
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.types import FloatArray, PixelArray

STRIDE_PX = 32
LINE_STRIDE_PX = 16
MODEL_NAMES = ("text_lines", "text_skimmer", "text_detector", "text_recogniser")
TEXT_HEIGHT_PX = 48
MIN_WIDTH_PX = 48
MAX_WIDTH_PX = 960
BATCH_COLUMNS_PX = 3200
# Far more than any screen needs: beyond it the reader gives up, and masking fails closed.
CALL_SECONDS = 30.0


class RapidOcrReader:
    """Finds and reads text. Not thread-safe: make one for each worker.

    Attributes:
        versions: SHA-256 of each model, by its name in the manifest.
    """

    def __init__(
        self,
        threads: int | None = None,
        detector_path: Path | None = None,
        recogniser_path: Path | None = None,
        line_finder_path: Path | None = None,
        skimmer_path: Path | None = None,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Load the models.

        Args:
            threads: Threads inside one operator; by default every core that may be used.
            detector_path: Where the detector's file is, if not in rapidocr's wheel.
            recogniser_path: Where the recogniser's file is, if not in rapidocr's wheel.
            line_finder_path: Where the finder of lines is, if not in this package.
            skimmer_path: Where the quick recogniser is, if not in this package.
            call_seconds: Time that one call may take; a run of a network is not cut short.

        Raises:
            ModelError: A file is missing or is not the one of the manifest.
        """
        manifest = load_manifest()
        threads = available_threads() if threads is None else threads
        try:
            weights = [manifest[name] for name in MODEL_NAMES]
        except KeyError as error:
            raise ModelError("the manifest does not name every text model") from error
        paths = (line_finder_path, skimmer_path, detector_path, recogniser_path)
        self._line_finder, self._skimmer, self._detector, self._recogniser = (
            Session(read_weight(weight, path), threads)
            for weight, path in zip(weights, paths, strict=True)
        )
        self._call_seconds = call_seconds
        characters = self._recogniser.metadata.get("character", "").split("\n")
        if len(characters) < 2:
            raise ModelError("text_recogniser: the weights name no characters")
        self._characters = ("", *characters, " ")
        self.versions = {weight.name: weight.sha256 for weight in weights}

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        """Find lines of text, however faint or small, level or upright.

        Args:
            pixels: (height, width, 3) uint8 RGB, about one pixel a pixel of the display.
            core_threshold: Probability above which a pixel belongs to a line, 0–1.
            box_threshold: Probability that a line reaches somewhere, 0–1.

        Returns:
            Upright boxes, (n, 4, 2) float64 in pixels, clockwise from the top left, and the
            highest probabilities, (n,) float64.

        Raises:
            ModelError: The model failed to run.
        """
        height, width = pixels.shape[:2]
        padded = cv2.copyMakeBorder(
            pixels, 0, -height % LINE_STRIDE_PX, 0, -width % LINE_STRIDE_PX, cv2.BORDER_REPLICATE
        )
        planes = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32)
        maps = self._line_finder(planes)[0, :, : -(-height // 2), : -(-width // 2)]
        boxes, scores = core_boxes(maps[0], maps[1], core_threshold, box_threshold)
        return (boxes + 0.5) * 2.0 - 0.5, scores

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        """Find text.

        Args:
            pixels: (height, width, 3) uint8 RGB.
            map_threshold: Probability above which a pixel belongs to text, 0–1.
            box_threshold: Mean probability above which a box is text, 0–1.

        Returns:
            Boxes, (n, 4, 2) float64 in pixels, clockwise from the top left, and their mean
            probabilities, (n,) float64.

        Raises:
            ModelError: The model failed to run.
        """
        height, width = pixels.shape[:2]
        padded = cv2.copyMakeBorder(
            pixels,
            0,
            -height % STRIDE_PX,
            0,
            -width % STRIDE_PX,
            cv2.BORDER_REPLICATE,
        )
        probability = self._detector(_network_input([padded]))[0, 0, :height, :width]
        return kernel_boxes(np.ascontiguousarray(probability), map_threshold, box_threshold)

    def skim(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        """Read lines of text quickly, with eight-bit weights; otherwise as ``recognise``."""
        return self._read(self._skimmer, crops)

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        """Read lines of text.

        Args:
            crops: (height, width, 3) uint8 RGB, one upright line each.

        Returns:
            Text and the lowest probability of its characters, one pair a crop; an empty
            text has probability 0.

        Raises:
            ModelError: The model failed to run.
            TimeoutError: The time for one call is spent.
        """
        return self._read(self._recogniser, crops)

    def _read(self, network: Session, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        lines = [_line(crop) for crop in crops]
        order = sorted(range(len(lines)), key=lambda index: lines[index].shape[1])
        results: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        until = time.monotonic() + self._call_seconds
        while order:
            if time.monotonic() > until:
                raise TimeoutError("text_recogniser: the time for one call is spent")
            # Neighbours in width share a batch, so that little of it is padding.
            count = 1
            while (
                count < len(order)
                and (count + 1) * lines[order[count]].shape[1] <= BATCH_COLUMNS_PX
            ):
                count += 1
            batch, order = order[:count], order[count:]
            outputs = network(_batch([lines[index] for index in batch]))
            for index, output in zip(batch, outputs, strict=True):
                results[index] = self._decode(output)
        return results

    def _decode(self, output: NDArray[np.float32]) -> tuple[str, float]:
        best = output.argmax(axis=1)
        probability = output[np.arange(len(best)), best]
        first_of_run = np.concatenate(([True], best[1:] != best[:-1]))
        chosen = first_of_run & (best != 0)
        if not chosen.any():
            return "", 0.0
        if int(best.max()) >= len(self._characters):
            raise ModelError("text_recogniser: more classes than characters")
        text = "".join(self._characters[index] for index in best[chosen])
        return text.strip(), float(probability[chosen].min())


def _network_input(pictures: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Stack RGB pictures of one size into what both networks take: BGR, -1 to 1."""
    return np.asarray(
        cv2.dnn.blobFromImages(
            list(pictures), scalefactor=1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True
        ),
        dtype=np.float32,
    )


def line_batch(crops: Sequence[PixelArray]) -> NDArray[np.float32]:
    """Return lines of text as a batch for the recognisers, padded with grey to one width."""
    return _batch([_line(crop) for crop in crops])


def _batch(lines: Sequence[PixelArray]) -> NDArray[np.float32]:
    columns_px = max(line.shape[1] for line in lines)
    padded = [
        cv2.copyMakeBorder(
            line, 0, 0, 0, columns_px - line.shape[1],
            cv2.BORDER_CONSTANT, value=(127, 127, 127),
        )
        for line in lines
    ]  # fmt: skip
    return _network_input(padded)


def _line(crop: PixelArray) -> PixelArray:
    height, width = crop.shape[:2]
    width_px = math.ceil(width * TEXT_HEIGHT_PX / height / 8) * 8
    width_px = min(max(width_px, MIN_WIDTH_PX), MAX_WIDTH_PX)
    shrinks = height > TEXT_HEIGHT_PX
    return np.asarray(
        cv2.resize(
            crop,
            (width_px, TEXT_HEIGHT_PX),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
        ),
        dtype=np.uint8,
    )
