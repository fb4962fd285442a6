"""What a schedule of duty has to keep, each constraint by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Literal
from zoneinfo import ZoneInfo

from opsreview.rotation import Rotation
from opsreview.window import Window

Kind = Literal["held", "apart", "away", "rested", "rest", "share", "fixed"]
Row = tuple[Mapping[int, float], float, float]
ROLES = ("primary", "secondary")
_SLACK = 1e-9


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be given turns.

    ``present`` are the stretches in which they can hold duty and ``of_team`` the same with leave
    left in; ``eligible_hours`` those of ``present``, times the part of full time they work.
    ``balance_hours`` is by role what they held beyond their part so far, and ``last_turn_at`` when
    their last turn ended (None: they had none). ``name`` is what they are called.
    """

    person: str
    name: str
    present: Sequence[Window]
    of_team: Sequence[Window]
    eligible_hours: float
    balance_hours: Mapping[str, float] = field(default_factory=dict)
    last_turn_at: datetime | None = None

    def is_there(self, turn: Window) -> bool:
        """For all of it."""
        return _holds(self.present, turn)

    def is_of_team(self, turn: Window) -> bool:
        """For all of it, on leave or not."""
        return _holds(self.of_team, turn)


@dataclass(frozen=True)
class Constraint:
    """What has to be kept: its kind, and whom, which role and which turn it is about.

    ``held`` (somebody has the role in the turn), ``apart`` (the roles are two people), ``away``,
    ``rested`` (after the last turn before), ``rest`` (between turns), ``share``, ``fixed``.
    """

    kind: Kind
    role: str = ""
    turn: int = -1
    who: int = -1


@dataclass(frozen=True)
class Wanted:
    """Turns to be given to people, all in time order, and people in the order of their ids.

    ``fixed`` are people by role and number of the turn, as their place in ``people``.
    """

    rotation: Rotation
    turns: Sequence[Window]
    people: Sequence[Candidate]
    fixed: Mapping[tuple[str, int], int]

    @property
    def roles(self) -> tuple[str, ...]:
        return ROLES if self.rotation.has_secondary else ROLES[:1]

    @property
    def size(self) -> int:
        """How many choices there are: one for each role, turn and person."""
        return len(self.roles) * len(self.turns) * len(self.people)

    @cached_property
    def lengths(self) -> list[float]:
        """Hours of each turn by the clock on the wall: a change of clocks is nobody's debt."""
        return [wall_hours(turn, self.rotation.zone) for turn in self.turns]

    def choice(self, role: str, turn: int, who: int) -> int:
        """The place of a choice among all."""
        numbered = self.roles.index(role) * len(self.turns) + turn
        return numbered * len(self.people) + who

    def of(self, who: int, turns: Sequence[int], roles: Sequence[str] = ()) -> dict[int, float]:
        """The choices that give one of the turns to a person, in any role or in those named."""
        return {self.choice(role, turn, who): 1.0 for role in roles or self.roles for turn in turns}

    @cached_property
    def constraints(self) -> dict[Constraint, list[Row]]:
        """All that has to be kept, as rows on the choices: coefficients, least, most."""
        found = [*self._held(), *self._of_everybody(), *self._of_each(), *self._fixed()]
        return {constraint: rows for constraint, rows in found if rows}

    def _held(self) -> Iterator[tuple[Constraint, list[Row]]]:
        everybody = range(len(self.people))
        for turn in reversed(range(len(self.turns))):
            for role in reversed(self.roles):
                chosen = {self.choice(role, turn, who): 1.0 for who in everybody}
                yield Constraint("held", role, turn), [(chosen, 1.0, 1.0)]

    def _of_everybody(self) -> Iterator[tuple[Constraint, list[Row]]]:
        everybody, turns = range(len(self.people)), range(len(self.turns))
        if len(self.roles) > 1:
            both: list[Row] = [
                (self.of(who, [turn]), 0.0, 1.0) for who in everybody for turn in turns
            ]
            yield Constraint("apart"), both
        if self.rotation.most_share is not None:
            most = self.most_hours(self.rotation.most_share)
            hours = [
                {at: self.lengths[turn] for turn in turns for at in self.of(who, [turn])}
                for who in everybody
            ]
            yield Constraint("share"), [(row, 0.0, most) for row in hours]
        if self.rotation.rest_hours:
            near = [close for turn in turns if len(close := self._too_close(turn)) > 1]
            rows: list[Row] = [
                (self.of(who, close), 0.0, 1.0) for who in everybody for close in near
            ]
            yield Constraint("rest"), rows

    def _of_each(self) -> Iterator[tuple[Constraint, list[Row]]]:
        for who, candidate in enumerate(self.people):
            away = [n for n, turn in enumerate(self.turns) if not candidate.is_there(turn)]
            tired = [n for n, turn in enumerate(self.turns) if self.is_tired(candidate, turn)]
            for kind, turns in (("rested", tired), ("away", away)):
                rows: list[Row] = [(self.of(who, [turn]), 0.0, 0.0) for turn in turns]
                yield Constraint(kind, who=who), rows  # type: ignore[arg-type]

    def _fixed(self) -> Iterator[tuple[Constraint, list[Row]]]:
        for (role, turn), who in self.fixed.items():
            chosen = {self.choice(role, turn, who): 1.0}
            yield Constraint("fixed", role, turn, who), [(chosen, 1.0, 1.0)]

    def most_hours(self, share: float) -> float:
        """The share of all hours, rounded up to whole turns of the longest kind."""
        longest = max(self.lengths)
        return ceil(share * sum(self.lengths) / longest - _SLACK) * longest + _SLACK

    def is_tired(self, candidate: Candidate, turn: Window) -> bool:
        """Whether the turn begins too soon after the person's last turn before the schedule."""
        if candidate.last_turn_at is None:
            return False
        return turn.start_at < candidate.last_turn_at + self._rest

    def _too_close(self, first: int) -> list[int]:
        """The turn, and those after it that begin before a rest is over."""
        over_at = self.turns[first].end_at + self._rest
        later = range(first + 1, len(self.turns))
        return [first, *(turn for turn in later if self.turns[turn].start_at < over_at)]

    @property
    def _rest(self) -> timedelta:
        return timedelta(hours=self.rotation.rest_hours or 0.0)


def wall_hours(turn: Window, zone: ZoneInfo) -> float:
    """Hours by the clock on the wall: a week is 168, also where clocks change."""
    start_at, end_at = (
        at.astimezone(zone).replace(tzinfo=None) for at in (turn.start_at, turn.end_at)
    )
    return (end_at - start_at) / timedelta(hours=1)


def _holds(stretches: Sequence[Window], turn: Window) -> bool:
    return any(one.start_at <= turn.start_at and turn.end_at <= one.end_at for one in stretches)
