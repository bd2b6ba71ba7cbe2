"""An authority, a signer and a masked picture."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from sonogate.authority import AuthorityKeys, PictureClaim, PictureSigner, create_authority
from sonogate.authority.values import SignedPicture
from sonogate.report import encode_png
from sonogate.types import Fidelity, MaskedScreen

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> AuthorityKeys:
    folder: Path = tmp_path_factory.mktemp("authority") / "keys"
    return create_authority(folder, "Test Hospital", NOW)


def make_masked(seed: int = 0, size_wh: tuple[int, int] = (64, 48)) -> MaskedScreen:
    width, height = size_wh
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels = np.array(cv2.GaussianBlur(noise, (0, 0), 3))
    mask = np.zeros((height, width), bool)
    mask[: height // 6] = True
    pixels[mask] = 0
    return MaskedScreen(pixels, mask)


def make_claim(image_id: str = "img_1") -> PictureClaim:
    return PictureClaim(
        image_id=image_id,
        outcome="accepted_with_limits",
        limits=("fine_detail",),
        fidelity=Fidelity(71.0, 66.0, 75.5),
        sonogate="0.1.0",
        policy="2026.11.2",
        models={"glare": "ab" * 32},
        signed_at=NOW,
    )


@pytest.fixture(scope="session")
def signer(keys: AuthorityKeys) -> PictureSigner:
    return PictureSigner(keys, encode_png)


@pytest.fixture(scope="session")
def signed(signer: PictureSigner) -> SignedPicture:
    return signer.sign(make_masked(), make_claim())
