"""Whether decisions worked: judged at declared looks, against the cycles before them.

The decision's own cycle is on neither side. ``worked`` has to beat the earlier cycles without the
one that triggered the decision, which was bad by selection; ``worse`` has to be worse than all of
them. Only the cycles up to the last declared look are ever used, so a verdict stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from opsreview.metrics.comparison import FEWEST_BEFORE, Change, change, scale_of
from opsreview.operating_model.decisions import Decision, Expectation, value_at
from opsreview.operating_model.expected import (
    change_in_words,
    least_change,
)
from opsreview.window import Cycle

VerdictName = Literal[
    "done",
    "not done",
    "worked",
    "worse",
    "expected effect ruled out",
    "inconclusive",
    "too early",
    "not carried out",
    "cannot separate",
]
MOST_BEFORE = 12
ERROR = 0.05  # over all declared looks together
# Numbers of a cycle that are made of earlier cycles too: cycles are no independent draws of them.
CARRIED_OVER = {
    ("release_interval", "median"),
    ("release_interval", "longest"),
    ("release_interval", "open"),
    ("batch_size", "median"),
    ("batch_size", "largest"),
    ("release_punctuality", "slip"),
    ("release_punctuality", "slip_trend"),
    ("off_hours_release_share", "share"),
    ("off_hours_release_share", "share_on_friday"),
    ("off_hours_release_share", "share_at_night"),
    ("off_hours_release_share", "share_in_freeze"),
    ("release_absence_factor", "count"),
    ("release_absence_factor", "top_share"),
    ("release_absence_factor", "top_two_share"),
    ("hotfix_chains", "count"),
    ("hotfix_chains", "longest"),
    ("change_fail_rate", "share"),
    ("failed_deployment_recovery_time", "median"),
    ("deployment_rework_rate", "share"),
    ("backlog", "at_start"),
    ("backlog", "at_end"),
}
STOCKS = {"waiting_on_team", "issue_age", "unreleased_changes"}


@dataclass(frozen=True)
class CycleValue:
    """A statistic of one cycle. ``value`` is None where it is unknown, or not reached (n > 0)."""

    cycle: Cycle
    value: float | None
    unit: str
    n: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What decisions are judged by.

    ``values(decision, cycles)`` gives the expected statistic of each cycle, meaning the same in
    all of them. ``followed(decision)`` says whether reality followed the model's change; None:
    nobody can tell. ``last_full`` is the last cycle that is over and read.
    """

    model_data: Mapping[str, Any]
    last_full: Cycle
    today: date
    values: Callable[[Decision, Sequence[Cycle]], Sequence[CycleValue]]
    followed: Callable[[Decision], bool | None] = field(default=lambda decision: None)


@dataclass(frozen=True)
class Verdict:
    """What became of one decision. ``says`` is a sentence that names nobody."""

    decision: Decision
    name: VerdictName
    says: str
    change: Change | None = None
    look_count: int = 0  # full cycles seen after it, as far as they were used
    next_look: Cycle | None = None


def verdicts(decisions: Sequence[Decision], known: Evidence) -> list[Verdict]:
    """One verdict a decision, in the ledger's order; the order itself changes nothing."""
    return [_verdict(decision, decisions, known) for decision in decisions]


def carries_over(expects: Expectation) -> bool:
    """Whether a cycle's number is made of earlier cycles too, so that they are no comparison."""
    return expects.metric in STOCKS or (expects.metric, expects.statistic) in CARRIED_OVER


def is_overdue(decision: Decision, today: date) -> bool:
    """Still open after the day it was due."""
    return decision.status == "open" and decision.due < today


def _verdict(decision: Decision, decisions: Sequence[Decision], known: Evidence) -> Verdict:
    if decision.status == "dropped":
        return Verdict(decision, "not carried out", "It was dropped.")
    if decision.effective_from > known.today:
        day = f"{decision.effective_from:%Y-%m-%d}"
        return Verdict(decision, "too early", f"It takes effect on {day}.")
    if missing := _not_carried_out(decision, decisions, known):
        return Verdict(decision, "not carried out", missing)
    if isinstance(decision.expects, Expectation):
        return _judged(decision, decision.expects, decisions, known)
    return _done(decision, known)


def _done(decision: Decision, known: Evidence) -> Verdict:
    if decision.status == "done":
        return Verdict(decision, "done", "It is done.")
    if known.followed(decision):
        return Verdict(decision, "done", "The model says so and so it happens.")
    if decision.due >= known.today:
        return Verdict(decision, "too early", f"It is due on {decision.due:%Y-%m-%d}.")
    return Verdict(decision, "not done", f"It was due on {decision.due:%Y-%m-%d} and is open.")


def _not_carried_out(
    decision: Decision, decisions: Sequence[Decision], known: Evidence
) -> str | None:
    """Why a decision was never carried out; None where it was, or nobody can tell."""
    change = decision.change
    if change and not _is_changed_again(decision, decisions):
        if value_at(dict(known.model_data), change.path) != change.to:
            return f"The model does not say so: {change.path} is another."
        if known.followed(decision) is False:
            return f"The model says so, but it does not happen: {change.path}."
    if not change and decision.expects != "done" and is_overdue(decision, known.today):
        return f"It was due on {decision.due:%Y-%m-%d}, and nobody has said that it is done."
    return None


def _is_changed_again(decision: Decision, decisions: Sequence[Decision]) -> bool:
    return any(
        other.change
        and decision.change
        and _is_around(other.change.path, decision.change.path)
        and _in_order(other) > _in_order(decision)
        and other.status != "dropped"
        for other in decisions
    )


def _in_order(decision: Decision) -> tuple[date, date, str]:
    return decision.effective_from, decision.decided_on, decision.id


def _is_around(one: str, other: str) -> bool:
    """Whether two paths name the same part of the model, or one a part of the other's."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _judged(
    decision: Decision, expects: Expectation, decisions: Sequence[Decision], known: Evidence
) -> Verdict:
    if carries_over(expects):
        reason = (
            f"{expects.metric} {expects.statistic} carries over from cycle to cycle, so cycles "
            "cannot be compared by it: expect another number, such as the change of the backlog."
        )
        return Verdict(decision, "inconclusive", reason)
    looks = sorted(set(decision.looks))
    own = known.last_full.holding(decision.effective_from)
    after = [
        cycle for cycle in _from(own.following, looks[-1]) if not _is_after(cycle, known.last_full)
    ]
    values = known.values(decision, after)
    for look in looks:
        if rival := _rival(decision, decisions, own, look, known):
            return Verdict(decision, "cannot separate", _told_apart(rival), None, len(after))
        if len(after) < look:
            return _too_early(decision, len(after), look, own)
        is_last = look == looks[-1]
        error = ERROR / len(looks)
        verdict = _at_look(decision, expects, values[:look], own, known, is_last, error)
        if verdict is not None:
            return verdict
    raise AssertionError("the last look gives a verdict")


def _at_look(
    decision: Decision,
    expects: Expectation,
    after: Sequence[CycleValue],
    own: Cycle,
    known: Evidence,
    is_last: bool,
    error: float,
) -> Verdict | None:
    """The verdict of one look; None where it is for a later look to tell."""
    trigger = own.holding(decision.decided_on).previous
    earlier = known.values(decision, list(reversed(list(_back_from(own.previous, MOST_BEFORE)))))
    before = [value for value in earlier if value.value is not None or value.n]
    if reason := _untellable(before, after):
        return Verdict(decision, "inconclusive", reason, None, len(after)) if is_last else None
    scale = scale_of(after[0].unit, expects.statistic)
    found = [value.value for value in after if value.value is not None]
    all_before = [value.value for value in before if value.value is not None]
    without = [v.value for v in before if v.value is not None and v.cycle != trigger]
    moved = change(without, found, scale=scale, error=error)
    against_all = change(all_before, found, scale=scale, error=error)
    if moved is None or against_all is None:
        reason = _too_few(all_before)
        return Verdict(decision, "inconclusive", reason, None, len(after)) if is_last else None
    name = _name(expects, moved, against_all, is_last=is_last)
    if name is None:
        return None
    shown = against_all if name == "worse" else moved
    told = change_in_words(expects, shown, after[0].unit)
    return Verdict(decision, name, told, shown, len(after))


def _name(
    expects: Expectation, moved: Change, against_all: Change, *, is_last: bool
) -> VerdictName | None:
    is_up = expects.direction == "up"
    least = least_change(expects, moved.scale)
    is_better = moved.lower > moved.nothing if is_up else moved.upper < moved.nothing
    is_worse = against_all.upper < moved.nothing if is_up else against_all.lower > moved.nothing
    is_ruled_out = moved.upper < least if is_up else moved.lower > least
    if is_worse:
        return "worse"
    if is_better and not is_ruled_out:
        return "worked"
    if not is_last:
        return None
    return "expected effect ruled out" if is_ruled_out else "inconclusive"


def _untellable(before: Sequence[CycleValue], after: Sequence[CycleValue]) -> str | None:
    """Why the cycles cannot be compared: a value that is unknown, or a median not reached."""
    open_ended = [value for value in (*before, *after) if value.value is None and value.n]
    unknown = [value for value in after if value.value is None and not value.n]
    if open_ended:
        names = ", ".join(value.cycle.name for value in open_ended)
        return f"In {names} half had not happened yet, so there is no value to compare."
    if unknown:
        return f"{unknown[0].cycle.name} is unknown: {unknown[0].reason or 'no data'}."
    return None


def _too_few(before: Sequence[float]) -> str:
    if len(before) <= FEWEST_BEFORE:
        return f"There are too few earlier cycles to compare with: {len(before)}."
    return "The earlier cycles do not differ, so no spread can be told."


def _rival(
    decision: Decision, decisions: Sequence[Decision], own: Cycle, look: int, known: Evidence
) -> Decision | None:
    """Another decision on the same number whose effect cannot be told from this one's."""
    for other in decisions:
        if other is decision or not _expects_the_same(decision, other):
            continue
        if other.effective_from > known.today or _not_carried_out(other, decisions, known):
            continue
        theirs = own.holding(other.effective_from)
        is_first = not _is_after(own, theirs)
        first, second = (own, theirs) if is_first else (theirs, own)
        if second in [first, *_from(first.following, look if is_first else min(other.looks))]:
            return other
    return None


def _expects_the_same(one: Decision, other: Decision) -> bool:
    mine, theirs = one.expects, other.expects
    if not isinstance(mine, Expectation) or not isinstance(theirs, Expectation):
        return False
    return other.status != "dropped" and (mine.metric, mine.group) == (theirs.metric, theirs.group)


def _told_apart(rival: Decision) -> str:
    return f"{rival.id} was to move the same number at the same time: nobody can tell them apart."


def _is_after(cycle: Cycle, other: Cycle) -> bool:
    return cycle.window.start_at > other.window.start_at


def _too_early(decision: Decision, seen: int, look: int, own: Cycle) -> Verdict:
    coming = list(_from(own.following, look))[-1]
    said = f"{seen} of {look} full cycles are seen; look again in the review of {coming.name}."
    return Verdict(decision, "too early", said, None, seen, coming)


def _from(first: Cycle, count: int) -> Iterator[Cycle]:
    cycle = first
    for _ in range(count):
        yield cycle
        cycle = cycle.following


def _back_from(last: Cycle, count: int) -> Iterator[Cycle]:
    cycle = last
    for _ in range(count):
        yield cycle
        cycle = cycle.previous
