"""Days and cycles as the pages write them."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from opsreview.review import Review
from opsreview.window import Cycle
from opsreview.wording import day_in_words


def day(written: str | None) -> str:
    """``Tue 10 Nov 2026`` for ``2026-11-10``; empty for None."""
    if not written:
        return ""
    on = date.fromisoformat(written)
    return f"{on:%a} {on.day} {on:%b %Y}"


def date_alone(written: str) -> str:
    """``10 Nov 2026`` for ``2026-11-10``."""
    return day(written).partition(" ")[2]


def cycle_title(name: str | None, zone: ZoneInfo) -> str:
    """``January 2027`` for ``2027-01``; empty for None."""
    return Cycle(name, zone).title if name else ""


def known_until(review: Review, metric: str) -> str | None:
    """``9 Oct 2026`` where a metric's data ends a day before the page's or sooner; else None."""
    until = review.known_until(metric)
    if until is None or review.as_of - until < timedelta(days=1):
        return None
    return day_in_words(until, review.zone)
