"""Statistics by device and site, and rows for research that lead back to nobody."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.http.kit import CONSULTATION, GOOD, POOR, hospital

from sonogate.http.access import Scope

_BIG = {"maker": "Acme", "model": "Voyager", "site": "ED-2"}
_SMALL = {"maker": "Rare", "model": "One", "site": "Ward-9"}


def test_counts_and_rows_tell_of_machines_and_of_nobody(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    with hospital(tmp_path) as place:
        headers, other = place.key(*Scope), place.key(*Scope, organisation="south")
        ids = []
        for device, photos in ((_BIG, [POOR, POOR, POOR]), (_BIG, [POOR, GOOD]), (_SMALL, [GOOD])):
            body = {**CONSULTATION, "device": device}
            made = place.client.post("/v1/submissions", json=body, headers=headers).json()["id"]
            ids.append(made)
            for photo in photos:
                last = place.try_photo(headers, made, photo).json()
            ids.append(last["image_id"])
        items = place.client.get("/v1/statistics", headers=headers).json()["items"]
        assert [(item["site"], item["attempts"]) for item in items] == [("ED-2", 5), ("other", 1)]
        first = items[0]
        assert (first["submissions"], first["accepted"], first["accepted_by_cap"]) == (2, 2, 1)
        assert first["outcomes"] == {"accepted": 1, "retake": 4}
        assert first["causes"] == {"blur_focus": 4, "glare": 4}
        assert first["retakes_per_submission"] == 1.5
        assert place.client.get("/v1/statistics", headers=other).json()["items"] == []
        answer = place.client.get("/v1/statistics/attempts", headers=headers)
        assert answer.headers["content-type"] == "application/vnd.apache.parquet"
        table = pandas.read_parquet(io.BytesIO(answer.content))
        assert len(table) == 6
        assert set(table["site"]) == {"ED-2", "other"}
        assert table["sharpness"].dtype == float
        assert set(table["week"]) == {"2026-W09"}
        text = table.to_json() + json.dumps(items)
        for secret in (*ids, "Ward-9", "case-0001", "Effusion", "nurse", "form-88", "2026-03"):
            assert secret not in text
        empty = place.client.get(
            "/v1/statistics/attempts?until=2000-01-01T00:00:00Z", headers=headers
        )
        assert list(pandas.read_parquet(io.BytesIO(empty.content)).columns) == list(table.columns)
