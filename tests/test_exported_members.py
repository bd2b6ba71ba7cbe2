"""The public names: a change here is a change for everyone who uses the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sonogate

PUBLIC = {
    "Assessment", "Comparison", "Gate", "IdentifierReport", "MaskedScreen", "Measure",
    "ModelError", "Photo", "PhotoError", "Policy", "PolicyError", "QualityReport", "Reason",
    "RectifiedScreen",
    "ScreenQuad", "SonogateError", "Verdict", "assess", "compare", "decode", "default_gate",
    "default_policy", "encode_png", "load_policy", "locate", "mask", "measure", "rectify",
    "report_schema", "to_json",
}  # fmt: skip


def test_the_public_names_are_these() -> None:
    assert set(sonogate.__all__) == PUBLIC
    assert sonogate.__all__ == sorted(sonogate.__all__)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_each_public_name_is_there(name: str) -> None:
    member = getattr(sonogate, name)
    assert member.__name__ == name
    assert member.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Gates"):
        sonogate.Gates  # noqa: B018


def test_importing_the_package_loads_no_network_and_no_codec() -> None:
    code = "import sys, sonogate; print('cv2' in sys.modules, 'onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
