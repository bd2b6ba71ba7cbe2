"""The data sets that the simulator writes: complete, checked, resumable, the same each time."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from sonogate.simulate.camera.explain import MENDABLE
from sonogate.simulate.dataset import DatasetRecipe, write_dataset
from sonogate.simulate.items import SPLITS, pictures_of
from sonogate.simulate.sheet import contact_sheet, pictures_in

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


def test_croissant_describes_every_table_and_column_and_no_digest_that_is_not_one(
    dataset: Path,
) -> None:
    described = json.loads((dataset / "croissant.json").read_text("utf-8"))
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert described["@type"] == "sc:Dataset"
    files = {one["@id"]: one for one in described["distribution"]}
    for records in described["recordSet"]:
        name = f"{records['name']}.parquet"
        assert files[name]["sha256"] == _bytes(dataset)[name]
        columns = [field["source"]["extract"]["column"] for field in records["field"]]
        assert columns == list(pd.read_parquet(dataset / name).columns)
    kinds = {field["name"]: field for field in described["recordSet"][0]["field"]}
    assert kinds["tilt_deg"]["dataType"] == "sc:Float"
    assert kinds["corners_xy"]["repeated"]
    for one in files.values():
        if one["@type"] == "cr:FileSet":
            assert list(dataset.glob(one["includes"]))


def test_the_contact_sheet_shows_every_photo_small(dataset: Path, tmp_path: Path) -> None:
    sheet = cv2.imread(str(dataset / "contact.jpg"))
    assert sheet is not None
    assert max(sheet.shape) < 1000
    assert (dataset / "contact.jpg").stat().st_size < 120_000
    cells = [sheet[4:154, 4 + 154 * k : 154 * (k + 1)] for k in range(5)]
    shown = [float((cell < 250).mean()) > 0.4 for cell in cells]
    assert shown == [True] * 4 + [False]
    assert "(contact.jpg)" in (dataset / "README.md").read_text()


def test_real_photos_stand_on_the_left_of_the_sheet(dataset: Path, tmp_path: Path) -> None:
    red = np.zeros((90, 120, 3), np.uint8)
    red[..., 2] = 255
    cv2.imwrite(str(tmp_path / "real.png"), red)
    photos = pictures_in(dataset / "photos")
    data = contact_sheet(photos, pictures_in(tmp_path))
    sheet = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    blue, green, ink = sheet[75, 75].astype(int)
    assert ink > 240
    assert max(blue, green) < 20
    assert sheet.shape[1] > 8 * 150


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


def test_splits_share_no_real_picture_and_no_patient(shared_data: Path) -> None:
    folder = shared_data / "ultrasound" / "sector"
    own = {split: {path.stem for path in pictures_of(folder, split)} for split in SPLITS}
    assert sum(map(len, own.values())) == len(list(folder.glob("*.png")))
    patients = [
        {re.findall(r"pat\d+|_S\d+_", stem)[0] for stem in stems if re.search(r"pat\d|_S\d", stem)}
        for stems in own.values()
    ]
    assert not patients[0] & patients[1]
    assert not patients[0] & patients[2]
    assert not patients[1] & patients[2]
    assert min(map(len, own.values())) > 0
