"""The recipe of the locator: what it composes, stores, asks for and learns."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from models.training.locator.calibrate import fit_logistic  # noqa: E402
from models.training.locator.compose import Sample, compose  # noqa: E402
from models.training.locator.data import Batches  # noqa: E402
from models.training.locator.losses import heat_targets, losses  # noqa: E402
from models.training.locator.material import Library, split_of  # noqa: E402
from models.training.locator.network import (  # noqa: E402
    FULL,
    MARGIN_PX,
    SMALL,
    STRIDE_PX,
    LocatorNetwork,
    Scale,
)
from models.training.locator.pool import Pool, write_shard  # noqa: E402
from models.training.locator.train import Trainer  # noqa: E402
from models.training.locator.views import polygon_cover  # noqa: E402

from sonogate.onnx.heatmaps import decode  # noqa: E402

QUAD = np.array([[60.0, 50.0], [240.0, 40.0], [250.0, 180.0], [50.0, 190.0]], np.float32)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawn backgrounds, exports and scans, some on each side of the split."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for name, prefix, count in (
        ("backgrounds", "room", 16),
        ("ultrasound/sector", "scan", 16),
        ("ultrasound/ui", "page", 2),
        ("ultrasound/ui", "tim4_page", 2),
    ):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            picture = rng.integers(0, 255, (30, 40, 3)).astype(np.uint8)
            picture = cv2.resize(picture, (400, 300), interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(folder / name / f"{prefix}_{k}.png"), picture)
    return folder


@pytest.fixture(scope="module")
def pool(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    library = Library(data, "train")
    samples = [compose(np.random.default_rng(k), library) for k in range(12)]
    folder = tmp_path_factory.mktemp("pool")
    write_shard(folder / "0.npz", samples)
    return Pool([folder])


def test_no_picture_is_on_both_sides(data: Path) -> None:
    train, test = Library(data, "train"), Library(data, "test")

    assert len(train.photos) + len(test.photos) == 16
    assert len(test.photos) > 0
    assert len(train.exports) == 2
    assert len(test.exports) == 2
    assert split_of(Path("ultrasound/ui/tim4_page_1.png")) == "test"


def test_same_seed_same_photo(data: Path) -> None:
    library = Library(data, "train")
    first, second = (compose(np.random.default_rng(5), library) for _ in range(2))

    np.testing.assert_array_equal(first.pixels, second.pixels)
    assert max(first.pixels.shape) == 320


def test_pool_keeps_the_truth(tmp_path: Path) -> None:
    pixels = np.full((240, 320, 3), 90, np.uint8)
    shown = Sample(pixels, QUAD, True, QUAD * 0.9, None, "drawn")
    empty = Sample(pixels[:200], None, False, None, None, "drawn")

    write_shard(tmp_path / "0.npz", [shown, empty])
    pool = Pool([tmp_path], [2])

    assert len(pool) == 4
    np.testing.assert_allclose(pool.corners[0], QUAD)
    assert np.isnan(pool.corners[1]).all()
    np.testing.assert_allclose(pool.scan[2][:4], QUAD * 0.9)
    assert pool.glare_known.tolist() == [False, True, False, True]
    assert np.abs(pool.pixels(1).astype(int) - 90).max() <= 2


def test_targets_decode_to_the_quad() -> None:
    canvas_wh = 288 + 2 * MARGIN_PX, 224 + 2 * MARGIN_PX
    rows, columns = canvas_wh[1] // STRIDE_PX, canvas_wh[0] // STRIDE_PX
    heat, held = heat_targets(torch.from_numpy(QUAD)[None], rows, columns, MARGIN_PX)
    cover = np.clip(polygon_cover(QUAD, canvas_wh, STRIDE_PX, MARGIN_PX), 1e-3, 1 - 1e-3)

    found = decode(
        np.log(heat[0].numpy() + 1e-9),
        np.log(cover / (1 - cover)).astype(np.float32),
        (MARGIN_PX / 4 - 0.5, MARGIN_PX / 4 - 0.5, columns - 16.5, rows - 16.5),
    )

    assert held.tolist() == [[1, 1, 1, 1]]
    assert found is not None
    seen = (found.corners_xy + 0.5) * STRIDE_PX - 0.5 - MARGIN_PX
    assert np.abs(seen - QUAD).max() < 1.0


def test_area_of_a_polygon_is_its_cover() -> None:
    canvas_wh = 288 + 2 * MARGIN_PX, 224 + 2 * MARGIN_PX
    cover = polygon_cover(QUAD, canvas_wh, STRIDE_PX, MARGIN_PX)

    assert cover.sum() * STRIDE_PX**2 == pytest.approx(cv2.contourArea(QUAD), rel=0.002)


def test_batches_hold_displays_and_empty_rooms(pool: Pool) -> None:
    batches = iter(Batches(pool, 4, 0, np.arange(len(pool))))
    seen = [next(batches) for _ in range(8)]

    assert {tuple(batch.picture.shape[2:]) for batch in seen} <= {(224, 288), (288, 224)}
    present = torch.cat([batch.present for batch in seen])
    assert 0 < float(present.mean()) < 1
    for batch in seen:
        assert torch.equal(batch.present > 0, torch.isfinite(batch.corners_xy).all(2).all(1))
        assert float(batch.masks[batch.present == 0].sum()) == 0.0


def test_steps_lower_the_loss(pool: Pool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    batch = next(iter(Batches(pool, 4, 0, np.arange(len(pool)))))
    trainer = Trainer(tmp_path, None, 2e-3, torch.device("cpu"), half=False)
    trainer.network.train()
    for group in trainer.optimiser.param_groups:
        group["lr"] = 2e-3

    first = trainer.take_step(batch)
    for _ in range(11):
        last = trainer.take_step(batch)

    assert last["corners"] < 0.9 * first["corners"]
    assert last["screen"] < 0.9 * first["screen"]
    trainer.save()
    resumed = Trainer(tmp_path, None, 2e-3, torch.device("cpu"), half=False)
    assert resumed.step == 12


def test_budget_begins_small_and_ends_at_full_size(pool: Pool, tmp_path: Path) -> None:
    asked: list[Scale] = []

    def batches(scale: Scale) -> Batches:
        asked.append(scale)
        return Batches(pool, 2, 0, np.arange(len(pool)), scale)

    trainer = Trainer(tmp_path, None, 1e-3, torch.device("cpu"), half=True)
    trainer.fit(batches, minutes=60.0, steps=4, small_share=0.5)

    assert asked == [SMALL, FULL]
    weights = torch.load(tmp_path / "weights.pt", weights_only=True)
    assert all(torch.isfinite(value).all() for value in weights.values())


def test_empty_photo_teaches_no_corner(pool: Pool) -> None:
    batch = next(iter(Batches(pool, 4, 1, np.flatnonzero(np.isnan(pool.corners[:, 0, 0])))))
    network = LocatorNetwork()

    with torch.no_grad():
        parts = losses(network(batch.picture), batch)

    assert float(parts["corners"]) == 0.0
    assert float(parts["turn"]) == 0.0
    assert float(parts["present"]) > 0.0


def test_calibration_recovers_the_logistic() -> None:
    rng = np.random.default_rng(0)
    evidence = rng.normal(size=(4000, 8))
    true = np.array([1.0, -0.5, 0, 0, 0, 0, 0, 0.8])
    good = rng.random(4000) < 1 / (1 + np.exp(-(evidence @ true + 0.3)))

    fitted = fit_logistic(evidence, good.astype(np.float64))

    np.testing.assert_allclose(fitted, [*true, 0.3], atol=0.15)
