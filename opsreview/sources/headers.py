"""What the headers of any HTTP answer say of time. Pure: no clock of ours where theirs is told."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx2 import Response


def answered_at(response: Response) -> datetime:
    """The server's own clock when it answered, UTC; ours where it does not say."""
    return _moment(response.headers.get("date")) or datetime.now(UTC).replace(microsecond=0)


def retry_after_seconds(response: Response) -> float | None:
    """``Retry-After``, by the server's clock; None where it does not say, or not in earnest.

    Source:
        RFC 9110, section 10.2.3: a number of seconds or a date.
    """
    text = response.headers.get("retry-after")
    until = _moment(text)
    return (until - answered_at(response)).total_seconds() if until else number_in(text)


def number_in(text: str | None) -> float | None:
    """A finite number that a header holds; None where it holds none."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if isfinite(number) else None


def _moment(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
