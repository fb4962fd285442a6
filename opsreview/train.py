"""A release train: the days on which a release is due, and those on which none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opsreview.cadence import Cadence, days_of
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar


@dataclass(frozen=True)
class Freeze:
    """Days, the last included, on which nothing but a hotfix is released."""

    first_on: date
    last_on: date
    why: str | None = None

    def holds(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True)
class Slot:
    """A day of the train; ``excused`` says why none is due on it, or is None."""

    day: date
    excused: str | None = None


@dataclass(frozen=True)
class Train:
    """The slots of releases as the model declares them. Ours.

    Slots are counted from ``starting``, by the days of ``zone``. None is due in a freeze or on a
    holiday of ``holidays`` (a country or region, or None).
    """

    every: Cadence
    starting: date
    zone: ZoneInfo
    freezes: Sequence[Freeze] = ()
    holidays: str | None = None
    hotfix_within_hours: float | None = None

    def slots(self, window: Window) -> list[Slot]:
        """The slots that begin in the window, those excused included.

        Raises:
            ParamsError: ``holidays`` is no known country or region.
        """
        until = window.last_day(self.zone) + timedelta(days=1)
        days = days_of(self.every, self.starting, until)
        return [
            Slot(day, self._excuse(day))
            for day in days
            if window.start_at <= self._begins(day) < window.end_at
        ]

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def _excuse(self, day: date) -> str | None:
        for freeze in self.freezes:
            if freeze.holds(day):
                return f"freeze: {freeze.why}" if freeze.why else "freeze"
        everyday = WorkingCalendar(self.zone, tuple(range(7)), holidays=self.holidays)
        return None if everyday.works_on(day) else "holiday"
