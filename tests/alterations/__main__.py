"""``python -m tests.alterations [COUNT] [SEED]``: none may verify, no unaltered one may fail."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.alterations.trial import run


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as folder:
        for outcome in run(Path(folder), count, seed):
            tried = sum(outcome.altered.values())
            print(f"{tried} altered, {len(outcome.passed)} called authentic;", end=" ")
            print(f"{outcome.unaltered} unaltered, {outcome.refused} not called authentic")
    for name, tried in sorted(outcome.altered.items()):
        print(f"  {name:36} {tried:6} {outcome.passed.count(name):4}")
    print("answers about altered files:", dict(outcome.statuses))
    return 1 if outcome.passed or outcome.refused else 0


if __name__ == "__main__":
    sys.exit(main())
