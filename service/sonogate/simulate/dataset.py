"""A data set on disk: photos, exports, truth as Parquet, a card, and a manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sonogate.simulate.camera import PresetName, Scenery
from sonogate.simulate.camera.draws import draw_setup
from sonogate.simulate.camera.explain import dominant_fault, gains
from sonogate.simulate.camera.photograph import Profile
from sonogate.simulate.camera.presets import PRESETS
from sonogate.simulate.card import write_card
from sonogate.simulate.croissant import write_croissant
from sonogate.simulate.items import Item, make, plan
from sonogate.simulate.sheet import contact_sheet, pictures_in
from sonogate.simulate.values import Export, PhotoMaps, SimulatedPhoto
from sonogate.types import FloatArray

SCHEMA = "sonogate.simulated/1"
_FAST_QUALITY = 97
# Points of HaarPSI below which no fault is called dominant.
LEAST_GAIN = 1.0


@dataclass(frozen=True, slots=True)
class DatasetRecipe:
    """What a data set is made by.

    Attributes:
        preset: Purpose.
        count: Photos.
        seed: Seed of the whole.
        profile: Profile of the camera.
        megapixels: Size of the photos before any messenger.
        scenery: Folder with ``backgrounds/`` and ``environments/``, or None for drawn rooms.
        explain: Whether each photo of an ultrasound picture gets the gain of mending each
            single fault, and the dominant one; about a dozen times the work.
        pictures: Folder of real ultrasound pictures that some screens show, or None.
        moire: Whether each photo's truth tells the moiré; about three times the work.
    """

    preset: PresetName
    count: int
    seed: int
    profile: Profile
    megapixels: float
    scenery: Path | None
    explain: bool = False
    moire: bool = False
    pictures: Path | None = None

    def facts(self) -> dict[str, Any]:
        """Return what the card says of it; the folder is named by what it holds."""
        return {
            "schema": SCHEMA,
            "preset": self.preset,
            "profile": self.profile,
            "photos": self.count,
            "seed": self.seed,
            "megapixels": self.megapixels,
            "rooms": "drawn" if self.scenery is None else "photos and environment maps",
            "explained": self.explain,
            "moire": self.moire,
            "ultrasound pictures": "generated" if self.pictures is None else "generated and real",
            "sonogate": version("sonogate"),
        }


def write_dataset(
    folder: Path,
    recipe: DatasetRecipe,
    workers: int,
    report: Callable[[int], None],
    beside: Path | None = None,
) -> None:
    """Write a data set; photos that are already there, complete, are kept.

    Args:
        folder: Where to; made when absent.
        recipe: What to make.
        workers: Processes.
        report: Called with the number of photos done, after each.
        beside: Folder of real photos for the contact sheet's left side, or None.

    Raises:
        ValueError: The folder holds another recipe's data set.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, recipe)
    for name in ("photos", "exports", "maps", "rows"):
        (folder / name).mkdir(exist_ok=True)
    items = plan(recipe.preset, recipe.count, recipe.seed, recipe.megapixels)
    waiting = [item for item in items if not _row_path(folder, item).exists()]
    done = len(items) - len(waiting)
    report(done)
    if workers <= 1:
        for item in waiting:
            _write_item(folder, recipe, item)
            done += 1
            report(done)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            futures = [pool.submit(_write_item, folder, recipe, item) for item in waiting]
            for future in as_completed(futures):
                future.result()
                done += 1
                report(done)
    _finish(folder, recipe, items, beside)


def _claim(folder: Path, recipe: DatasetRecipe) -> None:
    marker = folder / "recipe.json"
    # The count may grow: items don't depend on it.
    facts = {key: value for key, value in recipe.facts().items() if key != "photos"}
    if marker.exists():
        if json.loads(marker.read_text("utf-8")) != facts:
            raise ValueError("the folder holds a data set of another recipe")
        return
    marker.write_text(json.dumps(facts, indent=1), "utf-8")


def _row_path(folder: Path, item: Item) -> Path:
    return folder / "rows" / f"{item.index:06d}.json"


@lru_cache(maxsize=1)
def _scenery(folder: Path | None) -> Scenery:
    return Scenery(folder)


def _write_item(folder: Path, recipe: DatasetRecipe, item: Item) -> None:
    """Make one photo and write its files; its row comes last and marks it complete."""
    cv2.setNumThreads(1)
    backgrounds = None if recipe.scenery is None else recipe.scenery / "backgrounds"
    scenery = _scenery(recipe.scenery)
    export, photo = make(
        item, recipe.preset, recipe.profile, scenery, backgrounds, recipe.moire, recipe.pictures
    )
    stem = f"{item.index:06d}"
    photo_file = f"photos/{stem}.{_suffix(photo)}"
    (folder / photo_file).write_bytes(_photo_bytes(photo))
    export_file = ""
    if export is not None:
        export_file = f"exports/{stem}.png"
        _, data = cv2.imencode(".png", export.pixels[..., ::-1])
        (folder / export_file).write_bytes(data.tobytes())
    if photo.truth.maps is not None:
        _write_maps(folder / "maps" / f"{stem}.npz", photo.truth.maps, photo.truth.motion_path_xy)
    row = _row(item, export, photo) | {"photo": photo_file, "export": export_file}
    if recipe.explain and export is not None and export.scan_area_xy is not None:
        row |= _explanation(recipe, item, export, scenery)
    texts = [] if export is None else _text_rows(item.index, export)
    target = _row_path(folder, item)
    partial = target.with_suffix(".partial")
    partial.write_text(json.dumps({"row": row, "texts": texts}), "utf-8")
    partial.rename(target)


def _explanation(
    recipe: DatasetRecipe, item: Item, export: Export, scenery: Scenery
) -> dict[str, Any]:
    """Return what mending each fault would gain, points of HaarPSI, and the dominant fault."""
    setup = draw_setup(
        item.seed,
        PRESETS[recipe.preset],
        export.size_wh,
        item.photo_size_wh,
        item.panel_number,
        item.phone_number,
    )
    found = gains(export, setup, scenery)
    columns: dict[str, Any] = {f"gain_{fault}": gain for fault, gain in found.items()}
    return columns | {"dominant_fault": dominant_fault(found, LEAST_GAIN)}


def _suffix(photo: SimulatedPhoto) -> str:
    return "heic" if photo.data is not None and photo.data[4:8] == b"ftyp" else "jpg"


def _photo_bytes(photo: SimulatedPhoto) -> bytes:
    if photo.data is not None:
        return photo.data
    options = [cv2.IMWRITE_JPEG_QUALITY, _FAST_QUALITY]
    _, data = cv2.imencode(".jpg", photo.pixels[..., ::-1], options)
    return bytes(data.tobytes())


def _write_maps(path: Path, maps: PhotoMaps, motion_path_xy: FloatArray | None) -> None:
    named = {field.name: getattr(maps, field.name) for field in fields(maps)}
    named["motion_path_xy"] = motion_path_xy
    np.savez_compressed(path, **{name: plane for name, plane in named.items() if plane is not None})


def _row(item: Item, export: Export | None, photo: SimulatedPhoto) -> dict[str, Any]:
    truth = photo.truth
    row: dict[str, Any] = {
        "index": item.index,
        "split": item.split,
        "kind": item.kind,
        "seed": str(item.seed),
        "shows": truth.shows,
        "family": None if export is None else export.family,
        "content_id": truth.content_id,
        "panel_key": truth.panel_key,
        "phone_key": f"phone-{item.phone_number}",
        "photo_width": truth.photo_size_wh[0],
        "photo_height": truth.photo_size_wh[1],
        "export_width": None if export is None else export.size_wh[0],
        "export_height": None if export is None else export.size_wh[1],
        "corners_xy": None if truth.corners_xy is None else truth.corners_xy.ravel().tolist(),
        "homography": None if truth.homography is None else truth.homography.ravel().tolist(),
        "distortion_k1": truth.distortion_k1,
        "tilt_deg": truth.tilt_deg,
        "roll_deg": truth.roll_deg,
        "visible_fraction": truth.visible_fraction,
        "px_per_cm": None if export is None else export.px_per_cm,
        "scan_area_xy": None
        if export is None or export.scan_area_xy is None
        else np.round(export.scan_area_xy, 2).ravel().tolist(),
        "sectors": None
        if export is None
        else json.dumps([asdict(sector) for sector in export.sectors]),
    }
    return row | dict(truth.figures)


def _text_rows(index: int, export: Export) -> list[dict[str, Any]]:
    return [
        {
            "index": index,
            "text": text.text,
            "kind": text.kind,
            "polygon_xy": text.polygon_xy.ravel().tolist(),
            "ink_x": text.ink_xy[0],
            "ink_y": text.ink_xy[1],
            "ink_height": text.ink.shape[0],
            "ink_width": text.ink.shape[1],
            "ink": np.packbits(text.ink).tobytes().hex(),
        }
        for text in export.texts
    ]


def _finish(
    folder: Path, recipe: DatasetRecipe, items: tuple[Item, ...], beside: Path | None
) -> None:
    parts = [json.loads(_row_path(folder, item).read_text("utf-8")) for item in items]
    rows = [part["row"] for part in parts]
    facts = recipe.facts()
    names = sorted({name for row in rows for name in row}, key=list(_ordered(rows)).index)
    table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
    marks = {key: str(value) for key, value in facts.items()}
    pq.write_table(table.replace_schema_metadata(marks), folder / "truth.parquet")
    texts = [text for part in parts for text in part["texts"]]
    if texts:
        pq.write_table(
            pa.Table.from_pylist(texts).replace_schema_metadata(marks), folder / "texts.parquet"
        )
    real = [] if beside is None else pictures_in(beside)
    (folder / "contact.jpg").write_bytes(
        contact_sheet([folder / row["photo"] for row in rows], real)
    )
    (folder / "README.md").write_text(write_card(facts, rows, bool(real)), "utf-8")
    tables = [
        path for path in (folder / "truth.parquet", folder / "texts.parquet") if path.exists()
    ]
    write_croissant(
        folder, facts, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tables}
    )
    _write_manifest(folder)


def _ordered(rows: list[dict[str, Any]]) -> dict[str, None]:
    return {name: None for row in rows for name in row}


def _write_manifest(folder: Path) -> None:
    lines = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != "manifest.sha256" and not name.startswith("rows/"):
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}")
    (folder / "manifest.sha256").write_text("\n".join(lines) + "\n", "utf-8")
