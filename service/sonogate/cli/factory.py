"""How a command gets its gate. The models' libraries are imported when first needed."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sonogate.gate import Assessor
    from sonogate.policy import Policy


def load_default_gate(
    policy: Policy,
    *,
    language: str,
    export_size_wh: tuple[int, int] | None,
    executor: Executor | None,
    threads: int | None,
) -> Assessor:
    """Load the gate that ships with the package; see ``sonogate.gate.default_gate``."""
    from sonogate.gate import default_gate  # noqa: PLC0415

    return default_gate(
        policy,
        language=language,
        export_size_wh=export_size_wh,
        executor=executor,
        threads=threads,
    )


def read_policy(path: Path | None) -> Policy:
    """Return the policy in ``path``, or the one of the package.

    Raises:
        typer.BadParameter: It cannot be read or is malformed.
    """
    from sonogate.errors import PolicyError  # noqa: PLC0415
    from sonogate.policy import default_policy, load_policy  # noqa: PLC0415

    try:
        return default_policy() if path is None else load_policy(path)
    except PolicyError as error:
        raise typer.BadParameter(str(error), param_hint="--policy") from error


def read_size(text: str | None) -> tuple[int, int] | None:
    """Return ``"1024x768"`` as width and height.

    Raises:
        typer.BadParameter: It is anything else.
    """
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) > 0 and int(height) > 0):
        raise typer.BadParameter("expected WIDTHxHEIGHT, such as 1024x768")
    return int(width), int(height)


def read_grid(rules: Policy, size: str | None, device: str | None) -> tuple[int, int] | None:
    """Return the display's pixel grid: as given, as the policy knows it, or None.

    Raises:
        typer.BadParameter: Both are given, the policy does not name the device, or the size
            is none.
    """
    if device is None:
        return read_size(size)
    if size is not None:
        raise typer.BadParameter("--export-size says it already", param_hint="--device")
    if device not in rules.devices:
        raise typer.BadParameter("the policy names no such device", param_hint="--device")
    return rules.devices[device].export_wh
