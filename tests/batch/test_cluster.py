"""The same through a Dask cluster."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.batch.kit import Notes, rows, settings, write_photos

from sonogate.batch import run
from sonogate.cli.files import SUFFIXES

pytest.importorskip("distributed", reason="the extra 'scale' is not installed")


def test_a_cluster_replaces_a_killed_worker(tmp_path: Path) -> None:
    from sonogate.batch.cluster import DaskCrew

    source = write_photos(tmp_path / "in", 12)
    (source / "once.jpg").write_text(f"once {tmp_path / 'marker'}")
    (source / "zdie.jpg").write_text("die")
    chosen = settings(source, tmp_path / "out")
    with closing(DaskCrew(chosen, "local", 2)) as crew:
        summary = run(crew, chosen, Notes(), chunk_photos=2, suffixes=SUFFIXES)
    assert summary.failures == {"unreadable_file": 13, "worker_died": 1}
    assert summary.workers_lost == 5
    table = rows(tmp_path / "out")
    assert table["index"].to_pylist() == list(range(14))
    assert table["failure"].to_pylist()[-1] == "worker_died"
