"""Conformance of the twelve measures: scores of given photos, within one point.

A change of a measure or of its curve shows here as rows that moved. Where the move is meant,
write the table anew with ``python -m tests.golden.test_quality_scores`` and read the difference.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate import quality
from sonogate.onnx.weights import load_manifest, read_weight
from sonogate.photo import decode
from sonogate.policy import Policy, default_policy
from sonogate.screen import rectify
from sonogate.types import EncodingFacts, FloatArray, Photo, QualityReport, ScreenQuad

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("quality_scores.csv")
TOLERANCE = 1.0
FAILED = "failed"

SECTOR = [[0.16, 0.61], [0.24, 0.47], [0.44, 0.22], [0.6, 0.23], [0.87, 0.59], [0.79, 0.77],
          [0.62, 0.845], [0.2, 0.67]]  # fmt: skip
LINEAR = [[0.135, 0.1], [0.855, 0.1], [0.855, 0.87], [0.135, 0.87]]
PHANTOM = [[0.19, 0.06], [0.82, 0.06], [0.82, 0.97], [0.19, 0.97]]

# The simulated camera's own geometry: display grid, corners, distortion, scan area (shares of
# the screen). Locating is tested elsewhere.
Scene = tuple[tuple[int, int], list[float], float, list[list[float]]]
SCENES: dict[str, Scene] = {
    "good_cart": (
        (1024, 768),
        [118.1, 143.3, 3761.2, 165.8, 3668.1, 2850.2, 169.9, 2809.2],
        0.00192,
        SECTOR,
    ),
    "good_handheld": (
        (1041, 727),
        [243.6, 257.6, 3839.1, 261.5, 3653.9, 2630.6, 410.4, 2617.8],
        0.01539,
        PHANTOM,
    ),
    "moire": (
        (1041, 727),
        [329.9, 289.3, 2970.8, 292.2, 2843.0, 2038.8, 441.0, 2029.4],
        0.01539,
        PHANTOM,
    ),
    "glare": (
        (800, 600),
        [420.5, 97.5, 2213.2, 305.7, 2045.7, 1657.6, 259.7, 1428.1],
        -0.01158,
        LINEAR,
    ),
    "blur": (
        (1024, 768),
        [61.2, -4.5, 2036.8, 208.3, 1966.8, 1541.5, 38.0, 1627.0],
        0.00432,
        SECTOR,
    ),
    "far": (
        (800, 600),
        [917.7, 493.7, 1770.4, 562.1, 1757.6, 1218.5, 841.4, 1137.4],
        0.01491,
        LINEAR,
    ),
    "cut_off": (
        (1024, 768),
        [-85.7, 94.7, 2056.0, 339.3, 1852.0, 1964.9, -271.1, 1677.7],
        -0.01158,
        SECTOR,
    ),
}
VARIANTS = ("as_taken", "blurred", "dim_and_recompressed")
# Small photos of the full profile; ``make_quality_photos`` says how they were drawn.
PHOTOS = Path(__file__).with_name("quality_photos")
SMALL = json.loads(Path(__file__).with_name("quality_photos.json").read_text("utf-8"))
SMALL_VARIANTS = VARIANTS[:2]
ROWS = [(name, variant) for name in SCENES for variant in VARIANTS]
ROWS += [(name, variant) for name in SMALL for variant in SMALL_VARIANTS]
FEWEST_ROWS = 60


def vary(photo: Photo, variant: str) -> Photo:
    """Return the photo, or a poorer one made from it."""
    if variant == "blurred":
        return replace(photo, pixels=cv2.GaussianBlur(photo.pixels, (0, 0), 3.0))
    if variant == "dim_and_recompressed":
        dim = (photo.pixels * 0.5).astype(np.uint8)[..., ::-1]
        coded = cv2.imencode(".jpg", dim, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
        pixels = cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1].copy()
        return replace(photo, pixels=pixels, encoding=EncodingFacts(False, 40.0, "4:2:0"))
    return photo


def visible(corners_xy: FloatArray, size_wh: tuple[int, int]) -> float:
    """Return the share of a quad that is inside the frame."""
    width, height = size_wh
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    quad = corners_xy.astype(np.float32)
    return min(cv2.intersectConvexConvex(quad, frame)[0] / cv2.contourArea(quad), 1.0)


def assess(name: str, variant: str, policy: Policy) -> QualityReport:
    if name in SCENES:
        grid_wh, corners, distortion_k1, area = SCENES[name]
        data = (ROOT / "samples" / f"{name}.jpg").read_bytes()
    else:
        scene = SMALL[name]
        grid_wh = (scene["export_size_wh"][0], scene["export_size_wh"][1])
        corners, distortion_k1 = scene["corners_xy"], scene["distortion_k1"]
        area = (np.array(scene["scan_area_xy"]) + 0.5) / grid_wh
        data = (PHOTOS / f"{name}.jpg").read_bytes()
    photo = vary(decode(data, policy.photo), variant)
    corners_xy = np.array(corners).reshape(4, 2)
    quad = ScreenQuad(corners_xy, 99.0, visible(corners_xy, photo.size_wh), distortion_k1)
    screen = rectify(photo, quad, policy.screen, grid_wh)
    screen = replace(screen, scan_area_xy=np.array(area) * screen.size_wh - 0.5)
    model = quality.parse_glare_model(read_weight(load_manifest()["glare"]))
    return quality.assess(screen, photo, policy, model)


def scores(report: QualityReport) -> dict[str, str]:
    return {
        measure.name: FAILED if measure.score is None else f"{measure.score:.1f}"
        for measure in report.measures
    }


def golden() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", golden(), ids=lambda row: f"{row['photo']}-{row['variant']}")
def test_scores_are_those_of_the_table(row: dict[str, str], policy: Policy) -> None:
    seen = scores(assess(row["photo"], row["variant"], policy))
    moved = {}
    for name, score in seen.items():
        wanted = row[name]
        same = score == wanted
        if FAILED not in (score, wanted):
            same = abs(float(score) - float(wanted)) <= TOLERANCE
        if not same:
            moved[name] = (wanted, score)
    assert moved == {}


def test_the_table_holds_every_photo_and_measure() -> None:
    rows = golden()
    assert [(row["photo"], row["variant"]) for row in rows] == ROWS
    assert len(rows) >= FEWEST_ROWS
    assert len(rows[0]) == 2 + 12


def write_table() -> None:
    policy = default_policy()
    rows = [
        {"photo": name, "variant": variant, **scores(assess(name, variant, policy))}
        for name, variant in ROWS
    ]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write_table()
