"""The slow evaluations whose figures stand in the README and the model cards.

Run by ``make evaluate``. Everything is written under ``out/evaluation``; sets that are
already there are taken up where they were left. Takes about an hour on two cores.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out" / "evaluation"
SCENERY = ROOT.parent / "shared" / "data"
# Seeds that no training and no tuning has seen.
FRESH_SEED = "900000000"


def _sonogate(*arguments: str | Path) -> None:
    program = Path(sys.executable).parent / "sonogate"
    subprocess.run([program, *map(str, arguments)], cwd=ROOT, check=True)


def _simulate(name: str, preset: str, count: int, profile: str, megapixels: float) -> Path:
    folder = OUT / name
    scenery = ["--scenery", SCENERY] if SCENERY.is_dir() else []
    _sonogate(
        "simulate",
        folder,
        *("--preset", preset, "--count", str(count), "--seed", FRESH_SEED),
        *("--profile", profile, "--megapixels", str(megapixels), "--workers", "2"),
        *scenery,
    )
    return folder


def main() -> None:
    """Make the sets and measure on them."""
    OUT.mkdir(parents=True, exist_ok=True)
    real = SCENERY / "screen_photos"
    if real.is_dir():
        truth = ROOT / "tests" / "annotations" / "screen_photos.toml"
        for locator in ("learned", "classical"):
            page = OUT / f"real_{locator}.png"
            _sonogate(
                *("evaluate", "localisation", real, "--truth", truth),
                *("--locator", locator, "--page", page),
            )
    photos = _simulate("masking", "masking", 100, "full", 4.0)
    _sonogate("evaluate", "masking", photos)


if __name__ == "__main__":
    main()
