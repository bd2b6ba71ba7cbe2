"""Simulated photos with their truth, opened one by one for measuring quality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
from skimage.color import deltaE_ciede2000

from sonogate.errors import PhotoError
from sonogate.evaluate.baselines import on_grid
from sonogate.photo import decode
from sonogate.policy import Policy
from sonogate.screen import ScreenLocator, rectify, refine
from sonogate.types import Photo, PixelArray, RectifiedScreen, ScreenQuad

TRUTH_NAME = "truth.parquet"
SURE = 99.0
ALIKE_CODES, LEAST_LEVEL = 6, 60  # of an export's pixel that stands for a neutral


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One photo of a data set.

    Attributes:
        truth: Its row of the data set's truth.
        photo: The photo.
        screen: The rectified screen: by the true corners, or as the gate's locator found it;
            None where it was not found or cannot be rectified.
        export: What the display showed.
        maps: Local truths by name, where the data set has them.
    """

    truth: Mapping[str, Any]
    photo: Photo = field(repr=False)
    screen: RectifiedScreen | None = field(repr=False)
    export: PixelArray = field(repr=False)
    maps: Mapping[str, Any] = field(repr=False)


def read_truth(dataset: Path, split: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of photos of ultrasound pictures.

    Args:
        dataset: Folder that ``sonogate simulate`` wrote.
        split: Only this split; None for all.
    """
    rows = pq.read_table(dataset / TRUTH_NAME).to_pylist()
    return [
        row
        for row in rows
        if row["shows"] == "ultrasound"
        and row["scan_area_xy"] is not None
        and (split is None or row["split"] == split)
    ]


def open_cases(
    dataset: Path,
    rows: list[dict[str, Any]],
    policy: Policy,
    locator: ScreenLocator | None = None,
) -> Iterator[Case]:
    """Open photos one after the other; those that the gate cannot decode are left out.

    Args:
        dataset: Folder that ``sonogate simulate`` wrote.
        rows: What ``read_truth`` returned.
        policy: Limits of decoding and rectifying.
        locator: Finds the screen; None to take the true corners, grid and scan area, so that
            nothing but the measures is judged.
    """
    for row in rows:
        try:
            photo = decode((dataset / row["photo"]).read_bytes(), policy.photo)
        except PhotoError:
            continue
        screen = _true_screen(photo, row, policy) if locator is None else None
        if locator is not None:
            screen = _found_screen(photo, policy, locator)
        export = cv2.imread(str(dataset / row["export"]), cv2.IMREAD_COLOR)
        if export is None:
            raise FileNotFoundError(f"the data set lacks {row['export']}")
        maps = dataset / "maps" / f"{row['index']:06d}.npz"
        yield Case(
            row,
            photo,
            screen,
            np.asarray(cv2.cvtColor(export, cv2.COLOR_BGR2RGB), np.uint8),
            dict(np.load(maps)) if maps.exists() else {},
        )


def _true_screen(photo: Photo, row: Mapping[str, Any], policy: Policy) -> RectifiedScreen | None:
    grid_wh = (int(row["export_width"]), int(row["export_height"]))
    corners_xy = np.array(row["corners_xy"], np.float64).reshape(4, 2)
    quad = ScreenQuad(corners_xy, SURE, float(row["visible_fraction"]), float(row["distortion_k1"]))
    try:
        screen = rectify(photo, quad, policy.screen, grid_wh)
    except ValueError:
        return None
    scale = np.array(screen.size_wh, np.float64) / np.array(grid_wh, np.float64)
    area = np.array(row["scan_area_xy"], np.float64).reshape(-1, 2)
    return replace(screen, scan_area_xy=(area + 0.5) * scale - 0.5)


def _found_screen(photo: Photo, policy: Policy, locator: ScreenLocator) -> RectifiedScreen | None:
    coarse = locator(photo)
    quad = None if coarse is None else refine(photo, coarse, policy.screen)
    if quad is None:
        return None
    try:
        return rectify(photo, quad, policy.screen)
    except ValueError:
        return None


def true_cast(case: Case) -> float | None:
    """Return the CIEDE2000 difference of the display's neutrals from grey, by the export.

    Neutrals are pixels of the export without colour that are neither dark nor saturated in
    the photo; None where there are too few.
    """
    if case.screen is None or case.screen.export_size_wh != case.export.shape[1::-1]:
        return None
    seen = on_grid(case.screen)
    spread = case.export.max(2).astype(int) - case.export.min(2)
    chosen = (spread <= ALIKE_CODES) & (case.export.min(2) >= LEAST_LEVEL) & (seen.max(2) < 253)
    if chosen.sum() < 200:
        return None
    mean = seen[chosen].astype(np.float32).mean(0) / np.float32(255)
    lab = np.asarray(cv2.cvtColor(mean.reshape(1, 1, 3), cv2.COLOR_RGB2LAB), np.float64).ravel()
    return float(deltaE_ciede2000(lab, np.array([lab[0], 0.0, 0.0])))  # type: ignore[no-untyped-call]
