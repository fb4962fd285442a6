"""A value as YAML writes it: on one line, or a line each for what is in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def inline(value: Any) -> str:
    """The value on one line, safe between brackets too; read again it is the same."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(of)}" for key, of in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(each) for each in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value if _is_plain(value) else quoted(value)
    return repr(value)


def quoted(text: str, mark: str = '"') -> str:
    """The text in quotes; single ones only where nothing in it needs more."""
    if mark == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def in_block(key: str | None, value: Any, indent: int, newline: str) -> str:
    """``key: value``, or an entry of a list where ``key`` is None, in lines of their own.

    What holds lists or mappings has a line for each of its parts, as a person would write it.
    """
    lead = " " * indent + ("-" if key is None else f"{inline(key)}:")
    if key is None or not _is_deep(value):
        return f"{lead} {inline(value)}{newline}"
    parts = (
        [in_block(name, part, indent + 2, newline) for name, part in value.items()]
        if isinstance(value, dict)
        else [in_block(None, part, indent + 2, newline) for part in value]
    )
    return lead + newline + "".join(parts)


def is_same(one: Any, other: Any) -> bool:
    """Whether two documents say the same, types and all; the order of keys says nothing."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            is_same(of, other[key]) for key, of in one.items()
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def _is_deep(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, dict | list) and any(isinstance(part, dict | list) for part in parts)


def _is_plain(text: str) -> bool:
    """Whether the text means itself without quotes, wherever it stands."""
    if not text.isprintable() or text.startswith(("&", "*", "!")):  # an anchor, alias or tag
        return False
    everywhere = f"a: {{k: {text}, {text}: k}}\nb: {text}\nc: [{text}, x]\nd:\n- {text}\n"
    try:
        read = YAML(typ="safe", pure=True).load(everywhere)
    except (YAMLError, ValueError, TypeError):
        return False
    return bool(read == {"a": {"k": text, text: "k"}, "b": text, "c": [text, "x"], "d": [text]})


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
