"""What could change in the operating model: rules as data, at most three proposals, never applied.

A rule looks at the model, at what became of its promises and at the team's own history, and says
which line could change, to what, and what that would have meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from opsreview.estimate import Estimate, in_words
from opsreview.operating_model.conformance import Held
from opsreview.operating_model.decisions import value_at
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import cadence_of
from opsreview.wording import interval_in_words

DEADLINES_DAYS = (1, 2, 3, 5, 7, 10, 14)
RHYTHMS_DAYS = {"week": 7, "2 weeks": 14, "3 weeks": 21, "month": 30.4, "2 months": 60.9}
A_LITTLE_LATE = 1.15  # a gap this much longer than the rhythm still keeps it
FEWEST_GAPS = 6  # fewer give no bounds for their median
MOST_OF_THE_WORK = 0.5
FEWEST_ACTS = 10  # of a role's work, before another person is proposed for it
FEWEST_TURNS = 2  # of duty, before somebody is proposed for the order
MOST_PROPOSALS = 3


class Finding(Protocol):
    """The part of a finding that a proposal leans on."""

    @property
    def id(self) -> str: ...
    @property
    def metric(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def is_signal(self) -> bool: ...


@dataclass(frozen=True)
class Known:
    """What the rules look at.

    ``attainment_at(hours, group)`` is the share answered within ``hours`` over the team's earlier
    cycles. ``work`` counts, by role, what each person did of that role's work in the year to the
    cycle's end, and under ``duty`` the turns of the last quarter that each held of those who are
    still there. ``release_gaps_days`` are the gaps between its stable releases.
    """

    model: OperatingModel
    held: Sequence[Held]
    attainment_at: Callable[[float, str], Estimate]
    findings: Sequence[Finding]
    work: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    release_gaps_days: Sequence[float] = ()

    def drifts(self, path: str) -> bool:
        """Whether what happened left what the model says at ``path``."""
        return any(said.path == path and said.verdict == "drifts" for said in self.held)

    def because(self, path: str) -> list[str]:
        """The findings that say so."""
        return [said.id for said in self.findings if said.id == f"drift.{path}"]


@dataclass(frozen=True)
class Rule:
    """One reason to propose a change; ``proposes`` yields proposals without an id."""

    id: str
    says: str
    proposes: Callable[[Known], Iterator[dict[str, Any]]]


def proposals(
    model: OperatingModel,
    held: Sequence[Held],
    attainment_at: Callable[[float, str], Estimate],
    findings: Sequence[Finding],
    *,
    work: Mapping[str, Mapping[str, int]] | None = None,
    release_gaps_days: Sequence[float] = (),
) -> list[dict[str, Any]]:
    """At most three changes worth deciding on, in the order of the rules and of the model.

    Those that rest on a signal come first.

    Args:
        model: The model of today: ``current`` is what it says.
        held: What became of its promises in the cycle.
        attainment_at: Share answered within (hours, group) over the team's earlier cycles.
        findings: Of the cycle; those on the same metric and group are named in ``because``.
        work: By role, how often each person did its work, and under ``duty`` the turns that each
            held; empty where nobody counted.
        release_gaps_days: Days between the stable releases of the year to the cycle's end.

    Returns:
        ``id, path, current, proposed, because, expects, what_if``; ``proposed`` is None where a
        person has to choose. Only ``proposed`` may name a person: the texts go on pages.
    """
    known = Known(model, held, attainment_at, findings, work or {}, release_gaps_days)
    found = [proposal for rule in RULES for proposal in rule.proposes(known)]
    signals = {said.id for said in findings if said.is_signal}
    found.sort(key=lambda proposal: signals.isdisjoint(proposal["because"]))
    return [{"id": f"p-{i}", **said} for i, said in enumerate(found[:MOST_PROPOSALS], start=1)]


def _longer_deadline(known: Known) -> Iterator[dict[str, Any]]:
    drifting = {said.id for said in known.held if said.verdict == "drifts"}
    for promise in known.model.promises:
        if promise.id not in drifting or not promise.has_deadline_share:
            continue
        today, share = promise.at_most_hours or 0.0, promise.at_least or 0.0
        longer = (days for days in DEADLINES_DAYS if days * 24 > today)
        tried = ((days, known.attainment_at(days * 24, promise.group)) for days in longer)
        met = next(((days, past) for days, past in tried if (past.value or 0) >= share), None)
        if met is None:
            continue
        path = f"{promise.path}.within"
        yield {
            "path": path,
            "current": value_at(known.model.file.data, path),
            "proposed": _days(met[0]),
            "because": _because(known.findings, promise.metric, promise.group),
            "expects": "done",
            "what_if": _past_in_words(met[1], met[0], in_words(promise.at_least, "share")),
        }


def _kept_release_rhythm(known: Known) -> Iterator[dict[str, Any]]:
    release, gaps = known.model.entry.rhythm.release, sorted(known.release_gaps_days)
    if release is None or not known.drifts("rhythm.release") or len(gaps) < FEWEST_GAPS:
        return
    today, median = _days_of(release.every), gaps[len(gaps) // 2]
    if median <= today * A_LITTLE_LATE:
        return
    slower = {name: days for name, days in RHYTHMS_DAYS.items() if days > today}
    kept = next((name for name, days in slower.items() if median <= days * A_LITTLE_LATE), None)
    if kept is None:
        return
    share = sum(gap <= slower[kept] * A_LITTLE_LATE for gap in gaps) / len(gaps)
    yield {
        "path": "rhythm.release.every",
        "current": release.every,
        "proposed": kept,
        "because": known.because("rhythm.release"),
        "expects": "done",
        "what_if": f"Half of the last {len(gaps)} gaps between stable releases were {median:.0f} d "
        f"or longer; every {kept}, {in_words(share, 'share')} of them would have been kept.",
    }


def _who_does_it(known: Known) -> Iterator[dict[str, Any]]:
    for name, role in known.model.entry.roles.items():
        counts, done = known.work.get(name, {}), sum(known.work.get(name, {}).values())
        path = f"roles.{name}.owner"
        others = {p: n for p, n in counts.items() if _may_own(p, name, known)}
        person = min(others, key=lambda person: (-others[person], person), default=None)
        if person is None or not known.drifts(f"roles.{name}") or done < FEWEST_ACTS:
            continue
        if others[person] < MOST_OF_THE_WORK * done:
            continue
        yield {
            "path": path,
            "current": role.owner,
            "proposed": person,
            "because": known.because(f"roles.{name}"),
            "expects": "done",
            "what_if": f"The one proposed did {others[person]} of {done} in the last year, "
            f"the owner {counts.get(role.owner, 0)}.",
        }


def _name_a_deputy(known: Known) -> Iterator[dict[str, Any]]:
    for name, role in known.model.entry.roles.items():
        if role.deputy:
            continue
        counts = known.work.get(name, {})
        others = {person: n for person, n in counts.items() if n and _may_own(person, name, known)}
        person = min(others, key=lambda person: (-others[person], person), default=None)
        alone = "Nobody stands in when the owner is away"
        did = f"the one proposed did {counts[person]} of {sum(counts.values())}" if person else ""
        yield {
            "path": f"roles.{name}.deputy",
            "current": None,
            "proposed": person,
            "because": [],
            "expects": "done",
            "what_if": f"{alone}; {did}." if did else f"{alone}: name one.",
        }


def _who_takes_turns(known: Known) -> Iterator[dict[str, Any]]:
    duty, held = known.model.entry.rhythm.duty, known.work.get("duty", {})
    if duty is None or not duty.order or not known.drifts("rhythm.duty.order"):
        return
    others = {
        person: turns
        for person, turns in held.items()
        if turns >= FEWEST_TURNS and person in known.model.people and person not in duty.order
    }
    if not others:
        return
    joining = sorted(others, key=lambda person: (-others[person], person))
    strangers = sum(turns for person, turns in held.items() if person not in duty.order)
    idle = len({person for person in duty.order if not held.get(person)})
    yield {
        "path": "rhythm.duty.order",
        "current": list(duty.order),
        "proposed": [*(person for person in duty.order if held.get(person)), *joining],
        "because": known.because("rhythm.duty.order"),
        "expects": "done",
        "what_if": f"Of the last quarter's {sum(held.values())} turns, {strangers} were held by "
        f"people whom the order does not name; {idle} whom it names held none.",
    }


RULES = (
    Rule(
        "longer-deadline",
        "A promised deadline that drifts: the shortest longer one that the team's history met.",
        _longer_deadline,
    ),
    Rule(
        "who-does-it",
        "A role that drifts: whoever else did at least half of its work in the last year.",
        _who_does_it,
    ),
    Rule(
        "kept-release-rhythm",
        "Releases that leave their slots: the next slower rhythm that half of the gaps kept.",
        _kept_release_rhythm,
    ),
    Rule(
        "who-takes-turns",
        "An order of duty that drifts while others hold turns: whoever of it held one in the last "
        "quarter, and those others.",
        _who_takes_turns,
    ),
    Rule(
        "name-a-deputy",
        "A role without a deputy: whoever else did most of its work.",
        _name_a_deputy,
    ),
)


def _because(findings: Iterable[Finding], metric: str | None, group: str) -> list[str]:
    return [said.id for said in findings if (said.metric, said.group) == (metric, group)]


def _may_own(person: str, role: str, known: Known) -> bool:
    return person in known.model.people and person != known.model.entry.roles[role].owner


def _days_of(rhythm: str) -> float:
    cadence = cadence_of(rhythm)
    days = {"day": 1, "weekday": 1, "week": 7, "month": 30.4, "quarter": 91.3}
    return cadence.count * days[cadence.unit]


def _past_in_words(past: Estimate, days: int, promised: str) -> str:
    share = in_words(past.value, past.unit)
    interval = interval_in_words(past)
    sure = f", interval {interval}" if interval else ""
    return (
        f"Within {days} d the team answered {share} of {past.n} in the earlier cycles{sure}: "
        f"{promised} would have been kept."
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
