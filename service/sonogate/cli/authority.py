"""``sonogate authority``: the image authority's keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    authority = typer.Typer(help="The image authority's keys.", no_args_is_help=True)
    app.add_typer(authority, name="authority")

    @authority.command()
    def init(
        folder: Annotated[
            Path, typer.Argument(help="Where the keys are made.", show_default=False)
        ],
        organisation: Annotated[
            str, typer.Option(help="Whose authority it is; stands in every signed picture.")
        ] = "sonogate",
        root_years: Annotated[int, typer.Option(min=1, help="Validity of the root.")] = 20,
        leaf_years: Annotated[int, typer.Option(min=1, help="Validity of what signs.")] = 10,
    ) -> None:
        """Make a root certificate and the two keys that sign pictures and statements.

        Give root.pem to whoever is to verify, and keep root.key.pem offline: signing does
        not need it.
        """
        from sonogate.authority.keys import create_authority  # noqa: PLC0415
        from sonogate.errors import AuthorityError  # noqa: PLC0415

        now = datetime.now(UTC)
        try:
            keys = create_authority(folder, organisation, now, root_years, leaf_years)
        except AuthorityError as error:
            Console(stderr=True).print(str(error), style="red")
            raise typer.Exit(1) from None
        typer.echo(f"pictures    {keys.pictures.key_id}")
        typer.echo(f"statements  {keys.statements.key_id}")
