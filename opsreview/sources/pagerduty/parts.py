"""Long stretches of time, cut into the parts that PagerDuty answers for at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from opsreview.window import Window

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def parts(window: Window, days: int) -> Iterator[Window]:
    """The stretch in parts of so many days, of which only its own edges cut any short.

    The days are counted from one fixed day, so the same moment lies in the same part every time.
    """
    step = timedelta(days=days)
    start_at = _EPOCH + number(window.start_at, days) * step
    while max(start_at, window.start_at) < window.end_at:
        yield Window(max(start_at, window.start_at), min(start_at + step, window.end_at))
        start_at += step


def number(at: datetime, days: int) -> int:
    """Which part a moment lies in; it stays the same when a longer stretch is cut."""
    return (at - _EPOCH) // timedelta(days=days)
