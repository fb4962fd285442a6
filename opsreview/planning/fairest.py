"""The fairest of all schedules that keep what has to be kept, and of those the most even one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from opsreview.errors import ScheduleError
from opsreview.planning.constraints import Candidate, Row, Wanted
from opsreview.planning.program import Found, Program

# Costs are in turns; what the solver takes for equal lies within its own tolerance of 1e-6.
_SLACK = 1e-5
_HALF = 0.5  # what is above it is 1
_TINY = 1e-6
_SCALE = 1e4
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
Given = dict[tuple[str, int], int]


def fairest(wanted: Wanted) -> tuple[Given, bool] | None:
    """Who is given each turn, and whether the search came to its end; None: nothing is feasible.

    By role, primary first: the largest distance of anybody from their part is the least possible;
    then the sum of squared distances (read between whole turns along straight lines) is; then who
    waited longest has the turn that is left over. Of such schedules it is one in which few turns
    follow on another of the same person, and each person's are spread evenly over those they can
    have.

    Raises:
        ScheduleError: The search gave up before it found any.
    """
    kept = [row for rows in wanted.constraints.values() for row in rows]
    is_proven = True
    values = np.zeros(wanted.size)
    for role in wanted.roles:
        program = Program(wanted.size, kept)
        found = _fairest_of(role, program, wanted)
        if found is None and program.gave_up:
            raise ScheduleError("no schedule was found in the steps allowed: ask for fewer weeks")
        if found is None:
            return None
        values = found.values
        is_proven &= not program.gave_up
        kept += _settled(wanted, role, values)
    program = Program(wanted.size, kept)
    spread = _spread(program, wanted, values)
    is_proven &= not program.gave_up
    return _given(wanted, spread.values if spread else values), is_proven


def parts(wanted: Wanted) -> npt.NDArray[np.float64]:
    """The part of all hours of one role that is each person's, by the hours they are eligible."""
    eligible = np.array([candidate.eligible_hours for candidate in wanted.people])
    total = eligible.sum()
    return np.zeros(len(eligible)) if total == 0 else sum(wanted.lengths) * eligible / total


def distances(wanted: Wanted, role: str) -> npt.NDArray[np.float64]:
    """How far each person would be from their part without any turn of the role, in hours.

    What those who are no candidates hold too much or too little of is everybody's by their part.
    """
    balances = np.array([one.balance_hours.get(role, 0.0) for one in wanted.people])
    part = parts(wanted)
    whole = part.sum()
    return balances - part - (balances.sum() * part / whole if whole else 0.0)


def waiting(wanted: Wanted) -> list[int]:
    """The people, who waited longest first; among equals by their ids."""

    def waited(who: int) -> tuple[datetime, str]:
        candidate: Candidate = wanted.people[who]
        return candidate.last_turn_at or _LONG_AGO, candidate.person

    return sorted(range(len(wanted.people)), key=waited)


def _fairest_of(role: str, program: Program, wanted: Wanted) -> Found | None:
    found = None
    for level in (_largest, _squares, _left_over):
        best = level(program, wanted, role)
        if best is None:
            break
        found = best
    return found


def _largest(program: Program, wanted: Wanted, role: str) -> Found | None:
    of_each = distances(wanted, role) / _unit(wanted)
    if len(set(wanted.lengths)) == 1:
        return _largest_of_whole(program, wanted, role, of_each)
    largest = program.column()
    for who, distance in enumerate(of_each):
        held = _held(wanted, role, who)
        program.keep({**held, largest: -1.0}, -np.inf, -distance)
        program.keep({**held, largest: 1.0}, -distance, np.inf)
    best = program.minimised({largest: 1.0})
    if best:
        program.keep({largest: 1.0}, 0.0, best.cost + _SLACK)
    return best


def _largest_of_whole(
    program: Program, wanted: Wanted, role: str, of_each: npt.NDArray[np.float64]
) -> Found | None:
    """With turns of one length the least is one of few values: the range is halved until found."""

    def within(most: float) -> list[Row]:
        return [
            (_held(wanted, role, who), ceil(-most - distance), floor(most - distance))
            for who, distance in enumerate(of_each)
        ]

    counts = np.arange(len(wanted.turns) + 1)
    values = np.unique(np.abs(of_each[:, None] + counts)) + _SLACK
    best, feasible, infeasible = program.minimised({}), len(values) - 1, -1
    while best and feasible - infeasible > 1:
        middle = (feasible + infeasible) // 2
        narrower = program.with_rows(within(values[middle]))
        tried = narrower.minimised({})
        program.gave_up |= narrower.gave_up
        best, feasible, infeasible = (
            (tried, middle, infeasible) if tried else (best, feasible, middle)
        )
    if best:
        for row in within(values[feasible]):
            program.keep(*row)
    return best


def _squares(program: Program, wanted: Wanted, role: str) -> Found | None:
    steps = ceil(sum(wanted.lengths) / _unit(wanted))
    costs: dict[int, float] = {}
    for who, distance in enumerate(distances(wanted, role) / _unit(wanted)):
        row = _held(wanted, role, who)
        for step in range(steps):
            at = program.column(1.0)
            row[at] = -1.0
            costs[at] = (distance + step + 1) ** 2 - (distance + step) ** 2
        program.keep(row, 0.0, 0.0)
    best = program.minimised(costs)
    if best:
        program.keep(costs, -np.inf, best.cost + _SLACK)
    return best


def _left_over(program: Program, wanted: Wanted, role: str) -> Found | None:
    order = waiting(wanted)
    costs = {
        at: 2.0 ** (rank - len(order))
        for rank, who in enumerate(order)
        for at in wanted.of(who, range(len(wanted.turns)), (role,))
    }
    return program.minimised({at: _SCALE * cost for at, cost in costs.items()})


def _settled(wanted: Wanted, role: str, values: npt.NDArray[np.float64]) -> Iterator[Row]:
    """What each person has of a role, in turns and in hours, and keeps from here on."""
    for who in range(len(wanted.people)):
        for row in (wanted.of(who, range(len(wanted.turns)), (role,)), _held(wanted, role, who)):
            held = sum(value for at, value in row.items() if values[at] > _HALF)
            yield row, held - _SLACK, held + _SLACK


def _spread(program: Program, wanted: Wanted, values: npt.NDArray[np.float64]) -> Found | None:
    """Few turns follow on one of the same person, and all are near an even spread."""
    turns = range(len(wanted.turns))
    costs = dict(_following(program, wanted))
    for role in wanted.roles:
        for who, ideals in _ideals(wanted, role, values):
            rank = waiting(wanted).index(who)
            placed = [[program.column(1.0) for _ in turns] for _ in ideals]
            for ideal, row in zip(ideals, placed, strict=True):
                program.keep(dict.fromkeys(row, 1.0), 1.0, 1.0)
                for turn, at in enumerate(row):
                    sooner = (len(wanted.people) - rank) * np.sqrt(turn + 1)
                    costs[at] = _SCALE * ((turn + 0.5 - ideal) ** 2 + _TINY * sooner)
            for turn in turns:
                filled = {row[turn]: -1.0 for row in placed}
                program.keep({wanted.choice(role, turn, who): 1.0, **filled}, 0.0, 0.0)
    return program.minimised(costs)


def _following(program: Program, wanted: Wanted) -> Iterator[tuple[int, float]]:
    """What a turn costs that follows on another of the same person, in whatever role."""
    cost = _SCALE * len(wanted.turns)
    for who, candidate in enumerate(wanted.people):
        if candidate.last_turn_at == wanted.turns[0].start_at:
            yield from dict.fromkeys(wanted.of(who, [0]), cost).items()
        for turn in range(1, len(wanted.turns)):
            follows = program.column(1.0)
            program.keep({**wanted.of(who, [turn - 1, turn]), follows: -1.0}, -np.inf, 1.0)
            yield follows, cost


def _ideals(
    wanted: Wanted, role: str, values: npt.NDArray[np.float64]
) -> Iterator[tuple[int, list[float]]]:
    """Where an even spread has each person's turns, among the turns they can have.

    Who waited longest begins; whoever is primary is secondary half a round later.
    """
    counts = {
        who: round(sum(values[at] for at in wanted.of(who, range(len(wanted.turns)), (role,))))
        for who in waiting(wanted)
    }
    taking = [who for who, count in counts.items() if count]
    for rank, who in enumerate(taking):
        candidate = wanted.people[who]
        can = [n for n, turn in enumerate(wanted.turns) if candidate.is_there(turn)]
        phase = ((rank + 0.5) / len(taking) + 0.5 * wanted.roles.index(role)) % 1.0
        where = [(step + phase) * len(can) / counts[who] for step in range(counts[who])]
        yield who, [can[int(place)] + place % 1.0 for place in where]


def _held(wanted: Wanted, role: str, who: int) -> dict[int, float]:
    """What a person would hold, in turns of the usual length."""
    unit = _unit(wanted)
    return {
        wanted.choice(role, turn, who): length / unit for turn, length in enumerate(wanted.lengths)
    }


def _unit(wanted: Wanted) -> float:
    return sum(wanted.lengths) / len(wanted.lengths)


def _given(wanted: Wanted, values: npt.NDArray[np.float64]) -> Given:
    return {
        (role, turn): who
        for role in wanted.roles
        for turn in range(len(wanted.turns))
        for who in range(len(wanted.people))
        if values[wanted.choice(role, turn, who)] > _HALF
    }
