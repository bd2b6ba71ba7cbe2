"""Run every notebook from top to bottom: in full, or with ``--short`` as CI does.

``make notebooks`` and ``make notebooks-short`` call this; names may follow, to run those alone.
The notebooks are stored as jupytext percent scripts (``notebooks/*.py``) with their paired
``.ipynb``; the scripts are what is run, so that the pair cannot drift unseen.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from pathlib import Path

import jupytext
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
CELL_SECONDS = {"full": 4 * 3600, "short": 600}


def main() -> None:
    """Run them; stop at the first cell that fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="few photos, as CI runs them")
    parser.add_argument("names", nargs="*", help="what the notebooks' names begin with")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    form = "short" if chosen.short else "full"
    os.environ["SONOGATE_NOTEBOOKS"] = form
    names = tuple(chosen.names) or ("",)
    scripts = sorted(
        path for path in (ROOT / "notebooks").glob("[0-9]*.py") if path.name.startswith(names)
    )
    if not scripts:
        raise SystemExit("no notebooks found")
    for script in scripts:
        started = time.monotonic()
        notebook = jupytext.read(script)
        paths = {"metadata": {"path": str(script.parent)}}
        NotebookClient(
            notebook, timeout=CELL_SECONDS[form], kernel_name="python3", resources=paths
        ).execute()
        jupytext.write(notebook, script.with_suffix(".ipynb"))
        print(f"{script.name}: ran in {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
