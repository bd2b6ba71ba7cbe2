"""``models/policy.toml`` as a frozen value.

Every threshold and calibration curve lives there and nowhere else. An unknown key, a
missing key or a value of the wrong type is an error: a misspelt threshold must not be
silently ignored.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import tomllib
import types as pytypes
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from sonogate.errors import PolicyError

_Section = TypeVar("_Section")


@dataclass(frozen=True, slots=True)
class PhotoPolicy:
    """Limits on a file before and after decoding.

    Attributes:
        max_bytes: Largest file accepted.
        max_pixels: Most pixels accepted, as declared and as decoded.
        min_side_px: Shortest side below which a picture is refused.
        decode_seconds: Time the sandboxed decoder may take.
        decode_memory_bytes: Address space the sandboxed decoder may take.
    """

    max_bytes: int
    max_pixels: int
    min_side_px: int
    decode_seconds: float
    decode_memory_bytes: int


@dataclass(frozen=True, slots=True)
class ScreenPolicy:
    """Where a display counts as found, and how it is rectified.

    Attributes:
        min_confidence: Confidence (0–100) below which there is no screen.
        min_ultrasound: Belief (0–1) below which what is displayed is no ultrasound picture.
        max_side_px: Longest side of a rectified picture.
        formats_wh: Pixel grids that displays have, commonest first for equal shapes.
        format_tolerance: Relative error of the aspect ratio within which a grid is taken.
        min_edge_support: Share of a side (0–1) that must show an edge for it to be moved.
    """

    min_confidence: float
    min_ultrasound: float
    max_side_px: int
    formats_wh: tuple[tuple[int, int], ...]
    format_tolerance: float
    min_edge_support: float


@dataclass(frozen=True, slots=True)
class ScoreCurve:
    """A sigmoid from native values to 0–100 (the OFIQ form, ISO/IEC 29794-5).

    Attributes:
        x50: Native value at score 50, the limit of acceptance.
        x90: Native value at score 90, as good as the export.
    """

    x50: float
    x90: float

    def __post_init__(self) -> None:
        if self.x50 == self.x90:
            raise PolicyError("a score curve needs x50 and x90 to differ")

    def score(self, raw: float) -> float:
        """Return the score 0–100 of native value ``raw``, rounded to a tenth."""
        width = (self.x90 - self.x50) / math.log(9.0)
        exponent = min(max(-(raw - self.x50) / width, -700.0), 700.0)
        return round(100.0 / (1.0 + math.exp(exponent)), 1)


@dataclass(frozen=True, slots=True)
class MeasuresPolicy:
    """One score curve a measure."""

    sampling: ScoreCurve
    sharpness: ScoreCurve
    motion: ScoreCurve
    glare: ScoreCurve
    veil: ScoreCurve
    moire: ScoreCurve
    exposure: ScoreCurve
    noise: ScoreCurve
    colour: ScoreCurve
    perspective: ScoreCurve
    compression: ScoreCurve
    completeness: ScoreCurve


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy.

    Attributes:
        version: Written into every result, with the digest of the file behind it.
    """

    version: str
    photo: PhotoPolicy
    screen: ScreenPolicy
    measures: MeasuresPolicy


def default_policy() -> Policy:
    """Return the policy that ships with the package."""
    return parse_policy(resources.files("sonogate.models").joinpath("policy.toml").read_bytes())


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        PolicyError: It cannot be read, or has an unknown, missing or impossible entry.
    """
    try:
        return parse_policy(path.read_bytes())
    except OSError as error:
        raise PolicyError(f"cannot read the policy file: {error.strerror}") from error


def parse_policy(text: bytes) -> Policy:
    """Parse the bytes of a policy file (TOML, UTF-8).

    Raises:
        PolicyError: It has an unknown, missing or impossible entry.
    """
    try:
        table = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"the policy is not TOML: {error}") from error
    if isinstance(table.get("version"), str):
        table["version"] += "+" + hashlib.sha256(text).hexdigest()[:12]
    return _section(Policy, table, "policy")


def _section(cls: type[_Section], table: Any, where: str) -> _Section:
    if not isinstance(table, dict):
        raise PolicyError(f"{where}: expected a table")
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    if unknown := sorted(set(table) - set(names)):
        raise PolicyError(f"{where}: unknown {', '.join(unknown)}")
    if missing := [name for name in names if name not in table]:
        raise PolicyError(f"{where}: missing {', '.join(missing)}")
    return cls(**{name: _value(hints[name], table[name], f"{where}.{name}") for name in names})


def _value(hint: Any, value: Any, where: str) -> Any:
    """Convert TOML's ``value`` to what the type ``hint`` asks for."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _section(typing.cast(type[Any], hint), value, where)
    if origin is tuple:
        return _tuple(arguments, value, where)
    if origin is Mapping:
        if not isinstance(value, dict):
            raise PolicyError(f"{where}: expected a table")
        items = {key: _value(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
        return pytypes.MappingProxyType(items)
    if origin is typing.Literal:
        if value not in arguments:
            raise PolicyError(f"{where}: expected one of {', '.join(map(str, arguments))}")
        return value
    if hint is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if type(value) is hint and hint in (int, str, bool):
        return value
    raise PolicyError(f"{where}: expected {getattr(hint, '__name__', hint)}")


def _tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise PolicyError(f"{where}: expected a list")
    if arguments[-1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(value) != len(arguments):
        raise PolicyError(f"{where}: expected {len(arguments)} entries")
    pairs = zip(arguments, value, strict=True)
    return tuple(_value(hint, item, f"{where}[{i}]") for i, (hint, item) in enumerate(pairs))
