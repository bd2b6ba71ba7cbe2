"""Write the small simulated photos of the conformance set, with their geometry.

``python -m tests.golden.make_quality_photos`` draws photos of unlike screens, phones and faults
into ``quality_photos/`` and what is true of their geometry into ``quality_photos.json``. The
photos themselves are kept, because the fonts that are installed change what is drawn.
"""

from __future__ import annotations

import json
from pathlib import Path

from sonogate.simulate.camera import PresetName, Scenery
from sonogate.simulate.items import make, plan

FOLDER = Path(__file__).with_name("quality_photos")
SCENES = Path(__file__).with_name("quality_photos.json")
MEGAPIXELS = 0.55
SEED = 606
COUNTS: dict[PresetName, int] = {"decision": 20, "quality": 19}
MAX_BYTES = 160_000
MIN_VISIBLE = 0.5


def main() -> None:
    """Draw the photos anew."""
    FOLDER.mkdir(exist_ok=True)
    scenes = {}
    for preset, count in COUNTS.items():
        kept = 0
        for item in plan(preset, 20 * count, SEED, MEGAPIXELS):
            if item.kind != "ultrasound" or kept == count:
                continue
            export, photo = make(item, preset, "full", Scenery(), None)
            truth = photo.truth
            if (
                export is None
                or export.scan_area_xy is None
                or truth.corners_xy is None
                or photo.data is None
                or not photo.data.startswith(b"\xff\xd8")
                or len(photo.data) > MAX_BYTES
                or truth.visible_fraction < MIN_VISIBLE
            ):
                continue
            name = f"{preset}_{kept:02d}"
            (FOLDER / f"{name}.jpg").write_bytes(photo.data)
            scenes[name] = {
                "export_size_wh": export.size_wh,
                "corners_xy": truth.corners_xy.round(3).tolist(),
                "distortion_k1": round(truth.distortion_k1, 6),
                "scan_area_xy": export.scan_area_xy.round(1).tolist(),
            }
            kept += 1
    SCENES.write_text(json.dumps(scenes) + "\n", "utf-8")


if __name__ == "__main__":
    main()
