"""The data card of a simulated data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

FIGURES = MappingProxyType(
    {
        "sampling_px": "photo pixels per export pixel, least over the scan area",
        "mtf50_cpx": "optical MTF50 before processing, cycles per export pixel, median",
        "blur_px": "standard deviation of the lens's spot at the screen's centre, photo pixels",
        "blur_least_px": "the same where the scan area is closest to the distance in focus",
        "blur_most_px": "the same where it is farthest from it",
        "focus_mm": "distance in focus along the camera's axis, millimetres",
        "motion_px": "length of the hand's motion, photo pixels",
        "motion_export_px": "the same, export pixels at the screen's centre",
        "motion_screen_deg": "its direction on the screen, from +x towards +y, 0–180°",
        "reflection_mean_pct": "specular reflection, % of screen white, mean",
        "reflection_peak_pct": "specular reflection, % of screen white, largest cell",
        "glare_pct": "% of content that loses over a fifth of its JNDs to reflections",
        "veil_pct": "spread light, % of screen white, median",
        "clipped_pct": "% of photo pixels saturated in the raw picture",
        "occluded_pct": "% hidden by occluders or out of frame",
        "exposure": "raw level of the screen's white over saturation",
        "frames": "frames merged",
        "noise_variance": "raw noise variance at 18% of saturation, after merging frames",
        "noise_shot": "variance per unit of raw signal",
        "noise_read": "variance at no signal",
        "room_level": "radiance of a white sheet in the room over the screen's white",
        "zoom": "digital zoom",
        "moire_pct": "what subpixels and colour filters add, % of screen white, r.m.s. (`--moire`)",
        "moire_peak_pct": "the same in the largest cell (`--moire`)",
        "moire_delta_e": "the same in the developed picture, ΔE*ab r.m.s. (`--moire`)",
        "jpeg_quality": "last quality factor of the file",
    }
)


def write_card(facts: dict[str, Any], rows: Sequence[dict[str, Any]], beside: bool = False) -> str:
    """Return the card in Markdown.

    Args:
        facts: Preset, profile, seed, count, megapixels and version.
        rows: One row a photo.
        beside: Whether the contact sheet shows real photos on the left.
    """
    seen = (
        "Real photos on the left, simulated ones on the right" if beside else "Some of the photos"
    )
    lines = [
        "---",
        "license: apache-2.0",
        "task_categories: [image-classification, object-detection]",
        "tags: [ultrasound, synthetic, image-quality, de-identification]",
        "---",
        f"# Simulated photos of ultrasound screens: {facts['preset']}",
        "",
        "Made by `sonogate simulate`. No patient, no device and no photographer is real: "
        "names and numbers on the screens are invented.",
        "",
        f"![{seen}](contact.jpg)",
        "",
        "| what | value |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in facts.items()),
        "",
        "## Splits",
        "Contents, panels and phones are each in one split only.",
        "",
        "| split | photos | panels | phones |",
        "|---|---|---|---|",
    ]
    for split in ("train", "validation", "test"):
        own = [row for row in rows if row["split"] == split]
        panels = {row["panel_key"] for row in own if row["panel_key"]}
        phones = {row["phone_key"] for row in own}
        lines.append(f"| {split} | {len(own)} | {len(panels)} | {len(phones)} |")
    kinds = Counter(row["kind"] for row in rows)
    lines += ["", "## In view", "", "| kind | photos |", "|---|---|"]
    lines += [f"| {kind} | {number} |" for kind, number in sorted(kinds.items())]
    lines += [
        "",
        "## Files",
        "- `photos/`: the photos as a phone or messenger wrote them",
        "- `exports/`: what the display showed, its own grid, PNG",
        "- `maps/`: local truths over cells of the display, and the hand's path, NumPy archives "
        "(`full` profile)",
        "- `contact.jpg`: some of the photos, small",
        "- `truth.parquet`: one row a photo; `texts.parquet`: one row a run of text",
        "- `manifest.sha256`: a digest of every file",
        "",
        "Corners are (x, y) of the display area's outer corners, top-left, top-right, "
        "bottom-right, bottom-left in reading orientation, in pixels of the upright photo; "
        "the origin is the centre of the top-left pixel. `homography` takes export pixels to "
        "photo pixels without the lens's distortion, row by row. `sectors` is JSON: the geometry "
        "of each generated ultrasound picture's beams in export pixels and centimetres.",
        "",
        "## Figures in truth.parquet",
        "",
        "| column | meaning |",
        "|---|---|",
        *(f"| {name} | {meaning} |" for name, meaning in FIGURES.items()),
        "| captured_* | full-reference figures of the photo as captured, scan area |",
        "| tone_fitted_* | the same after the best monotone tone curve |",
        "",
        "## Limits",
        "Flat displays, static pictures. The display's defocus follows its depth; housing, "
        "reflections and room have one defocus each. Between merged frames only what is in "
        "front of the display moves. The demosaicking, denoising and tone mapping stand for a "
        "phone's without copying any.",
        "",
        "Told apart from real photos by patches: AUC 0.80 (95% interval 0.73–0.85) of 42 photos "
        "of 4 megapixels, `full` profile, sent at 1600 pixels by a messenger, against 19 real "
        "ones of desktops and bedside monitors that came the same way; 0.59 (0.50–0.68) where "
        "each of the two real sources was unseen in training; the two real sources themselves, "
        "0.94. By their own, JPEG blocks, white level and the grain of the noise tell most. "
        "Measured by `sonogate evaluate realism`.",
        "",
    ]
    return "\n".join(lines)
