"""Whatever a policy file says, it is a policy or is refused in words."""

from __future__ import annotations

import contextlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonogate.errors import PolicyError
from sonogate.policy import Policy, parse_policy

TEXT = (Path(__file__).resolve().parents[2] / "models" / "policy.toml").read_text("utf-8")
LINES = TEXT.splitlines()
VALUES = st.sampled_from(
    [
        "nan", "-inf", "inf", "-1", "0", "0.0", "1e308", "1e-308", "-0.5", "9" * 400, "9" * 5000,
        "true", '""', '"x"', "[]", "[[]]", "[1, 2]", "[0.5, 0.5]", '["", ""]', "{}", "{a = 1}",
        "1979-05-27", "07:32:00", "'", "[" * 2000,
    ]
)  # fmt: skip
HOLDS_A_VALUE = [number for number, line in enumerate(LINES) if "=" in line.split("#")[0]]


def check(text: str) -> None:
    with contextlib.suppress(PolicyError):
        assert isinstance(parse_policy(text.encode("utf-8", "surrogatepass")), Policy)


@settings(max_examples=300, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(HOLDS_A_VALUE), VALUES), min_size=1, max_size=3))
def test_any_value_is_taken_or_refused(changes: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for number, value in changes:
        lines[number] = f"{lines[number].split('=')[0]}= {value}"
    check("\n".join(lines))


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(TEXT)), length=st.integers(0, 200), put=st.text(max_size=20))
def test_any_text_is_taken_or_refused(at: int, length: int, put: str) -> None:
    check(TEXT[:at] + put + TEXT[at + length :])


@pytest.mark.parametrize("value", ["9" * 400, "9" * 5000, "[" * 5000])
def test_numbers_and_nesting_without_end_are_refused(value: str) -> None:
    for name in ("max_bytes", "decode_seconds"):
        changed, count = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", TEXT)
        assert count == 1
        with pytest.raises(PolicyError):
            parse_policy(changed.encode())


def test_a_policy_without_any_one_entry_is_refused() -> None:
    def leaves(table: dict[str, Any], at: tuple[str, ...]) -> list[tuple[str, ...]]:
        found = []
        for key, value in table.items():
            found.append((*at, key))
            if isinstance(value, dict):
                found += leaves(value, (*at, key))
        return found

    assert len(leaves(tomllib.loads(TEXT), ())) > 100
    for number in HOLDS_A_VALUE:
        if LINES[number].rstrip().endswith("["):
            continue
        fewer = "\n".join(LINES[:number] + LINES[number + 1 :])
        with pytest.raises(PolicyError):
            parse_policy(fewer.encode())
