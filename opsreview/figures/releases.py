"""When releases came out, how far apart, and against the slots the model wants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.theme import (
    AMBER,
    BLUE,
    FAINT,
    GREY,
    INK,
    PURPLE,
    Told,
    band,
    drawn,
    escaped,
    marked_line,
    shortened,
)
from opsreview.figures.time_axis import calendar_axis, local_text
from opsreview.usual import FEWEST_TO_TELL
from opsreview.window import Window
from opsreview.wording import counted, day_in_words

KINDS = {  # the rows of the calendar, top to bottom: name, colour, mark
    "stable": ("stable", BLUE, "circle"),
    "hotfix": ("hotfix", AMBER, "diamond"),
    "prerelease": ("pre-release", PURPLE, "circle-open"),
}
SLOT_ROW = "slot"
YEAR = timedelta(days=365)
EDGE = timedelta(days=6)  # room for a mark on the first or last day
MOST_DRAWN = 40


def release_calendar(
    releases: pl.DataFrame,
    slots: Sequence[date],
    *,
    window: Window,
    zone: ZoneInfo,
    as_of: datetime | None,
) -> go.Figure | None:
    """The releases of the twelve months to the window's end, and the days the model wanted one.

    Args:
        releases: ``repo``, ``tag``, ``kind``, ``kind_rule``, ``published_at``, ``is_draft``, one
            row a release. Drafts are none.
        slots: Days of the model's release train; may be empty.
        window: The cycle; shaded.
        zone: Of the days.
        as_of: Until when releases are known, UTC; None: the cycle's are not.

    Returns:
        A row a kind of release; None when none was published in the twelve months, or nobody knows.
    """
    if as_of is None or releases.is_empty():
        return None
    year = Window(window.end_at - YEAR, window.end_at)
    is_published = year.has("published_at") & (pl.col("published_at") <= as_of)
    seen = releases.filter(
        is_published
        & ~pl.col("is_draft").fill_null(False)
        & pl.col("kind").cast(pl.String).is_in(list(KINDS))
    )
    if seen.is_empty():
        return None
    first_on, end_on = (at.astimezone(zone).date() for at in (year.start_at, year.end_at))
    due = [day for day in slots if first_on <= day < end_on]
    rows = [KINDS[kind][0] for kind in KINDS if (seen["kind"] == kind).any()]
    dots: list[Any] = [
        _release_dots(seen.filter(pl.col("kind") == kind).sort("published_at"), kind, zone)
        for kind in KINDS
        if (seen["kind"] == kind).any()
    ]
    if due:
        dots.append(_slot_marks(due))
        rows.append(SLOT_ROW)
    layout = {
        "xaxis": {
            **calendar_axis(zone, Window(year.start_at - EDGE, year.end_at + EDGE)),
            "showgrid": True,
        },
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": rows[::-1],
            "range": [-0.6, len(rows) - 0.4],
            "showgrid": False,
        },
        "shapes": [_shade(window, zone)],
        "showlegend": False,
    }
    told = _told_calendar(seen.sort("published_at"), due, window, zone, as_of)
    return drawn(dots, told, height=40 * len(rows) + 20, **layout)


def batch_sizes(measured: pl.DataFrame, *, zone: ZoneInfo) -> go.Figure | None:
    """How many merged changes came out in each stable release.

    Args:
        measured: The rows of ``batch_size``: repo, tag, published_at, change_count.
        zone: Of the days.

    Returns:
        A bar a release, a line at the median; None without a release.
    """
    if measured.is_empty():
        return None
    batches = measured.sort("published_at").tail(MOST_DRAWN)
    counts = batches["change_count"].to_list()
    middle = float(measured["change_count"].median() or 0)  # type: ignore[arg-type]
    names = _names(batches)
    days = [local_text(at, zone).replace("T", " ") for at in batches["published_at"]]
    bars = go.Bar(
        x=names,
        y=counts,
        marker={"color": BLUE},
        customdata=days,
        hovertemplate="%{x}: %{y} changes, %{customdata}<extra></extra>",
    )
    largest = max(measured["change_count"].to_list())
    note = " · ".join([f"the largest held {largest}", *_drawn_only(measured.height)])
    title = f"Half of {measured.height} releases held {middle:g} changes or more"
    if measured.height == 1:
        title = f"The only release that tells held {counted(counts[0], 'change')}"
    rows = [list(row) for row in zip(names, days, counts, strict=True)]
    told = Told(title, note, f"{title}; {note}.", ["release", "published", "changes"], rows)
    return drawn(
        [bars],
        told,
        height=220,
        xaxis={"type": "category", "title": {"text": "release"}, "tickangle": -35},
        yaxis={"title": {"text": "merged changes"}, "rangemode": "tozero"},
        showlegend=False,
        shapes=marked_line(middle, "median", axis="y", color=INK)["shapes"],
    )


def release_gaps(
    measured: pl.DataFrame,
    *,
    open_hours: float | None,
    window: Window,
    zone: ZoneInfo,
    as_of: datetime | None,
) -> go.Figure | None:
    """Days between stable releases, the one still open included.

    Args:
        measured: ``repo``, ``tag``, ``published_at``, ``interval_hours``, one row a stable release.
        open_hours: Since the last stable release, still counting; None when unknown.
        window: The cycle; the range of the gaps before it is shaded.
        zone: Of the days.
        as_of: Until when releases are known, and the open gap is counted, UTC.

    Returns:
        A bar a gap, the open one hatched, a line at the median; None without a gap.
    """
    if measured.is_empty():
        return None
    every = measured.sort("published_at").with_columns(days=pl.col("interval_hours") / 24)
    gaps = every.tail(MOST_DRAWN)
    median = float(every["days"].median())  # type: ignore[arg-type]
    names = _names(gaps)
    open_days = None if open_hours is None else open_hours / 24
    bars = [_gap_bars(gaps, names, zone)]
    if open_days is not None:
        bars.append(_open_bar(open_days))
    layout: dict[str, Any] = {
        "xaxis": {"type": "category", "title": {"text": "release"}, "tickangle": -35},
        "yaxis": {"title": {"text": "days since the one before"}, "rangemode": "tozero"},
        "showlegend": False,
        "shapes": marked_line(median, "median", axis="y", color=INK)["shapes"],
    }
    usual = _usual_gaps(every.filter(pl.col("published_at") < window.start_at)["days"])
    if usual is not None:
        layout["shapes"] += [band(*usual)]
    told = _told_gaps(every, median, _open_in_words(open_days, as_of, zone), usual, zone)
    return drawn(bars, told, height=220, **layout)


def _drawn_only(count: int) -> list[str]:
    """Says that the older ones are not drawn, where there are more than fit."""
    return [f"the last {MOST_DRAWN} are drawn"] if count > MOST_DRAWN else []


def _tag(releases: pl.DataFrame) -> pl.Expr:
    """The tag, with its repository where there are several."""
    if releases["repo"].n_unique() == 1:
        return pl.col("tag")
    return pl.format("{}@{}", "repo", "tag").alias("tag")


def _open_in_words(open_days: float | None, as_of: datetime | None, zone: ZoneInfo) -> str | None:
    """``12 d from the last one to Sun 8 Nov 2026``."""
    if open_days is None or as_of is None:
        return None
    return f"{in_words(open_days, 'days')} from the last one to {day_in_words(as_of, zone)}"


def _usual_gaps(earlier_days: pl.Series) -> tuple[float, float] | None:
    """Lowest and highest of the gaps before the cycle; None where they are too few to tell."""
    if earlier_days.len() < FEWEST_TO_TELL:
        return None
    days = earlier_days.to_list()
    return min(days), max(days)


def _names(gaps: pl.DataFrame) -> list[str]:
    """Tags, with the repository's name before them where there are several."""
    if gaps["repo"].n_unique() == 1:
        return [shortened(tag, to=16) for tag in gaps["tag"]]
    named = gaps.select("repo", "tag").iter_rows()
    return [shortened(f"{repo.split('/')[-1]} {tag}", to=24) for repo, tag in named]


def _release_dots(seen: pl.DataFrame, kind: str, zone: ZoneInfo) -> go.Scatter:
    name, color, symbol = KINDS[kind]
    return go.Scatter(
        x=[local_text(at, zone) for at in seen["published_at"]],
        y=[name] * seen.height,
        mode="markers",
        name=name,
        marker={
            "size": 10,
            "color": color,
            "symbol": symbol,
            "line": {"width": 1.5, "color": color},
        },
        customdata=[
            [escaped(tag), escaped(rule)]
            for tag, rule in seen.select(_tag(seen), "kind_rule").iter_rows()
        ],
        hovertemplate=(
            "%{customdata[0]}: %{x|%a %e %b %Y %H:%M}<br>%{customdata[1]}<extra></extra>"
        ),
    )


def _slot_marks(due: Sequence[date]) -> go.Scatter:
    return go.Scatter(
        x=[f"{day.isoformat()}T12:00" for day in due],
        y=[SLOT_ROW] * len(due),
        mode="markers",
        name=SLOT_ROW,
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": GREY}},
        hovertemplate="slot: %{x|%a %e %b %Y}<extra></extra>",
    )


def _shade(window: Window, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "x0": local_text(window.start_at, zone),
        "x1": local_text(window.end_at, zone),
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "fillcolor": FAINT,
        "line": {"width": 0},
    }


def _told_calendar(
    seen: pl.DataFrame, due: Sequence[date], window: Window, zone: ZoneInfo, as_of: datetime
) -> Told:
    now = seen.filter(window.has("published_at"))
    stable = int((now["kind"] == "stable").sum())
    title = f"{counted(stable, 'stable release')} in the cycle"
    title += f", {(seen['kind'] == 'stable').sum()} in twelve months"
    note = f"shaded: the cycle · days of {zone.key}"
    if due:
        note = f"{counted(len(due), 'slot')} in the model · {note}"
    if as_of < window.end_at:
        note = f"known until {day_in_words(as_of, zone)} · {note}"
    rows: list[list[Any]] = [
        [tag, KINDS[kind][0], local_text(published_at, zone)[:10], rule]
        for tag, kind, published_at, rule in seen.select(
            _tag(seen), pl.col("kind").cast(pl.String), "published_at", "kind_rule"
        ).iter_rows()
    ]
    rows += [[None, SLOT_ROW, day.isoformat(), "of the model's train"] for day in due]
    rows.sort(key=lambda row: row[2])
    columns = ["release", "kind", "day", "told by"]
    return Told(title, note, f"{title}; {note}.", columns, rows)


def _gap_bars(gaps: pl.DataFrame, names: list[str], zone: ZoneInfo) -> go.Bar:
    return go.Bar(
        x=names,
        y=[round(days, 1) for days in gaps["days"]],
        marker={"color": BLUE},
        customdata=[local_text(at, zone)[:10] for at in gaps["published_at"]],
        hovertemplate="%{x}, %{customdata}: %{y:.0f} d after the one before<extra></extra>",
    )


def _open_bar(open_days: float) -> go.Bar:
    return go.Bar(
        x=["next"],
        y=[round(open_days, 1)],
        marker={
            "color": FAINT,
            "line": {"width": 1.5, "color": GREY},
            "pattern": {"shape": "/", "fgcolor": GREY},
        },
        hovertemplate="next: %{y:.0f} d so far<extra></extra>",
    )


def _told_gaps(
    gaps: pl.DataFrame,
    median: float,
    open_gap: str | None,
    usual: tuple[float, float] | None,
    zone: ZoneInfo,
) -> Told:
    longest = float(gaps["days"].max())  # type: ignore[arg-type]
    title = f"Half of {gaps.height} gaps between releases are up to {in_words(median, 'days')}"
    if gaps.height == 1:
        title = f"The only gap between releases is {in_words(median, 'days')}"
    parts = [f"longest {in_words(longest, 'days')}"]
    if open_gap is not None:
        parts.append(f"{open_gap} (hatched)")
    parts += _drawn_only(gaps.height)
    if usual is not None:
        low, high = (in_words(days, "days") for days in usual)
        parts.append(f"shaded: {low} to {high}, the gaps before the cycle")
    rows: list[list[Any]] = [
        [tag, local_text(at, zone)[:10], round(days, 1)]
        for tag, at, days in gaps.select("tag", "published_at", "days").iter_rows()
    ]
    if open_gap is not None:
        rows.append(["next", None, open_gap])
    columns = ["release", "published", "days since the one before"]
    note = " · ".join(parts)
    return Told(title, note, f"{title}; {note}.", columns, rows)
