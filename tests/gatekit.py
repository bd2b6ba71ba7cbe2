"""A gate with real stages and a text reader that needs no network, and photos for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.pipeline import Gate
from sonogate.policy import default_policy
from sonogate.prompts import load_sentences
from sonogate.quality import parse_glare_model
from sonogate.screen import ClassicalLocator
from sonogate.types import FloatArray, PixelArray, Versions

EXPORT = Path(__file__).resolve().parent.parent / "samples" / "exports" / "echo.png"
# Where the export says "TIS0.4 MI 1.4", as shares of its width and height.
CLINICAL_TEXT = (0.845, 0.018, 0.985, 0.05)
PHOTO_WH = (1600, 1200)


class FakeReader:
    """Sees one line of clinical text where the export has it, at whatever scale."""

    def __init__(self, text: str = "MI 1.4") -> None:
        self._text = text

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        height, width = pixels.shape[:2]
        x0, y0, x1, y1 = np.array(CLINICAL_TEXT) * (width, height, width, height)
        return np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]), np.array([0.95])

    def lines(
        self, pixels: PixelArray, core_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        return self.detect(pixels, core_threshold, box_threshold)

    def skim(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return self.recognise(crops)

    def recognise(self, crops: Sequence[PixelArray]) -> list[tuple[str, float]]:
        return [(self._text, 0.99) for _ in crops]


class BrokenReader(FakeReader):
    """Fails with a message that must not be seen."""

    def detect(
        self, pixels: PixelArray, map_threshold: float, box_threshold: float
    ) -> tuple[FloatArray, FloatArray]:
        raise RuntimeError("CANARY-reader")


def make_gate(reader: FakeReader | None = None) -> Gate:
    """Return a gate with the classical locator and ``reader``."""
    policy = default_policy()
    return Gate(
        policy=policy,
        locator=ClassicalLocator(policy.screen),
        reader=reader or FakeReader(),
        sentences=load_sentences(),
        versions=Versions("0", policy.version, {"reader": "0" * 64}),
        glare_model=parse_glare_model(read_weight(load_manifest()["glare"])),
    )


@cache
def photo_jpeg(*, right_px: int = 0, scale: int = 1) -> bytes:
    """Return a JPEG of the export on a display in a dark room.

    Args:
        right_px: How far the display is moved to the right.
        scale: How much larger than 1600 × 1200 the photo is.
    """
    export = cv2.imread(str(EXPORT))
    assert export is not None
    height, width = export.shape[:2]
    size_wh = (PHOTO_WH[0] * scale, PHOTO_WH[1] * scale)
    corners = np.array([[200.0, 120], [1410, 135], [1400, 1050], [210, 1035]])
    corners[:, 0] += right_px
    corners *= scale
    scene = np.full((size_wh[1], size_wh[0], 3), 40, np.uint8)
    bezel = corners.mean(axis=0) + (corners - corners.mean(axis=0)) * 1.08
    cv2.fillConvexPoly(scene, np.round(bezel).astype(np.int32), (20, 20, 20), cv2.LINE_AA)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), corners.astype(np.float32))
    shown = cv2.warpPerspective(export, matrix, size_wh, flags=cv2.INTER_CUBIC)
    inside = cv2.warpPerspective(np.full(export.shape, 255, np.uint8), matrix, size_wh)
    lit = np.clip(shown.astype(np.int16) + 6, 0, 255).astype(np.uint8)
    scene = np.where(inside > 127, lit, scene)
    noise = np.random.default_rng(7).normal(0.0, 1.0, scene.shape)
    scene = np.clip(cv2.GaussianBlur(scene, (0, 0), 0.6) + noise, 0, 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", scene, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    return bytes(encoded.tobytes())


@cache
def empty_room_jpeg() -> bytes:
    """Return a JPEG with no display in it."""
    noise = np.random.default_rng(3).normal(90.0, 6.0, (600, 800, 3))
    scene = cv2.GaussianBlur(noise, (0, 0), 4.0).clip(0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", scene)[1].tobytes())


@cache
def canary_jpeg(canary: str) -> bytes:
    """Return the photo with ``canary`` wherever text can travel with a JPEG."""
    raw = canary.encode("ascii")
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x9286] = canary
    payload = exif.tobytes()
    block = payload if payload.startswith(b"Exif\x00\x00") else b"Exif\x00\x00" + payload
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + raw + b"</x:xmpmeta>"
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x40" + raw.ljust(64)
    segments = [(0xE1, block), (0xE1, xmp), (0xED, iptc), (0xFE, raw), (0xE7, raw)]
    written = b"".join(
        bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
        for marker, body in segments
    )
    photo = photo_jpeg()
    return photo[:2] + written + photo[2:] + raw
