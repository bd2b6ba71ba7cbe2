"""``sonogate batch``: many photos in, one Parquet file a chunk out.

No file's name is printed, nor written into the results unless that is asked for.
"""

from __future__ import annotations

from contextlib import closing
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from sonogate.cli.factory import read_grid, read_policy
from sonogate.cli.files import SUFFIXES

if TYPE_CHECKING:
    from sonogate.batch import Settings, Summary
    from sonogate.batch.crew import Crew
    from sonogate.gate import GateFactory

# A cluster tells of whole chunks only: the pace is taken over some of them.
_PACE_SECONDS = 600.0


def register(app: typer.Typer, make_gate: GateFactory) -> None:
    """Add the command to ``app``."""

    @app.command()
    def batch(
        source: Annotated[
            str, typer.Argument(metavar="SRC", help="Folder, file:// or s3:// of the photos.")
        ],
        destination: Annotated[
            str, typer.Argument(metavar="DST", help="Folder, file:// or s3:// of the results.")
        ],
        workers: Annotated[
            int | None, typer.Option(min=1, help="Processes; the default is one a core.")
        ] = None,
        dask: Annotated[
            str | None,
            typer.Option(help="A Dask scheduler's address, or local for a cluster here."),
        ] = None,
        chunk: Annotated[
            int | None, typer.Option(min=1, help="Photos in a chunk: 100, or as begun.")
        ] = None,
        pictures: Annotated[
            bool, typer.Option("--pictures", help="Write masked pictures and reports too.")
        ] = False,
        keep_names: Annotated[
            bool,
            typer.Option(
                "--keep-names", help="Write the photos' paths into the rows: they may name people."
            ),
        ] = False,
        all_files: Annotated[
            bool,
            typer.Option("--all-files", help="Take every file, whatever its name ends in."),
        ] = False,
        language: Annotated[str, typer.Option(help="Language of the prompts.")] = "en",
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
        export_size: Annotated[
            str | None,
            typer.Option(help="The displays' own pixel grid where it is known: 1024x768."),
        ] = None,
        device: Annotated[
            str | None,
            typer.Option(help="The machine, by a name under [devices] in the policy."),
        ] = None,
    ) -> None:
        """Assess many photos, from a folder or S3, into one Parquet file a chunk.

        A run that was stopped or killed goes on when it is given again; chunks that are
        finished are skipped. A run whose photos, policy or models have changed is refused.
        The exit code is 0 when every photo has its row, whatever the verdicts and failures;
        1 when the run could not begin or go on; 2 when the command was misspelt.
        """
        _require("pyarrow")
        if dask is not None:
            _require("distributed")
        rules = read_policy(policy)  # refuses a malformed one before anything is started
        from sonogate.batch import Settings  # noqa: PLC0415

        settings = Settings(
            source=source,
            destination=destination,
            policy=_policy_bytes(policy),
            make_gate=make_gate,
            language=language,
            export_size_wh=read_grid(rules, export_size, device),
            pictures=pictures,
            keep_names=keep_names,
        )
        _run(settings, workers, dask, chunk, all_files=all_files)


def _run(
    settings: Settings, workers: int | None, dask: str | None, chunk: int | None, *, all_files: bool
) -> None:
    from sonogate.batch import run  # noqa: PLC0415
    from sonogate.errors import SonogateError  # noqa: PLC0415
    from sonogate.onnx.sessions import available_threads  # noqa: PLC0415

    errors = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _PaceColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    try:
        with (
            closing(_crew(settings, workers or available_threads(), dask)) as crew,
            Progress(*columns, console=errors, speed_estimate_period=_PACE_SECONDS) as progress,
        ):
            watcher = _Bar(progress)
            summary = run(
                crew,
                settings,
                watcher,
                chunk_photos=chunk,
                suffixes=None if all_files else SUFFIXES,
            )
    except SonogateError as error:
        errors.print(f"stopped: {error}", style="red", highlight=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("stopped; the same command goes on from here", style="yellow")
        raise typer.Exit(1) from None
    _tell(summary, watcher.others)


def _crew(settings: Settings, workers: int, dask: str | None) -> Crew:
    if dask is not None:
        from sonogate.batch.cluster import DaskCrew  # noqa: PLC0415

        return DaskCrew(settings, dask, workers)
    from sonogate.batch.pool import PoolCrew  # noqa: PLC0415

    return PoolCrew(settings, workers)


class _PaceColumn(ProgressColumn):
    """Photos a second."""

    def render(self, task: Task) -> Text:
        pace = task.finished_speed or task.speed
        return Text("–" if pace is None else f"{pace:.2f}/s")


class _Bar:
    """The progress bar. Photos of earlier runs do not count into its pace."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task("listing", total=None)
        self.others = 0

    def listed(self, photos: int, others: int, done: int) -> None:
        self.others = others
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task("assessing", total=photos, completed=done)

    def reached(self, photos: int) -> None:
        self._progress.update(self._task, completed=photos)


def _tell(summary: Summary, others: int) -> None:
    made = summary.photos - summary.skipped_photos
    failed = sum(summary.failures.values())
    lines = [f"{summary.photos} photos in {summary.chunks} chunks"]
    if others:
        lines.append(f"{others} other files were passed over")
    if summary.skipped_photos:
        lines.append(f"{summary.skipped_photos} had been done before")
    if made:
        pace = made / summary.seconds
        lines.append(f"{made} done in {summary.seconds:.0f} s, {pace:.2f} a second")
    if summary.workers_lost:
        lines.append(f"{summary.workers_lost} workers died and were replaced")
    if failed:
        codes = ", ".join(f"{code} {n}" for code, n in sorted(summary.failures.items()))
        lines.append(f"{failed} failed, listed in failures/: {codes}")
    for line in lines:
        typer.echo(line)


def _policy_bytes(path: Path | None) -> bytes:
    if path is not None:
        return path.read_bytes()
    return resources.files("sonogate.models").joinpath("policy.toml").read_bytes()


def _require(module: str) -> None:
    if find_spec(module) is None:
        typer.echo("this needs the extra 'scale': pip install 'sonogate[scale]'", err=True)
        raise typer.Exit(1)
