"""The window that is asked for, and the windows before it that it is beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from opsreview.errors import FilterError
from opsreview.filtering.asked import Days
from opsreview.window import Cycle, Window

MOST_EARLIER = 24  # of windows that are no cycles: days could be very many


@dataclass(frozen=True)
class Stretch:
    """Whole local days: a cycle, or any others."""

    first_on: date
    last_on: date
    zone: ZoneInfo

    @classmethod
    def of(cls, asked: str | Days, zone: ZoneInfo) -> Stretch:
        """The days of a cycle's name, or from the first day to the last.

        Raises:
            CycleError: The name is no cycle's.
            FilterError: The days are none, or not in order.
        """
        if isinstance(asked, str):
            window = Cycle(asked, zone).window
            return cls(window.start_at.astimezone(zone).date(), window.last_day(zone), zone)
        if len(asked) != 2:
            raise FilterError(
                f"window {asked!r} is neither a cycle nor two days: write it as "
                "'2026-10' or ('2026-08-01', '2026-10-31')"
            )
        first_on, last_on = map(_day, asked)
        if last_on < first_on:
            raise FilterError(f"window {asked!r} ends before it begins: the first day comes first")
        return cls(first_on, last_on, zone)

    @property
    def window(self) -> Window:
        return Window(self._start_of(self.first_on), self._start_of(self.last_on + _DAY))

    @property
    def title(self) -> str:
        """``October 2026``, or ``2026-08-03 to 2026-08-16``."""
        return self.cycle.title if self.cycle else f"{self.first_on} to {self.last_on}"

    @property
    def cycle(self) -> Cycle | None:
        """The month or quarter that the days are, if they are one."""
        quarter = f"{self.first_on.year}-q{(self.first_on.month + 2) // 3}"
        for name in (f"{self.first_on:%Y-%m}", quarter):
            if (cycle := Cycle(name, self.zone)).window == self.window:
                return cycle
        return None

    def earlier(self, first_at: datetime) -> Iterator[Window]:
        """The windows of the same length before it, the latest first, back to ``first_at``."""
        if self.cycle:
            yield from (each.window for each in self.cycle.before(first_at))
        else:
            yield from islice(self._before(first_at), MOST_EARLIER)

    def _before(self, first_at: datetime) -> Iterator[Window]:
        length = self.last_on - self.first_on + _DAY
        stretch = Stretch(self.first_on - length, self.last_on - length, self.zone)
        while stretch.window.end_at > first_at:
            yield stretch.window
            stretch = Stretch(stretch.first_on - length, stretch.last_on - length, self.zone)

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)


_DAY = timedelta(days=1)


def _day(asked: str | date) -> date:
    if isinstance(asked, date):
        return asked
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise FilterError(f"{asked!r} is no day: write it as 2026-10-31") from None
