"""``sonogate verify``: whether files are pictures that the authority issued."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from sonogate.authority.certificates import Roots
    from sonogate.authority.snapshot import Snapshot


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def verify(
        files: Annotated[list[Path], typer.Argument(help="Files to check.", show_default=False)],
        root: Annotated[
            Path,
            typer.Option(
                help="Root certificate of the authority (PEM).",
                envvar="SONOGATE_ROOT",
                show_default=False,
            ),
        ],
        snapshot: Annotated[
            Path | None,
            typer.Option(help="Signed list of registered pictures, for recalls and deletions."),
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one answer a line as JSON.")
        ] = False,
    ) -> None:
        """Say of each file whether the authority issued it, without asking a service.

        AUTHENTIC: issued by the authority, every byte as it was. ALTERED: carries what is
        left of the authority's mark. UNKNOWN: does not, or is not on the list. RECALLED and
        SUPERSEDED: issued as it is, but no longer to be used; only a list can tell. The exit
        code is 0 when every file is AUTHENTIC, 1 when one is not, 2 when a file cannot be
        read.
        """
        from sonogate.authority.verify import answer_document  # noqa: PLC0415
        from sonogate.authority.verify import verify as check  # noqa: PLC0415

        errors = Console(stderr=True)
        roots, register_ = _read(root, snapshot)
        authentic = True
        for number, path in enumerate(files, start=1):
            try:
                data = path.read_bytes()
            except OSError as error:
                errors.print(f"file {number}: {error.strerror}", style="red")
                raise typer.Exit(2) from None
            answer = check(data, roots, register_)
            authentic = authentic and answer.status == "AUTHENTIC"
            if as_json:
                document = answer_document(answer, datetime.now(UTC))
                typer.echo(json.dumps({"file": number, **document}))
                continue
            more = answer.detail or ("" if answer.recall is None else answer.recall.reason)
            more = more or answer.superseded_by or answer.image_id or ""
            typer.echo(f"{number:4}  {answer.status:10}  {more}".rstrip())
        if register_ is not None and not as_json:
            errors.print(f"recalls as of {register_.at:%Y-%m-%d %H:%M} UTC")
        elif not as_json:
            errors.print("recalls were not looked up: no list was given")
        if not authentic:
            raise typer.Exit(1)


def _read(root: Path, snapshot: Path | None) -> tuple[Roots, Snapshot | None]:
    from sonogate.authority.keys import load_roots  # noqa: PLC0415
    from sonogate.authority.snapshot import read_snapshot  # noqa: PLC0415
    from sonogate.errors import AuthorityError  # noqa: PLC0415

    try:
        roots = load_roots(root)
    except AuthorityError as error:
        raise typer.BadParameter(str(error), param_hint="--root") from error
    if snapshot is None:
        return roots, None
    try:
        return roots, read_snapshot(snapshot.read_text("ascii"), roots)
    except OSError as error:
        raise typer.BadParameter(str(error.strerror), param_hint="--snapshot") from error
    except (AuthorityError, ValueError) as error:
        raise typer.BadParameter(
            "not a list that this authority signed", param_hint="--snapshot"
        ) from error
