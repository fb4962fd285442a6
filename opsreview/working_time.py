"""When a person works, sleeps, and is off, in their own zone; and when anybody of a team works."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from opsreview.errors import ParamsError

SLEEP_FROM, SLEEP_TO = time(22), time(8)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR = 3_600_000_000  # in microseconds

Moments = npt.NDArray[np.datetime64]
Hours = npt.NDArray[np.float64]
_Microseconds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class WorkingCalendar:
    """A person's working week: weekdays (0 is Monday), hours, and the country of their holidays."""

    zone: ZoneInfo
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(17)
    holidays: str | None = None

    def works_on(self, day: date) -> bool:
        """Whether ``day`` is in their working week and no holiday of theirs.

        Raises:
            ParamsError: ``holidays`` is no known country or region.
        """
        return day.weekday() in self.weekdays and not self._is_holiday(day)

    def _is_holiday(self, day: date) -> bool:
        return self.holidays is not None and day in _holidays(self.holidays, day.year)


@dataclass(frozen=True)
class Member:
    """One of a team: when they work, and the days from and until which they belong to it."""

    calendar: WorkingCalendar
    joined_on: date | None = None
    left_on: date | None = None

    def works_on(self, day: date) -> bool:
        """Whether they work on ``day``: in the team by then, in their week, and no holiday.

        Raises:
            ParamsError: As ``WorkingCalendar.works_on``.
        """
        return self.belongs_on(day) and self.calendar.works_on(day)

    def belongs_on(self, day: date) -> bool:
        """Whether they are in the team on ``day``; the day they leave is their last."""
        return (self.joined_on or day) <= day <= (self.left_on or day)


@dataclass(frozen=True)
class TeamCalendar:
    """The hours in which at least one of a team works.

    Two who work at once count once. Part-time is what a person's own hours and days declare.
    """

    members: tuple[Member, ...]

    def hours_between(self, start_at: Moments, end_at: Moments) -> Hours:
        """Working hours from each moment of one column to that of another.

        NaN where nobody had joined yet, or everybody had left: what is not known is not 0.

        Args:
            start_at: UTC, in microseconds, without nulls.
            end_at: As many, none before its start.

        Raises:
            ParamsError: ``holidays`` of a member is no known country or region.
        """
        if not start_at.size:
            return np.empty(0)
        starts, ends = (_microseconds(moments) for moments in (start_at, end_at))
        worked = _worked(self, _year(int(starts.min())), _year(int(ends.max())))
        hours = (worked.hours.until(ends) - worked.hours.until(starts)) / _HOUR
        is_known = (starts >= worked.known_from) & (ends <= worked.known_until)
        return np.where(is_known, hours, np.nan)


class Stretches(NamedTuple):
    """Stretches of time, apart from each other and in order; all in microseconds since 1970."""

    starts: _Microseconds
    ends: _Microseconds
    before: _Microseconds  # how much lies in those before each

    @classmethod
    def of(cls, stretches: _Microseconds) -> Stretches:
        """A row of start and end each, in any order; what overlaps or touches becomes one."""
        starts, ends = stretches[np.argsort(stretches[:, 0], kind="stable")].T
        latest = np.maximum.accumulate(ends)
        is_new = np.concatenate(([True], starts[1:] > latest[:-1])) if starts.size else starts > 0
        is_last = np.concatenate((is_new[1:], [True])) if starts.size else is_new
        lengths = latest[is_last] - starts[is_new]
        return cls(starts[is_new], latest[is_last], np.cumsum(lengths) - lengths)

    def until(self, moments: _Microseconds) -> _Microseconds:
        """How much of them lies before each moment."""
        if not self.starts.size:
            return np.zeros_like(moments)
        stretch = np.maximum(np.searchsorted(self.starts, moments, side="right") - 1, 0)
        within = np.minimum(moments, self.ends[stretch]) - self.starts[stretch]
        return self.before[stretch] + np.maximum(within, 0)

    def hold(self, moments: _Microseconds) -> npt.NDArray[np.bool_]:
        """Whether each moment lies in one of them; the start does, the end does not."""
        if not self.starts.size:
            return np.zeros(moments.shape, dtype=np.bool_)
        stretch = np.searchsorted(self.starts, moments, side="right") - 1
        return (stretch >= 0) & (moments < self.ends[stretch])

    def shared(self, other: Stretches) -> Stretches:
        """Where both are."""
        cuts = np.unique(np.concatenate([*self[:2], *other[:2]]))
        parts = np.column_stack([cuts[:-1], cuts[1:]])
        return Stretches.of(parts[self.hold(parts[:, 0]) & other.hold(parts[:, 0])])


class _Worked(NamedTuple):
    hours: Stretches
    known_from: int  # microseconds since 1970
    known_until: int


@lru_cache(maxsize=256)
def _worked(team: TeamCalendar, first_year: int, last_year: int) -> _Worked:
    years = range(first_year - 1, last_year + 2)  # a local year begins or ends in another of UTC
    stretches = [_of_year(member, year) for member in team.members for year in years]
    hours = Stretches.of(np.concatenate([np.empty((0, 2), np.int64), *stretches]))
    return _Worked(hours, *_known(team))


@lru_cache(maxsize=1024)
def _of_year(member: Member, year: int) -> npt.NDArray[np.int64]:
    """The start and end of each day that a member works in a year of their own zone."""
    first_on = date(year, 1, 1)
    days = (first_on + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first_on).days))
    week = member.calendar
    worked = [
        (_since_epoch(day, week.start, week.zone), _since_epoch(day, week.end, week.zone))
        for day in days
        if member.works_on(day)
    ]
    return np.array(worked, dtype=np.int64).reshape(-1, 2)


def _known(team: TeamCalendar) -> tuple[int, int]:
    """From and until when somebody of the team belongs to it."""
    joined = [
        _since_epoch(member.joined_on, time(), member.calendar.zone)
        for member in team.members
        if member.joined_on
    ]
    left = [
        _since_epoch(member.left_on + timedelta(days=1), time(), member.calendar.zone)
        for member in team.members
        if member.left_on
    ]
    everyone, ever = len(team.members), np.iinfo(np.int64)
    since = min(joined) if len(joined) == everyone and joined else int(ever.min)
    until = max(left) if len(left) == everyone and left else int(ever.max)
    return since, until


def _since_epoch(day: date, at: time, zone: ZoneInfo) -> int:
    return (datetime.combine(day, at, zone) - _EPOCH) // _MICROSECOND


def _microseconds(moments: Moments) -> _Microseconds:
    return moments.astype("datetime64[us]").astype(np.int64)


def _year(microseconds: int) -> int:
    return (_EPOCH + microseconds * _MICROSECOND).year


@cache
def _holidays(country: str, year: int) -> Collection[date]:
    from holidays import country_holidays

    region, _, part = country.partition("-")
    try:
        return frozenset(country_holidays(region, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise ParamsError(
            f"people.yaml: holidays: {country!r} is not a country or region whose holidays are "
            "known: write it like ES or ES-MD, or leave it out"
        ) from error
