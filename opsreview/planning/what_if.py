"""The load as it was beside the load under another rotation, in a frame and in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from opsreview.estimate import in_words
from opsreview.planning.replay import Load
from opsreview.privacy import Appearance

COUNTED = ("primary_hours", "secondary_hours", "interruptions", "disrupted_nights", "longest_run")
COMPARED = {
    "measure": pl.String(),
    "unit": pl.String(),
    "today": pl.Float64(),
    "then": pl.Float64(),
}
HOURS_A_MONTH = 730.5

Row = tuple[str, str, float | None, float | None]


@dataclass(frozen=True)
class WhatIf:
    """What duty asked, and what it would have asked under another rotation.

    People are called as on pages; by role there are no rows of persons. ``first_on`` and
    ``last_on`` are the team's days that were replayed, ``basis`` says what today rests on and
    ``passed_on_count`` how many turns went past somebody who was away.
    """

    today: Load
    then: Load
    first_on: date
    last_on: date
    basis: str
    passed_on_count: int

    def __repr__(self) -> str:
        return f"WhatIf({self.first_on} to {self.last_on}: {self.sentence})"

    @property
    def people(self) -> pl.DataFrame:
        """Each person's load, today beside then.

        Returns:
            One row per person, who holds most then first: person, and for primary_hours,
            secondary_hours, interruptions, disrupted_nights and longest_run the columns
            ``<name>_today`` and ``<name>_then``; null where it is not known.
        """
        sides = [
            _known(load).rename({name: f"{name}_{side}" for name in COUNTED})
            for side, load in (("today", self.today), ("then", self.then))
        ]
        both = sides[0].join(sides[1], on="person", how="full", coalesce=True)
        filled = [
            pl.col(f"{name}_{side}").fill_null(0) if _knows(load, name) else f"{name}_{side}"
            for name in COUNTED
            for side, load in (("today", self.today), ("then", self.then))
        ]
        order = ["primary_hours_then", "primary_hours_today", "person"]
        return both.select("person", *filled).sort(
            order, descending=[True, True, False], nulls_last=True
        )

    @property
    def compared(self) -> pl.DataFrame:
        """Every measure, today beside then.

        Returns:
            One row per measure: measure (in words), unit (hours, nights, share, count), today,
            then; null where it is not known.
        """
        rows = [*self._of_persons(), *self._of_all()]
        return pl.DataFrame(rows, schema=COMPARED, orient="row")

    @property
    def sentence(self) -> str:
        """What would have been otherwise, in one sentence."""
        parts = (self._held(), self._interrupted(), self._nights(), self._covered(), self._waited())
        *said, last = [part for part in parts if part] or ["nobody would have been on duty"]
        return f"Over {self._stretch()}, {'; '.join(said)}{'; and ' if said else ''}{last}."

    def _of_persons(self) -> Iterator[Row]:
        people = self.people
        for role in ("primary", "secondary"):
            columns = people.select("person", f"{role}_hours_today", f"{role}_hours_then")
            for person, today, then in columns.iter_rows():
                if role == "primary" or today or then:
                    yield (f"hours of {role} duty: {person}", "hours", today, then)

    def _of_all(self) -> Iterator[Row]:
        today, then = self.today, self.then
        share = (today.busiest_share, then.busiest_share)
        by_chance = (_by_chance(today), _by_chance(then))
        yield ("disrupted nights", "nights", today.disrupted_nights, then.disrupted_nights)
        yield ("longest run of disrupted nights", "nights", today.longest_run, then.longest_run)
        yield ("busiest person's share of interruptions", "share", *share)
        yield ("busiest person's share that chance reaches", "share", *by_chance)
        shares = (today.coverage_share, then.coverage_share)
        yield ("hours to be answered that somebody held", "share", *shares)
        shares = (today.most_share_of_time, then.most_share_of_time)
        yield ("most of anybody's time on duty", "share", *shares)
        yield ("incidents that nobody held", "count", today.unheld_count, then.unheld_count)
        yield ("incidents that waited for duty", "count", today.deferred_count, then.deferred_count)
        waits = (today.longest_deferral_hours, then.longest_deferral_hours)
        yield ("longest wait for duty", "hours", *waits)

    def _stretch(self) -> str:
        days = (self.last_on - self.first_on).days + 1
        months = round(days * 24 / HOURS_A_MONTH)
        length = f"{months} months" if months > 1 else "1 day" if days == 1 else f"{days} days"
        return f"the {length} to {self.last_on}"

    def _held(self) -> str:
        """Whoever holds most of duty today, and what they would have held."""
        shares = self._shares()
        if shares.is_empty():
            return ""
        person, today, then = shares.row(0)
        share = in_words(then, "share")
        before = None if today is None else in_words(today, "share")
        return f"{person} would have held {share} of duty{_beside(share, before)}"

    def _shares(self) -> pl.DataFrame:
        columns = ["primary_hours_today", "primary_hours_then"]
        people = self.people.filter(pl.any_horizontal(pl.col(columns) > 0))
        return people.select("person", (pl.col(columns) / pl.col(columns).sum()).fill_nan(0)).sort(
            *columns, "person", descending=[True, True, False], nulls_last=True
        )

    def _interrupted(self) -> str:
        today, then = self.today.busiest, self.then.busiest
        if then is None:
            return ""
        had = f"{then.count} of {then.total} interruptions"
        before = None if today is None else f"{today.count} of {today.total} interruptions"
        if today and today.total == then.total and today.count != then.count:
            before = str(today.count)
        return f"the busiest would have had {had}{_beside(had, before)}"

    def _nights(self) -> str:
        today, then = self.today.disrupted_nights, self.then.disrupted_nights
        if then is None or not (today or then):
            return ""
        before = _beside(str(then), None if today is None else str(today))
        return f"{then} {'night' if then == 1 else 'nights'} would have been disrupted{before}"

    def _covered(self) -> str:
        today, then = self.today.coverage_share, self.then.coverage_share
        if then is None:
            return ""
        share = in_words(then, "share")
        before = None if today is None else in_words(today, "share")
        if share == "100 %" and before in (share, None):
            return ""
        said = f"{share} of the hours to be answered would have been held"
        return said + _beside(share, before)

    def _waited(self) -> str:
        count, longest = self.then.deferred_count, self.then.longest_deferral_hours
        if not count or longest is None or count == self.today.deferred_count:
            return ""
        what = "1 incident" if count == 1 else f"{count} incidents"
        return f"{what} would have waited for duty, the longest {in_words(longest, 'hours')}"


def shown(load: Load, called: Appearance) -> Load:
    """The load with people as they are called; by role without a row for each person."""
    people = load.per_person.clear() if called.names == "roles" else load.per_person
    named = called.measured(people).sort(
        *COUNTED[:3], "person", descending=[True, True, True, False], nulls_last=True
    )
    return replace(load, per_person=named, interruptions=called.measured(load.interruptions))


def _beside(then: str, today: str | None) -> str:
    if today is None:
        return ""
    return ", as today" if then == today else f" instead of {today}"


def _by_chance(load: Load) -> float | None:
    return load.busiest.chance_upper_share if load.busiest else None


def _known(load: Load) -> pl.DataFrame:
    return load.per_person.select("person", *COUNTED)


def _knows(load: Load, name: str) -> bool:
    return load.knows_hours if name.endswith("_hours") else load.knows_incidents
