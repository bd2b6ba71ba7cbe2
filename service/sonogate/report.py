"""An assessment as JSON and PNG: the only two shapes in which results leave."""

from __future__ import annotations

import json
import math
from importlib import resources
from typing import Any

import cv2
import numpy as np

from sonogate.types import (
    Assessment,
    Fidelity,
    FloatArray,
    HeatArray,
    IdentifierReport,
    MaskedScreen,
    Measure,
    Photo,
    PixelArray,
    QualityReport,
    Reason,
    RectifiedScreen,
)

SCHEMA_NAME = "sonogate.report/1"
# Large enough to draw over a photo, small enough that a report stays a few kilobytes.
MAX_HEAT_SIDE = 24
# zlib's fastest level: a third of the default's time for a tenth more bytes on screens.
PNG_LEVEL = 1


def to_json(assessment: Assessment) -> dict[str, Any]:
    """Return the report of one photo, as ``report.schema.json`` describes it.

    Args:
        assessment: What the gate returned. No pixel and no text of it is in the report.
    """
    return {
        "schema": SCHEMA_NAME,
        "photo": _photo(assessment.sha256, assessment.photo),
        "screen": None if assessment.screen is None else _screen(assessment.screen),
        "scan_area": None if assessment.screen is None else _points(assessment.screen.scan_area_xy),
        "quality": None if assessment.quality is None else _quality(assessment.quality),
        "identifiers": _identifiers(assessment.identifiers),
        "verdict": {
            "outcome": assessment.verdict.outcome,
            "reasons": [_reason(reason) for reason in assessment.verdict.reasons],
            "limits": list(assessment.verdict.limits),
        },
        "versions": {
            "sonogate": assessment.versions.sonogate,
            "policy": assessment.versions.policy,
            "models": dict(assessment.versions.models),
        },
        "timings_ms": {name: round(ms, 1) for name, ms in assessment.timings_ms.items()},
    }


def encode_png(masked: MaskedScreen) -> bytes:
    """Return the masked picture as PNG, without metadata.

    This is the only encoder there is, and it takes nothing but a masked picture.

    Raises:
        TypeError: It was given anything else.
    """
    if not isinstance(masked, MaskedScreen):
        raise TypeError("only a masked screen can be encoded")
    bgr = cv2.cvtColor(masked.pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    return encoded.tobytes()


def decode_png(png: bytes) -> PixelArray:
    """Return the pixels of a picture that ``encode_png`` wrote, signed since or not.

    Raises:
        ValueError: It is no such picture.
    """
    bgr = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("not a picture that was encoded here")
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a report."""
    text = resources.files("sonogate").joinpath("report.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _photo(sha256: str, photo: Photo | None) -> dict[str, Any]:
    return {
        "sha256": sha256,
        "format": None if photo is None else photo.format,
        "size_wh": None if photo is None else list(photo.size_wh),
        "orientation": None if photo is None else photo.orientation,
    }


def _screen(screen: RectifiedScreen) -> dict[str, Any]:
    quad = screen.quad
    return {
        "corners_xy": _points(quad.corners_xy),
        "confidence": _number(quad.confidence / 100.0, 4),
        "visible_fraction": _number(quad.visible_fraction, 4),
        "size_wh": list(screen.size_wh),
        # Unrounded: a rounded perspective term moves the far corner by pixels.
        "homography": screen.homography.tolist(),
        "distortion_k1": _number(quad.distortion_k1, 8),
        "tilt_deg": _number(screen.tilt_deg, 2),
        "export_size_wh": list(screen.export_size_wh),
        "export_size_sure": screen.export_size_sure,
    }


def _quality(quality: QualityReport) -> dict[str, Any]:
    grey = quality.grey_levels
    return {
        "fidelity": _fidelity(quality.fidelity),
        "recoverable": _fidelity(quality.recoverable),
        "grey_levels": None
        if grey is None
        else {
            "retained_pct": _number(grey.retained_pct, 1),
            "surviving_pct": _number(grey.surviving_pct, 1),
        },
        "measures": {measure.name: _measure(measure) for measure in quality.measures},
    }


def _fidelity(fidelity: Fidelity | None) -> dict[str, Any] | None:
    if fidelity is None:
        return None
    return {
        "value": _number(fidelity.value, 1),
        "low": _number(fidelity.low, 1),
        "high": _number(fidelity.high, 1),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "raw": None if measure.raw is None else _number(measure.raw, 4),
        "unit": measure.unit,
        "score": None if measure.score is None else _number(measure.score, 1),
        "failure": measure.failure,
        "heat": None if measure.heat is None else _heat(measure.heat),
    }


def _heat(heat: HeatArray) -> list[list[float]] | None:
    if heat.size == 0 or not np.isfinite(heat).all():
        return None
    scale = MAX_HEAT_SIDE / max(heat.shape)
    if scale < 1.0:
        rows, columns = (max(1, round(n * scale)) for n in heat.shape)
        heat = np.asarray(cv2.resize(heat, (columns, rows), interpolation=cv2.INTER_AREA))
    rounded: list[list[float]] = np.round(heat.astype(np.float64), 2).tolist()
    return rounded


def _identifiers(identifiers: IdentifierReport | None) -> dict[str, Any] | None:
    if identifiers is None:
        return None
    return {
        "regions": [
            {
                "polygon": _points(region.polygon_xy),
                "kind": region.kind,
                "action": region.action,
                "confidence": _number(region.confidence, 3),
            }
            for region in identifiers.regions
        ],
        "complete": identifiers.complete,
        "failure": identifiers.failure,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "where": reason.where,
        "prompt": reason.prompt,
        "gain": None if reason.gain is None else _number(reason.gain, 1),
        "detail": reason.detail,
    }


def _points(points_xy: FloatArray | None) -> list[list[float]] | None:
    if points_xy is None:
        return None
    return [[_number(x, 2), _number(y, 2)] for x, y in points_xy.tolist()]


def _number(value: float, digits: int) -> float:
    """Return ``value`` rounded; JSON has no way to write what is not finite."""
    if not math.isfinite(value):
        raise ValueError("a report holds finite numbers only")
    return round(float(value), digits)
