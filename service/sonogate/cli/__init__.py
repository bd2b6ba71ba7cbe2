"""The command line: one module a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from sonogate.cli import (
    assess,
    audit,
    authority,
    batch,
    compare,
    evaluate,
    export,
    records,
    serve,
    simulate,
    verify,
    version,
)
from sonogate.cli.factory import load_default_gate

if TYPE_CHECKING:
    from sonogate.gate import GateFactory

__all__ = ["create_cli", "main"]


def create_cli(make_gate: GateFactory = load_default_gate) -> typer.Typer:
    """Return the command line.

    Args:
        make_gate: Loads the gate that assesses photos.
    """
    app = typer.Typer(
        name="sonogate",
        help="The gate between a phone photo of an ultrasound screen and the medical record.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    assess.register(app, make_gate)
    batch.register(app, make_gate)
    serve.register(app, make_gate)
    simulate.register(app)
    evaluate.register(app)
    compare.register(app)
    authority.register(app)
    verify.register(app)
    export.register(app)
    audit.register(app)
    records.register(app)
    version.register(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Args:
        arguments: What stands after the program's name; None for the process's own.
    """
    create_cli()(arguments)
