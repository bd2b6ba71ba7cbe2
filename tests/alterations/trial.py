"""Signed pictures, altered and not, put to the verifier with and without a register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from tests.alterations.kinds import ALTERATIONS, Material

from sonogate.authority import (
    PictureClaim,
    PictureSigner,
    RegisteredPicture,
    Roots,
    create_authority,
    verify,
)
from sonogate.authority.values import SignedPicture
from sonogate.report import encode_png
from sonogate.types import Fidelity, MaskedScreen

PICTURES = 8


@dataclass
class ListedPictures:
    """A register in memory."""

    pictures: dict[str, RegisteredPicture] = field(default_factory=dict)

    def by_file(self, sha256: str) -> RegisteredPicture | None:
        return self.pictures.get(sha256)

    def add(self, image_id: str, signed: SignedPicture, at: datetime) -> None:
        self.pictures[signed.sha256] = RegisteredPicture(image_id, signed.sha256, at)


@dataclass
class Outcome:
    """Counts of a trial.

    Attributes:
        altered: Altered files tried, by the way they were altered.
        passed: Those that were called authentic, with or without the register.
        unaltered: Unaltered files tried.
        refused: Those that were not called authentic.
        statuses: Answers about altered files, with a register.
    """

    altered: Counter[str] = field(default_factory=Counter)
    passed: list[str] = field(default_factory=list)
    unaltered: int = 0
    refused: int = 0
    statuses: Counter[str] = field(default_factory=Counter)


def make_masked(rng: np.random.Generator) -> MaskedScreen:
    width, height = int(rng.integers(48, 160)), int(rng.integers(40, 120))
    noise = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels = np.array(cv2.GaussianBlur(noise, (0, 0), 3))
    mask = np.zeros((height, width), bool)
    mask[: height // 6] = True
    pixels[mask] = 0
    return MaskedScreen(pixels, mask)


def _claim(image_id: str, at: datetime) -> PictureClaim:
    return PictureClaim(
        image_id,
        "accepted_with_limits",
        ("fine_detail",),
        Fidelity(71.0, 66.0, 75.5),
        "0.1.0",
        "2026.11.2",
        {"glare": "ab" * 32},
        at,
    )


def make_materials(
    folder: Path, rng: np.random.Generator
) -> tuple[list[Material], Roots, ListedPictures]:
    """Return pictures with what an attacker has of them, the roots, and the register."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    keys = create_authority(folder / "ours", "Test Hospital", at)
    signer = PictureSigner(keys, encode_png)
    forger = PictureSigner(create_authority(folder / "theirs", "Test Hospital", at), encode_png)
    register = ListedPictures()
    screens = [make_masked(rng) for _ in range(PICTURES)]
    pictures = []
    for number, screen in enumerate(screens):
        name = f"img_{number:032x}"
        signed = signer.sign(screen, _claim(name, at))
        register.add(name, signed, at)
        pictures.append(signed)
    materials = [
        Material(
            picture=signed.png,
            bare=encode_png(screen),
            other=pictures[(number + 1) % PICTURES].png,
            forged=forger.sign(screen, _claim(f"img_{number:032x}", at)).png,
        )
        for number, (screen, signed) in enumerate(zip(screens, pictures, strict=True))
    ]
    return materials, keys.roots, register


def run(folder: Path, count: int, seed: int) -> Iterator[Outcome]:
    """Try ``count`` altered files and a tenth as many unaltered ones; yield now and then."""
    rng = np.random.default_rng(seed)
    materials, roots, register = make_materials(folder, rng)
    outcome = Outcome()
    for number in range(count):
        material = materials[int(rng.integers(len(materials)))]
        alter = ALTERATIONS[number % len(ALTERATIONS)]
        data = alter(material, rng)
        if data in (material.picture, material.other):
            raise AssertionError(f"{alter.__name__} altered nothing")
        outcome.altered[alter.__name__] += 1
        answers = [verify(data, roots, register), verify(data, roots, None)]
        outcome.statuses[answers[0].status] += 1
        outcome.passed += [alter.__name__ for a in answers if a.status == "AUTHENTIC"]
        if number % 10 == 0:
            outcome.unaltered += 1
            answers = [verify(material.picture, roots, register)]
            answers.append(verify(material.picture, roots, None))
            outcome.refused += any(a.status != "AUTHENTIC" for a in answers)
        if number % 500 == 499:
            yield outcome
    yield outcome
