"""``sonogate records``: what keeps the records in order, and who may use them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sonogate.http.opening import Places
    from sonogate.records.storage import Storage

Data = Annotated[
    Path | None,
    typer.Option(help="Folder of the records; else as SONOGATE_DATA and the other settings say."),
]
_OPERATOR = "operator"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    group = typer.Typer(
        help="Check, back up, restore and purge the records; change keys; let clients in.",
        no_args_is_help=True,
    )
    app.add_typer(group, name="records")
    _upkeep(group)
    _copies(group)
    _clients(group)


def _upkeep(group: typer.Typer) -> None:
    @group.command()
    def check(
        data: Data = None,
        reclaim: Annotated[
            bool, typer.Option("--reclaim", help="Remove objects that no record refers to.")
        ] = False,
    ) -> None:
        """Read every picture and every audit chain. The exit code is 1 when one is damaged."""
        from sonogate.records import maintenance  # noqa: PLC0415

        storage, _ = _open(data)
        found = maintenance.check(storage, reclaim=reclaim)
        typer.echo(
            f"{found.pictures} pictures, {len(found.damaged)} damaged; "
            f"{found.garbage} objects without a record, {found.reclaimed} removed; "
            f"{found.chains} audit chains, {len(found.broken)} broken"
        )
        for name in (*found.damaged, *found.broken):
            typer.echo(f"damaged: {name}")
        if not found.sound:
            raise typer.Exit(1)

    @group.command("rotate-keys")
    def rotate_keys(
        data: Data = None,
        drop_old: Annotated[
            bool,
            typer.Option(
                "--drop-old",
                help="Remove the old keys. Stop the service first; older backups need them.",
            ),
        ] = False,
    ) -> None:
        """Make a new key and wrap every data key with it."""
        from sonogate.records import maintenance  # noqa: PLC0415

        storage, where = _open(data)
        _, count = maintenance.rotate(storage, where.key_file, drop_old=drop_old)
        typer.echo(f"{count} data keys wrapped anew")

    @group.command()
    def purge(
        older_than_days: Annotated[int, typer.Argument(min=1, help="Retention period, days.")],
        data: Data = None,
    ) -> None:
        """Delete submissions that are past their retention period; tombstones stay."""
        from sonogate.records import deletion  # noqa: PLC0415

        storage, _ = _open(data)
        count = deletion.purge(storage, timedelta(days=older_than_days), _OPERATOR)
        typer.echo(f"{count} submissions deleted")


def _copies(group: typer.Typer) -> None:
    @group.command()
    def backup(
        folder: Annotated[Path, typer.Argument(help="A new folder.", show_default=False)],
        data: Data = None,
    ) -> None:
        """Write a backup. The key file is not in it: keep that elsewhere, and keep it."""
        from sonogate.records import backup as copies  # noqa: PLC0415

        storage, _ = _open(data)
        typer.echo(f"{copies.backup(storage, folder)} pictures backed up")

    @group.command()
    def restore(
        folder: Annotated[Path, typer.Argument(help="A backup.", exists=True, show_default=False)],
        data: Data = None,
    ) -> None:
        """Put a backup into an empty database, whose key file is there already."""
        from sonogate.records import backup as copies  # noqa: PLC0415
        from sonogate.records import maintenance  # noqa: PLC0415

        storage, _ = _open(data)
        typer.echo(f"{copies.restore(storage, folder)} pictures restored")
        if not maintenance.check(storage).sound:
            typer.echo("what was restored is damaged: see sonogate records check", err=True)
            raise typer.Exit(1)


def _clients(group: typer.Typer) -> None:
    @group.command("add-client")
    def add_client(
        organisation: Annotated[str, typer.Argument(help="Whose records.", show_default=False)],
        name: Annotated[str, typer.Argument(help="What it is called.", show_default=False)],
        scope: Annotated[
            list[str], typer.Option(help="submit, review, research or admin; repeatable.")
        ],
        days: Annotated[
            int | None, typer.Option(min=1, help="Days until the key is refused.")
        ] = None,
        data: Data = None,
    ) -> None:
        """Make an API key and print it; it cannot be shown again."""
        from sonogate.http.access import Scope, known_scopes  # noqa: PLC0415
        from sonogate.records import clients  # noqa: PLC0415

        scopes = known_scopes(frozenset(scope))
        if len(scopes) != len(set(scope)):
            raise typer.BadParameter("expected " + ", ".join(Scope), param_hint="--scope")
        storage, _ = _open(data)
        expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
        made = clients.add(storage, organisation, name, scopes, expires, _OPERATOR)
        typer.echo(made.key)

    @group.command("list-clients")
    def list_clients(data: Data = None) -> None:
        """List clients: id, organisation, scopes, state, name."""
        from sonogate.records import clients  # noqa: PLC0415

        storage, _ = _open(data)
        for client in clients.every(storage):
            state = "revoked" if client.revoked_at else "valid"
            scopes = ",".join(sorted(client.scopes))
            typer.echo(f"{client.id} {client.organisation} {scopes} {state} {client.name}")

    @group.command("revoke-client")
    def revoke_client(
        organisation: Annotated[str, typer.Argument(help="Whose client.", show_default=False)],
        client: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
        reason: Annotated[str, typer.Argument(help="Why.", show_default=False)],
        data: Data = None,
    ) -> None:
        """Refuse a client's key from now on."""
        from sonogate.errors import SonogateError  # noqa: PLC0415
        from sonogate.records import clients  # noqa: PLC0415

        storage, _ = _open(data)
        try:
            clients.revoke(storage, organisation, client, _OPERATOR, reason)
        except SonogateError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None


def _open(data: Path | None) -> tuple[Storage, Places]:
    from sonogate.errors import SonogateError  # noqa: PLC0415
    from sonogate.http.opening import open_storage, places  # noqa: PLC0415
    from sonogate.http.settings import Settings  # noqa: PLC0415

    settings = Settings() if data is None else Settings(data=data)
    try:
        where = places(settings)
        if where is None:
            raise typer.BadParameter("name the records' folder", param_hint="--data")
        return open_storage(where, settings.data), where
    except SonogateError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
