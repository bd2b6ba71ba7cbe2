"""Whatever the bytes, the answer is a photo or a ``PhotoError``."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.photo.files import exif, small_files

from sonogate.errors import PhotoError
from sonogate.photo import decode
from sonogate.photo.exif import read_exif
from sonogate.photo.heif import take_heif_apart
from sonogate.photo.webp import take_webp_apart
from sonogate.policy import default_policy
from sonogate.types import Photo

FILES = small_files()
POLICY = default_policy().photo
IN_PROCESS = ("jpeg", "progressive", "restart", "png", "mpo")
SANDBOXED = ("webp", "webp_lossless", "heic", "avif")

changes = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "double", "drop", "insert"]),
        st.floats(0.0, 1.0),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


def changed(data: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    for kind, place, patch in steps:
        at = int(place * len(data))
        if kind == "set":
            data = data[:at] + patch + data[at + len(patch) :]
        elif kind == "cut":
            data = data[: max(at, 1)]
        elif kind == "double":
            data = data[:at] + data[at // 2 :]
        elif kind == "drop":
            data = data[:at] + data[at + len(patch) :]
        else:
            data = data[:at] + patch + data[at:]
    return data


def check(data: bytes) -> None:
    start = time.perf_counter()
    with contextlib.suppress(PhotoError):
        assert isinstance(decode(data, POLICY), Photo)
    assert time.perf_counter() - start < POLICY.decode_seconds + 2.0


@pytest.mark.parametrize("kind", IN_PROCESS)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=changes)
def test_changed_files(kind: str, steps: list[tuple[str, float, bytes]]) -> None:
    check(changed(FILES[kind], steps))


@pytest.mark.parametrize("kind", SANDBOXED)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=changes)
def test_changed_files_in_the_sandbox(kind: str, steps: list[tuple[str, float, bytes]]) -> None:
    check(changed(FILES[kind], steps))


@pytest.mark.parametrize("kind", SANDBOXED)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=changes)
def test_changed_headers(kind: str, steps: list[tuple[str, float, bytes]]) -> None:
    data = changed(FILES[kind], steps)
    with contextlib.suppress(PhotoError):
        if kind in ("heic", "avif"):
            parts = take_heif_apart(data, "heic" if kind == "heic" else "avif", POLICY)
        else:
            parts = take_webp_apart(data, POLICY)
        assert min(parts.size_wh) >= 64


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200), magic=st.sampled_from(["jpeg", "png", "webp", "avif"]))
def test_random_bytes_after_the_magic_ones(data: bytes, magic: str) -> None:
    head = {"jpeg": 3, "png": 16, "webp": 12, "avif": 12}[magic]
    check(FILES[magic][:head] + data)


@settings(max_examples=300, deadline=None)
@given(steps=changes)
def test_changed_exif_blocks(steps: list[tuple[str, float, bytes]]) -> None:
    facts = read_exif(changed(exif(6, "text").tobytes(), steps))
    assert 1 <= facts.orientation <= 8
    for value in (facts.camera.iso, facts.camera.focal_mm, facts.camera.exposure_s):
        assert value is None or value > 0.0
