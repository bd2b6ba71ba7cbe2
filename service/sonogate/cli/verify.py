"""``sonogate verify``: whether files are pictures that the authority issued."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
        service: Annotated[
            str | None,
            typer.Option(help="Service to ask about recalls; its key in SONOGATE_KEY."),
        ] = None,
        signature: Annotated[
            Path | None,
            typer.Option(help="Signature beside the one file, where it was exported."),
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one answer a line as JSON.")
        ] = False,
    ) -> None:
        """Say of each file whether the authority issued it; without asking, unless --service.

        AUTHENTIC: issued by the authority, every byte as it was. ALTERED: carries what is
        left of the authority's mark. UNKNOWN: does not, or is not on the list. RECALLED and
        SUPERSEDED: issued as it is, but no longer to be used; only a list can tell. The exit
        code is 0 when every file is AUTHENTIC, 1 when one is not, 2 when a file cannot be
        read.
        """
        from sonogate.authority.detached import verify_copy  # noqa: PLC0415
        from sonogate.authority.verify import answer_document  # noqa: PLC0415
        from sonogate.authority.verify import verify as check  # noqa: PLC0415

        errors = Console(stderr=True)
        if snapshot is not None and service is not None:
            raise typer.BadParameter("give a list or a service, not both")
        if signature is not None and (len(files) > 1 or service is not None):
            raise typer.BadParameter("a signature is of one file, and is checked here")
        roots, register_ = _read(root, snapshot)
        beside = None if signature is None else _read_signature(signature)
        authentic = True
        for number, path in enumerate(files, start=1):
            try:
                data = path.read_bytes()
            except OSError as error:
                errors.print(f"file {number}: {error.strerror}", style="red")
                raise typer.Exit(2) from None
            if service is None:
                answer = (
                    check(data, roots, register_)
                    if beside is None
                    else verify_copy(data, beside, roots, register_)
                )
                document: Mapping[str, Any] = answer_document(answer, datetime.now(UTC))
            else:
                document = _ask(service, data, roots, errors)
            authentic = authentic and document["status"] == "AUTHENTIC"
            if as_json:
                typer.echo(json.dumps({"file": number, **document}))
                continue
            typer.echo(f"{number:4}  {document['status']:10}  {_more(document)}".rstrip())
        if register_ is not None and not as_json:
            errors.print(f"recalls as of {register_.at:%Y-%m-%d %H:%M} UTC")
        elif service is None and not as_json:
            errors.print("recalls were not looked up: no list was given")
        if not authentic:
            raise typer.Exit(1)


def _read_signature(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise typer.BadParameter("cannot be read", param_hint="--signature") from error


def _ask(service: str, data: bytes, roots: Roots, errors: Console) -> Mapping[str, Any]:
    from sonogate.authority.remote import ask_service  # noqa: PLC0415
    from sonogate.errors import AuthorityError  # noqa: PLC0415

    try:
        return ask_service(service, os.environ.get("SONOGATE_KEY", ""), data, roots)
    except AuthorityError as error:
        errors.print(str(error), style="red")
        raise typer.Exit(2) from None


def _more(document: Mapping[str, Any]) -> str:
    recalled = document["recalled"]
    reason = None if recalled is None else recalled["reason"]
    more = document["detail"] or reason or document["superseded_by"] or document["image"]
    return str(more or "")


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
