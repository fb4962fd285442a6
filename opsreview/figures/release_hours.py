"""When in the week releases are published."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.figures.theme import AMBER, BLUE, Told, drawn
from opsreview.wording import counted

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PLACES = {  # whether in working hours: colour and shape of the mark
    "in working hours": (BLUE, "circle"),
    "outside": (AMBER, "diamond"),
}
IN, OUT = PLACES


def release_hours(measured: pl.DataFrame) -> go.Figure | None:
    """The releases of twelve months by hour and weekday of whoever published them.

    Args:
        measured: The rows of ``off_hours_release_share``: person, day_part, weekday (0 is Monday),
            hour.

    Returns:
        A mark for each hour of the week in which there were any, the larger the more; None without
        a release.
    """
    if measured.is_empty():
        return None
    place = pl.when(pl.col("day_part") == "working").then(pl.lit(IN)).otherwise(pl.lit(OUT))
    hours = (
        measured.group_by("weekday", "hour", place=place)
        .agg(pl.len().alias("count"))
        .sort("weekday", "hour", "place")
    )
    marks = [_marks(hours.filter(place=place), place) for place in PLACES]
    return drawn(
        [mark for mark in marks if len(mark.x)],
        _told(measured, hours),
        height=230,
        xaxis={
            "title": {"text": "hour of the day"},
            "range": [-0.5, 24],
            "tickvals": list(range(0, 25, 4)),
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(DAYS[::-1]),
            "range": [-0.6, len(DAYS) - 0.4],
        },
        showlegend=True,
    )


def _marks(hours: pl.DataFrame, place: str) -> go.Scatter:
    colour, shape = PLACES[place]
    return go.Scatter(
        x=[hour + 0.5 for hour in hours["hour"]],
        y=[DAYS[day] for day in hours["weekday"]],
        mode="markers",
        name=place,
        marker={
            "color": colour,
            "symbol": shape,
            "opacity": 1,
            "size": [7 + 4 * count**0.5 for count in hours["count"]],
        },
        customdata=[
            [f"{hour}:00", counted(count, "release")]
            for hour, count in hours.select("hour", "count").iter_rows()
        ],
        hovertemplate="%{y} from %{customdata[0]}: %{customdata[1]}<extra></extra>",
    )


def _told(measured: pl.DataFrame, hours: pl.DataFrame) -> Told:
    out = measured.filter(pl.col("day_part") != "working").height
    title = f"{out} of {counted(measured.height, 'release')} came outside of working hours"
    night = measured.filter(day_part="sleep").height
    friday = measured.filter(weekday=DAYS.index("Fri")).height
    known = measured["person"].count()
    whose = "the hours of who published" if known else "the team's zone: who published is not known"
    if 0 < known < measured.height:
        whose = (
            f"the hours of who published; of {measured.height - known} not known, the team's zone"
        )
    note = f"{friday} on a Friday · {night} at night · in {whose}"
    rows: list[list[Any]] = [
        [DAYS[day], f"{hour}:00", place, count]
        for day, hour, place, count in hours.select("weekday", "hour", "place", "count").iter_rows()
    ]
    return Told(title, note, f"{title}; {note}.", ["day", "from", "place", "releases"], rows)
