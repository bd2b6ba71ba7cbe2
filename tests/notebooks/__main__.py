"""Run every notebook from top to bottom, as ``make notebooks`` does.

The notebooks are stored as jupytext percent scripts (``notebooks/*.py``) with their paired
``.ipynb``; the scripts are what is run, so that the pair cannot drift unseen.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import jupytext
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
CELL_SECONDS = 600


def main() -> None:
    """Run them all; stop at the first cell that fails."""
    warnings.simplefilter("ignore")
    scripts = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
    if not scripts:
        raise SystemExit("no notebooks found")
    for script in scripts:
        started = time.monotonic()
        notebook = jupytext.read(script)
        paths = {"metadata": {"path": str(script.parent)}}
        NotebookClient(
            notebook, timeout=CELL_SECONDS, kernel_name="python3", resources=paths
        ).execute()
        jupytext.write(notebook, script.with_suffix(".ipynb"))
        print(f"{script.name}: ran in {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
