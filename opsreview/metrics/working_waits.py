"""Waits in the team's working hours, beside the wall-clock hours of the same waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.survival import Ending, median_to_end, median_with_rivals
from opsreview.metrics.view import View
from opsreview.window import literal
from opsreview.working_time import Member, TeamCalendar, WorkingCalendar

IN_WORKING_HOURS = "in hours in which anybody of the team works"
IN_A_PLAIN_WEEK = "in a plain week of the team's zone: people.yaml declares nobody's hours"
_NOBODY_THERE = "nobody was in the team then: see joined_on and left_on in people.yaml"


def team_calendar(
    calendars: Mapping[str, WorkingCalendar], people: pl.DataFrame, zone: ZoneInfo
) -> TeamCalendar:
    """When anybody of the team works; a plain week in the team's zone where nobody is listed.

    Args:
        calendars: By person.
        people: PEOPLE, for the days they joined and left.
        zone: Of the team.
    """
    if not calendars:
        return TeamCalendar((Member(WorkingCalendar(zone)),))
    listed = (
        people.lazy()
        .filter(pl.col("person_id").is_in(list(calendars)))
        .unique("person_id")
        .select("person_id", "joined_on", "left_on")
        .collect()
    )
    stays = {person: (joined_on, left_on) for person, joined_on, left_on in listed.iter_rows()}
    return TeamCalendar(
        tuple(
            Member(calendar, *stays.get(person, (None, None)))
            for person, calendar in sorted(calendars.items())
        )
    )


def with_working_hours(waits: pl.DataFrame, view: View) -> pl.DataFrame:
    """The waits (opened_at, ended_at) with working_hours beside."""
    hours = working_hours(
        waits, "opened_at", "ended_at", calendar=view.team_calendar, as_of=view.as_of
    )
    return waits.with_columns(working_hours=hours)


def working_hours(
    waits: pl.DataFrame, start: str, end: str, *, calendar: TeamCalendar, as_of: datetime
) -> pl.Series:
    """Working hours from one column to another, or to ``as_of`` where the other is null.

    An end before its start counts as the start. Null where nobody was in the team.
    """
    ends = pl.max_horizontal(start, pl.col(end).fill_null(literal(as_of)))
    moments = waits.select(start=start, end=ends)
    found = calendar.hours_between(moments["start"].to_numpy(), moments["end"].to_numpy())
    return pl.Series(np.round(found, 9)).fill_nan(None)


def median_in_working_hours(
    hours: pl.Series, ending: Ending, main: str, *, statistic: str, reason: str
) -> Estimate:
    """As ``survival.median_with_rivals``, over the waits whose working hours are known."""
    is_known = hours.is_not_null()
    found = median_with_rivals(
        hours.filter(is_known),
        pl.Series(ending, dtype=pl.String).filter(is_known),
        main,
        statistic=statistic,
        reason=_NOBODY_THERE if len(hours) else reason,
        unit="working_hours",
    )
    return _said(found, hours.null_count())


def median_to_end_in_working_hours(
    hours: pl.Series, is_censored: pl.Series, *, statistic: str, reason: str
) -> Estimate:
    """As ``survival.median_to_end``, over the waits whose working hours are known."""
    is_known = hours.is_not_null()
    found = median_to_end(
        hours.filter(is_known),
        is_censored.filter(is_known),
        statistic=statistic,
        reason=_NOBODY_THERE if len(hours) else reason,
        unit="working_hours",
    )
    return _said(found, hours.null_count())


def as_declared(estimates: Sequence[Estimate], view: View) -> list[Estimate]:
    """The estimates, those in working hours saying so where the week is only a plain one."""
    if view.calendars:
        return list(estimates)
    return [
        replace(part, method=part.method.replace(IN_WORKING_HOURS, IN_A_PLAIN_WEEK))
        for part in estimates
    ]


def _said(found: Estimate, unknown_count: int) -> Estimate:
    told = replace(found, n_excluded=unknown_count)
    return replace(told, method=f"{found.method}, {IN_WORKING_HOURS}") if found.n else told
