"""The map of recurring decisions: who takes each, how often, and what is unclear about it.

Beside ``decisions:`` it holds what the rest of the model implies: a triage by the triage lead every
weekday is a decision too. One that ``decisions:`` covers is not there twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from opsreview.operating_model.consistency.recurring import unclear
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.names import holder
from opsreview.operating_model.quantities import cadence_of
from opsreview.operating_model.shape import MeetingEntry, ModelEntry
from opsreview.operating_model.shape_rules import DecisionRule

Shown = Callable[[str], str]

_A_YEAR = {"day": 365.0, "weekday": 260.0, "week": 52.0, "month": 12.0, "quarter": 4.0}
_TRIGGERED_A_YEAR = 52.0  # nobody writes how often; a week is a fair guess between the rhythms


@dataclass(frozen=True)
class _Recurring:
    """A decision of the map.

    One that another part implies is the same as a written one with one of its ``words`` in its
    name; its ``settled`` keys go without saying.
    """

    id: str
    rule: DecisionRule
    words: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()

    @property
    def unclear(self) -> list[str]:
        return unclear(self.rule, self.settled)

    @property
    def urgency(self) -> tuple[bool, int, float]:
        """Smaller is more urgent: nobody decides, much is unclear, it comes up often."""
        times = _TRIGGERED_A_YEAR
        if self.rule.every and not self.rule.trigger:
            cadence = cadence_of(self.rule.every)
            times = _A_YEAR[cadence.unit] / cadence.count
        return bool(self.rule.decides), -len(self.unclear), -times


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
    written = [_Recurring(name, rule) for name, rule in entry.decisions.items()]
    implied = [each for each in _implied(entry) if not _is_covered(each, entry)]
    urgent = sorted([*written, *implied], key=lambda each: each.urgency)
    return [_row(each, entry, shown) for each in urgent]


def _row(said: _Recurring, entry: ModelEntry, shown: Shown) -> dict[str, Any]:
    rule = said.rule
    return {
        "id": said.id,
        "what": rule.what,
        "when": _when(rule),
        "decides": _named(rule.decides, entry, shown),
        "consulted": [_named(who, entry, shown) for who in rule.consulted],
        "handed_to": _named(rule.handed_to, entry, shown),
        "within": rule.within,
        "recorded_in": rule.recorded_in,
        "if_nobody": rule.if_nobody,
        "unclear": said.unclear,
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


def _is_covered(implied: _Recurring, entry: ModelEntry) -> bool:
    """Whether a written decision has the same name, or the same person at the same rhythm."""
    rule = implied.rule
    return any(
        implied.id == name
        or implied.words & set(re.split("[-_]", name))
        or (rule.every and (said.every, said.decides) == (rule.every, rule.decides))
        for name, said in entry.decisions.items()
    )


def _implied(entry: ModelEntry) -> Iterator[_Recurring]:
    yield from _of_rhythm(entry)
    for name, severity in entry.severities.items():
        if severity.calls:
            rule = DecisionRule(
                what=f"who deals with {name}",
                trigger=severity.means,
                decides=severity.calls,
                within=severity.answer_within,
            )
            yield _Recurring(f"severity-{name}", rule, frozenset({name, "severity"}))
    for name, backlog in entry.backlog.items():
        rule = DecisionRule(what=backlog.says, decides=backlog.by)
        yield _Recurring(f"backlog-{name}", rule, frozenset({name, "backlog"}))
    if entry.reviewed:
        rule = DecisionRule(
            what="whether the operating model still says what is done",
            every=entry.reviewed.every,
            decides=entry.reviewed.by,
            recorded_in="reviewed, in operating_model.yaml",
            if_nobody="the pages say that the review is due",
        )
        settled = frozenset({"handed_to"})  # who reviews it corrects it
        yield _Recurring("model-review", rule, frozenset({"model"}), settled)


def _of_rhythm(entry: ModelEntry) -> Iterator[_Recurring]:
    rhythm = entry.rhythm
    if rhythm.triage:
        what = "which new issues are taken up, and by whom"
        yield _meeting("triage", what, rhythm.triage)
    if rhythm.release:
        yield _meeting("release", "what is released, and whether it is ready", rhythm.release)
    if rhythm.retrospective:
        what = "what changes in how the team works"
        said = _meeting("retrospective", what, rhythm.retrospective)
        rule = said.rule.model_copy(update={"recorded_in": "decisions.yaml"})
        yield replace(said, rule=rule, settled=frozenset({"handed_to"}))  # each has its owner
    if rhythm.release and (hotfix := rhythm.release.hotfix):
        rule = DecisionRule(
            what="whether a hotfix goes out of turn",
            trigger=hotfix.when,
            decides=hotfix.by,
            within=hotfix.within,
        )
        yield _Recurring("hotfix", rule, frozenset({"hotfix"}))


def _meeting(name: str, what: str, said: MeetingEntry) -> _Recurring:
    rule = DecisionRule(what=what, every=said.every, decides=said.by)
    return _Recurring(name, rule, frozenset({name}))
