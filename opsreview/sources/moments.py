"""Times from outside: text in, UTC out, and whether a zone had to be assumed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR = 1970  # programs write year 1 for "no time": it would stretch what a source covers


def parse_moment(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """An ISO 8601 time in UTC, and True when it named no zone and ``zone`` was taken.

    A day alone is its first moment in ``zone``.

    Raises:
        ValueError: The text is not a time, or lies before 1970.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time like 2026-10-31T18:00:00Z") from None
    if utc.year < FIRST_YEAR:
        raise ValueError(f"{text!r} lies before {FIRST_YEAR}")
    return utc, moment.tzinfo is None
