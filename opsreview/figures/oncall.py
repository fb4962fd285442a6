"""Who held duty, who was interrupted, when, and whether chance would do the same."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.people import ROW, by_person, counts_by_person, person_bars, rows_layout
from opsreview.figures.theme import (
    AMBER,
    BLUE,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Told,
    band,
    drawn,
    escaped,
    rounded,
    shortened,
)
from opsreview.figures.time_axis import calendar_axis, local_text
from opsreview.window import Window
from opsreview.wording import counted, group_name, span_in_words

HOUR_IN_MS = 3_600_000
INCIDENT_ROW = "incidents"
DAY_PARTS = {"working": BLUE, "off_hours": AMBER, "sleep": PURPLE}


def shift_timeline(
    shifts: pl.DataFrame, incidents: pl.DataFrame, *, window: Window, zone: ZoneInfo
) -> go.Figure | None:
    """Who held duty when, with the incidents above.

    Args:
        shifts: ``person``, ``role``, ``start_at``, ``end_at``, one row a shift.
        incidents: ``opened_at``, one row an incident; may be empty. Where there are ``severity``
            and ``service`` they are told, and ``url`` is the customdata of its mark.
        window: The days shown; shifts are cut to it.
        zone: Of the days.

    Returns:
        A row a person; None when nobody held a shift in the window.
    """
    held = _cut_to(shifts, window) if shifts.height else shifts
    if held.is_empty():
        return None
    people = held.group_by("person").agg(pl.col("start_at").min()).sort("start_at", "person")
    names = [shortened(name) for name in people["person"]]
    traces: list[Any] = [
        _shift_bars(held.filter(pl.col("role") == role), role, zone, color)
        for role, color in zip(_roles(held), (BLUE, GREY, PURPLE, AMBER), strict=False)
    ]
    started = incidents.filter(window.has("opened_at")) if incidents.height else incidents
    rows = [INCIDENT_ROW, *names] if started.height else names
    if started.height:
        traces.append(_incident_dots(started, zone))
    layout = rows_layout("") | {
        "xaxis": {**calendar_axis(zone, window), "showgrid": True},
        "height": ROW * len(rows) + 20,
        "showlegend": len(traces) > 1,
        "barmode": "overlay",
    }
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": rows}
    return drawn(traces, _told_shifts(held, started, zone), **layout)


def duty_shares(metric: pl.DataFrame) -> go.Figure | None:
    """The share of duty each person held, and the share that would have been fair.

    Args:
        metric: The rows of ``oncall_share``: ``share``, ``fair_share``, ``hours`` by person.

    Returns:
        A bar a person with a mark at the fair share; None when nobody held duty.
    """
    held = by_person(metric, "share")
    if held.is_empty():
        return None
    fair = by_person(metric, "fair_share").rename({"value": "fair"})
    hours = by_person(metric, "hours").rename({"value": "hours"})
    people = held.join(fair, on="person", how="left").join(hours, on="person", how="left")
    people = people.sort("value", "person", descending=[True, False])
    names = [shortened(name) for name in people["person"]]
    bars = go.Bar(
        x=rounded(people["value"].to_list()),
        y=names,
        orientation="h",
        name="held",
        marker={"color": BLUE},
        hovertemplate="%{y}: %{x:.0%} of duty<extra></extra>",
    )
    marks = go.Scatter(
        x=rounded(people["fair"].to_list()),
        y=names,
        mode="markers",
        name="fair share",
        marker={"symbol": "line-ns", "size": 18, "line": {"width": 2.5, "color": ORANGE}},
        hovertemplate="%{y}: %{x:.0%} would be fair<extra></extra>",
    )
    layout = rows_layout("share of duty") | {"height": ROW * len(names) + 30, "showlegend": True}
    layout["xaxis"] |= {"tickformat": ".0%"}
    return drawn([bars, marks], _told_duty(people), **layout)


def load_per_person(interruptions: pl.DataFrame, busiest: pl.DataFrame) -> go.Figure | None:
    """Interruptions by person, with what chance gives the busiest.

    Args:
        interruptions: The rows of ``interruptions``: ``count`` of each ``person:<id>``.
        busiest: The rows of ``busiest_share``: ``share``, ``chance_median``, ``chance_upper``.

    Returns:
        A bar a person over the chance band; None when nobody was interrupted.
    """
    people = counts_by_person(interruptions)
    if people.is_empty():
        return None
    total, top = int(people["value"].sum()), int(people["value"][0])
    chance = _chance_counts(busiest, total)
    bars, layout = person_bars(people, "interruptions")
    title = f"One person took {top} of {total} interruptions"
    note = "too few to say what chance would give"
    if chance:
        layout["shapes"] = [band(*chance, axis="x")]
        up_to = span_in_words(round(chance[0]), round(chance[1]), "count")
        note = f"band: by chance the busiest has {up_to}, the same clusters dealt at random"
    rows = [
        [row["person"], int(row["value"]), in_words(row["value"] / total, "share")]
        for row in people.iter_rows(named=True)
    ]
    told = Told(title, note, f"{title}; {note}.", ["person", "interruptions", "share"], rows)
    return drawn([bars], told, **layout)


def load_over_half_a_year(people: pl.DataFrame, cumulated: pl.DataFrame) -> go.Figure | None:
    """Interruptions by person over half a year, with what chance gives the busiest.

    Args:
        people: The rows measured of ``busiest_share_cumulated``: person, count, chance_share.
        cumulated: Its statistics: share, chance_median, chance_upper, clusters, weeks.

    Returns:
        A bar a person over the chance band; None when nobody was interrupted.
    """
    if people.is_empty() or "chance_share" not in people.columns:
        return None
    told = people.select("person", value=pl.col("count").cast(pl.Float64))
    total, top = int(told["value"].sum()), int(told["value"].max() or 0)  # type: ignore[arg-type]
    said = dict(cumulated.filter(group="all").select("statistic", "value").rows())
    chance = _chance_counts(cumulated, total)
    if chance is None:
        return None
    bars, layout = person_bars(told, "interruptions")
    layout["shapes"] = [band(*chance, axis="x")]
    weeks, clusters = int(said.get("weeks") or 0), int(said.get("clusters") or 0)
    title = f"Over {counted(weeks, 'week')} one person took {top} of {total} interruptions"
    up_to = span_in_words(round(chance[0]), round(chance[1]), "count")
    note = f"band: by chance the busiest has {up_to}; {counted(clusters, 'cluster')} of incidents"
    rows = [
        [row["person"], row["count"], in_words(row["chance_share"], "share")]
        for row in people.iter_rows(named=True)
    ]
    columns = ["person", "interruptions", "share expected by duty held"]
    return drawn([bars], Told(title, note, f"{title}; {note}.", columns, rows), **layout)


def interruptions_by_day_part(metric: pl.DataFrame) -> go.Figure | None:
    """Interruptions in working hours, off-hours and sleep, each in the person's own zone.

    Args:
        metric: The rows of ``interruptions``: ``count`` of each ``day_part:<part>``.

    Returns:
        A bar a part of the day; None when there were none.
    """
    if metric.is_empty():
        return None
    is_part = pl.col("group").str.starts_with("day_part:") & (pl.col("statistic") == "count")
    counts = dict(metric.filter(is_part & (pl.col("value") > 0)).select("group", "value").rows())
    parts = [(part, int(counts.get(f"day_part:{part}", 0))) for part in DAY_PARTS]
    total = sum(count for _, count in parts)
    if not total:
        return None
    names = [group_name(f"day_part:{part}") for part, _ in parts]
    values = [count for _, count in parts]
    bars = go.Bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": list(DAY_PARTS.values())},
        text=values,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x}<extra></extra>",
    )
    outside = total - values[0]
    title = f"{outside} of {total} interruptions came outside working hours"
    note = "in each person's own zone; weekends and holidays are off-hours"
    told = Told(
        title,
        note,
        f"{title}; {note}.",
        ["part of the day", "interruptions"],
        list(zip(names, values, strict=True)),
    )
    return drawn(
        [bars], told, height=ROW * 3 + 20, **rows_layout("interruptions", highest=max(values))
    )


def _cut_to(shifts: pl.DataFrame, window: Window) -> pl.DataFrame:
    started = pl.max_horizontal("start_at", pl.lit(window.start_at))
    ended = pl.min_horizontal("end_at", pl.lit(window.end_at))
    cut = shifts.with_columns(start_at=started, end_at=ended)
    return cut.filter(pl.col("start_at") < pl.col("end_at")).sort("start_at", "person")


def _roles(held: pl.DataFrame) -> list[str]:
    hours = (pl.col("end_at") - pl.col("start_at")).sum().alias("held")
    by_role = held.group_by("role").agg(hours).sort("held", "role", descending=[True, False])
    return by_role["role"].to_list()


def _shift_bars(held: pl.DataFrame, role: str, zone: ZoneInfo, color: str) -> go.Bar:
    lasted = [_hours(row) for row in held.iter_rows(named=True)]
    return go.Bar(
        base=[local_text(at, zone) for at in held["start_at"]],
        x=[hours * HOUR_IN_MS for hours in lasted],
        y=[shortened(name) for name in held["person"]],
        orientation="h",
        name=escaped(role),
        marker={"color": color, "line": {"width": 1, "color": "rgba(255,255,255,0.6)"}},
        width=0.6,
        customdata=[in_words(hours, "hours") for hours in lasted],
        hovertemplate="%{y}, " + escaped(role) + ": from %{base|%a %e %b %H:%M}, %{customdata}"
        "<extra></extra>",
    )


def _hours(row: dict[str, Any]) -> float:
    return float((row["end_at"] - row["start_at"]).total_seconds() / 3600)


def _incident_dots(started: pl.DataFrame, zone: ZoneInfo) -> go.Scatter:
    local = started["opened_at"].dt.convert_time_zone(zone.key).dt.strftime("%Y-%m-%dT%H:%M")
    return go.Scatter(
        x=local.to_numpy(),
        y=np.full(started.height, INCIDENT_ROW, dtype=object),
        mode="markers",
        name="incident",
        marker={
            "color": ORANGE,
            "size": 9,
            "symbol": "diamond",
            "line": {"width": 1, "color": INK},
        },
        customdata=started["url"].to_numpy() if "url" in started.columns else None,
        text=_said_of(started).to_numpy(),
        hovertemplate="%{text}: %{x|%a %e %b %Y %H:%M}<extra></extra>",
    )


def _said_of(incidents: pl.DataFrame) -> pl.Series:
    """What each is called in a hover, escaped."""
    known = [name for name in ("severity", "service") if name in incidents.columns]
    words = [
        pl.col(name).replace({value: shortened(value) for value in incidents[name].drop_nulls()})
        for name in known
    ]
    said = pl.concat_str(pl.lit("incident"), *words, separator=", ", ignore_nulls=True)
    return incidents.with_columns(said=said)["said"]


def _told_shifts(held: pl.DataFrame, started: pl.DataFrame, zone: ZoneInfo) -> Told:
    people = held["person"].n_unique()
    title = f"{counted(people, 'person', 'people')} held {counted(held.height, 'turn')} of duty"
    note = f"{counted(started.height, 'incident')} · days of {zone.key}"
    rows = [
        [
            row["person"],
            row["role"],
            local_text(row["start_at"], zone).replace("T", " "),
            local_text(row["end_at"], zone).replace("T", " "),
            in_words(_hours(row), "hours"),
        ]
        for row in held.iter_rows(named=True)
    ]
    columns = ["person", "role", "from", "to", "held"]
    return Told(title, note, f"{title}; {note}.", columns, rows)


def _told_duty(people: pl.DataFrame) -> Told:
    first = people.row(0, named=True)
    title = f"One person held {in_words(first['value'], 'share')} of duty"
    if first["fair"] is not None:
        title += f"; {in_words(first['fair'], 'share')} would be fair"
    note = "fair: by the time each was eligible; a rota is no lottery, so no chance band"
    rows = [
        [
            row["person"],
            *(None if row[of] is None else in_words(row[of], "share") for of in ("value", "fair")),
            None if row["hours"] is None else round(row["hours"]),
        ]
        for row in people.iter_rows(named=True)
    ]
    columns = ["person", "held", "fair share", "hours"]
    return Told(title, note, f"{title}; {note}.", columns, rows)


def _chance_counts(busiest: pl.DataFrame, total: int) -> tuple[float, float] | None:
    if busiest.is_empty():
        return None
    shares = dict(busiest.filter(group="all").select("statistic", "value").rows())
    low, high = shares.get("chance_median"), shares.get("chance_upper")
    return None if low is None or high is None else (low * total, high * total)
