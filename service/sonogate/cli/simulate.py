"""``sonogate simulate``: a data set of simulated photos with their truth."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def simulate(
        out: Annotated[Path, typer.Argument(help="Folder to write to.", show_default=False)],
        preset: Annotated[
            Literal["locator", "quality", "masking", "decision"],
            typer.Option(help="Purpose: sets what is in view and how often what goes wrong."),
        ] = "decision",
        count: Annotated[int, typer.Option(min=1, help="Photos.")] = 100,
        seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 0,
        profile: Annotated[
            Literal["fast", "full"],
            typer.Option(help="full: subpixels, mosaic, file; fast: for training a locator."),
        ] = "full",
        megapixels: Annotated[
            float, typer.Option(min=0.05, max=50.0, help="Size of the photos.")
        ] = 12.0,
        scenery: Annotated[
            Path | None,
            typer.Option(help="Folder with backgrounds/ and environments/; else drawn rooms."),
        ] = None,
        ultrasound: Annotated[
            Path | None,
            typer.Option(help="Folder of real ultrasound pictures that some screens show."),
        ] = None,
        beside: Annotated[
            Path | None,
            typer.Option(help="Folder of real photos, shown beside in the contact sheet."),
        ] = None,
        workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one a processor.")] = 0,
        explain: Annotated[
            bool,
            typer.Option(
                "--explain", help="Add each fault's gain and the dominant one: 12 x slower."
            ),
        ] = False,
        moire: Annotated[
            bool,
            typer.Option(
                "--moire", help="Add what panel and colour filters add to each photo: 3 x slower."
            ),
        ] = False,
    ) -> None:
        """Simulate photos of ultrasound screens, with exact truth.

        An interrupted run goes on where it stopped when started again.
        """
        errors = Console(stderr=True)
        try:
            dataset = importlib.import_module("sonogate.simulate.dataset")
        except ImportError:
            errors.print("simulate needs the research extra: pip install sonogate[research]")
            raise typer.Exit(1) from None
        recipe = dataset.DatasetRecipe(
            preset, count, seed, profile, megapixels, scenery, explain, moire, ultrasound
        )
        columns = (
            TextColumn("photos"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=errors) as progress:
            task = progress.add_task("photos", total=count)
            try:
                dataset.write_dataset(
                    out,
                    recipe,
                    workers or len(os.sched_getaffinity(0)),
                    lambda done: progress.update(task, completed=done),
                    beside,
                )
            except ValueError as error:
                errors.print(str(error), style="red")
                raise typer.Exit(1) from None
