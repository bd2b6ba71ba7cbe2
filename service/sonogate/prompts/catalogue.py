"""Gettext's PO format, as much of it as a catalogue of single sentences needs.

The format is that of the GNU gettext manual, "The Format of PO Files". Every entry must
have a context; plural forms are not used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import MappingProxyType

_KEYWORD = re.compile(r'(msgctxt|msgid|msgstr)\s+(".*")\s*')
_FUZZY = re.compile(r"#,.*\bfuzzy\b")


def parse_catalogue(text: str) -> Mapping[str, str]:
    """Return the sentences of a PO file by their context.

    An entry without a translation, or whose translation is marked fuzzy, yields its source.

    Args:
        text: The file's text.

    Raises:
        ValueError: A line is no PO, an entry lacks a part, or a context comes twice.
    """
    sentences: dict[str, str] = {}
    for number, block in enumerate(re.split(r"\n[ \t]*\n", text.strip()), start=1):
        fields, fuzzy = _fields(block)
        if not fields:
            continue
        context = fields.get("msgctxt")
        if context is None:
            if number == 1 and fields.get("msgid") == "":
                continue  # the header
            raise ValueError("an entry of the catalogue has no msgctxt")
        if not fields.get("msgid") or "msgstr" not in fields:
            raise ValueError(f"catalogue entry {context!r} needs msgid and msgstr")
        if context in sentences:
            raise ValueError(f"catalogue entry {context!r} comes twice")
        translated = fields["msgstr"] and not fuzzy
        sentences[context] = fields["msgstr"] if translated else fields["msgid"]
    return MappingProxyType(sentences)


def _fields(block: str) -> tuple[dict[str, str], bool]:
    fields: dict[str, str] = {}
    keyword, fuzzy = "", False
    for line in block.splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            fuzzy = fuzzy or _FUZZY.match(stripped) is not None
            continue
        if match := _KEYWORD.fullmatch(stripped):
            keyword, quoted = match.groups()
            if keyword in fields:
                raise ValueError(f"two {keyword} in one entry of the catalogue")
            fields[keyword] = _unquote(quoted)
        elif keyword and stripped.startswith('"'):
            fields[keyword] += _unquote(stripped)
        elif stripped:
            raise ValueError("a line of the catalogue is neither keyword, string nor comment")
    return fields, fuzzy


def _unquote(quoted: str) -> str:
    # PO strings are C strings; the escapes that occur in sentences mean the same in Python.
    try:
        value = ast.literal_eval(quoted)
    except (SyntaxError, ValueError) as error:
        raise ValueError("a string of the catalogue is not closed or has a bad escape") from error
    return str(value)
