"""The page of decisions that come up again and again: who takes them, when, and what is unclear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsreview.operating_model.shape import ModelEntry
from opsreview.publish.markdown import plain

_PARTS = (
    ("when", "When"),
    ("decides", "Decides"),
    ("consulted", "Asked before"),
    ("within", "Decided within"),
    ("handed_to", "Handed to"),
    ("recorded_in", "Recorded in"),
    ("if_nobody", "If nobody decides"),
)


def decisions(entry: ModelEntry, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The page, made of rows as ``decision_map.json`` has them: most urgent first.

    What a row does not declare is told by what is unclear about it.
    """
    yield from ("# Who decides what", "")
    found = list(rows)
    if not entry.decisions:
        implied = " What follows is what the rest of the model implies." if found else ""
        yield from (f"Recurring decisions are not declared.{implied}", "")
    for row in found:
        yield from (f"## {plain(_begun(row['what']))}", "")
        yield from (f"- **{title}**: {_said(row[key])}" for key, title in _PARTS if row.get(key))
        if unclear := row.get("unclear"):
            yield "- **Unclear**:"
            yield from (f"  - {plain(sentence)}" for sentence in unclear)
        yield ""


def _said(value: Any) -> str:
    return ", ".join(map(plain, value)) if isinstance(value, list) else plain(value)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
