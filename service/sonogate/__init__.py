"""sonogate: the gate between a phone photo of an ultrasound screen and the medical record.

The stages take a path, bytes or an array, and need no service:

    >>> import sonogate as sg
    >>> found = sg.assess("samples/far.jpg")
    >>> found.verdict.outcome
    'retake'
    >>> found.masked.pixels.shape == found.screen.pixels.shape
    True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonogate.api import assess, compare, decode, locate, mask, measure, rectify
    from sonogate.errors import ModelError, PhotoError, PolicyError, SonogateError
    from sonogate.evaluate.paired import Comparison
    from sonogate.gate import default_gate
    from sonogate.pipeline import Gate
    from sonogate.policy import Policy, default_policy, load_policy
    from sonogate.report import encode_png, report_schema, to_json
    from sonogate.types import (
        Assessment,
        IdentifierReport,
        MaskedScreen,
        Measure,
        Photo,
        QualityReport,
        Reason,
        RectifiedScreen,
        ScreenQuad,
        Verdict,
    )

# Where each public name lives. Names are loaded when first asked for: networks and codecs
# take most of a second, which whoever only reads a policy should not wait for.
_HOMES = {
    "Assessment": "types",
    "Comparison": "evaluate.paired",
    "Gate": "pipeline",
    "IdentifierReport": "types",
    "MaskedScreen": "types",
    "Measure": "types",
    "ModelError": "errors",
    "Photo": "types",
    "PhotoError": "errors",
    "Policy": "policy",
    "PolicyError": "errors",
    "QualityReport": "types",
    "Reason": "types",
    "RectifiedScreen": "types",
    "ScreenQuad": "types",
    "SonogateError": "errors",
    "Verdict": "types",
    "assess": "api",
    "compare": "api",
    "decode": "api",
    "default_gate": "gate",
    "default_policy": "policy",
    "encode_png": "report",
    "load_policy": "policy",
    "locate": "api",
    "mask": "api",
    "measure": "api",
    "rectify": "api",
    "report_schema": "report",
    "to_json": "report",
}

__all__ = [
    "Assessment",
    "Comparison",
    "Gate",
    "IdentifierReport",
    "MaskedScreen",
    "Measure",
    "ModelError",
    "Photo",
    "PhotoError",
    "Policy",
    "PolicyError",
    "QualityReport",
    "Reason",
    "RectifiedScreen",
    "ScreenQuad",
    "SonogateError",
    "Verdict",
    "assess",
    "compare",
    "decode",
    "default_gate",
    "default_policy",
    "encode_png",
    "load_policy",
    "locate",
    "mask",
    "measure",
    "rectify",
    "report_schema",
    "to_json",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sonogate' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sonogate.{home}"), name)
