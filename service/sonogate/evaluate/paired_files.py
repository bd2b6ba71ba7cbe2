"""A comparison as files: JSON, the difference map, and a page to look at."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from sonogate.evaluate.difference import FULL_COLOUR_CODES, Difference
from sonogate.evaluate.paired import Comparison, to_json
from sonogate.reference import FullReference
from sonogate.report import encode_png

NAMES = {
    "haarpsi": "HaarPSI",
    "haarpsi_med": "HaarPSI-MED",
    "ms_ssim": "MS-SSIM",
    "gmsd": "GMSD (0 is best)",
    "vifp": "VIFp",
    "ssim": "SSIM",
    "psnr_db": "PSNR, dB",
}
_SUFFIXES = ("comparison.json", "difference.png", "comparison.png")


def write_comparison(comparison: Comparison, out: Path, stem: str) -> list[Path]:
    """Write ``STEM.comparison.json`` and the pictures there are; return what was written.

    Pictures that an earlier run left under the same name are removed when there are none
    now. Without matplotlib there is no page, only the map.

    Args:
        comparison: What was found.
        out: An existing directory.
        stem: What the outputs are called.
    """
    document, map_file, page = (out / f"{stem}.{suffix}" for suffix in _SUFFIXES)
    text = json.dumps(to_json(comparison), indent=1, allow_nan=False) + "\n"
    document.write_text(text, "utf-8")
    for path in (map_file, page):
        path.unlink(missing_ok=True)
    if comparison.difference is None:
        return [document]
    map_file.write_bytes(encode_png(comparison.difference.captured))
    if importlib.util.find_spec("matplotlib") is None:
        return [document, map_file]
    write_page(comparison, comparison.difference, page)
    return [document, map_file, page]


def write_page(comparison: Comparison, difference: Difference, path: Path) -> None:
    """Draw export, photo and both difference maps with their figures, and save them.

    Args:
        comparison: The figures.
        difference: The pictures; nothing but masked ones can be in it.
        path: A PNG or SVG file.
    """
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.colors import LinearSegmentedColormap, Normalize  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(13, 9.6), layout="constrained")
    axes = figure.subplots(2, 2)
    panels = (
        ("export", difference.export, None),
        ("photo, registered", difference.photo, None),
        ("as captured", difference.captured, comparison.captured),
        ("after a monotone tone fit", difference.tone_fitted, comparison.tone_fitted),
    )
    for axis, (title, masked, found) in zip(axes.flat, panels, strict=True):
        axis.imshow(masked.pixels)
        axis.set_title(title if found is None else f"{title}\n{summary(found)}", fontsize=9)
        if comparison.scan_area_xy is not None:
            area = comparison.scan_area_xy
            x, y = [*area[:, 0], area[0, 0]], [*area[:, 1], area[0, 1]]
            axis.plot(x, y, color="tab:orange", linewidth=0.8)
        axis.set_xlabel("export px")
        axis.set_ylabel("export px")
        axis.tick_params(labelsize=7)
    colours = LinearSegmentedColormap.from_list("difference", ["#2166ac", "#f7f7f7", "#b2182b"])
    span = Normalize(-FULL_COLOUR_CODES, FULL_COLOUR_CODES)
    bar = figure.colorbar(ScalarMappable(span, colours), ax=axes[1, :], shrink=0.8, extend="both")
    bar.set_label("photo minus export, luma codes of 0–255")
    shift = "unknown" if comparison.shift_px is None else f"{comparison.shift_px:.2f} px"
    trust = "" if comparison.trusted else " — registration too coarse to trust the figures"
    figure.suptitle(
        f"Over the scan area (orange), {100 * (comparison.in_frame or 0):.0f}% of it in frame; "
        f"registration left {shift} rms{trust}. Black: masked.",
        fontsize=10,
    )
    figure.savefig(path, dpi=110)


def summary(found: FullReference) -> str:
    """Return the figures in one line."""
    return (
        f"HaarPSI {found.haarpsi:.3f}, MS-SSIM {found.ms_ssim:.3f}, GMSD {found.gmsd:.3f}, "
        f"VIFp {found.vifp:.3f}, SSIM {found.ssim:.3f}, PSNR {found.psnr_db:.1f} dB"
    )
