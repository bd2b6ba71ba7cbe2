"""Text detection and recognition with the PP-OCR models that rapidocr's wheel carries.

The two networks are driven directly, because a reader for masking needs what the wrapper
drops: boxes whose text is empty or uncertain. The detector is DB (Liao et al., Real-time
Scene Text Detection with Differentiable Binarization, AAAI 2020), the recogniser is
decoded as CTC (Graves et al., ICML 2006).
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
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.types import FloatArray, PixelArray

STRIDE_PX = 32
TEXT_HEIGHT_PX = 48
MIN_WIDTH_PX = 48
MAX_WIDTH_PX = 960
BATCH_COLUMNS_PX = 3200
MIN_KERNEL_SIDE_PX = 2.0
# Share of area over perimeter by which a shrunk kernel is grown back (DB's unclip ratio).
UNCLIP_RATIO = 1.6
# A contour that fills less of its rectangle is cut in halves, down to this length.
MIN_SOLIDITY = 0.45
MAX_UNSOLID_PX = 24
# A box within this angle of upright is squared to the axes: screens are set level.
LEVEL_DEG = 4.0
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
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Load both models.

        Args:
            threads: Threads inside one operator; by default every core that may be used.
            detector_path: Where the detector's file is, if not in rapidocr's wheel.
            recogniser_path: Where the recogniser's file is, if not in rapidocr's wheel.
            call_seconds: Time that one call may take; a run of a network is not cut short.

        Raises:
            ModelError: A file is missing or is not the one of the manifest.
        """
        manifest = load_manifest()
        threads = available_threads() if threads is None else threads
        try:
            detector, recogniser = manifest["text_detector"], manifest["text_recogniser"]
        except KeyError as error:
            raise ModelError("the manifest names no text models") from error
        self._call_seconds = call_seconds
        self._detector = Session(read_weight(detector, detector_path), threads)
        self._recogniser = Session(read_weight(recogniser, recogniser_path), threads)
        characters = self._recogniser.metadata.get("character", "").split("\n")
        if len(characters) < 2:
            raise ModelError("text_recogniser: the weights name no characters")
        self._characters = ("", *characters, " ")
        self.versions = {weight.name: weight.sha256 for weight in (detector, recogniser)}

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
        return _boxes(np.ascontiguousarray(probability), map_threshold, box_threshold)

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
            columns_px = max(lines[index].shape[1] for index in batch)
            stack = [
                cv2.copyMakeBorder(
                    lines[index], 0, 0, 0, columns_px - lines[index].shape[1],
                    cv2.BORDER_CONSTANT, value=(127, 127, 127),
                )
                for index in batch
            ]  # fmt: skip
            outputs = self._recogniser(_network_input(stack))
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


def _boxes(
    probability: NDArray[np.float32], map_threshold: float, box_threshold: float
) -> tuple[FloatArray, FloatArray]:
    """Turn DB's map of shrunk text into boxes around the whole text."""
    binary = (probability > map_threshold).astype(np.uint8)
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes: list[FloatArray] = []
    scores: list[float] = []
    pieces = [piece for contour in contours for piece in _solid_pieces(contour)]
    for contour in pieces:
        centre_xy, (first, second), angle_deg = cv2.minAreaRect(contour)
        # Contours run through pixel centres: half a pixel on every side belongs to them.
        first, second = first + 1.0, second + 1.0
        if min(first, second) < MIN_KERNEL_SIDE_PX:
            continue
        left, top, width, height = cv2.boundingRect(contour)
        inside = np.zeros((height, width), dtype=np.uint8)
        cv2.drawContours(inside, [contour], -1, 1, -1, offset=(-left, -top))
        score = cv2.mean(probability[top : top + height, left : left + width], inside)[0]
        if score < box_threshold:
            continue
        off_level_deg = (angle_deg + 45.0) % 90.0 - 45.0
        if abs(off_level_deg) < LEVEL_DEG:
            grow = UNCLIP_RATIO * width * height / (2.0 * (width + height))
            box = np.array(
                [
                    [left - 0.5 - grow, top - 0.5 - grow],
                    [left + width - 0.5 + grow, top - 0.5 - grow],
                    [left + width - 0.5 + grow, top + height - 0.5 + grow],
                    [left - 0.5 - grow, top + height - 0.5 + grow],
                ]
            )
        else:
            grow = UNCLIP_RATIO * first * second / (2.0 * (first + second))
            size = (first + 2.0 * grow, second + 2.0 * grow)
            box = _clockwise(np.asarray(cv2.boxPoints((centre_xy, size, angle_deg))))
        boxes.append(box)
        scores.append(float(score))
    return (
        np.asarray(boxes, dtype=np.float64).reshape(-1, 4, 2),
        np.asarray(scores, dtype=np.float64),
    )


def _solid_pieces(contour: NDArray[Any]) -> list[NDArray[Any]]:
    """Cut a contour that no rectangle fits (a ring, a bent line) until rectangles fit.

    One box around a bent shape would take in much that is not text.
    """
    (_, (first, second), _) = cv2.minAreaRect(contour)
    solid = cv2.contourArea(contour) >= MIN_SOLIDITY * first * second
    if solid or max(first, second) <= MAX_UNSOLID_PX:
        return [contour]
    left, top, width, height = cv2.boundingRect(contour)
    shape = np.zeros((height, width), dtype=np.uint8)
    cv2.drawContours(shape, [contour], -1, 1, -1, offset=(-left, -top))
    halves = (
        (shape[:, : width // 2], (left, top), shape[:, width // 2 :], (left + width // 2, top))
        if width >= height
        else (shape[: height // 2], (left, top), shape[height // 2 :], (left, top + height // 2))
    )
    pieces: list[NDArray[Any]] = []
    for half, offset in (halves[:2], halves[2:]):
        parts, _ = cv2.findContours(
            np.ascontiguousarray(half), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=offset
        )
        pieces += [piece for part in parts for piece in _solid_pieces(part)]
    return pieces


def _clockwise(corners_xy: NDArray[np.float32]) -> FloatArray:
    """Order a rectangle's corners clockwise from the one nearest the top left."""
    from_centre = corners_xy - corners_xy.mean(axis=0)
    corners_xy = corners_xy[np.argsort(np.arctan2(from_centre[:, 1], from_centre[:, 0]))]
    start = int(np.argmin(corners_xy.sum(axis=1)))
    return np.roll(corners_xy, -start, axis=0).astype(np.float64)
