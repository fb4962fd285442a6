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


def deadline_said(said: Mapping[str, Any], key: str) -> str:
    """A duration as written under ``key``, or in hours under ``<key>_hours``; empty for none."""
    hours = said.get(f"{key}_hours")
    if hours is not None:
        return in_words(hours, "hours") if hours else "at once"
    return str(said.get(key) or "")


def entries(said: Any) -> list[dict[str, Any]]:
    """A list of entries, or entries under their ids, as a list in which each has its ``id``."""
    if isinstance(said, Mapping):
        return [{"id": name, **entry} for name, entry in said.items()]
    return [dict(entry) for entry in said or []]
