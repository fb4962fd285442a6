"""The page of whom to call now: duty with its dates, severities, escalation, channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.operating_model.quantities import hours_of
from opsreview.publish.markdown import node, plain, table
from opsreview.publish.names import NOT_DECLARED, Names

DUTY_BEGINS, DUTY_ENDS = "<!-- opsreview:duty -->", "<!-- /opsreview:duty -->"


@dataclass(frozen=True)
class Turns:
    """The turns of duty that a built cycle knows of, from ``next.json``; people as they appear."""

    cycle: str
    as_of: datetime
    zone: ZoneInfo
    on_duty: Sequence[Mapping[str, Any]]


def who_to_call(names: Names, turns: Turns | None) -> Iterator[str]:
    """The page; ``turns`` is None where no cycle is built that may be shown."""
    yield from ("# Who to call", "")
    yield from _duty(names, turns)
    yield from _escalation(names)
    yield from _severities(names)
    yield from _channels(names)
    yield from _hotfix(names)


def _duty(names: Names, turns: Turns | None) -> Iterator[str]:
    yield from ("## On duty", "", DUTY_BEGINS, "")
    yield from _turns(turns)
    yield from (DUTY_ENDS, "")
    duty = names.entry.rhythm.duty
    if duty is None:
        yield from ("The rota is not declared.", "")
        return
    order = ", then ".join(names.person(person) for person in duty.order)
    yield f"- **Turns**: every {plain(duty.every)}, {order or f'as {plain(duty.source)} says'}"
    yield f"- **Handed over**: {_said(duty.handover)}"
    yield f"- **Covers**: {_said(duty.cover)}"
    yield f"- **A second person behind the first**: {'yes' if duty.secondary else 'no'}"
    if duty.best_effort:
        yield f"- **Not promised**: {plain(duty.best_effort)}"
    yield ""


def _turns(turns: Turns | None) -> Iterator[str]:
    if turns is None or not turns.on_duty:
        known = f"no rota that cycle {turns.cycle} read says it" if turns else "no built cycle"
        yield from (f"Who is on duty now is not known here: {known}.", "")
        return
    zone = turns.zone
    last = max(datetime.fromisoformat(turn["end_at"]) for turn in turns.on_duty)
    yield f"As cycle {turns.cycle} knew it on {_day(turns.as_of, zone)}; times are of {zone.key}."
    yield f"**After {_moment(last, zone)} this says nothing: make the page again.**"
    yield ""
    yield from table(
        ("from", "until", "who", "as"),
        (
            (
                _moment(datetime.fromisoformat(turn["start_at"]), zone),
                _moment(datetime.fromisoformat(turn["end_at"]), zone),
                plain(turn["person"]),
                plain(turn["role"] or turn["rotation"] or "duty"),
            )
            for turn in turns.on_duty
        ),
    )


def _escalation(names: Names) -> Iterator[str]:
    yield from ("## Whom to call next", "")
    steps = names.entry.escalation
    if not steps:
        yield from ("Escalation is not declared.", "")
        return
    yield from ("```mermaid", "flowchart TD", '  start(["Something is wrong"])')
    for i, step in enumerate(steps):
        before = f"step{i - 1}" if i else "start"
        who = names.who_in_words(step.who)
        says = f"{who}: {step.how}" if step.how else who
        yield f'  step{i}["{node(says)}"]'
        yield f'  {before} -- "{node(_waited(step.after, is_first=not i))}" --> step{i}'
    yield from ("```", "")
    for i, step in enumerate(steps):
        how = f", {plain(step.how)}" if step.how else ""
        yield f"{i + 1}. {plain(_waited(step.after, is_first=not i))}: {names.who(step.who)}{how}"
    yield ""


def _waited(after: str, *, is_first: bool) -> str:
    if hours_of(after) == 0:
        return "at once"
    return f"after {after}" if is_first else f"no answer after {after}"


def _severities(names: Names) -> Iterator[str]:
    yield from ("## How bad it is", "")
    severities = names.entry.severities
    if not severities:
        yield from ("Severities are not declared.", "")
        return
    yield from table(
        ("severity", "means", "priority", "call", "answered within", "resolved within"),
        (
            (
                plain(name),
                plain(said.means),
                _said(said.priority),
                names.who(said.calls),
                _said(said.answer_within),
                _said(said.resolve_within),
            )
            for name, said in severities.items()
        ),
    )


def _channels(names: Names) -> Iterator[str]:
    yield from ("## Where people ask for help", "")
    channels = names.entry.channels
    if not channels:
        yield from ("Support channels are not declared.", "")
        return
    yield from table(
        ("where", "watched by", "answered within"),
        (
            (plain(said.where), names.who(said.watched_by), _said(said.answer_within))
            for said in channels.values()
        ),
    )


def _hotfix(names: Names) -> Iterator[str]:
    yield from ("## When a release cannot wait", "")
    release = names.entry.rhythm.release
    hotfix = release.hotfix if release else None
    if hotfix is None:
        yield "The rule for hotfixes is not declared."
    else:
        within = f", within {plain(hotfix.within)}" if hotfix.within else ""
        yield f"- {plain(hotfix.when)}: by {names.who(hotfix.by)}{within}"
    for freeze in release.freezes if release else ():
        why = f": {plain(freeze.why)}" if freeze.why else ""
        yield f"- Nothing but hotfixes from {freeze.first_on} to {freeze.last_on}{why}"
    yield ""


def _said(text: str | None) -> str:
    return plain(text) if text else NOT_DECLARED


def _day(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"
