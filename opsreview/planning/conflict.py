"""Why there is no schedule: a smallest set of what cannot all be kept, in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from opsreview.estimate import in_words
from opsreview.filtering.asked import listed
from opsreview.planning.constraints import Constraint, Wanted
from opsreview.planning.program import Program

Conflict = tuple[Constraint, ...]
MOST_NAMED = 6
_NAMED_DAYS = 3


def conflict(wanted: Wanted) -> Conflict:
    """Constraints of which all but any one can be kept, where not all can. Ours.

    A deletion filter: each in turn is let go of for good if the others still cannot be kept. Later
    turns go first, so what is left tells of the earliest trouble.

    Source:
        Chinneck and Dravnieks (1991), Locating minimal infeasible constraint sets in linear
        programs, https://doi.org/10.1287/ijoc.3.2.157
    """
    kept = dict(wanted.constraints)
    for constraint in list(kept):
        rows = kept.pop(constraint)
        others = [row for each in kept.values() for row in each]
        if Program(wanted.size, others).is_feasible():
            kept[constraint] = rows
    return tuple(constraint for constraint in wanted.constraints if constraint in kept)


def conflict_in_words(wanted: Wanted, found: Conflict) -> str:
    """What cannot all be kept, and that one of it has to go."""
    names = [candidate.name for candidate in wanted.people]
    of = listed(names) if len(names) <= MOST_NAMED else f"{len(names)} people"
    said = "; ".join(_said(wanted, found))
    return f"no schedule of {of} keeps all of these: {said}. Let go of one of them."


def _said(wanted: Wanted, found: Conflict) -> Iterator[str]:
    asked = {constraint.turn for constraint in found if constraint.turn >= 0}
    for role in wanted.roles:
        turns = sorted(each.turn for each in found if each.kind == "held" and each.role == role)
        if turns:
            yield f"somebody is {role} in {_days(wanted, turns)}"
    for constraint in found:
        if constraint.kind == "fixed":
            name, when = wanted.people[constraint.who].name, _days(wanted, [constraint.turn])
            yield f"{name} is {constraint.role} in {when}, as is fixed"
    yield from _away(wanted, [one.who for one in found if one.kind == "away"], asked)
    for constraint in found:
        if constraint.kind == "rested":
            yield _rested(wanted, constraint.who)
    kinds = {constraint.kind for constraint in found}
    if "apart" in kinds:
        yield "primary and secondary are two people"
    if "rest" in kinds:
        yield _rest(wanted)
    if "share" in kinds:
        share = in_words(wanted.rotation.most_share, "share")
        yield f"nobody is on duty for more than {share} of the time"


def _away(wanted: Wanted, absent: Collection[int], asked: Collection[int]) -> Iterator[str]:
    left, on_leave = [], []
    for who in absent:
        candidate = wanted.people[who]
        missed = [wanted.turns[n] for n in asked if not candidate.is_there(wanted.turns[n])]
        is_of_team = [candidate.is_of_team(turn) for turn in missed]
        left += [candidate.name] if not all(is_of_team) else []
        on_leave += [candidate.name] if any(is_of_team) else []
    if on_leave:
        yield f"{listed(on_leave)} {'is' if len(on_leave) == 1 else 'are'} on leave"
    if left:
        yield f"{listed(left)} {'is' if len(left) == 1 else 'are'} not in the team then"


def _rested(wanted: Wanted, who: int) -> str:
    candidate = wanted.people[who]
    ended = "before"
    if candidate.last_turn_at:
        ended = f"{candidate.last_turn_at.astimezone(wanted.rotation.zone):%Y-%m-%d}"
    if not wanted.rotation.rest_hours:
        return f"{candidate.name} is on duty until {ended}"
    rest = in_words(wanted.rotation.rest_hours, "hours")
    return f"{candidate.name} rests {rest} after a turn that ends on {ended}"


def _rest(wanted: Wanted) -> str:
    turns = wanted.turns
    rest_hours = wanted.rotation.rest_hours or 0.0
    is_next_alone = all(
        (later.start_at - turn.end_at).total_seconds() >= 3600 * rest_hours
        for turn, later in zip(turns, turns[2:], strict=False)
    )
    if is_next_alone:
        return f"nobody is on duty two {_turn(wanted)}s running"
    return f"everybody rests {in_words(rest_hours, 'hours')} between two turns"


def _days(wanted: Wanted, turns: list[int]) -> str:
    """The turns by the days on which they begin."""
    zone, turn = wanted.rotation.zone, _turn(wanted)
    days = [f"{wanted.turns[n].start_at.astimezone(zone):%Y-%m-%d}" for n in turns]
    if len(days) <= _NAMED_DAYS:
        return f"the {turn}{'s' if len(days) > 1 else ''} of {listed(days)}"
    is_every = len(days) == turns[-1] - turns[0] + 1
    return f"{'the' if is_every else 'these'} {len(days)} {turn}s from {days[0]} to {days[-1]}"


def _turn(wanted: Wanted) -> str:
    every = wanted.rotation.every
    return "week" if (every.count, every.unit) == (1, "week") else "turn"
