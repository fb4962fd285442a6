"""What comes in, what goes out, and what stays open."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.history import MOST_CYCLES, windows_of
from opsreview.figures.theme import BLUE, GREEN, ORANGE, Told, drawn, rounded
from opsreview.figures.time_axis import calendar_axis, cycle_axis, cycle_day, cycle_name, local_text
from opsreview.wording import capitalised, counted, group_name

COLORS = {"kind:issue": BLUE, "kind:pull_request": GREEN, "all": BLUE}


def backlog_by_day(curve: pl.DataFrame, *, zone: ZoneInfo) -> go.Figure | None:
    """How many issues and pull requests were open at the end of each day.

    Args:
        curve: The ``open`` curves of ``backlog``, of every group: ``group``, ``at``, ``value``.
        zone: Of the days.

    Returns:
        A line each for issues and pull requests; None when there is nothing to draw.
    """
    kinds = curve.filter(pl.col("group").str.starts_with("kind:")) if curve.height else curve
    if kinds.is_empty():
        return None
    groups = kinds["group"].unique().sort().to_list()
    lines = [
        _day_line(kinds.filter(pl.col("group") == group).sort("at"), group, zone)
        for group in groups
    ]
    told = _told_backlog(kinds.sort("at"), groups, zone)
    counts = {"title": {"text": "open"}, "rangemode": "tozero"}
    return drawn(lines, told, xaxis=calendar_axis(zone), yaxis=counts, hovermode="x")


def age_by_week(curve: pl.DataFrame, *, zone: ZoneInfo) -> go.Figure | None:
    """The median age of what was open at each week's end, in days.

    Args:
        curve: The ``median_age_hours`` curve of ``issue_age``: ``at``, ``value``.
        zone: Of the weeks.

    Returns:
        A line; None when there is nothing to draw.
    """
    weeks = curve.filter(pl.col("value").is_not_null()).sort("at") if curve.height else curve
    if weeks.is_empty():
        return None
    first, last = weeks["value"][0], weeks["value"][-1]
    title = f"Half of the open issues are older than {in_words(last, 'hours')}"
    note = f"{in_words(first, 'hours')} at the start of the {counted(weeks.height, 'week')} shown"
    days = [local_text(at, zone) for at in weeks["at"]]
    line = go.Scatter(
        x=days,
        y=rounded((weeks["value"] / 24).to_list(), 2),
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        hovertemplate="%{x|%a %e %b %Y}: %{y:.0f} d<extra></extra>",
    )
    rows = [
        [day[:10], in_words(value, "hours")]
        for day, value in zip(days, weeks["value"], strict=True)
    ]
    told = Told(title, note, f"{title}; {note}.", ["week's end", "median age"], rows)
    ages = {"title": {"text": "median age, days"}, "rangemode": "tozero"}
    return drawn([line], told, height=200, xaxis=calendar_axis(zone), yaxis=ages)


def opened_and_closed(opened: pl.DataFrame, closed: pl.DataFrame) -> go.Figure | None:
    """Issues opened and closed a week, cycle by cycle: months differ in length, weeks do not.

    Args:
        opened: ``rate_per_week`` of ``issues_new``, one row a cycle (``Review.history``).
        closed: The same of ``issues_closed``.

    Returns:
        Two bars a cycle; None when neither has a value.
    """
    is_measured = pl.col("value").is_not_null()
    measured = [frame.filter(is_measured).tail(MOST_CYCLES) for frame in (opened, closed)]
    if all(frame.is_empty() for frame in measured):
        return None
    bars = [
        go.Bar(
            x=[cycle_day(window) for window in windows_of(frame)],
            y=rounded(frame["value"].to_list(), 2),
            name=name,
            marker={"color": color},
            customdata=[cycle_name(window) for window in windows_of(frame)],
            hovertemplate="%{customdata}: %{y:.1f} " + name + " a week<extra></extra>",
        )
        for frame, name, color in zip(measured, ("opened", "closed"), (ORANGE, BLUE), strict=True)
    ]
    axes = {
        "xaxis": cycle_axis(max(frame.height for frame in measured)),
        "yaxis": {"title": {"text": "a week"}, "rangemode": "tozero"},
    }
    return drawn(bars, _told_flow(opened, closed), height=200, bargap=0.25, **axes)


def _day_line(days: pl.DataFrame, group: str, zone: ZoneInfo) -> go.Scatter:
    return go.Scatter(
        x=[local_text(at, zone) for at in days["at"]],
        y=[int(value) for value in days["value"]],
        name=group_name(group),
        mode="lines",
        line={"shape": "hv", "width": 2, "color": COLORS.get(group, BLUE)},
        hovertemplate="%{x|%a %e %b}: %{y} " + group_name(group) + "<extra></extra>",
    )


def _told_backlog(kinds: pl.DataFrame, groups: list[str], zone: ZoneInfo) -> Told:
    first, last = {}, {}
    for group in groups:
        values = kinds.filter(pl.col("group") == group)["value"]
        first[group], last[group] = int(values[0]), int(values[-1])
    counts = " and ".join(f"{last[group]} {group_name(group)}" for group in groups)
    title = f"{capitalised(counts)} open at the end"
    moves = [f"{group_name(group)} {first[group]} → {last[group]}" for group in groups]
    note = "from the first day to the last: " + ", ".join(moves)
    by_day = kinds.pivot(on="group", index="at", values="value").sort("at")
    rows: list[list[Any]] = [
        [local_text(row["at"], zone)[:10], *(_whole(row[group]) for group in groups)]
        for row in by_day.iter_rows(named=True)
    ]
    columns = ["end of day", *(group_name(group) for group in groups)]
    return Told(title, note, f"{title}; {note}.", columns, rows)


def _told_flow(opened: pl.DataFrame, closed: pl.DataFrame) -> Told:
    both = opened.select("window_start_at", "window_end_at", "is_current", opened="value").join(
        closed.select("window_start_at", closed="value"), on="window_start_at", how="left"
    )
    both = both.sort("window_start_at")
    rows = [
        [cycle_name(window), row["opened"], row["closed"]]
        for window, row in zip(windows_of(both), both.iter_rows(named=True), strict=True)
    ]
    name, came, went = rows[-1]
    said = [in_words(rate, "count") if rate is not None else "unknown" for rate in (came, went)]
    title = f"A week of {name}: {said[0]} opened, {said[1]} closed"
    alt = f"{title}. {counted(len(rows), 'cycle')} shown."
    return Told(title, "issues, per week", alt, ["cycle", "opened a week", "closed a week"], rows)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
