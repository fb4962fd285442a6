"""Incidents one by one, and the nights they broke into."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.people import ROW, rows_layout
from opsreview.figures.theme import BLUE, GREY, ORANGE, PURPLE, Told, drawn, escaped, shortened
from opsreview.figures.time_axis import calendar_axis, local_text
from opsreview.window import Window
from opsreview.wording import counted

SHORTEST = 1 / 60  # hours; a logarithm has no place for 0
TICKS = {1 / 60: "1 min", 1 / 6: "10 min", 1.0: "1 h", 6.0: "6 h", 24.0: "1 d", 168.0: "7 d"}
TICKS |= {720.0: "30 d", 8760.0: "1 y"}


def incident_dots(incidents: pl.DataFrame, *, window: Window, zone: ZoneInfo) -> go.Figure | None:
    """Each incident by when it opened and how long it lasted; repeats of one cause first.

    Args:
        incidents: The rows of ``time_to_resolve``: opened_at, cluster, waited_hours, is_censored,
            service.
        window: The days shown.
        zone: Of the days.

    Returns:
        A dot an incident; None without any.
    """
    if incidents.is_empty():
        return None
    size = pl.len().over("cluster")
    told = incidents.with_columns(
        kind=pl.when("is_censored")
        .then(pl.lit("still open"))
        .when(size > 1)
        .then(pl.lit("one of several of one cause"))
        .otherwise(pl.lit("alone"))
    )
    marks = {
        "one of several of one cause": (ORANGE, "diamond"),
        "alone": (BLUE, "circle"),
        "still open": (PURPLE, "triangle-up-open"),
    }
    traces = [
        _dots(part, kind, color, symbol, zone)
        for kind, (color, symbol) in marks.items()
        if (part := told.filter(kind=kind)).height
    ]
    repeats = told.filter(kind="one of several of one cause").height
    longest = max(told["waited_hours"])
    title = f"{repeats} of {counted(told.height, 'incident')} came in bursts of one cause"
    if not repeats:
        title = f"{counted(told.height, 'incident')}, none of them in a burst"
    note = f"the longest {in_words(longest, 'hours')}; each dot is one incident"
    rows = [
        [
            local_text(row["opened_at"], zone).replace("T", " "),
            row["service"],
            in_words(row["waited_hours"], "hours"),
            row["kind"],
        ]
        for row in told.sort("opened_at").iter_rows(named=True)
    ]
    columns = ["opened", "service", "lasted", "kind"]
    reached = [hours for hours in TICKS if hours <= max(longest, 1) * 6]
    return drawn(
        traces,
        Told(title, note, f"{title}; {note}.", columns, rows),
        xaxis={**calendar_axis(zone, window), "showgrid": True},
        yaxis={
            "type": "log",
            "title": {"text": "lasted (log scale)"},
            "tickvals": reached,
            "ticktext": [TICKS[hours] for hours in reached],
        },
        showlegend=len(traces) > 1,
    )


def disrupted_nights(nights: pl.DataFrame, *, window: Window, zone: ZoneInfo) -> go.Figure | None:
    """The nights of each person that an incident broke into.

    Args:
        nights: The rows of ``disrupted_nights``: person, night_on (the day of its evening), run.
        window: The days shown.
        zone: Of the days.

    Returns:
        A row a person with a square a night; None without any.
    """
    if nights.is_empty():
        return None
    counts = nights["person"].value_counts().sort("count", "person", descending=[True, False])
    people = [shortened(name) for name in counts["person"]]
    squares = go.Scatter(
        x=[night.isoformat() for night in nights["night_on"]],
        y=[shortened(name) for name in nights["person"]],
        mode="markers",
        marker={"symbol": "square", "size": 13, "color": PURPLE},
        hovertemplate="%{y}: night of %{x|%a %e %b}<extra></extra>",
    )
    run = int(nights["run"].max() or 0)  # type: ignore[arg-type]
    title = f"{counted(nights.height, 'night')} of {counted(counts.height, 'person', 'people')}"
    title += f" disrupted; {run} in a row" if run > 1 else " disrupted, none in a row"
    note = "22:00 to 08:00 in each person's own zone, named by the evening"
    rows = [[row["person"], str(row["night_on"])] for row in nights.iter_rows(named=True)]
    layout = rows_layout("") | {"height": ROW * len(people) + 20}
    layout["xaxis"] = {
        **calendar_axis(zone, window),
        "showgrid": True,
        "range": _days(window, zone),
    }
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": people}
    return drawn(
        [squares], Told(title, note, f"{title}; {note}.", ["person", "night of"], rows), **layout
    )


def _days(window: Window, zone: ZoneInfo) -> list[str]:
    first: date = window.first_day(zone) - timedelta(days=1)
    return [first.isoformat(), (window.last_day(zone) + timedelta(days=1)).isoformat()]


def _dots(part: pl.DataFrame, kind: str, color: str, symbol: str, zone: ZoneInfo) -> go.Scatter:
    return go.Scatter(
        x=[local_text(at, zone) for at in part["opened_at"]],
        y=[round(max(hours, SHORTEST), 4) for hours in part["waited_hours"]],
        mode="markers",
        name=kind,
        marker={"color": color, "symbol": symbol, "size": 10, "line": {"width": 1, "color": GREY}},
        customdata=[
            [escaped(service or "no service named"), in_words(hours, "hours")]
            for service, hours in part.select("service", "waited_hours").iter_rows()
        ],
        hovertemplate="%{customdata[0]}: %{x|%a %e %b %H:%M}, %{customdata[1]}<extra></extra>",
    )
