"""``sonogate compare``: a photo beside its direct export.

Both files stay where they are; what is written holds no unmasked identifier, and no file's
name is printed or recorded.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sonogate.cli.factory import read_policy

if TYPE_CHECKING:
    from sonogate.evaluate.paired import Comparison

_WHY = {
    "unreadable_file": "the photo cannot be read",
    "no_screen": "no screen was found in the photo",
    "no_scan_area": "no ultrasound picture was found on the export",
    "too_small": "the export is too small to compare",
    "not_registered": "the photo could not be registered to the export: is it of the same screen?",
}


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def compare(
        photo: Annotated[Path, typer.Argument(help="Photo of the screen.", show_default=False)],
        export: Annotated[
            Path,
            typer.Argument(
                help="What the machine exported: PNG, JPEG or DICOM.", show_default=False
            ),
        ],
        out: Annotated[
            Path | None,
            typer.Option(help="Where the figures and the masked difference maps are written."),
        ] = None,
        frame: Annotated[int, typer.Option(min=1, help="Frame of a DICOM loop.")] = 1,
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
    ) -> None:
        """Compare a photo with the direct export of the same screen.

        The photo is located, rectified and registered to the export; the full-reference
        figures are over the scan area, as captured and after a monotone tone fit. The exit
        code is 1 when there are no figures.
        """
        from sonogate.errors import SonogateError  # noqa: PLC0415
        from sonogate.evaluate import paired  # noqa: PLC0415
        from sonogate.evaluate.exports import read_export  # noqa: PLC0415
        from sonogate.evaluate.paired_files import write_comparison  # noqa: PLC0415
        from sonogate.gate import default_gate  # noqa: PLC0415

        errors = Console(stderr=True)
        rules = read_policy(policy)
        for path, hint in ((photo, "PHOTO"), (export, "EXPORT")):
            if not path.is_file():
                raise typer.BadParameter("no such file", param_hint=hint)
        try:
            wanted = read_export(export, rules.photo, frame)
            with ThreadPoolExecutor(1) as executor:
                gate = default_gate(rules, executor=executor)
                found = paired.compare(photo.read_bytes(), wanted, gate, pictures=out is not None)
        except SonogateError as error:
            errors.print(str(error), style="red")
            raise typer.Exit(1) from None
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            write_comparison(found, out, photo.stem)
        if found.failure is not None:
            errors.print(_WHY[found.failure], style="red")
            raise typer.Exit(1)
        Console().print(_table(found))
        if not found.trusted:
            errors.print(
                "the registration is too coarse: do not trust these figures", style="yellow"
            )


def _table(found: Comparison) -> Table:
    from sonogate.evaluate.paired_files import NAMES  # noqa: PLC0415

    shift = "unknown" if found.shift_px is None else f"{found.shift_px:.2f} px"
    table = Table(
        box=None,
        pad_edge=False,
        caption=f"over the scan area, {100 * (found.in_frame or 0.0):.0f}% of it in frame; "
        f"registration left {shift} rms",
        caption_justify="left",
    )
    table.add_column("figure")
    table.add_column("as captured", justify="right")
    table.add_column("after a tone fit", justify="right")
    for name, label in NAMES.items():
        digits = 1 if name == "psnr_db" else 3
        values = (getattr(one, name) for one in (found.captured, found.tone_fitted))
        table.add_row(label, *(f"{value:.{digits}f}" for value in values))
    return table
