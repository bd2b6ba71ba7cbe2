"""The learned locator: a few looks of one small network at a photo.

The first look sees the whole photo; the second sees the display that the first found,
set upright in the middle, so that far and turned displays are seen as near ones are; three
more see it in its other turns, to tell which way up it is read. The confidence is fitted
on held-out photos and travels inside the ONNX file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.errors import ModelError
from sonogate.onnx.heatmaps import Decoded, decode
from sonogate.onnx.sessions import Session
from sonogate.onnx.turns import turn_belief
from sonogate.onnx.views import (
    CELLS,
    View,
    close_view,
    frame_in_cells,
    inverse,
    project,
    reduced,
    seen_in,
    whole_view,
)
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.types import FloatArray, Photo, PixelArray, ScreenQuad

NAME = "locator"
LEAST_AGREEMENT = 0.5
# Below, the second look is not worth its time.
LEAST_LOGIT = -4.0
# Displays are rarely photographed turned: how much four looks must outweigh the first.
KEPT_LOG_ODDS = 8.0
EVIDENCE = (
    "present",
    "present_close",
    "present_turned",
    "sureness",
    "sureness_close",
    "heat",
    "heat_least",
    "overlap",
    "residual",
    "agreement",
    "size",
)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the network says of one view of a picture.

    Attributes:
        present: Logit of a display.
        ultrasound: Logit of an ultrasound picture on it.
        decoded: The quad on the canvas, or None.
        corners_xy: (4, 2) picture pixels, or None.
        corner_logits: (4, h, w) heat maps on the canvas.
        mask_logits: (2, h, w) masks of the display and of the scan area.
        sureness: Mean probability of the display's mask where it is above one half; 0 where
            it nowhere is.
    """

    present: float
    ultrasound: float
    decoded: Decoded | None
    corners_xy: FloatArray | None
    corner_logits: NDArray[np.float32]
    mask_logits: NDArray[np.float32]
    sureness: float


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A quad with the evidence that its confidence rests on, in the order of ``EVIDENCE``."""

    corners_xy: FloatArray
    shows_ultrasound: float
    evidence: FloatArray


class LearnedLocator:
    """Finds the display in a photo, whatever it shows. Not thread-safe: one a worker.

    Attributes:
        versions: SHA-256 of the model, by its name in the manifest.
    """

    def __init__(
        self, threads: int = 1, weights: bytes | None = None, least_presence: float = 0.5
    ) -> None:
        """Load the model.

        Args:
            threads: Threads inside one operator.
            least_presence: Probability of a display (0–1) below which none is reported.
            weights: An ONNX file to take in place of the one that ships.

        Raises:
            ModelError: The file is missing or is not the one of the manifest.
        """
        self._least_presence = least_presence
        self.versions: dict[str, str] = {}
        if weights is None:
            try:
                entry = load_manifest()[NAME]
            except KeyError as error:
                raise ModelError("the manifest names no locator") from error
            weights = read_weight(entry)
            self.versions = {NAME: entry.sha256}
        self._session = Session(weights, threads)
        self._present = _calibration(self._session.metadata, "present")
        self._confidence = _calibration(self._session.metadata, "confidence")

    def __call__(self, photo: Photo) -> ScreenQuad | None:
        """Return the display's quad in photo pixels, or None where there is no display.

        Raises:
            ModelError: The model failed to run.
        """
        finding = self.find(photo.pixels)
        if finding is None or self.presence(finding) < self._least_presence:
            return None
        return ScreenQuad(
            corners_xy=finding.corners_xy,
            confidence=100.0 * self.presence(finding) * self.confidence(finding),
            visible_fraction=_visible_fraction(finding.corners_xy, photo.size_wh),
            shows_ultrasound=finding.shows_ultrasound,
        )

    def presence(self, finding: Finding) -> float:
        """Return the probability (0–1) that there is a display at all."""
        weights, bias = self._present
        return _sigmoid(float(finding.evidence @ weights) + bias)

    def confidence(self, finding: Finding) -> float:
        """Return the probability (0–1) that a display's quad has an IoU above 0.95."""
        weights, bias = self._confidence
        return _sigmoid(float(finding.evidence @ weights) + bias)

    def find(self, pixels: PixelArray) -> Finding | None:
        """Look twice at a photo.

        Args:
            pixels: (height, width, 3) uint8 RGB.

        Returns:
            What was found, with more finds than ``__call__`` lets through; or None.

        Raises:
            ModelError: The model failed to run.
        """
        work, scale_xy = reduced(pixels)
        first = self.look(work, whole_view((work.shape[1], work.shape[0])))
        if first.present < LEAST_LOGIT or first.corners_xy is None or first.decoded is None:
            return None
        corners, decoded, agreement = first.corners_xy, first.decoded, 0.0
        second = self.look(work, close_view(first.corners_xy))
        turn, turned = self._turn(work, corners, second)
        ordered = np.roll(corners, -turn, axis=0)
        if second.corners_xy is not None and second.decoded is not None:
            agreement = _overlap(first.corners_xy, second.corners_xy)
            if second.present > 0 and agreement > LEAST_AGREEMENT:
                corners, decoded = second.corners_xy, second.decoded
        corners = _in_order_of(ordered, corners)
        evidence = np.array(
            [
                np.clip(first.present, -6.0, 6.0),
                np.clip(second.present, -6.0, 6.0),
                np.clip(turned, -6.0, 6.0),
                -math.log(1.005 - first.sureness),
                -math.log(1.005 - second.sureness),
                math.log(float(decoded.heat.mean()) + 0.02),
                math.log(float(decoded.heat.min()) + 0.02),
                math.log(1.02 - decoded.overlap),
                math.log(decoded.residual_cells / _diagonal(decoded.corners_xy) + 1e-3),
                math.log(1.01 - agreement),
                math.log(_diagonal(first.decoded.corners_xy)),
            ]
        )
        belief = 0.5 * (_sigmoid(first.ultrasound) + _sigmoid(second.ultrasound))
        return Finding((corners + 0.5) * scale_xy - 0.5, belief, evidence)

    def _turn(self, pixels: PixelArray, corners_xy: FloatArray, upright: Look) -> tuple[int, float]:
        """Return which of a quad's corners the reading begins at, and the presence in turns.

        Args:
            pixels: The picture.
            corners_xy: (4, 2) picture pixels, in the order that they were found in.
            upright: The look at the quad in that order.

        Returns:
            Index of the corner, and the mean logit of a display in the three other turns.
        """
        belief = np.array([KEPT_LOG_ODDS, 0.0, 0.0, 0.0])
        heat, present = upright.corner_logits, 0.0
        for turn in range(4):
            quad = np.roll(corners_xy, -turn, axis=0)
            view = close_view(quad)
            if turn:
                heat, _, _, facts = self._run(pixels, view)
                present += float(facts[0]) / 3
            ring = project(CELLS @ view.matrix, quad)
            belief += np.roll(turn_belief(heat, ring), turn)
        return int(belief.argmax()), present

    def _run(self, pixels: PixelArray, view: View) -> list[NDArray[np.float32]]:
        """Return corners, masks, glare and facts of one view."""
        batch = (seen_in(pixels, view).astype(np.float32) / 255.0).transpose(2, 0, 1)[None]
        return [said[0] for said in self._session.run(np.ascontiguousarray(batch))]

    def look(self, pixels: PixelArray, view: View) -> Look:
        """Run the network on one view of a picture.

        Raises:
            ModelError: The model failed to run.
        """
        corners, masks, _, facts = self._run(pixels, view)
        to_cells = CELLS @ view.matrix
        frame = frame_in_cells((pixels.shape[1], pixels.shape[0]), to_cells)
        across = float(facts[2]), float(facts[3])
        decoded = decode(corners, masks[0], frame, across)
        corners_xy = None if decoded is None else project(inverse(to_cells), decoded.corners_xy)
        shown = masks[0][masks[0] > 0]
        return Look(
            present=float(facts[0]),
            ultrasound=float(facts[1]),
            decoded=decoded,
            corners_xy=corners_xy,
            corner_logits=corners,
            mask_logits=masks,
            sureness=float((1.0 / (1.0 + np.exp(-shown))).mean()) if shown.size else 0.0,
        )


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(logit, -60.0), 60.0)))


def _in_order_of(ordered_xy: FloatArray, corners_xy: FloatArray) -> FloatArray:
    """Return corners rolled so that each lies nearest to its like."""
    rolled = [np.roll(corners_xy, turn, axis=0) for turn in range(4)]
    return min(rolled, key=lambda quad: float(np.sum((quad - ordered_xy) ** 2)))


def _diagonal(quad_xy: FloatArray) -> float:
    return (
        float(np.linalg.norm(quad_xy[2] - quad_xy[0]) + np.linalg.norm(quad_xy[3] - quad_xy[1])) / 2
    )


def _area(polygon_xy: NDArray[np.float32]) -> float:
    return float(cv2.contourArea(polygon_xy)) if len(polygon_xy) >= 3 else 0.0


def _overlap(a_xy: FloatArray, b_xy: FloatArray) -> float:
    """Return the intersection over union of two convex quads."""
    a, b = a_xy.astype(np.float32), b_xy.astype(np.float32)
    common = float(cv2.intersectConvexConvex(a, b)[0])
    union = _area(a) + _area(b) - common
    return min(common / union, 1.0) if union > 0 else 0.0


def _visible_fraction(quad_xy: FloatArray, size_wh: tuple[int, int]) -> float:
    """Return the share of the quad's area that lies inside the photo."""
    width, height = size_wh
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(
        0.5
    )
    quad = quad_xy.astype(np.float32)
    area = _area(quad)
    if area <= 0:
        return 0.0
    return min(max(float(cv2.intersectConvexConvex(quad, frame)[0]) / area, 0.0), 1.0)


def _calibration(metadata: dict[str, str], name: str) -> tuple[FloatArray, float]:
    """Return weights and bias of a logistic regression, from the model's own metadata."""
    try:
        table: dict[str, Any] = json.loads(metadata[name])
        return np.array([float(table["weights"][name]) for name in EVIDENCE]), float(table["bias"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("locator: the weights carry no calibration") from error
