"""The map of recurring decisions: who takes each, how often, and what is unclear about it.

Beside ``decisions:`` it holds what the rest of the model implies: a triage by the triage lead every
weekday is a decision too. One that ``decisions:`` covers is not there twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from opsreview.operating_model.consistency.recurring import unclear
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.names import holder
from opsreview.operating_model.quantities import cadence_of
from opsreview.operating_model.shape import ModelEntry
from opsreview.operating_model.shape_rules import DecisionRule

Shown = Callable[[str], str]

_A_YEAR = {"day": 365.0, "weekday": 260.0, "week": 52.0, "month": 12.0, "quarter": 4.0}
_TRIGGERED_A_YEAR = 52.0  # nobody writes how often; a week is a fair guess between the rhythms


@dataclass(frozen=True)
class Implied:
    """A decision that a part of the model implies; ``words`` in another's id say it is the same."""

    id: str
    words: frozenset[str]
    rule: DecisionRule


def decision_map(model: OperatingModel, shown: Shown) -> list[dict[str, Any]]:
    """Every recurring decision, the most unclear first, then the most frequent.

    Args:
        model: The document.
        shown: What a person is called; every id of a person goes through it.

    Returns:
        ``id, what, when, decides, consulted, handed_to, within, recorded_in, if_nobody, unclear``
        (a list of sentences); what is not written is None.
    """
    entry = model.entry
    rules = dict(entry.decisions)
    for implied in _implied(entry):
        if not _is_covered(implied, entry):
            rules.setdefault(implied.id, implied.rule)
    urgent = sorted(rules, key=lambda name: _urgency(rules[name]))
    return [_row(name, rules[name], entry, shown) for name in urgent]


def _row(name: str, rule: DecisionRule, entry: ModelEntry, shown: Shown) -> dict[str, Any]:
    return {
        "id": name,
        "what": rule.what,
        "when": _when(rule),
        "decides": _named(rule.decides, entry, shown),
        "consulted": [_named(who, entry, shown) for who in rule.consulted],
        "handed_to": _named(rule.handed_to, entry, shown),
        "within": rule.within,
        "recorded_in": rule.recorded_in,
        "if_nobody": rule.if_nobody,
        "unclear": unclear(rule),
    }


def _when(rule: DecisionRule) -> str | None:
    every = f"every {rule.every}" if rule.every else None
    return ", ".join(filter(None, [rule.trigger, every])) or None


def _named(name: str | None, entry: ModelEntry, shown: Shown) -> str | None:
    """``ben``, or ``triage-lead (ben)``; a role alone where people are shown by their roles."""
    if name is None:
        return None
    owner = holder(name, entry).owner
    if owner is None:
        return name
    if name not in entry.roles:
        return shown(owner)
    return name if shown(owner) in entry.roles else f"{name} ({shown(owner)})"


def _urgency(rule: DecisionRule) -> tuple[bool, int, float]:
    times = _TRIGGERED_A_YEAR
    if rule.every and not rule.trigger:
        cadence = cadence_of(rule.every)
        times = _A_YEAR[cadence.unit] / cadence.count
    return bool(rule.decides), -len(unclear(rule)), -times


def _is_covered(implied: Implied, entry: ModelEntry) -> bool:
    """Whether a written decision has the same name, or the same person at the same rhythm."""
    rule = implied.rule
    return any(
        implied.words & set(re.split("[-_]", name))
        or (rule.every and (said.every, said.decides) == (rule.every, rule.decides))
        for name, said in entry.decisions.items()
    )


def _implied(entry: ModelEntry) -> Iterator[Implied]:
    yield from _of_rhythm(entry)
    for name, severity in entry.severities.items():
        if severity.calls:
            rule = DecisionRule(
                what=f"who deals with {name}",
                trigger=severity.means,
                decides=severity.calls,
                within=severity.answer_within,
            )
            yield Implied(f"severity-{name}", frozenset({name, "severity"}), rule)
    for name, backlog in entry.backlog.items():
        words = frozenset({name, "backlog"})
        yield Implied(f"backlog-{name}", words, DecisionRule(what=backlog.says, decides=backlog.by))
    if entry.reviewed:
        rule = DecisionRule(
            what="whether the operating model still says what is done",
            every=entry.reviewed.every,
            decides=entry.reviewed.by,
            recorded_in="reviewed, in operating_model.yaml",
        )
        yield Implied("model-review", frozenset({"model"}), rule)


def _of_rhythm(entry: ModelEntry) -> Iterator[Implied]:
    rhythm = entry.rhythm
    meetings = {
        "triage": ("which new issues are taken up, and by whom", rhythm.triage),
        "release": ("what is released, and whether it is ready", rhythm.release),
        "retrospective": ("what changes in how the team works", rhythm.retrospective),
    }
    records = {"retrospective": "decisions.yaml"}
    for name, (what, said) in meetings.items():
        if said:
            record = records.get(name)
            rule = DecisionRule(what=what, every=said.every, decides=said.by, recorded_in=record)
            yield Implied(name, frozenset({name}), rule)
    if rhythm.release and (hotfix := rhythm.release.hotfix):
        rule = DecisionRule(
            what="whether a hotfix goes out of turn",
            trigger=hotfix.when,
            decides=hotfix.by,
            within=hotfix.within,
        )
        yield Implied("hotfix", frozenset({"hotfix"}), rule)
