"""Half-open stretches of time, and the cycles a team reviews: months and quarters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.errors import CycleError

MATURITY = timedelta(days=7)  # a cycle is read this long after its end
MOMENT = pl.Datetime("us", "UTC")


@lru_cache(maxsize=1024)
def literal(at: datetime) -> pl.Expr:
    """The moment as an expression; kept, because making one costs more than using it."""
    return pl.lit(at, MOMENT)


@dataclass(frozen=True, order=True)
class Window:
    """A stretch of time in UTC; the start belongs to it, the end does not."""

    start_at: datetime
    end_at: datetime

    @property
    def hours(self) -> float:
        return (self.end_at - self.start_at) / timedelta(hours=1)

    @property
    def weeks(self) -> float:
        return (self.end_at - self.start_at) / timedelta(weeks=1)

    def has(self, column: str) -> pl.Expr:
        """True where the moment in ``column`` lies in the window."""
        moment = pl.col(column)
        return (moment >= literal(self.start_at)) & (moment < literal(self.end_at))

    def overlap(self, other: Window) -> Window | None:
        """The stretch that both cover, or None."""
        start_at, end_at = max(self.start_at, other.start_at), min(self.end_at, other.end_at)
        return Window(start_at, end_at) if start_at < end_at else None

    def shifted(self, by: timedelta) -> Window:
        return Window(self.start_at + by, self.end_at + by)


@dataclass(frozen=True)
class Cycle:
    """A month (``2026-10``) or quarter (``2026-q3``) in the team's time zone."""

    name: str
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2]|q[1-4])", self.name):
            raise CycleError(
                f"cycle {self.name!r} is neither a month nor a quarter of 1900 to 2199: "
                "write it as 2026-10 or 2026-q3"
            )

    @property
    def is_quarter(self) -> bool:
        return "q" in self.name

    @property
    def window(self) -> Window:
        first = self._first_month
        return Window(self._start_of(first), self._start_of(first + (3 if self.is_quarter else 1)))

    @property
    def previous(self) -> Cycle:
        return self._at(self._first_month - (3 if self.is_quarter else 1))

    @property
    def following(self) -> Cycle:
        return self._at(self._first_month + (3 if self.is_quarter else 1))

    def holding(self, day: date) -> Cycle:
        """The cycle of the same length that ``day`` belongs to."""
        month = day.year * 12 + day.month - 1
        return self._at(month - month % 3 if self.is_quarter else month)

    @property
    def title(self) -> str:
        """The name for a reader: ``October 2026`` or ``third quarter of 2026``."""
        year, month = divmod(self._first_month, 12)
        if self.is_quarter:
            return f"{('first', 'second', 'third', 'fourth')[month // 3]} quarter of {year}"
        return f"{date(year, month + 1, 1):%B} {year}"

    @property
    def _first_month(self) -> int:
        year, part = self.name.split("-")
        month = (int(part[1]) - 1) * 3 if self.is_quarter else int(part) - 1
        return int(year) * 12 + month

    def _at(self, first_month: int) -> Cycle:
        year, month = divmod(first_month, 12)
        part = f"q{month // 3 + 1}" if self.is_quarter else f"{month + 1:02}"
        return Cycle(f"{year:04}-{part}", self.zone)

    def _start_of(self, month_count: int) -> datetime:
        year, month = divmod(month_count, 12)
        return datetime(year, month + 1, 1, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True)
class ThreeMonths(Cycle):
    """The three months to the end of a month: what a team with few issues is read over."""

    @property
    def window(self) -> Window:
        first = self._first_month
        return Window(self._start_of(first - 2), self._start_of(first + 1))

    @property
    def previous(self) -> ThreeMonths:
        return ThreeMonths(self._at(self._first_month - 3).name, self.zone)

    @property
    def following(self) -> ThreeMonths:
        return ThreeMonths(self._at(self._first_month + 3).name, self.zone)

    @property
    def title(self) -> str:
        """``August to October 2026``; the year twice where they differ."""
        last, first = (self._at(self._first_month - months).title for months in (0, 2))
        return f"{first.removesuffix(last[-5:])} to {last}"


def last_full_month(moment: datetime, zone: ZoneInfo) -> Cycle:
    """The last month that had ended at ``moment``, in the team's zone."""
    local = moment.astimezone(zone)
    return Cycle(f"{local:%Y-%m}", zone).previous
