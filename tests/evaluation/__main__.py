"""The slow evaluations whose figures stand in the README and the model cards.

Run by ``make evaluate``. Everything is written under ``out/evaluation``. What needs the folder
of real photos beside the checkout is left out where that is absent.
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
    scenery = ("--scenery", SCENERY) if SCENERY.is_dir() else ()
    if real.is_dir():
        made = OUT / "realism_photos"
        _sonogate(
            *("evaluate", "realism", made, real, "--out", OUT / "realism"),
            *("--make", "42", "--seed", FRESH_SEED, *scenery),
        )
    _sonogate("evaluate", "masking", "--count", "60", "--seed", FRESH_SEED)


if __name__ == "__main__":
    main()
