"""Write ``locator.json`` anew: ``python tests/golden/make_locator.py``, after new weights."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from sonogate.onnx.locator import LearnedLocator
from sonogate.onnx.weights import load_manifest
from sonogate.policy import default_policy

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Locate the drawn photos of the test and keep what was found."""
    spec = importlib.util.spec_from_file_location("rows", HERE.parent / "onnx" / "test_locator.py")
    if spec is None or spec.loader is None:
        raise ImportError("the test of the locator is missing")
    test = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(test)
    table = {
        "sha256": load_manifest()["locator"].sha256,
        "rows": test.golden_rows(LearnedLocator(default_policy().screen.locator)),
    }
    (HERE / "locator.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
