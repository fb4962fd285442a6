"""A schedule as a calendar, and frames as CSV that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import polars as pl
from icalendar import Calendar, Event, vText

_RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")


def ics_of(turns: pl.DataFrame, *, team: str, as_of: datetime) -> bytes:
    """A calendar with an event for each turn, tentative, in UTC; RFC 5545.

    The same turns give the same bytes, and a turn of the same role and start has the same ``UID``
    whoever takes it, so that a calendar that reads the file again changes its event.

    Args:
        turns: role, person, start_at, end_at.
        team: Whose duty it is.
        as_of: The stamp of every event.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//opsreview//duty//EN")
    calendar.add("VERSION", "2.0")
    calendar["X-WR-CALNAME"] = vText(f"Duty of {team}")
    for role, person, start_at, end_at in turns.select(
        "role", "person", "start_at", "end_at"
    ).iter_rows():
        event = Event()
        event.add("UID", f"{team}-{role}-{start_at:%Y%m%dT%H%M%SZ}@opsreview")
        event.add("DTSTAMP", as_of)
        event.add("DTSTART", start_at)
        event.add("DTEND", end_at)
        event.add("SUMMARY", f"Duty: {person} ({role})")
        event.add("STATUS", "TENTATIVE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def csv_of(frame: pl.DataFrame) -> str:
    """The frame as CSV with a header; RFC 4180. Moments are UTC, unknown is empty.

    Text that a spreadsheet would run as a formula begins with an apostrophe.

    Source:
        OWASP, https://owasp.org/www-community/attacks/CSV_Injection
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows([_cell(value) for value in row] for row in frame.iter_rows())
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return round(value, 2) + 0.0  # never -0.0
    if isinstance(value, str) and value.startswith(_RUNS_IN_A_SPREADSHEET):
        return f"'{value}"
    return value
