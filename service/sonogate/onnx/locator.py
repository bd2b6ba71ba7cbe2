"""The learned locator: a few looks of one small network at a photo.

The first look sees the whole photo; the second sees the display that the first found,
set upright in the middle, so that far and turned displays are seen as near ones are; the
third sees what the second found, and three more see it in its other turns, to tell which
way up it is read. The confidence is fitted on held-out photos and travels inside the ONNX
file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sonogate.errors import ModelError
from sonogate.onnx.heatmaps import Decoded, decode
from sonogate.onnx.quads import diagonal, in_order_of, overlap, visible_fraction
from sonogate.onnx.rules import LocatorRules
from sonogate.onnx.scan import scan_outline
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
    """What was found.

    Attributes:
        corners_xy: (4, 2) photo pixels, in reading order.
        shows_ultrasound: Share of belief, 0–1.
        evidence: What the confidence rests on, in the order of ``EVIDENCE``.
        scan_area: (N, 2) in shares of the display's sides, or None.
    """

    corners_xy: FloatArray
    shows_ultrasound: float
    evidence: FloatArray
    scan_area: FloatArray | None


class LearnedLocator:
    """Finds the display in a photo, whatever it shows. Not thread-safe: one a worker.

    Attributes:
        versions: SHA-256 of the model, by its name in the manifest.
    """

    def __init__(
        self,
        rules: LocatorRules,
        *,
        least_presence: float = 0.5,
        weights: bytes | None = None,
        threads: int = 1,
    ) -> None:
        """Load the model.

        Args:
            rules: How its maps are read.
            least_presence: Probability of a display (0–1) below which none is reported.
            weights: An ONNX file to take in place of the one that ships.
            threads: Threads inside one operator.

        Raises:
            ModelError: The file is missing or is not the one of the manifest.
        """
        self._rules = rules
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
            visible_fraction=visible_fraction(finding.corners_xy, photo.size_wh),
            shows_ultrasound=finding.shows_ultrasound,
            coarse_scan_area=finding.scan_area,
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
        """Look at a photo, closer each time.

        Args:
            pixels: (height, width, 3) uint8 RGB.

        Returns:
            What was found, with more finds than ``__call__`` lets through; or None.

        Raises:
            ModelError: The model failed to run.
        """
        work, scale_xy = reduced(pixels)
        first = self.look(work, whole_view((work.shape[1], work.shape[0])))
        hopeless = first.present < self._rules.hopeless_logit
        if hopeless or first.corners_xy is None or first.decoded is None:
            return None
        second = self.look(work, close_view(first.corners_xy))
        corners, decoded, _ = self._closer(first.corners_xy, first.decoded, second)
        view = close_view(corners)
        third = self.look(work, view)
        turn, turned = self._turn(work, corners, third)
        ordered = np.roll(corners, -turn, axis=0)
        corners, decoded, agreement = self._closer(corners, decoded, third)
        corners = in_order_of(ordered, corners)
        evidence = np.array(
            [
                np.clip(first.present, -6.0, 6.0),
                np.clip(third.present, -6.0, 6.0),
                np.clip(turned, -6.0, 6.0),
                -math.log(1.005 - first.sureness),
                -math.log(1.005 - third.sureness),
                math.log(float(decoded.heat.mean()) + 0.02),
                math.log(float(decoded.heat.min()) + 0.02),
                math.log(1.02 - decoded.overlap),
                math.log(decoded.residual_cells / diagonal(decoded.corners_xy) + 1e-3),
                math.log(1.01 - agreement),
                math.log(diagonal(first.decoded.corners_xy)),
            ]
        )
        belief = 0.5 * (_sigmoid(first.ultrasound) + _sigmoid(third.ultrasound))
        scan = scan_outline(third.mask_logits[1], project(CELLS @ view.matrix, corners))
        return Finding((corners + 0.5) * scale_xy - 0.5, belief, evidence, scan)

    def _closer(
        self, corners_xy: FloatArray, decoded: Decoded, look: Look
    ) -> tuple[FloatArray, Decoded, float]:
        """Return a closer look's quad, or the one before where they do not mean the same.

        Args:
            corners_xy: (4, 2) picture pixels that the look was taken at.
            decoded: The same on the canvas of the look before.
            look: The closer look.

        Returns:
            Corners, the same on their canvas, and the overlap of both quads.
        """
        if look.corners_xy is None or look.decoded is None:
            return corners_xy, decoded, 0.0
        agreement = overlap(corners_xy, look.corners_xy)
        if agreement < self._rules.least_agreement:
            return corners_xy, decoded, agreement
        return look.corners_xy, look.decoded, agreement

    def _turn(self, pixels: PixelArray, corners_xy: FloatArray, upright: Look) -> tuple[int, float]:
        """Return which of a quad's corners the reading begins at, and the presence in turns.

        Args:
            pixels: The picture.
            corners_xy: (4, 2) picture pixels, in the order that they were found in.
            upright: The look at the quad in that order.

        Returns:
            Index of the corner, and the mean logit of a display in the three other turns.
        """
        belief = np.array([self._rules.turned_log_odds, 0.0, 0.0, 0.0])
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
        decoded = decode(corners, masks[0], frame, self._rules, across)
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


def _calibration(metadata: dict[str, str], name: str) -> tuple[FloatArray, float]:
    """Return weights and bias of a logistic regression, from the model's own metadata."""
    try:
        table: dict[str, Any] = json.loads(metadata[name])
        return np.array([float(table["weights"][name]) for name in EVIDENCE]), float(table["bias"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("locator: the weights carry no calibration") from error
