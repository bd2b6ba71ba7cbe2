"""Fuzz one target with atheris: ``python -m tests.fuzz photo --seconds 3600``.

The corpus in the repository is the start; what is found on the way goes to ``out/fuzz``, and an
input that breaks something beside it. The last line says how many inputs were tried and how
many edges of the instrumented code they reached.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
# The package's own code of the target, and the parser that it calls.
INSTRUMENTED = ["sonogate.photo", "sonogate.http.upload", "python_multipart", "tests.fuzz"]
LARGEST_BYTES = {"photo": 16 * 1024, "form": 4 * 1024}


def main() -> None:
    """Fuzz until the time is over or something breaks; ends the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=sorted(LARGEST_BYTES))
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--seed", type=int, default=0, help="of the inputs; 0: another each time")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "fuzz")
    chosen = parser.parse_args()
    found = chosen.out / chosen.target
    found.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import TARGETS
    seeds = Path(__file__).parent / "corpus" / chosen.target
    options = [
        sys.argv[0],
        f"-max_total_time={chosen.seconds}",
        f"-seed={chosen.seed}",
        f"-max_len={LARGEST_BYTES[chosen.target]}",
        f"-artifact_prefix={chosen.out}/{chosen.target}-",
        "-rss_limit_mb=2048",
        "-timeout=60",
        "-print_final_stats=1",
        str(found),
        str(seeds),
    ]
    atheris.Setup(options, TARGETS[chosen.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
