"""The long form: ``python -m tests.contract --examples 500``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.contract.probe import probe, served


def main() -> None:
    """Probe and print what was answered."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=500)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="sonogate-contract-") as folder,
        served(Path(folder)) as (url, key),
    ):
        seen = probe(url, key, chosen.examples)
    for name, count in sorted(seen.items()):
        print(f"{count:6d} {name}")
    print(f"{sum(seen.values())} requests, no server error, no undocumented answer")


if __name__ == "__main__":
    main()
