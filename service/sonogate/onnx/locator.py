"""The learned locator: two looks of one small network at a photo.

The first look sees the whole photo; the second sees the display that the first found,
set upright in the middle, so that far and turned displays are seen as near ones are. The
confidence is fitted on held-out photos and travels inside the ONNX file.
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
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.types import FloatArray, Photo, PixelArray, ScreenQuad

NAME = "locator"
WORK_SIDE_PX = 640
# The network takes both shapes; a photo goes in the way it is longer.
LONG_PX, SHORT_PX = 288, 224
MARGIN_PX = 64
STRIDE_PX = 4
OUTSIDE = 128
CLOSE_SHARE = 0.72
LEAST_AGREEMENT = 0.5
# Below, the second look is not worth its time.
LEAST_LOGIT = -2.0
EVIDENCE = (
    "present",
    "present_close",
    "heat",
    "heat_least",
    "overlap",
    "residual",
    "agreement",
    "size",
)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What part of a picture the network is shown.

    Attributes:
        matrix: (3, 3) homography, picture pixel → network input pixel.
        size_wh: Shape of the input: landscape or portrait.
    """

    matrix: FloatArray
    size_wh: tuple[int, int]


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
    """

    present: float
    ultrasound: float
    decoded: Decoded | None
    corners_xy: FloatArray | None
    corner_logits: NDArray[np.float32]
    mask_logits: NDArray[np.float32]


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
        work, scale_xy = _reduced(pixels)
        first = self.look(work, whole_view((work.shape[1], work.shape[0])))
        if first.present < LEAST_LOGIT or first.corners_xy is None or first.decoded is None:
            return None
        corners, decoded, agreement = first.corners_xy, first.decoded, 0.0
        second = self.look(work, close_view(first.corners_xy))
        if second.corners_xy is not None and second.decoded is not None:
            agreement = _overlap(first.corners_xy, second.corners_xy)
            if second.present > 0 and agreement > LEAST_AGREEMENT:
                corners, decoded = second.corners_xy, second.decoded
        evidence = np.array(
            [
                np.clip(first.present, -6.0, 6.0),
                np.clip(second.present, -6.0, 6.0),
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

    def look(self, pixels: PixelArray, view: View) -> Look:
        """Run the network on one view of a picture.

        Raises:
            ModelError: The model failed to run.
        """
        batch = (_seen(pixels, view).astype(np.float32) / 255.0).transpose(2, 0, 1)[None]
        corners, masks, _, facts = self._session.run(np.ascontiguousarray(batch))
        to_cells = _CELLS @ view.matrix
        frame = _frame((pixels.shape[1], pixels.shape[0]), to_cells)
        across = float(facts[0, 2]), float(facts[0, 3])
        decoded = decode(corners[0], masks[0, 0], frame, across)
        corners_xy = None if decoded is None else _project(_inverse(to_cells), decoded.corners_xy)
        return Look(
            float(facts[0, 0]), float(facts[0, 1]), decoded, corners_xy, corners[0], masks[0]
        )


# Network input pixel → canvas cell, both counted from the centre of the first.
_CELLS: FloatArray = np.array(
    [
        [1 / STRIDE_PX, 0, (MARGIN_PX + 0.5) / STRIDE_PX - 0.5],
        [0, 1 / STRIDE_PX, (MARGIN_PX + 0.5) / STRIDE_PX - 0.5],
        [0, 0, 1],
    ]
)


def whole_view(size_wh: tuple[int, int]) -> View:
    """Return the view of a whole picture, centred with nothing cut off."""
    width, height = size_wh
    input_wh = (LONG_PX, SHORT_PX) if width >= height else (SHORT_PX, LONG_PX)
    scale = min(input_wh[0] / width, input_wh[1] / height)
    shift = [(side - scale * length) / 2 for side, length in zip(input_wh, size_wh, strict=True)]
    offset = [0.5 * scale - 0.5 + value for value in shift]
    return View(np.array([[scale, 0, offset[0]], [0, scale, offset[1]], [0, 0, 1.0]]), input_wh)


def close_view(corners_xy: FloatArray) -> View:
    """Return the view that sets a quad upright in the middle, about in its own shape."""
    sides = np.linalg.norm(np.roll(corners_xy, -1, 0) - corners_xy, axis=1)
    aspect = float(np.clip((sides[0] + sides[2]) / max(sides[1] + sides[3], 1e-6), 0.4, 2.5))
    input_wh = (LONG_PX, SHORT_PX) if aspect >= 1 else (SHORT_PX, LONG_PX)
    scale = CLOSE_SHARE * min(input_wh[0] / aspect, input_wh[1])
    half = np.array([aspect * scale, scale]) / 2
    middle = (np.array(input_wh) - 1) / 2
    target = middle + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    matrix = cv2.getPerspectiveTransform(corners_xy.astype(np.float32), target.astype(np.float32))
    return View(np.asarray(matrix, np.float64), input_wh)


def _seen(pixels: PixelArray, view: View) -> PixelArray:
    """Return the view's pixels, shrunk by area first where it is much smaller."""
    width, height = view.size_wh
    back = _inverse(view.matrix)
    middle = np.array(
        [[width / 2, height / 2], [width / 2 + 1, height / 2], [width / 2, height / 2 + 1]]
    )
    here, right, below = _project(back, middle)
    (a, b), (c, d) = right - here, below - here
    step = math.sqrt(max(abs(a * d - b * c), 1e-9))
    matrix = view.matrix
    if step > 1.3:
        full_h, full_w = pixels.shape[:2]
        size = max(8, round(full_w / step)), max(8, round(full_h / step))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        sx, sy = full_w / size[0], full_h / size[1]
        matrix = matrix @ np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]])
    seen = cv2.warpPerspective(
        pixels,
        matrix,
        view.size_wh,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(OUTSIDE, OUTSIDE, OUTSIDE),
    )
    return np.asarray(seen, np.uint8)


def _reduced(pixels: PixelArray) -> tuple[PixelArray, FloatArray]:
    """Return the picture at working size, and its pixels' size in the photo's."""
    height, width = pixels.shape[:2]
    scale = min(WORK_SIDE_PX / max(width, height), 1.0)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    if size == (width, height):
        return pixels, np.ones(2)
    work = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(work, np.uint8), np.array([width / size[0], height / size[1]])


def _frame(size_wh: tuple[int, int], to_cells: FloatArray) -> tuple[float, float, float, float]:
    """Return the box of the picture's corners on the canvas, kept inside the network's input."""
    width, height = size_wh
    corners = np.array(
        [[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]
    )
    cells = _project(to_cells, corners)
    x0, y0 = cells.min(0)
    x1, y1 = cells.max(0)
    return float(x0), float(y0), float(x1), float(y1)


def _project(matrix: FloatArray, points_xy: FloatArray) -> FloatArray:
    mapped = points_xy @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _inverse(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(logit, -60.0), 60.0)))


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
