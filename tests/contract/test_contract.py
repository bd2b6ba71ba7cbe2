"""Made-up requests get documented answers: the short form."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.filterwarnings("ignore")
def test_made_up_requests_get_documented_answers(tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    from tests.contract.probe import probe, served

    with served(tmp_path) as (url, key):
        seen = probe(url, key, 3)
    assert sum(count for name, count in seen.items() if name.endswith(" 200")) > 0
    assert any(name.endswith(" 422") for name in seen)
    assert len({name.rpartition(" ")[0] for name in seen}) >= 15
