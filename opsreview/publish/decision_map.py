"""The page of decisions that come up again and again: who takes them, when, and what is unclear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsreview.operating_model.shape import ModelEntry
from opsreview.publish.markdown import plain
from opsreview.publish.names import Names

_UNDECLARED = (  # key of a row, and what its lack leaves open
    ("when", "when it comes up is not declared"),
    ("decides", "who decides is not declared"),
    ("handed_to", "whom it is handed to is not declared"),
    ("recorded_in", "where it is recorded is not declared"),
    ("if_nobody", "what happens if nobody decides is not declared"),
)
_PARTS = (
    ("when", "When"),
    ("decides", "Decides"),
    ("consulted", "Asked before"),
    ("within", "Decided within"),
    ("handed_to", "Handed to"),
    ("recorded_in", "Recorded in"),
    ("if_nobody", "If nobody decides"),
)


def rows_of(names: Names) -> list[dict[str, Any]]:
    """The decisions as ``decision_map.json`` has them, in the model's order.

    What is unclear is only what the document leaves out; the consistency check sees more.
    """
    return [_row(name, names) for name in names.entry.decisions]


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


def _row(name: str, names: Names) -> dict[str, Any]:
    rule = names.entry.decisions[name]
    row: dict[str, Any] = {
        "id": name,
        "what": rule.what,
        "when": _when(rule.every, rule.trigger),
        "decides": rule.decides and names.who_in_words(rule.decides),
        "consulted": [names.who_in_words(who) for who in rule.consulted],
        "handed_to": rule.handed_to and names.who_in_words(rule.handed_to),
        "within": rule.within,
        "recorded_in": rule.recorded_in,
        "if_nobody": rule.if_nobody,
    }
    return row | {"unclear": [says for key, says in _UNDECLARED if not row[key]]}


def _when(every: str | None, trigger: str | None) -> str | None:
    return ", ".join(filter(None, [f"every {every}" if every else None, trigger])) or None


def _said(value: Any) -> str:
    return ", ".join(map(plain, value)) if isinstance(value, list) else plain(value)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
