"""Times from outside: text in, UTC out, and whether a zone had to be assumed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# Programs write the years 1 and 9999 for "no time": they would stretch what a source covers.
YEARS = range(1970, 2200)
LONGEST_SHIFT = timedelta(days=366)  # a slip in the year makes a shift longer than this


def length_fault(start_at: datetime, end_at: datetime) -> str | None:
    """Why a shift of this length cannot be believed; None when it can."""
    if end_at - start_at <= LONGEST_SHIFT:
        return None
    days = (end_at - start_at).days
    return f"it lasts {days} days: longer than a shift can, {LONGEST_SHIFT.days} days"


def first_moment(texts: Iterable[object], zone: ZoneInfo) -> datetime | None:
    """The first of the texts that is a time, in UTC; None where none is."""
    for text in texts:
        try:
            return parse_moment(str(text), zone)[0]
        except ValueError:
            continue
    return None


def names_zone(text: str) -> bool | None:
    """Whether a time names its zone; None for a day alone, and for what is no time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    is_day = len(text.strip()) <= len("2026-10-31")
    return None if is_day else moment.tzinfo is not None


def parse_moment(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """An ISO 8601 time in UTC, and True when it named no zone and ``zone`` was taken.

    A day alone is its first moment in ``zone``.

    Raises:
        ValueError: The text is not a time, or is far from our age.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time like 2026-10-31T18:00:00Z") from None
    if utc.year not in YEARS:
        raise ValueError(f"{text!r} is not between {YEARS.start} and {YEARS.stop}")
    return utc, moment.tzinfo is None
