"""When a person works, sleeps, and is off: calendars in their own zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from opsreview.errors import ParamsError

SLEEP_FROM, SLEEP_TO = time(22), time(8)


@dataclass(frozen=True)
class WorkingCalendar:
    """A person's working week: weekdays (0 is Monday), hours, and the country of their holidays."""

    zone: ZoneInfo
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(17)
    holidays: str | None = None

    def day_part(self, moment: datetime) -> str:
        """``sleep`` (22:00 to 08:00, wins over all), ``working`` or ``off_hours``, in their zone.

        Raises:
            ParamsError: ``holidays`` is no known country or region.

        Source:
            PagerDuty's interruption day parts, with the working hours the team declares.
        """
        local = moment.astimezone(self.zone)
        if local.time() >= SLEEP_FROM or local.time() < SLEEP_TO:
            return "sleep"
        is_working = self.works_on(local.date()) and self.start <= local.time() < self.end
        return "working" if is_working else "off_hours"

    def works_on(self, day: date) -> bool:
        """Whether ``day`` is in their working week and no holiday of theirs.

        Raises:
            ParamsError: As ``day_part``.
        """
        return day.weekday() in self.weekdays and not self._is_holiday(day)

    def _is_holiday(self, day: date) -> bool:
        return self.holidays is not None and day in _holidays(self.holidays, day.year)


@cache
def _holidays(country: str, year: int) -> Collection[date]:
    from holidays import country_holidays

    region, _, part = country.partition("-")
    try:
        return country_holidays(region, subdiv=part or None, years=year)
    except NotImplementedError as error:
        raise ParamsError(
            f"people.yaml: holidays: {country!r} is not a country or region whose holidays are "
            "known: write it like ES or ES-MD, or leave it out"
        ) from error
