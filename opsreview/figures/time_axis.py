"""Axes of time: durations on a square-root scale, calendar days in the team's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import sqrt
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.window import Window

DAY = 24.0
YEAR = 365 * DAY
TICKS: dict[float, dict[float, str]] = {  # by the end of the axis: where it is marked
    7 * DAY: {0: "0", 1: "1 h", 6: "6 h", DAY: "1 d", 3 * DAY: "3 d", 7 * DAY: "7 d"},
    30 * DAY: {
        0: "0",
        6: "6 h",
        DAY: "1 d",
        3 * DAY: "3 d",
        7 * DAY: "7 d",
        14 * DAY: "14 d",
        30 * DAY: "30 d",
    },
    90 * DAY: {0: "0", DAY: "1 d", 7 * DAY: "7 d", 30 * DAY: "30 d", 90 * DAY: "90 d"},
    YEAR: {
        0: "0",
        7 * DAY: "7 d",
        30 * DAY: "30 d",
        90 * DAY: "90 d",
        180 * DAY: "180 d",
        YEAR: "1 y",
    },
    3 * YEAR: {
        0: "0",
        30 * DAY: "30 d",
        180 * DAY: "180 d",
        YEAR: "1 y",
        2 * YEAR: "2 y",
        3 * YEAR: "3 y",
    },
}


def axis_end(reached_hours: float, target_hours: float | None) -> float:
    """The shortest of our duration axes, in hours, that shows both."""
    wanted = max(reached_hours, 1.5 * (target_hours or 0))
    return next((end for end in TICKS if end >= wanted), max(TICKS))


def duration_axis(end_hours: float, since: str) -> dict[str, Any]:
    """A plotly axis of durations from 0; places on it are ``placed(hours)``."""
    ticks = TICKS[end_hours]
    return {
        "title": {"text": f"time since {since} (square-root scale)"},
        "range": [0, round(sqrt(end_hours), 4)],
        "tickvals": [placed(hours) for hours in ticks],
        "ticktext": list(ticks.values()),
        "tickangle": 0,
    }


def placed(hours: float) -> float:
    """Where a duration lies on the axis: minutes and months both keep room."""
    return round(sqrt(hours), 4)


def checkpoints(end_hours: float, target_hours: float | None) -> list[float]:
    """The durations a table under a curve is read at."""
    ticks = {hours for hours in TICKS[end_hours] if hours > 0}
    return sorted(ticks | ({target_hours} if target_hours else set()))


def local_text(at: datetime, zone: ZoneInfo) -> str:
    """A moment as plotly's calendar axis takes it: the clock of the team's zone."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def calendar_axis(zone: ZoneInfo, window: Window | None = None) -> dict[str, Any]:
    """A plotly axis of days that names its zone."""
    axis: dict[str, Any] = {"type": "date", "title": {"text": f"day, {zone.key}"}, "tickangle": 0}
    if window:
        axis["range"] = [local_text(window.start_at, zone), local_text(window.end_at, zone)]
    return axis


def cycle_axis(cycle_count: int) -> dict[str, Any]:
    """A plotly axis of cycles, each at its first day, with no month named twice."""
    axis = {"type": "date", "tickformat": "%b<br>%Y", "tickangle": 0}
    return axis | ({"dtick": "M1"} if cycle_count <= 8 else {})


def cycle_name(window: Window) -> str:
    """``Oct 2026``, ``Q3 2026`` or ``May to Jul 2026``: its middle lies in it in every zone."""
    middle = window.start_at + (window.end_at - window.start_at) / 2
    if window.weeks <= 8:
        return f"{middle:%b %Y}"
    if middle.month % 3 == 2:
        return f"Q{(middle.month + 2) // 3} {middle.year}"
    first, last = (middle + timedelta(days=days) for days in (-30, 30))
    return f"{first:%b} to {last:%b %Y}"


def cycle_day(window: Window) -> str:
    """The day a cycle stands at on a calendar axis: the first of its first month."""
    middle = window.start_at + (window.end_at - window.start_at) / 2
    first = middle - timedelta(days=30) if window.weeks > 8 else middle
    return f"{first.year}-{first.month:02}-01"
