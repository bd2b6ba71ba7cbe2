"""``sonogate audit``: an organisation's audit trail checked away from the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the trail as the service gave it."""

    organisation: str
    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    previous_hash: str
    hash: str


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def audit(
        pages: Annotated[
            list[Path],
            typer.Argument(help="Pages of GET /v1/audit, in order.", show_default=False),
        ],
        organisation: Annotated[str, typer.Option(help="Whose trail it is.", show_default=False)],
        root: Annotated[
            Path | None, typer.Option(help="Root certificate of the authority (PEM).")
        ] = None,
        anchor: Annotated[
            list[Path] | None,
            typer.Option(help="Signed ends of the trail (GET /v1/audit/head) that were kept."),
        ] = None,
    ) -> None:
        """Compute every hash of an audit trail anew.

        A chain alone does not show that its end was cut off: keep its signed end from time to
        time, and give it here. The exit code is 0 when the trail is sound, 1 when it is not, 2
        when a file cannot be used.
        """
        from sonogate.authority.audit import check_chain, read_head  # noqa: PLC0415
        from sonogate.authority.keys import load_roots  # noqa: PLC0415
        from sonogate.errors import AuthorityError  # noqa: PLC0415

        if anchor and root is None:
            raise typer.BadParameter("signed ends are checked under a root", param_hint="--root")
        try:
            roots = None if root is None else load_roots(root)
            kept = (
                []
                if roots is None
                else [read_head(path.read_text("ascii").strip(), roots) for path in anchor or ()]
            )
            lines = list(_lines(pages, organisation))
        except (AuthorityError, OSError, ValueError, KeyError, TypeError) as error:
            Console(stderr=True).print(f"cannot be used: {type(error).__name__}", style="red")
            raise typer.Exit(2) from None
        if any(head.organisation != organisation for head in kept):
            raise typer.BadParameter("a signed end of another trail", param_hint="--anchor")
        found = check_chain(organisation, lines, kept)
        if found.fault is not None:
            typer.echo(f"{found.fault} at entry {found.at_sequence}")
            raise typer.Exit(1)
        typer.echo(f"sound: {found.entries} entries, {len(kept)} anchors, head {found.head.hash}")


def _lines(pages: list[Path], organisation: str) -> Iterator[Line]:
    for page in pages:
        for item in json.loads(page.read_bytes())["items"]:
            values = {**item, "at": datetime.fromisoformat(item["at"])}
            yield Line(organisation=organisation, **values)
