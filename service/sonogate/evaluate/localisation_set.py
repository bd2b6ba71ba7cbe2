"""Photos with the corners of their displays, and the strata that they count in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sonogate.photo import decode
from sonogate.policy import Policy
from sonogate.types import FloatArray, Photo

TRUTH_NAME = "truth.toml"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPhoto:
    """A photo and where its display is.

    Attributes:
        name: Names it in tables.
        photo: The photo.
        corners_xy: (4, 2) photo pixels, or None without a display.
        shows: What is displayed, or None.
        strata: Names of the groups it counts in, such as ``"tilt 20-35"``.
    """

    name: str
    photo: Photo
    corners_xy: FloatArray | None
    shows: str | None
    strata: tuple[str, ...] = ()


def read_dataset(
    folder: Path, policy: Policy, truth: Path | None = None
) -> Iterator[LabelledPhoto]:
    """Read a folder of photos with their truth.

    Args:
        folder: The photos.
        policy: Limits on files.
        truth: A TOML file with a table for each photo by its file name, holding
            ``corners_xy`` (absent without a display) and ``shows``, and optionally
            ``strata``; by default ``truth.toml`` in the folder.

    Raises:
        PhotoError: A file cannot be taken as a photo.
    """
    table = tomllib.loads((truth or folder / TRUTH_NAME).read_text("utf-8"))
    for name, entry in table.items():
        photo = decode((folder / name).read_bytes(), policy.photo)
        corners = entry.get("corners_xy")
        strata = [*entry.get("strata", ()), *([entry["shows"]] if "shows" in entry else [])]
        if corners is not None and "strata" not in entry:
            strata.append("cut off" if entry.get("cut") else "whole")
        yield LabelledPhoto(
            name=name,
            photo=photo,
            corners_xy=None if corners is None else np.array(corners, np.float64),
            shows=entry.get("shows"),
            strata=tuple(strata),
        )


def strata_of(facts: Mapping[str, float]) -> tuple[str, ...]:
    """Name the strata of a simulated photo from its scalar truths.

    Args:
        facts: Any of ``tilt_deg``, ``fill`` (share of the frame's extent), ``blur_px``
            (standard deviation in a photo of 4000 px), ``room_light`` (a white sheet over the
            display's white), ``bezel`` (its reflectance), ``visible_fraction``, and the
            numbers of ``lamps`` that may be mirrored and of ``occluders``.
    """
    names = []
    for name, edges, unit in (
        ("tilt_deg", (0, 10, 20, 35, 90), "°"),
        ("fill", (0, 0.35, 0.6, 0.9, 9), ""),
        ("blur_px", (0, 2, 6, 99), " px"),
        ("room_light", (0, 0.03, 0.2, 9), ""),
        ("bezel", (0, 0.05, 0.3, 1), ""),
    ):
        if name in facts:
            k = int(np.searchsorted(edges, facts[name], side="right"))
            k = min(max(k, 1), len(edges) - 1)
            title = name.removesuffix("_deg").removesuffix("_px").replace("_", " ")
            names.append(f"{title} {edges[k - 1]}–{edges[k]}{unit}")
    if "visible_fraction" in facts:
        names.append("whole" if facts["visible_fraction"] > 0.999 else "cut off")
    for name in ("lamps", "occluders"):
        if name in facts:
            names.append(name if facts[name] > 0 else f"no {name}")
    return tuple(names)
