"""``sonogate evaluate study``: a folder of photos, exports and ratings, compared and reported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress

from sonogate.cli.factory import read_policy


def register(group: typer.Typer) -> None:
    """Add the commands to ``group``."""

    @group.command()
    def study(
        folder: Annotated[Path, typer.Argument(help="Folder with study.toml.", show_default=False)],
        out: Annotated[
            Path | None, typer.Option(help="For the results; FOLDER/results by default.")
        ] = None,
        verdicts: Annotated[
            bool, typer.Option("--verdicts/--no-verdicts", help="Read text, which a verdict needs.")
        ] = True,
        pictures: Annotated[
            int, typer.Option(min=0, help="Masked difference pictures, of the first pairs.")
        ] = 0,
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
    ) -> None:
        """Compare a study's photos with their exports and write tables, plots and a report.

        An interrupted run goes on where it stopped when started again.
        """
        errors = Console(stderr=True)
        rules = read_policy(policy)
        try:
            from sonogate.evaluate.study import StudyOptions, read_study, run_study  # noqa: PLC0415
            from sonogate.evaluate.study.analysis import analyse  # noqa: PLC0415
            from sonogate.evaluate.study.description import StudyError  # noqa: PLC0415
            from sonogate.evaluate.study.plots import draw_plots  # noqa: PLC0415
            from sonogate.evaluate.study.report import write_report  # noqa: PLC0415
        except ImportError:
            errors.print("a study needs the research extra: pip install sonogate[research]")
            raise typer.Exit(1) from None
        from sonogate.gate import default_gate  # noqa: PLC0415

        try:
            described = read_study(folder)
        except StudyError as error:
            errors.print(str(error), style="red")
            raise typer.Exit(1) from None
        results = folder / "results" if out is None else out
        gate = default_gate(rules)
        with Progress(console=errors) as progress:
            task = progress.add_task("pairs", total=len(described.pairs))
            table = run_study(
                described,
                gate,
                results,
                StudyOptions(verdicts, pictures),
                lambda done: progress.update(task, completed=done),
            )
        analysis = analyse(described, table)
        plots = draw_plots(analysis, results / "plots")
        write_report(described, analysis, plots, results / "report.html")
        typer.echo(f"{len(analysis.used)} of {len(table)} pairs have trusted figures")

    @group.command("import")
    def import_layout(
        layout: Annotated[
            Literal["chexphoto", "opinion"],
            typer.Argument(help="Photos of known pictures by path, or pictures with scores."),
        ],
        table: Annotated[Path, typer.Argument(help="The set's CSV.", show_default=False)],
        photos: Annotated[Path, typer.Argument(help="The set's root.", show_default=False)],
        out: Annotated[Path, typer.Argument(help="Study folder to write.", show_default=False)],
        exports: Annotated[
            Path | None, typer.Option(help="Root of the originals, for chexphoto.")
        ] = None,
    ) -> None:
        """Write a study from the CSV of a published set; its files stay where they are."""
        from sonogate.evaluate.study.description import StudyError  # noqa: PLC0415
        from sonogate.evaluate.study.importers import (  # noqa: PLC0415
            import_chexphoto,
            import_opinion,
        )

        try:
            if layout == "chexphoto":
                if exports is None:
                    raise typer.BadParameter("chexphoto needs it", param_hint="--exports")
                count = import_chexphoto(table, photos, exports, out)
            else:
                count = import_opinion(table, photos, out)
        except StudyError as error:
            Console(stderr=True).print(str(error), style="red")
            raise typer.Exit(1) from None
        typer.echo(f"{count} photos")
