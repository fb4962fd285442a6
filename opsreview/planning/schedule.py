"""Who should take which turn next: the fairest schedule that can be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.errors import ScheduleError
from opsreview.estimate import in_words
from opsreview.metrics.eligibility import eligible_spells
from opsreview.metrics.view import hours_between
from opsreview.planning.conflict import conflict, conflict_in_words
from opsreview.planning.constraints import ROLES, Candidate, Wanted
from opsreview.planning.fairest import Given, fairest, parts
from opsreview.privacy import Appearance
from opsreview.rotation import TURNS_SCHEMA, Rotation
from opsreview.window import Window

TOTALS = {
    "role": pl.String(),
    "person": pl.String(),
    "turns": pl.Int64(),
    "hours": pl.Float64(),
    "fair_hours": pl.Float64(),
    "balance_before_hours": pl.Float64(),
    "balance_after_hours": pl.Float64(),
}
Fixed = Mapping[tuple[str, datetime], str]


@dataclass(frozen=True)
class Schedule:
    """A suggestion of who takes which turn.

    ``turns`` has one row per turn and role, in time order: role, person, start_at, end_at.
    ``people`` has one row per role and person: role, person, turns, hours (given to them),
    fair_hours (their part of all hours of the role, by the hours they are eligible),
    balance_before_hours and balance_after_hours (hours held beyond their part). ``is_proven``
    says that the search came to its end: no schedule is fairer. Days are told in ``zone``.
    """

    turns: pl.DataFrame
    people: pl.DataFrame
    zone: ZoneInfo
    is_proven: bool

    @property
    def sentence(self) -> str:
        """Who takes how many turns, and what becomes of the largest balance, in one sentence."""
        primary = self.people.filter(role="primary")
        taken = [
            f"{person} {turns}"
            for person, turns in primary.sort("turns", "person", descending=[True, False])
            .select("person", "turns")
            .iter_rows()
        ]
        edges = (self.turns["start_at"][0], self.turns["end_at"][-1])
        first_on, until_on = (f"{at.astimezone(self.zone):%Y-%m-%d}" for at in edges)
        count = self.turns.filter(role="primary").height
        what = f"{count} {'turn' if count == 1 else 'turns'} of duty"
        said = f"{what} from {first_on} to {until_on}: {', '.join(taken)}"
        before, after = (_largest(primary, f"balance_{side}_hours") for side in ("before", "after"))
        said += f"; the largest distance from a fair part goes from {before} to {after}."
        return said if self.is_proven else f"{said} {_UNPROVEN}"


_UNPROVEN = "The search was stopped before its end: a fairer one may exist."


def schedule(
    rotation: Rotation, turns: Sequence[Window], people: Sequence[Candidate], fixed: Fixed | None
) -> Schedule:
    """The fairest schedule that gives every turn to somebody who can hold it. Ours.

    Kept are: one person for each role of each turn, another for each role; nobody in a turn in any
    part of which they are on leave or not in the team, or that begins before their last turn ended;
    ``rotation.rest_hours`` between two turns of one person in whatever role; at most
    ``rotation.most_share`` of all hours for one person, rounded up to whole turns; and what is
    fixed. Of all such schedules it is the one of ``fairest.fairest``. Fairness counts hours by the
    clock on the wall. The same input gives the same schedule, whatever the order of ``people``.

    Args:
        rotation: How turns are taken.
        turns: The turns to give, in time order (``turns_to_fill``).
        people: Who may be given them (``candidates``).
        fixed: Persons by role and start of the turn that are given already; None: none are.

    Raises:
        ScheduleError: There is no such schedule; the message names what cannot all be kept.
    """
    ordered = sorted(people, key=lambda candidate: candidate.person)
    if not ordered or not turns:
        missing = "person" if not ordered else "turn"
        raise ScheduleError(f"no schedule can be made: there is no {missing} to make it of")
    places = {candidate.person: place for place, candidate in enumerate(ordered)}
    given_already = dict(_fixed(rotation, turns, places, fixed or {}))
    wanted = Wanted(rotation, turns, ordered, given_already)
    found = fairest(wanted)
    if found is None:
        raise ScheduleError(conflict_in_words(wanted, conflict(wanted)))
    given, is_proven = found
    return Schedule(_turns(wanted, given), _totals(wanted, given), rotation.zone, is_proven)


def turns_to_fill(rotation: Rotation, first_on: date, weeks: int) -> list[Window]:
    """The turns that begin in so many weeks, counted from the first handover from a day on.

    A rotation that has begun by then keeps its rhythm.
    """
    starting = rotation.starting
    begun = rotation if starting and starting <= first_on else rotation.begun(first_on)
    reach = timedelta(weeks=weeks) + timedelta(days=125)  # a quarter's turn before the first
    midnight = datetime.combine(first_on, time(), rotation.zone).astimezone(UTC)
    numbered = begun.numbered(Window(midnight, midnight + reach))
    ahead = [
        (start_at.astimezone(rotation.zone).date(), Window(start_at, end_at))
        for _, start_at, end_at in numbered
    ]
    ahead = [(day, turn) for day, turn in ahead if day >= first_on]
    return [turn for day, turn in ahead if day < ahead[0][0] + timedelta(weeks=weeks)]


def candidates(
    persons: Sequence[str],
    tables: Mapping[str, pl.DataFrame],
    ledger: pl.DataFrame,
    *,
    window: Window,
    called: Appearance,
) -> list[Candidate]:
    """The persons as they may be given turns.

    Args:
        persons: Their ids.
        tables: ``people`` and ``leave``.
        ledger: Rows of ``metrics.ledger.cover_ledger``.
        window: From the first turn's start to the last one's end.
        called: What people are called.
    """
    people, leave = tables["people"], tables["leave"]
    present = eligible_spells(people, leave, persons, window=window)
    of_team = eligible_spells(people, leave.clear(), persons, window=window)
    hours = present.group_by("person").agg(
        hours=(hours_between("start_at", "end_at") * pl.col("share")).sum()
    )
    eligible = dict(hours.iter_rows())
    held = {row["person"]: row for row in _balances(ledger).iter_rows(named=True)}
    return [
        Candidate(
            person,
            called.of(person),
            _stretches(present, person),
            _stretches(of_team, person),
            eligible.get(person, 0.0),
            {role: held.get(person, {}).get(role, 0.0) for role in ROLES},
            held.get(person, {}).get("last_turn_at"),
        )
        for person in dict.fromkeys(persons)
    ]


def _balances(ledger: pl.DataFrame) -> pl.DataFrame:
    """By person, with a balance of each role."""
    part = (pl.col("fair_hours") / pl.col("fair_hours").sum()).fill_nan(0.0)
    of_secondary = pl.col("secondary_hours") - pl.col("secondary_hours").sum() * part
    return ledger.select("person", "last_turn_at", primary="balance_hours", secondary=of_secondary)


def _stretches(spells: pl.DataFrame, person: str) -> list[Window]:
    of_one = spells.filter(person=person).select("start_at", "end_at")
    return [Window(start_at, end_at) for start_at, end_at in of_one.iter_rows()]


def _fixed(
    rotation: Rotation, turns: Sequence[Window], places: Mapping[str, int], fixed: Fixed
) -> Iterator[tuple[tuple[str, int], int]]:
    numbers = {turn.start_at: number for number, turn in enumerate(turns)}
    roles = ROLES if rotation.has_secondary else ROLES[:1]
    for (role, start_at), person in sorted(fixed.items()):
        if role not in roles or start_at not in numbers or person not in places:
            raise ScheduleError(
                f"{person} cannot be fixed as {role} of the turn of {start_at:%Y-%m-%d %H:%M} UTC: "
                "the schedule has no such turn, role or person"
            )
        yield (role, numbers[start_at]), places[person]


def _turns(wanted: Wanted, given: Given) -> pl.DataFrame:
    rows = [
        (role, wanted.people[who].name, wanted.turns[turn].start_at, wanted.turns[turn].end_at)
        for (role, turn), who in given.items()
    ]
    return pl.DataFrame(rows, schema=TURNS_SCHEMA, orient="row").sort("start_at", "role")


def _totals(wanted: Wanted, given: Given) -> pl.DataFrame:
    hours = sum(turn.hours for turn in wanted.turns)
    shares = parts(wanted) / sum(wanted.lengths)
    rows = []
    for role in wanted.roles:
        for who, candidate in enumerate(wanted.people):
            held = [
                wanted.turns[turn].hours
                for (of_role, turn), holder in given.items()
                if (of_role, holder) == (role, who)
            ]
            fair, before = hours * float(shares[who]), candidate.balance_hours.get(role, 0.0)
            after = before + sum(held) - fair
            rows.append((role, candidate.name, len(held), sum(held), fair, before, after))
    return pl.DataFrame(rows, schema=TOTALS, orient="row")


def _largest(people: pl.DataFrame, column: str) -> str:
    distance = people[column].abs().max()
    return in_words(float(distance), "hours") if isinstance(distance, float) else "unknown"
