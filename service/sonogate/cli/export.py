"""``sonogate export``: signed pictures handed on to an archive, a medium, a record.

What is known of the patient comes from a file that the caller names, goes into the copy, and
is printed nowhere.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonogate.export.package import Package


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def export(
        pictures: Annotated[
            list[Path], typer.Argument(help="Signed pictures (PNG).", show_default=False)
        ],
        root: Annotated[
            Path,
            typer.Option(
                help="Root certificate of the authority that signed them (PEM).",
                envvar="SONOGATE_ROOT",
                show_default=False,
            ),
        ],
        about: Annotated[
            Path | None,
            typer.Option(help="JSON with patient, context, device and calibration; see README."),
        ] = None,
        plain: Annotated[
            Path | None, typer.Option(help="Folder for PNG files with JSON beside them.")
        ] = None,
        dicom: Annotated[Path | None, typer.Option(help="Folder for DICOM files.")] = None,
        medium: Annotated[
            Path | None, typer.Option(help="Empty folder for a medium with DICOMDIR.")
        ] = None,
        iso: Annotated[
            Path | None, typer.Option(help="The medium as an ISO file; with --medium.")
        ] = None,
        fhir: Annotated[Path | None, typer.Option(help="Folder for FHIR bundles.")] = None,
        stow: Annotated[
            str | None,
            typer.Option(help="DICOMweb service to store in; token in SONOGATE_STOW_TOKEN."),
        ] = None,
        cstore: Annotated[
            str | None, typer.Option(help="Archive to send to: TITLE@HOST:PORT.")
        ] = None,
    ) -> None:
        """Hand signed pictures on. Without a patient in --about, copies are de-identified."""
        errors = Console(stderr=True)
        if iso is not None and medium is None:
            raise typer.BadParameter("an ISO file is made of a medium", param_hint="--iso")
        try:
            from sonogate.cli.export_files import Outputs, read_packages  # noqa: PLC0415
        except ImportError:
            errors.print("export needs the export extra: pip install sonogate[export]")
            raise typer.Exit(1) from None
        from sonogate.errors import SonogateError  # noqa: PLC0415

        at = datetime.now(UTC)
        outputs = Outputs(plain, dicom, medium, iso, fhir, stow, cstore)
        if not outputs.any:
            raise typer.BadParameter("say where to: --plain, --dicom, --medium, --fhir, ...")
        try:
            packages = read_packages(pictures, root, about, at)
            _deliver(outputs.steps(at), packages, errors)
        except SonogateError as error:
            errors.print(str(error), style="red")
            raise typer.Exit(1) from None
        except (ValueError, KeyError, TypeError, json.JSONDecodeError):
            # Without the message, which could quote what is known of a patient.
            raise typer.BadParameter(
                "not what the README describes", param_hint="--about"
            ) from None


def _deliver(
    steps: list[tuple[str, Callable[[list[Package]], None]]],
    packages: list[Package],
    errors: Console,
) -> None:
    for name, step in steps:
        step(packages)
        errors.print(f"{name}: {len(packages)} done")
