"""The stages as functions that take a path, bytes, an array or an earlier result.

Each runs by itself and returns the frozen values of ``sonogate.types``; nothing is served,
stored or sent. Models are loaded once a thread, when first needed. To set a policy, a
language or a display's pixel grid, make a gate with ``sonogate.default_gate`` and hand it in.
"""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from sonogate.gate import default_gate
from sonogate.photo import decode as decode_bytes
from sonogate.pipeline import Gate
from sonogate.policy import default_policy
from sonogate.types import (
    EncodingFacts,
    FloatArray,
    IdentifierReport,
    MaskedScreen,
    Photo,
    PixelArray,
    QualityReport,
    RectifiedScreen,
    ScreenQuad,
)
from sonogate.views import AssessmentView, QualityView, view, view_quality

if TYPE_CHECKING:
    from sonogate.evaluate.paired import Comparison

PhotoLike: TypeAlias = str | os.PathLike[str] | bytes | NDArray[np.uint8] | Photo
ExportLike: TypeAlias = str | os.PathLike[str] | bytes | NDArray[np.uint8]

# Text readers are not safe to share between threads, so each thread has its own.
_OWN = threading.local()


def assess(photo: PhotoLike, gate: Gate | None = None) -> AssessmentView:
    """Return the whole assessment of a photo, as the command and the service give it.

    Args:
        photo: A path, a file's bytes, or (height, width, 3) uint8 RGB sRGB pixels; pixels
            count as a lossless file.
        gate: A gate of your own; the package's when None.

    Example:
        >>> import sonogate as sg
        >>> found = sg.assess("samples/far.jpg")
        >>> found.verdict.outcome
        'retake'
        >>> found.to_frame().loc["sampling", "unit"]
        'camera px per export px'
    """
    return view((gate or _own_gate()).assess(_bytes(photo)))


def decode(photo: PhotoLike, gate: Gate | None = None) -> Photo:
    """Return a photo as upright pixels with the few facts that are kept of its file.

    Args:
        photo: A path, bytes, pixels, or a photo, which is returned as it is.
        gate: Whose limits hold; the package's when None.

    Raises:
        PhotoError: It cannot be read as a photo.

    Example:
        >>> import sonogate as sg
        >>> sg.decode("samples/far.jpg").size_wh
        (2304, 1728)
    """
    if isinstance(photo, Photo):
        return photo
    if isinstance(photo, np.ndarray):
        pixels = _checked(photo)
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        return Photo(pixels, digest, "png", encoding=EncodingFacts(lossless=True))
    policy = default_policy() if gate is None else gate.policy
    return decode_bytes(_bytes(photo), policy.photo)


def locate(photo: PhotoLike, gate: Gate | None = None) -> ScreenQuad | None:
    """Return where the display is, corners refined; None when there is none.

    Example:
        >>> import sonogate as sg
        >>> sg.locate("samples/far.jpg").corners_xy.shape
        (4, 2)
    """
    gate = gate or _own_gate()
    return gate.locate(decode(photo, gate))


def rectify(
    photo: PhotoLike,
    quad: ScreenQuad | FloatArray | None = None,
    export_size_wh: tuple[int, int] | None = None,
    gate: Gate | None = None,
) -> RectifiedScreen | None:
    """Return the display seen straight on; its pixels are not masked.

    Args:
        photo: A path, bytes, pixels or a photo.
        quad: Where the display is, or (4, 2) corners in photo pixels, top-left, top-right,
            bottom-right, bottom-left; located when None.
        export_size_wh: The display's own pixel grid where it is known.
        gate: A gate of your own.

    Returns:
        The screen, or None when none was found.

    Raises:
        ValueError: The corners are no convex quad.

    Example:
        >>> import sonogate as sg
        >>> screen = sg.rectify("samples/far.jpg", export_size_wh=(800, 600))
        >>> screen.export_size_wh
        (800, 600)
    """
    gate = gate or _own_gate()
    picture = decode(photo, gate)
    if quad is None:
        quad = gate.locate(picture)
        if quad is None:
            return None
    elif isinstance(quad, np.ndarray):
        quad = ScreenQuad(quad, 100.0, 1.0)
    if export_size_wh is not None:
        gate = replace(gate, export_size_wh=export_size_wh)
    return gate.rectify(picture, quad)


def measure(
    photo: PhotoLike, screen: RectifiedScreen | None = None, gate: Gate | None = None
) -> QualityView | None:
    """Return the twelve measures and the fidelity they predict.

    Args:
        photo: A path, bytes, pixels or a photo.
        screen: Its rectified screen; found when None.
        gate: A gate of your own.

    Returns:
        The measures, or None when no screen was found.

    Example:
        >>> import sonogate as sg
        >>> quality = sg.measure("samples/far.jpg")
        >>> quality["sampling"].score < 50
        True
    """
    gate = gate or _own_gate()
    picture = decode(photo, gate)
    found = rectify(picture, gate=gate) if screen is None else screen
    report: QualityReport | None = None if found is None else gate.measure(found, picture)
    return None if report is None else view_quality(report)


def mask(
    screen: RectifiedScreen, gate: Gate | None = None
) -> tuple[IdentifierReport, MaskedScreen]:
    """Return what was masked and kept on a screen, and the masked picture.

    Where the masking cannot be trusted the report is not complete, and the picture is
    filled wholly.

    Args:
        screen: A rectified screen.
        gate: A gate of your own.

    Example:
        >>> import sonogate as sg
        >>> report, masked = sg.mask(sg.rectify("samples/far.jpg"))
        >>> masked.pixels[masked.mask].any()
        np.False_
    """
    gate = gate or _own_gate()
    return gate.mask(screen, gate.identify(screen))


def compare(
    photo: PhotoLike,
    export: ExportLike,
    scan_area_xy: FloatArray | None = None,
    *,
    frame: int = 1,
    gate: Gate | None = None,
) -> Comparison:
    """Compare a photo with the direct export of the same screen.

    Args:
        photo: A path, bytes or pixels.
        export: A path or bytes of a PNG, JPEG or DICOM file, or (height, width, 3) uint8
            RGB pixels.
        scan_area_xy: (N ≥ 3, 2) polygon to compare over, export pixels; found when None.
        frame: Which frame of a DICOM loop, from 1.
        gate: A gate of your own.

    Raises:
        PhotoError: The export cannot be read. That the photo cannot is in the result.

    Example:
        >>> import sonogate as sg
        >>> found = sg.compare("samples/far.jpg", "samples/exports/muscle.png")
        >>> found.trusted, 0.6 < found.captured.haarpsi < found.tone_fitted.haarpsi < 1
        (True, True)
    """
    from sonogate.evaluate import paired  # noqa: PLC0415
    from sonogate.evaluate.exports import read_export  # noqa: PLC0415

    gate = gate or _own_gate()
    if isinstance(export, np.ndarray):
        pixels = _checked(export)
    else:
        source = export if isinstance(export, bytes) else Path(export)
        pixels = read_export(source, gate.policy.photo, frame)
    return paired.compare(_bytes(photo), pixels, gate, scan_area_xy)


def _own_gate() -> Gate:
    gate: Gate | None = getattr(_OWN, "gate", None)
    if gate is None:
        gate = _OWN.gate = default_gate()
    return gate


def _bytes(photo: PhotoLike) -> bytes:
    if isinstance(photo, bytes):
        return photo
    if isinstance(photo, np.ndarray):
        _, encoded = cv2.imencode(".png", cv2.cvtColor(_checked(photo), cv2.COLOR_RGB2BGR))
        return encoded.tobytes()
    if isinstance(photo, Photo):
        raise TypeError("a decoded photo no longer has its file: give the path or the bytes")
    return Path(photo).read_bytes()


def _checked(pixels: NDArray[np.uint8]) -> PixelArray:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError("expected (height, width, 3) uint8 RGB pixels")
    return np.ascontiguousarray(pixels)
