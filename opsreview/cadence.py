"""How often something recurs, and the days on which it does."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Cadence:
    """How often something recurs: ``2 weeks`` is a count of 2 and the unit ``week``.

    Units are day, weekday, week, month and quarter.
    """

    count: int
    unit: str
    text: str


def days_of(cadence: Cadence, starting: date, until: date) -> list[date]:
    """The days of a rhythm from ``starting`` to before ``until``.

    Weeks count from ``starting``; months and quarters keep its weekday and its place in the month
    (a second Tuesday stays a second Tuesday; a fifth one falls on the last).
    """
    if cadence.unit in ("day", "weekday", "week"):
        days = cadence.count * (7 if cadence.unit == "week" else 1)
        every = (starting + timedelta(days=n) for n in range(0, (until - starting).days, days))
        return [day for day in every if cadence.unit != "weekday" or day.weekday() < 5]
    months = cadence.count * (3 if cadence.unit == "quarter" else 1)
    last = (until.year - starting.year) * 12 + until.month - starting.month
    slots = [_same_weekday(starting, later) for later in range(0, last + 1, months)]
    return [day for day in slots if day < until]


def later_by(cadence: Cadence, day: date) -> date:
    """The day one turn of the rhythm later; a month that is too short ends it on its last day."""
    if cadence.unit in ("month", "quarter"):
        months = cadence.count * (3 if cadence.unit == "quarter" else 1)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    if cadence.unit == "weekday":
        working = (day + timedelta(days=n) for n in range(1, 7 * cadence.count + 1))
        return [later for later in working if later.weekday() < 5][cadence.count - 1]
    return day + timedelta(days=cadence.count * (7 if cadence.unit == "week" else 1))


def _same_weekday(starting: date, months_later: int) -> date:
    year, month = divmod(starting.year * 12 + starting.month - 1 + months_later, 12)
    first = date(year, month + 1, 1)
    offset = (starting.weekday() - first.weekday()) % 7 + 7 * ((starting.day - 1) // 7)
    day = first + timedelta(days=offset)
    return day if day.month == first.month else day - timedelta(days=7)
