"""A rotation: who takes turns at duty, for how long, and when it is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.cadence import Cadence, days_of, later_by
from opsreview.window import MOMENT, Window
from opsreview.working_time import WorkingCalendar

WEEK = Cadence(1, "week", "week")
TURNS_SCHEMA = {"role": pl.String(), "person": pl.String(), "start_at": MOMENT, "end_at": MOMENT}


@dataclass(frozen=True)
class Rotation:
    """Who takes turns at duty, and how. Ours.

    ``people`` take a turn each, again and again; the first of them takes the one that begins on
    ``starting`` (None: nobody says where it begins). A turn is handed over at ``handover``, by the
    clock on the wall in ``zone``, on ``weekday`` (0 is Monday; None: any). With ``has_secondary``
    the next in the order stands behind. ``covered`` are the hours in which somebody answers, None
    for all of them.
    """

    people: Sequence[str]
    zone: ZoneInfo
    every: Cadence = WEEK
    starting: date | None = None
    weekday: int | None = None
    handover: time = time(0)
    has_secondary: bool = False
    covered: WorkingCalendar | None = None
    rest_hours: float | None = None
    most_share: float | None = None

    def begun(self, day: date) -> Rotation:
        """The same with the first turn on the first day of handover from ``day`` on."""
        ahead = 0 if self.weekday is None else (self.weekday - day.weekday()) % 7
        return replace(self, starting=day + timedelta(days=ahead))

    def turns(self, window: Window) -> pl.DataFrame:
        """The turns that touch the window, whole, also where nobody answers at night.

        Returns:
            One row per turn and role (``primary``, ``secondary``): role, person, start_at, end_at.
            None before ``starting``, and none where it is not said.
        """
        numbered = self.numbered(window) if self.people else []
        roles = ("primary", "secondary") if self.has_secondary else ("primary",)
        rows = [
            (role, self.people[(turn + behind) % len(self.people)], start_at, end_at)
            for turn, start_at, end_at in numbered
            for behind, role in enumerate(roles)
        ]
        return pl.DataFrame(rows, schema=TURNS_SCHEMA, orient="row")

    def numbered(self, window: Window) -> list[tuple[int, datetime, datetime]]:
        """The number (the first is 0), start and end of each turn that touches the window."""
        if self.starting is None:
            return []
        until = later_by(self.every, window.last_day(self.zone)) + timedelta(days=62)
        begins = [self._at(day) for day in days_of(self.every, self.starting, until)]
        return [
            (turn, start_at, end_at)
            for turn, (start_at, end_at) in enumerate(pairwise(begins))
            if end_at > window.start_at and start_at < window.end_at
        ]

    def hours(self, window: Window) -> pl.DataFrame:
        """The stretches of the window in which somebody has to answer.

        Returns:
            One row per stretch: start_at, end_at.
        """
        found = [window]
        if self.covered is not None:
            found = list(_worked(self.covered, window))
        rows = [(stretch.start_at, stretch.end_at) for stretch in found]
        return pl.DataFrame(rows, schema={"start_at": MOMENT, "end_at": MOMENT}, orient="row")

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, self.handover, self.zone).astimezone(UTC)


def _worked(calendar: WorkingCalendar, window: Window) -> list[Window]:
    """The working hours of a calendar that lie in the window."""
    first, last = window.first_day(calendar.zone), window.last_day(calendar.zone)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    hours = [
        Window(*(_local(day, clock, calendar.zone) for clock in (calendar.start, calendar.end)))
        for day in days
        if calendar.works_on(day)
    ]
    return [part for stretch in hours if (part := stretch.overlap(window))]


def _local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
