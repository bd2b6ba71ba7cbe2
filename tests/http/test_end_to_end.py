"""One photo through the gate that ships, into the records, and out again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from tests.http.kit import CONSULTATION, hospital

from sonogate.gate import default_gate
from sonogate.http.access import Scope


def test_a_sample_goes_on_record_masked(tmp_path: Path, samples: Path) -> None:
    photo = (samples / "good_cart.jpg").read_bytes()
    with hospital(tmp_path, factory=default_gate) as place:
        headers = {**place.key(*Scope), "accept-language": "de"}
        made = place.client.post("/v1/submissions", json=CONSULTATION, headers=headers).json()
        attempt = place.try_photo(headers, made["id"], photo).json()
        assert attempt["released"] in ("accepted", "accepted_with_limits")
        report = attempt["report"]
        assert report["identifiers"]["complete"] is True
        picture = place.client.get(f"/v1/images/{attempt['image_id']}/file", headers=headers)
    pixels = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert [pixels.shape[1], pixels.shape[0]] == report["screen"]["size_wh"]
    masked = [r for r in report["identifiers"]["regions"] if r["action"] == "masked"]
    # The surround is the whole frame, out of which the scan and kept text are cut.
    filled = [r for r in masked if r["kind"] != "surround"]
    assert filled
    for region in filled:
        place_mask = np.zeros(pixels.shape[:2], np.uint8)
        polygon = np.round(np.array(region["polygon"])).astype(np.int32)
        cv2.fillPoly(place_mask, [polygon], 1)
        inside = cv2.erode(place_mask, np.ones((5, 5), np.uint8)) > 0
        assert not inside.any() or float(pixels[inside].std()) < 1.0
