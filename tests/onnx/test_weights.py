"""Weights must be the ones that the manifest names."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sonogate.errors import ModelError
from sonogate.onnx.ocr import RapidOcrReader
from sonogate.onnx.weights import Weight, load_manifest, locate_weight, parse_manifest, read_weight


def test_the_manifests_weights_are_installed_and_unaltered() -> None:
    manifest = load_manifest()
    for name in ("text_detector", "text_recogniser"):
        data = read_weight(manifest[name])
        assert hashlib.sha256(data).hexdigest() == manifest[name].sha256


@pytest.mark.parametrize("which", ["detector_path", "recogniser_path"])
def test_an_altered_weight_is_refused(which: str, tmp_path: Path) -> None:
    name = "text_detector" if which == "detector_path" else "text_recogniser"
    data = bytearray(locate_weight(load_manifest()[name]).read_bytes())
    data[len(data) // 2] ^= 1
    altered = tmp_path / "altered.onnx"
    altered.write_bytes(data)
    with pytest.raises(ModelError, match="not the ones of the manifest"):
        RapidOcrReader(threads=1, **{which: altered})


@pytest.mark.parametrize("which", ["detector_path", "recogniser_path"])
def test_a_missing_weight_is_refused(which: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        RapidOcrReader(threads=1, **{which: tmp_path / "none.onnx"})


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(ModelError, match="not installed"):
        read_weight(Weight("w", "no_such_package_here", "w.onnx", "0" * 64))


@pytest.mark.parametrize(
    "text", ["x = [", "[w]\npackage = 'p'", "[w]\npackage='p'\npath='q'\nsha256=3"]
)
def test_a_malformed_manifest_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="malformed"):
        parse_manifest(text)


def test_weights_that_match_but_do_not_load(tmp_path: Path) -> None:
    from sonogate.onnx.sessions import Session

    with pytest.raises(ModelError, match="cannot load"):
        Session(b"not a model", threads=1)
