"""The data sets that the simulator writes: complete, checked, resumable, the same each time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from sonogate.simulate.camera.explain import MENDABLE
from sonogate.simulate.dataset import DatasetRecipe, write_dataset

SMALL = DatasetRecipe("locator", 4, 11, "fast", 0.1, None)


def _bytes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_dataset(folder, SMALL, 1, lambda done: None)
    return folder


def test_every_photo_has_its_row_and_its_file(dataset: Path) -> None:
    truth = pd.read_parquet(dataset / "truth.parquet")
    assert list(truth["index"]) == [0, 1, 2, 3]
    for name in truth["photo"]:
        assert (dataset / name).stat().st_size > 1000


def test_the_manifest_names_every_file_with_its_digest(dataset: Path) -> None:
    listed = dict(
        reversed(line.split("  ", 1))
        for line in (dataset / "manifest.sha256").read_text().splitlines()
    )
    found = _bytes(dataset)
    found.pop("manifest.sha256")
    assert {name: found[name] for name in listed} == listed
    assert set(pd.read_parquet(dataset / "truth.parquet")["photo"]) <= set(listed)


def test_a_resumed_run_gives_the_same_files(dataset: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path, SMALL, 1, lambda done: None)
    first = _bytes(tmp_path)
    (tmp_path / "photos").joinpath("000002.jpg").write_bytes(b"half")
    for row in tmp_path.rglob("*000002.json"):
        row.unlink()
    write_dataset(tmp_path, SMALL, 1, lambda done: None)
    assert _bytes(tmp_path) == first == _bytes(dataset)


def test_an_explained_photo_names_its_dominant_fault(tmp_path: Path) -> None:
    recipe = DatasetRecipe("quality", 1, 5, "full", 0.3, None, explain=True)
    write_dataset(tmp_path, recipe, 1, lambda done: None)
    row = pd.read_parquet(tmp_path / "truth.parquet").iloc[0]
    gains = {name[5:]: row[name] for name in row.index if name.startswith("gain_")}
    assert gains
    assert row["dominant_fault"] in MENDABLE
    assert gains[row["dominant_fault"]] == max(gains.values())
