"""What a built cycle knows of on-call load, read once, and the part of it that is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.filtering.known import Known
from opsreview.metrics.chance import DEALS, BusiestShare, busiest_share
from opsreview.metrics.day_parts import in_their_day
from opsreview.metrics.disruptions import disrupted_moments, disrupted_nights
from opsreview.metrics.fairness import Dealing, dealing
from opsreview.metrics.interruptions import INCIDENT, interruptions_of
from opsreview.metrics.view import View
from opsreview.tables.coverage import Covered
from opsreview.window import Cycle, Window
from opsreview.working_time import WorkingCalendar

UNKNOWN = "unknown"
MANY_CLUSTERS = 40  # that touched several people: more are dealt fewer times, to answer at once
FEW_DEALS = 1_000


@dataclass(frozen=True)
class Choice:
    """What is looked at; None stands for all."""

    people: frozenset[str] | None = None
    severities: frozenset[str] | None = None
    day_parts: frozenset[str] | None = None
    sources: frozenset[str] | None = None


@dataclass(frozen=True)
class Part:
    """The load that was asked for, persons by their ids.

    ``interruptions`` as ``metrics.interruptions``, and ``moments`` as ``disrupted_moments``, both
    filtered; ``shifts`` and ``incidents`` are rows of the tables that touch the window.
    """

    window: Window
    interruptions: pl.DataFrame
    moments: pl.DataFrame
    shifts: pl.DataFrame
    incidents: pl.DataFrame
    dealing: Dealing

    @cached_property
    def nights(self) -> pl.DataFrame:
        """As ``metrics.disruptions.disrupted_nights``."""
        return disrupted_nights(self.moments)

    @property
    def deals(self) -> int:
        """How often chance deals; less where bursts of several people are many."""
        several = sum(len(profile) > 1 for pool in self.dealing.pools for profile in pool.profiles)
        return DEALS if several <= MANY_CLUSTERS else FEW_DEALS

    @cached_property
    def busiest(self) -> BusiestShare | None:
        """The busiest person beside what chance gives; None where there is nothing to compare."""
        rows = self.dealing.rows
        if self.dealing.problem:
            return None
        most = int(rows["person"].value_counts()["count"].max())  # type: ignore[arg-type]
        return busiest_share(self.dealing.pools, observed_count=most, deals=self.deals)


@dataclass(frozen=True)
class Stretch:
    """The load of some cycles, of which any part can be taken; as ``Part``, but not filtered."""

    window: Window
    interruptions: pl.DataFrame
    moments: pl.DataFrame
    shifts: pl.DataFrame
    incidents: pl.DataFrame
    dealing: Dealing

    @classmethod
    def of(cls, view: View) -> Stretch:
        """What a view looks at, measured as the pages measure it."""
        window = view.window
        about = view["incidents"].select(*INCIDENT, "severity")
        touches = (pl.col("end_at") > window.start_at) & (pl.col("start_at") < window.end_at)
        found = interruptions_of(view)
        return cls(
            window,
            found,
            disrupted_moments(view, found).join(about, on=INCIDENT, how="left"),
            view["shifts"].filter(touches),
            view["incidents"].filter(window.has("opened_at")),
            dealing(view, found),
        )

    def part(self, choice: Choice) -> Part:
        """What of it is chosen."""
        rows = _chosen(self.interruptions, choice)
        known = rows.filter(pl.col("person").is_not_null())
        return Part(
            self.window,
            rows,
            _chosen(self.moments, choice),
            self.shifts.filter(_is_in("person", choice.people)),
            self.incidents.join(rows.select(INCIDENT).unique(), on=INCIDENT, how="semi"),
            _among(replace(self.dealing, rows=known), choice.people),
        )


@dataclass(frozen=True)
class Record:
    """A team's on-call history up to a cycle. Nothing is written, and the tables are read once."""

    known: Known
    cycle: Cycle
    as_of: datetime

    @classmethod
    def of_folder(cls, folder: Path) -> Record:
        """That of a built cycle.

        Raises:
            FilterError: The folder holds no tables.
        """
        known = Known.of_folder(folder)
        run = json.loads((folder / "run.json").read_text("utf-8"))
        cycle = Cycle(run["cycle"], known.subject.zone)
        return cls(known, cycle, datetime.fromisoformat(run["as_of"]))

    @cached_property
    def cycles(self) -> list[Cycle]:
        """The cycles in which shifts or incidents are known, oldest first; this one at least."""
        stretches = self.known.subject.tables.coverage.stretches
        starts = [
            windows[0].start_at
            for (table, _), windows in stretches.items()
            if table in ("shifts", "incidents")
        ]
        earlier = self.cycle.before(min(starts)) if starts else ()
        return [*reversed(list(earlier)), self.cycle]

    def over(self, first: Cycle, last: Cycle) -> Stretch:
        """The load from one cycle to another."""
        return Stretch.of(self._view(Window(first.window.start_at, last.window.end_at)))

    @cached_property
    def people(self) -> list[str]:
        """Who held duty, or was touched by an incident, in any of the cycles."""
        everything = self.over(self.cycles[0], self.cycle)
        named = (everything.shifts["person"], everything.interruptions["person"])
        return sorted({person for column in named for person in column.drop_nulls()})

    @cached_property
    def severities(self) -> list[str]:
        return _values(self._table("incidents")["severity"])

    @cached_property
    def sources(self) -> list[str]:
        return _values(self._table("incidents")["source"])

    def missing(self, table: str, window: Window) -> str | None:
        """Why the table is not known for all of the window; None where it is."""
        return self._covering([table], window).reason

    def by_clock(self, rows: pl.DataFrame, zone: ZoneInfo | None) -> pl.DataFrame:
        """Interruptions with the weekday (0 is Monday) and hour at which each came.

        Args:
            rows: ``Part.interruptions``.
            zone: Whose clock; None: each person's own.
        """
        subject = self.known.subject
        bare = WorkingCalendar(zone or subject.zone)
        calendars = {} if zone else subject.calendars
        return in_their_day(rows.drop("day_part", "night_on"), calendars, bare)

    def _table(self, name: str) -> pl.DataFrame:
        return self.known.subject.tables.frames[name]

    def _covering(self, needs: Sequence[str], window: Window) -> Covered:
        subject = self.known.subject
        return subject.tables.coverage.covered(needs, subject.repos, window, self.as_of)

    def _view(self, window: Window) -> View:
        subject = self.known.subject
        return View(
            subject.tables.frames,
            window,
            self.as_of,
            subject.zone,
            self.known.targets_at(window),
            subject.groups,
            subject.calendars,
            subject.team_calendar,
            covering=self._covering,
        )


def _values(column: pl.Series) -> list[str]:
    return sorted({UNKNOWN if value is None else value for value in column})


def _is_in(column: str, wanted: frozenset[str] | None) -> pl.Expr:
    if wanted is None:
        return pl.lit(True)
    return pl.col(column).fill_null(UNKNOWN).is_in(list(wanted))


def _chosen(rows: pl.DataFrame, choice: Choice) -> pl.DataFrame:
    return rows.filter(
        _is_in("person", choice.people),
        _is_in("severity", choice.severities),
        _is_in("day_part", choice.day_parts),
        _is_in("source", choice.sources),
    )


def _among(found: Dealing, people: frozenset[str] | None) -> Dealing:
    """The dealing among some: what fell on them, dealt to them alone."""
    if people is None:
        return found
    on_duty = {name: hours for name, hours in found.on_duty.items() if name in people}
    eligible = {name: hours for name, hours in found.eligible.items() if name in people}
    return replace(found, on_duty=on_duty, eligible=eligible)
