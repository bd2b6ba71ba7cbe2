"""Build the wheel, install it in a clean environment, and assess a sample without network.

Run by ``make wheel``. Fails when the wheel lacks a weight, a page or a schema that the
source tree has, or when assessing needs anything that is not in it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "good_cart.jpg"


def _run(*command: str | Path, cwd: Path) -> None:
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, env=_environment())


def _environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return pip | {name: os.environ[name] for name in kept if name in os.environ}


def _without_network(command: list[str]) -> list[str]:
    """Wrap ``command`` in a network namespace of its own where the system allows it."""
    wrapper = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*wrapper, "true"], check=False).returncode == 0:
        return [*wrapper, *command]
    print("no network namespace to be had here: assessing with the network on", file=sys.stderr)
    return command


def _ships(path: Path) -> bool:
    """Tell of a file of the package whether it belongs in the wheel: of the pages, the build."""
    return path.parts[0] != "web" or path.suffix == ".py" or path.parts[1] == "dist"


def _check_contents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"sonogate/models/{path.name}"
        for path in (ROOT / "models").iterdir()
        if path.suffix in {".onnx", ".toml", ".md", ".npz"}
    }
    source = ROOT / "service" / "sonogate"
    wanted |= {
        f"sonogate/{path.relative_to(source)}"
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and _ships(path.relative_to(source))
    }
    wanted.add("sonogate/web/dist/capture.html")
    if absent := sorted(wanted - names):
        raise SystemExit(f"the wheel lacks {', '.join(absent)}")


def main() -> None:
    """Do it all in a temporary folder."""
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        _run(sys.executable, "-m", "build", "--wheel", "--outdir", scratch, ROOT, cwd=scratch)
        (wheel,) = scratch.glob("sonogate-*.whl")
        _check_contents(wheel)
        venv.create(scratch / "env", with_pip=True)
        python = scratch / "env" / "bin" / "python"
        constraints = ROOT / "constraints.txt"
        _run(python, "-m", "pip", "install", "-q", "-c", constraints, wheel, cwd=scratch)
        program = str(scratch / "env" / "bin" / "sonogate")
        command = [program, "assess", str(SAMPLE), "--out", str(scratch / "out")]
        _run(*_without_network(command), cwd=scratch)
        report = json.loads((scratch / "out" / f"{SAMPLE.stem}.json").read_text())
        if report["screen"] is None or not (scratch / "out" / f"{SAMPLE.stem}.masked.png").exists():
            raise SystemExit("the installed wheel found no screen on the sample")
        print(f"wheel {wheel.name}: installed, sample assessed: {report['verdict']['outcome']}")


if __name__ == "__main__":
    main()
