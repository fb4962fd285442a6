"""When incidents came: by hour of the week, and in which nights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.people import ROW, rows_layout
from opsreview.figures.theme import (
    AMBER,
    BLUE,
    CLEAR,
    GREY,
    ORANGE,
    Told,
    drawn,
    rounded,
    shortened,
)
from opsreview.wording import counted

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SLEEP = (22, 8)
CELLS = 7 * 26  # pixels: a row a weekday
SHADES = [[0, "rgba(43,123,186,0.08)"], [0.0001, "rgba(43,123,186,0.3)"], [1, BLUE]]
NIGHT_SHADES = [[0, "rgba(184,134,11,0.3)"], [0.5, AMBER], [1, ORANGE]]


def hours_of_week(interruptions: pl.DataFrame, clock: str) -> go.Figure | None:
    """How many interruptions came in each hour of the week.

    Args:
        interruptions: ``weekday`` (0 is Monday) and ``hour``, one row an interruption.
        clock: Whose clock that is, in words, escaped: ``each person's own clock``.

    Returns:
        A cell an hour of each weekday; None where there were none.
    """
    if interruptions.is_empty():
        return None
    counts = [[0] * 24 for _ in WEEKDAYS]
    for weekday, hour, count in interruptions.group_by("weekday", "hour").len().iter_rows():
        counts[weekday][hour] = count
    total, by_night = interruptions.height, _by_night(counts)
    cells = _cells(list(range(24)), counts, SHADES, "%{y}, %{x}:00 to %{x}:59: %{z}<extra></extra>")
    share = in_words(by_night / total, "share")
    title = f"{share} of {counted(total, 'interruption')} came between 22:00 and 08:00"
    note = f"interruptions by hour and weekday, by {clock}"
    rows: list[list[Any]] = [[day, *counts[at]] for at, day in enumerate(WEEKDAYS)]
    told = Told(title, note, f"{title}; {note}.", ["weekday", *map(str, range(24))], rows)
    layout = _rows_of_weekdays() | {
        "xaxis": {"title": {"text": "hour"}, "dtick": 2, "range": [-0.5, 23.5]}
    }
    return drawn([cells], told, **layout)


def nights_calendar(nights: pl.DataFrame) -> go.Figure | None:
    """The nights that incidents broke into, a column a week.

    Args:
        nights: ``person``, ``night_on`` (the day of its evening) and ``run``, one row a person and
            night, as ``disrupted_nights``.

    Returns:
        A cell a night, by how many people it woke; None where there were none.
    """
    if nights.is_empty():
        return None
    people = dict(nights.group_by("night_on").len().sort("night_on").iter_rows())
    first, last = min(people), max(people)
    monday = first - timedelta(days=first.weekday())
    weeks = [monday + timedelta(weeks=at) for at in range((last - monday).days // 7 + 1)]
    counts = [[people.get(week + timedelta(days=day)) for week in weeks] for day in range(7)]
    hover = "%{y} of the week of %{x|%e %b %Y}: %{z} disrupted<extra></extra>"
    cells = _cells([week.isoformat() for week in weeks], counts, NIGHT_SHADES, hover)
    longest = max(nights["run"])
    title = f"{counted(nights.height, 'night')} disrupted, at most {longest} one after the other"
    note = "one person's night, 22:00 to 08:00 by their own clock, by the day of its evening"
    rows = [[night.isoformat(), count] for night, count in people.items()]
    told = Told(title, note, f"{title}; {note}.", ["night of", "people disrupted"], rows)
    layout = _rows_of_weekdays() | {"xaxis": {"type": "date", "title": {"text": "week"}}}
    return drawn([cells], told, **layout)


def hours_today_and_then(people: pl.DataFrame) -> go.Figure | None:
    """Each person's hours of primary duty, as they were and under another rotation.

    Args:
        people: ``person``, ``primary_hours_today`` and ``primary_hours_then`` (null: not known).

    Returns:
        Two bars a person; None where nobody holds any.
    """
    columns = ("primary_hours_today", "primary_hours_then")
    held = people.filter(pl.any_horizontal(pl.col(columns) > 0))
    if held.is_empty():
        return None
    names = [shortened(name) for name in held["person"]]
    bars = [
        go.Bar(
            x=rounded(held[column].to_list()),
            y=names,
            orientation="h",
            name=side,
            marker={"color": color},
            hovertemplate="%{y}, " + side + ": %{x:.0f} hours<extra></extra>",
        )
        for column, side, color in zip(columns, ("today", "then"), (GREY, BLUE), strict=True)
    ]
    most = max(held["primary_hours_then"].fill_null(0.0))
    title = f"The most that anybody would have held is {in_words(most, 'hours')}"
    note = f"hours of primary duty of {counted(held.height, 'person', 'people')}, today and then"
    rows = [list(row) for row in held.select("person", *columns).iter_rows()]
    told = Told(title, note, f"{title}; {note}.", ["person", "hours today", "hours then"], rows)
    layout = rows_layout("hours") | {"height": 2 * ROW * len(names) + 30, "showlegend": True}
    return drawn(bars, told, **layout)


def _by_night(counts: list[list[int]]) -> int:
    evening, morning = SLEEP
    return sum(sum(row[evening:]) + sum(row[:morning]) for row in counts)


def _cells(
    x: list[Any], counts: list[list[Any]], shades: list[list[Any]], hover: str
) -> go.Heatmap:
    most = max(count for row in counts for count in row if count is not None)
    return go.Heatmap(
        x=x,
        y=WEEKDAYS,
        z=counts,
        zmin=0 if shades is SHADES else 1,
        zmax=max(most, 2),
        colorscale=shades,
        xgap=1,
        ygap=2,
        colorbar={"thickness": 10, "outlinewidth": 0, "bgcolor": CLEAR, "dtick": max(1, most // 5)},
        hoverongaps=False,
        hovertemplate=hover,
    )


def _rows_of_weekdays() -> dict[str, Any]:
    return {
        "height": CELLS,
        "yaxis": {"autorange": "reversed", "type": "category", "showgrid": False},
        "showlegend": False,
    }
