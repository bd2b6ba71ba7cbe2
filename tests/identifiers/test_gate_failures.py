"""The whole gate with its own networks, one part of the reading failing: never an acceptance."""

from __future__ import annotations

import json
import string
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate import report
from sonogate.errors import ModelError
from sonogate.gate import default_gate
from sonogate.identifiers import TextReader
from sonogate.onnx.ocr import RapidOcrReader
from sonogate.onnx.weights import load_manifest, locate_weight
from sonogate.patience import Patience
from sonogate.pipeline import Gate
from sonogate.types import Assessment, FloatArray, PixelArray

CANARY = "ZYXCANARY QUENTIN 7391842"
FAULTS = (RuntimeError(CANARY), TimeoutError(CANARY), MemoryError(CANARY), ModelError(CANARY))
MAX_SECONDS = 0.2

Boxes = tuple[FloatArray, FloatArray]
Readings = list[tuple[str, float]]


class Faulty:
    """A reader of which some methods do something else."""

    def __init__(
        self,
        reader: TextReader,
        search: Callable[[PixelArray], Boxes] | None = None,
        check: Callable[[PixelArray], Boxes] | None = None,
        skim: Callable[[int], Readings] | None = None,
        recognise: Callable[[int], Readings] | None = None,
    ) -> None:
        self._reader, self._search, self._check = reader, search, check
        self._skim, self._recognise = skim, recognise

    def lines(self, pixels: PixelArray, core_threshold: float, box_threshold: float) -> Boxes:
        if self._search is not None:
            return self._search(pixels)
        return self._reader.lines(pixels, core_threshold, box_threshold)

    def detect(self, pixels: PixelArray, map_threshold: float, box_threshold: float) -> Boxes:
        if self._check is not None:
            return self._check(pixels)
        return self._reader.detect(pixels, map_threshold, box_threshold)

    def skim(self, crops: Sequence[PixelArray]) -> Readings:
        return self._reader.skim(crops) if self._skim is None else self._skim(len(crops))

    def recognise(self, crops: Sequence[PixelArray]) -> Readings:
        if self._recognise is not None:
            return self._recognise(len(crops))
        return self._reader.recognise(crops)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return default_gate(threads=1)


@pytest.fixture(scope="module")
def photo(samples: Path) -> bytes:
    whole = cv2.imread(str(samples / "good_cart.jpg"))
    assert whole is not None
    smaller = cv2.resize(whole, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", smaller, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())


def assert_withheld(assessment: Assessment) -> None:
    """Nothing of the picture is left, the masking is said to be unsure, and no text is told."""
    verdict, masked = assessment.verdict, assessment.masked
    assert verdict.outcome == "retake"
    assert "masking_unsure" in [reason.code for reason in verdict.reasons]
    assert masked is not None
    assert masked.mask.all()
    assert assessment.identifiers is not None
    assert not assessment.identifiers.complete
    assert all(region.action == "masked" for region in assessment.identifiers.regions)
    told = json.dumps(report.to_json(assessment)) + repr(assessment)
    assert "CANARY" not in told
    assert "7391842" not in told


def raising(fault: Exception) -> Callable[[object], Boxes]:
    def fail(_: object) -> Boxes:
        raise fault

    return fail


def nothing(_: PixelArray) -> Boxes:
    return np.zeros((0, 4, 2)), np.zeros(0)


def random_boxes(pixels: PixelArray) -> Boxes:
    rng = np.random.default_rng(5)
    height, width = pixels.shape[:2]
    corners = rng.uniform(0, 0.9, (40, 2)) * (width, height)
    sides = rng.uniform(8, 60, (40, 2))
    steps = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    return corners[:, None] + steps * sides[:, None], rng.uniform(0.3, 1.0, 40)


def no_numbers(_: PixelArray) -> Boxes:
    return np.full((12, 4, 2), np.nan), np.full(12, np.nan)


def random_text(count: int) -> Readings:
    rng = np.random.default_rng(6)
    letters = list(string.ascii_uppercase + string.digits)
    return [("".join(rng.choice(letters, 9)), 0.99) for _ in range(count)]


def test_with_every_part_at_work_the_photo_is_accepted(gate: Gate, photo: bytes) -> None:
    assessment = replace(gate, reader=Faulty(gate.reader)).assess(photo)
    assert assessment.verdict.outcome == "accepted"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_part_that_raises(gate: Gate, photo: bytes, fault: Exception) -> None:
    # One part a fault: each part is of one kind with the others as to what it may raise.
    part = ("search", "check", "skim", "recognise")[FAULTS.index(fault)]
    fail = raising(fault)
    reader = {
        "search": Faulty(gate.reader, search=fail),
        "check": Faulty(gate.reader, check=fail),
        "skim": Faulty(gate.reader, skim=fail),  # type: ignore[arg-type]
        "recognise": Faulty(gate.reader, recognise=fail),  # type: ignore[arg-type]
    }[part]
    assert_withheld(replace(gate, reader=reader).assess(photo))


@pytest.mark.parametrize(
    "reader",
    [
        lambda real: Faulty(real, search=nothing),
        lambda real: Faulty(real, search=random_boxes),
        lambda real: Faulty(real, search=no_numbers),
        lambda real: Faulty(real, check=no_numbers),
        lambda real: Faulty(real, skim=lambda count: [("", 0.0)] * count),
        lambda real: Faulty(real, skim=lambda count: [("MI 1.1", 0.9)] * (count - 1)),
        lambda real: Faulty(real, skim=random_text),
        lambda real: Faulty(real, skim=lambda count: [("MI 1.1", 0.99)] * count),
        lambda real: Faulty(real, recognise=random_text),
    ],
    ids=[
        "the finder finds nothing",
        "the finder returns garbage",
        "the finder returns no numbers",
        "the check returns no numbers",
        "the skimmer reads nothing",
        "the skimmer loses a line",
        "the skimmer reads garbage",
        "the skimmer is stuck at a clinical text",
        "the recogniser reads garbage",
    ],
)
def test_a_part_that_answers_wrongly(
    gate: Gate, photo: bytes, reader: Callable[[TextReader], Faulty]
) -> None:
    assert_withheld(replace(gate, reader=reader(gate.reader)).assess(photo))


@pytest.mark.parametrize("parallel", [False, True])
def test_a_reading_that_hangs_ends(gate: Gate, photo: bytes, parallel: bool) -> None:
    release = threading.Event()

    def hang(_: PixelArray) -> Boxes:
        release.wait(60.0)
        return nothing(_)

    rules = replace(gate.policy.identifiers, max_seconds=MAX_SECONDS)
    policy = replace(gate.policy, identifiers=rules)
    with ThreadPoolExecutor(1) as executor:
        slow = replace(
            gate,
            reader=Faulty(gate.reader, search=hang),
            policy=policy,
            executor=executor if parallel else None,
            patience=Patience(),
        )
        try:
            assert_withheld(slow.assess(photo))
            # The reader is still held: it is not used twice, and nothing is waited for.
            barred = slow.patience.start(lambda: None, None)
            assert isinstance(barred.exception(0.0), TimeoutError)
        finally:
            release.set()
    # What was left behind ends some time, and the gate is whole again.
    for _ in range(100):
        freed = slow.patience.start(lambda: True, None)
        if freed.exception(1.0) is None:
            break
        time.sleep(0.02)
    assert freed.result(1.0)


@pytest.mark.parametrize(
    ("name", "argument"),
    [("text_lines", "line_finder_path"), ("text_skimmer", "skimmer_path")],
)
def test_weights_that_are_missing_or_altered_start_no_gate(
    name: str, argument: str, tmp_path: Path
) -> None:
    where = tmp_path / f"{name}.onnx"
    with pytest.raises(ModelError, match="missing"):
        RapidOcrReader(1, **{argument: where})
    weights = bytearray(locate_weight(load_manifest()[name]).read_bytes())
    weights[len(weights) // 2] ^= 1
    where.write_bytes(weights)
    with pytest.raises(ModelError, match="not the ones"):
        RapidOcrReader(1, **{argument: where})
