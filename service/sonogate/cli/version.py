"""``sonogate version``: what is installed."""

from __future__ import annotations

import importlib.metadata

import typer


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def version() -> None:
        """Print the versions of the package, its policy and its models."""
        from sonogate.onnx.weights import load_manifest  # noqa: PLC0415
        from sonogate.policy import default_policy  # noqa: PLC0415

        typer.echo(f"sonogate {importlib.metadata.version('sonogate')}")
        typer.echo(f"policy {default_policy().version}")
        for weight in load_manifest().values():
            typer.echo(f"{weight.name} {weight.sha256}")
