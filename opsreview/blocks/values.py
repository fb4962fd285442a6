"""What a document says at one of its places, as a sentence can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsreview.estimate import in_words


def value_said(value: Any, *, absent: str = "not declared") -> str:
    """``ada, ben`` for a list, ``every: week`` for keys with values, ``absent`` for None."""
    if value is None:
        return absent
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {value_said(said)}" for key, said in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_said(each) for each in value) or "nothing"
    return str(value)


def holder_said(said: Any) -> str:
    """``triage-lead (ada)`` for a resolved name, the bare name where that is all there is."""
    if not isinstance(said, Mapping):
        return str(said or "")
    name, owner = str(said["name"]), said.get("owner")
    return f"{name} ({owner})" if owner and owner != name else name


def hours_said(hours: float | None) -> str:
    """``3 d``; ``at once`` for 0, empty for None."""
    if hours is None:
        return ""
    return in_words(hours, "hours") if hours else "at once"
