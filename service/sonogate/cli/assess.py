"""``sonogate assess``: photos in, reports and masked pictures out.

No file's name is printed or written into a report: a name may be a patient's. The one
exception is the output's own name, which the caller chose by naming the photo.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sonogate.cli.factory import read_grid, read_policy
from sonogate.cli.files import Job, collect, read_patient, read_photo, write_results

if TYPE_CHECKING:
    from sonogate.gate import Assessor, GateFactory
    from sonogate.identifiers import PatientContext
    from sonogate.policy import Policy
    from sonogate.types import Assessment, Fidelity, Reason

PIPE_COLUMNS = 140
_COLOURS = {
    "accepted": "green",
    "accepted_with_limits": "cyan",
    "retake": "yellow",
    "rejected": "red",
}


def register(app: typer.Typer, make_gate: GateFactory) -> None:
    """Add the command to ``app``."""

    @app.command()
    def assess(
        photos: Annotated[
            list[Path],
            typer.Argument(
                help="Photos, or directories for all the photos in them.", show_default=False
            ),
        ],
        out: Annotated[
            Path | None,
            typer.Option(help="Where STEM.json and STEM.masked.png are written, for each photo."),
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one report a line on standard output.")
        ] = False,
        names: Annotated[
            bool, typer.Option("--names", help="Show the outputs' names in the table.")
        ] = False,
        language: Annotated[str, typer.Option(help="Language of the prompts.")] = "en",
        policy: Annotated[
            Path | None, typer.Option(help="A policy file instead of the package's.")
        ] = None,
        export_size: Annotated[
            str | None,
            typer.Option(help="The display's own pixel grid where it is known: 1024x768."),
        ] = None,
        device: Annotated[
            str | None,
            typer.Option(help="The machine, by a name under [devices] in the policy."),
        ] = None,
        patient: Annotated[
            str | None,
            typer.Option(
                help="JSON file with the patient's names, numbers and birth_date, or - for "
                "standard input: "
                "what may name them is masked, clinical or not."
            ),
        ] = None,
    ) -> None:
        """Assess photos of ultrasound screens.

        Photos of one stem get outputs STEM, STEM-2, STEM-3, in the order of the arguments.
        The exit code is 0 when every photo was assessed, whatever the verdicts; 1 when a
        path is missing or something failed; 2 when the command was misspelt.
        """
        errors = Console(stderr=True)
        rules = read_policy(policy)
        size_wh = read_grid(rules, export_size, device)
        jobs, complaints = collect(photos)
        for complaint in complaints:
            errors.print(complaint, style="red")
        context = None if patient is None else _patient(patient)
        if out is not None:
            _make_directory(out)
        results: list[tuple[Job, Assessment | None]] = []
        if jobs:
            with ThreadPoolExecutor(1) as executor:
                gate = _load(make_gate, rules, language, size_wh, executor)
                results = _run(gate, jobs, rules.photo.max_bytes, out, as_json, errors, context)
            _print(_table(results, names), to_errors=as_json)
        if complaints or any(assessment is None for _, assessment in results):
            raise typer.Exit(1)


def _patient(where: str) -> PatientContext:
    try:
        return read_patient(where)
    except OSError as error:
        raise typer.BadParameter("it cannot be read", param_hint="--patient") from error
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--patient") from None


def _make_directory(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(
            f"cannot be made a directory: {error.strerror}", param_hint="--out"
        ) from error


def _load(
    make_gate: GateFactory,
    rules: Policy,
    language: str,
    size_wh: tuple[int, int] | None,
    executor: ThreadPoolExecutor,
) -> Assessor:
    from sonogate.errors import SonogateError  # noqa: PLC0415
    from sonogate.prompts import UnknownLanguageError  # noqa: PLC0415

    try:
        return make_gate(
            rules, language=language, export_size_wh=size_wh, executor=executor, threads=None
        )
    except UnknownLanguageError as error:
        raise typer.BadParameter(str(error), param_hint="--language") from error
    except SonogateError as error:
        Console(stderr=True).print(f"the gate cannot start: {error}", style="red")
        raise typer.Exit(1) from error


def _run(
    gate: Assessor,
    jobs: list[Job],
    max_bytes: int,
    out: Path | None,
    as_json: bool,
    errors: Console,
    patient: PatientContext | None,
) -> list[tuple[Job, Assessment | None]]:
    """Assess every photo; one that fails is reported and does not stop the others."""
    results: list[tuple[Job, Assessment | None]] = []
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("assessing", total=len(jobs))
        for job in jobs:
            assessment: Assessment | None = None
            try:
                assessment = read_photo(job.path, max_bytes, gate, patient)
                report = write_results(assessment, out, job.stem)
                if as_json:
                    typer.echo(json.dumps(report, allow_nan=False))
            except Exception as error:
                # The type alone: a message could quote a name or what was read.
                errors.print(f"photo {job.number}: failed ({type(error).__name__})", style="red")
                assessment = None
            results.append((job, assessment))
            progress.advance(task)
    return results


def _print(table: Table, *, to_errors: bool) -> None:
    console = Console(stderr=to_errors)
    if not console.is_terminal:
        # A pipe has no width of its own, and prompts are hard to read in narrow columns.
        console = Console(stderr=to_errors, width=PIPE_COLUMNS)
    console.print(table)


def _table(results: list[tuple[Job, Assessment | None]], names: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("output" if names else "photo", justify="left" if names else "right")
    for heading in ("verdict", "why", "what to do"):
        table.add_column(heading, overflow="fold")
    table.add_column("fidelity", justify="right")
    table.add_column("ms", justify="right")
    for job, assessment in results:
        label = job.stem if names else str(job.number)
        if assessment is None:
            table.add_row(label, "[red]failed[/red]", "", "", "", "")
            continue
        verdict = assessment.verdict
        first = verdict.reasons[0] if verdict.reasons else None
        why = "" if first is None else _why(first)
        if verdict.outcome == "accepted_with_limits":
            why = "limits: " + ", ".join(verdict.limits)
        fidelity = assessment.quality.fidelity if assessment.quality is not None else None
        if assessment.screen is None or assessment.screen.scan_area_xy is None:
            fidelity = None  # likeness to an export that there cannot be
        colour = _COLOURS[verdict.outcome]
        table.add_row(
            label,
            f"[{colour}]{verdict.outcome}[/{colour}]",
            why,
            "" if first is None else first.prompt,
            "" if fidelity is None else _interval(fidelity),
            f"{assessment.timings_ms['total']:.0f}",
        )
    return table


def _why(reason: Reason) -> str:
    return reason.code if reason.where is None else f"{reason.code}, {reason.where}"


def _interval(fidelity: Fidelity) -> str:
    return f"{fidelity.value:.0f} ({fidelity.low:.0f}–{fidelity.high:.0f})"
