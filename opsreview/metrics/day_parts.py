"""Where in a person's day a moment lies: working hours, off-hours or sleep, and in which night."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from opsreview.working_time import SLEEP_FROM, SLEEP_TO, WorkingCalendar

DAY_PARTS = ("working", "off_hours", "sleep")
WHERE = {
    "day_part": pl.String(),
    "night_on": pl.Date(),
    "weekday": pl.Int8(),
    "hour": pl.Int8(),
}


def in_their_day(
    moments: pl.DataFrame, calendars: Mapping[str, WorkingCalendar], otherwise: WorkingCalendar
) -> pl.DataFrame:
    """The moments with where in the person's own day each lies. Ours.

    Sleep, from 22:00 to 08:00, wins over everything; off-hours are the rest outside of working
    hours, weekends and the person's holidays included. A night is named by the day of its evening.

    Args:
        moments: ``person`` (null: nobody known) and ``at``, in UTC.
        calendars: By person.
        otherwise: The calendar of who has none.

    Returns:
        The rows in their order with day_part (``working``, ``off_hours``, ``sleep``), night_on (the
        day of the evening; null by day), weekday (0 is Monday) and hour (0 to 23) of their zone.

    Raises:
        ParamsError: ``holidays`` of a calendar is no known country or region.

    Source:
        PagerDuty, https://support.pagerduty.com/main/docs/operational-reviews (business hours 8 to
        18 from Monday to Friday, sleep 22 to 8, off-hours the rest, in the user's own time). Ours
        are the working hours that the team declares, and holidays are off-hours.
    """
    numbered = moments.with_row_index("_place")
    found = [
        _in_day_of(part, calendars.get(str(person), otherwise))
        for (person,), part in numbered.group_by(["person"])
    ]
    if not found:
        return moments.with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in WHERE.items()
        )
    return pl.concat(found).sort("_place").drop("_place")


def _in_day_of(moments: pl.DataFrame, calendar: WorkingCalendar) -> pl.DataFrame:
    local = pl.col("at").dt.convert_time_zone(calendar.zone.key)
    clock, day = local.dt.time(), local.dt.date()
    is_morning, is_evening = clock < SLEEP_TO, clock >= SLEEP_FROM
    days = moments.select(day.unique().alias("day"))["day"].to_list()
    worked = [each for each in days if calendar.works_on(each)]
    is_working = (
        day.is_in(pl.Series(worked, dtype=pl.Date).implode())
        & (clock >= calendar.start)
        & (clock < calendar.end)
    )
    by_day = pl.when(is_working).then(pl.lit("working")).otherwise(pl.lit("off_hours"))
    part = pl.when(is_morning | is_evening).then(pl.lit("sleep")).otherwise(by_day)
    evening = pl.when(is_morning).then(day.dt.offset_by("-1d")).when(is_evening).then(day)
    return moments.with_columns(
        day_part=part,
        night_on=evening,
        weekday=(local.dt.weekday() - 1).cast(pl.Int8),
        hour=local.dt.hour().cast(pl.Int8),
    )
