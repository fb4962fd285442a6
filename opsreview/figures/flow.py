"""Where the time of finished work went, and when issues come against when the team acts."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import Estimate, in_words
from opsreview.figures.theme import AMBER, BLUE, GREEN, GREY, ORANGE, PURPLE, Told, drawn
from opsreview.wording import PHASES, capitalised, counted, interval_in_words

KINDS = {"pull_request": "Pull requests", "issue": "Issues"}
COLORS = {
    "queue": AMBER,
    "waiting_on_us": ORANGE,
    "waiting_on_author": GREY,
    "in_review": BLUE,
    "unreleased": PURPLE,
}
LEAST_LABELLED = 0.07  # a narrower part has no room for its number
WEEKEND = ("weekday:sat", "weekday:sun")
PALE_BLUE, PALE_GREEN = "rgba(43,123,186,0.45)", "rgba(18,148,108,0.45)"  # at weekends
SEEN = {
    "arrivals": ("issues opened", (BLUE, PALE_BLUE), 1),
    "team_acts": ("acts of the team", (GREEN, PALE_GREEN), -1),
}


def time_by_phase(metric: pl.DataFrame) -> go.Figure | None:
    """Where the time of what was finished went, a bar for issues and one for pull requests.

    Args:
        metric: The rows of ``item_life``: ``share`` of each ``kind:<kind> phase:<phase>``, and the
            ``median`` of each ``kind:<kind>``.

    Returns:
        Stacked bars, each kind adding to 1; None when nothing was finished.
    """
    shares = _shares_by_phase(metric)
    if shares.is_empty():
        return None
    kinds = [kind for kind in KINDS if kind in shares["kind"].to_list()]
    phases = [phase for phase in PHASES if phase in shares["phase"].to_list()]
    bars = [_phase_bar(shares.filter(phase=phase), phase, kinds) for phase in phases]
    title = capitalised("; ".join(_most_of(shares.filter(kind=kind), kind) for kind in kinds))
    note = " · ".join(filter(None, (_median_life(metric, kind) for kind in kinds)))
    by_place = {(kind, phase): share for kind, phase, share in shares.iter_rows()}
    rows = [
        [
            KINDS[kind],
            *(
                in_words(by_place[kind, p], "share") if (kind, p) in by_place else "–"
                for p in phases
            ),
        ]
        for kind in kinds
    ]
    columns = ["of the time of", *(PHASES[phase] for phase in phases)]
    told = Told(title, note, ". ".join(filter(None, (title, note))) + ".", columns, rows)
    return drawn(
        bars,
        told,
        height=56 * len(kinds) + 12,
        barmode="stack",
        bargap=0.35,
        xaxis={
            "range": [0, 1.04],
            "dtick": 0.25,
            "tickformat": ".0%",
            "title": {"text": "share of all their time"},
        },
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
    )


def arrivals_against_acts(
    arrivals: pl.DataFrame, acts: pl.DataFrame, *, at_work: Estimate
) -> go.Figure | None:
    """Issues opened (up) against acts of the team (down), by the hour of the team's day.

    Args:
        arrivals: The curves of ``arrivals``, a group a weekday: ``hours`` (of the day), ``value``.
        acts: The curves of ``team_acts``, alike; may be empty.
        at_work: ``share_in_working_hours`` of ``arrivals``.

    Returns:
        Mirrored bars, each side a share of its own; None when no issue was opened.
    """
    if arrivals.is_empty():
        return None
    found = [by_hour for by_hour in (_by_hour(arrivals), _by_hour(acts)) if by_hour.height]
    bars = [bar for by_hour in found for bar in _hour_bars(by_hour)]
    total, weekend = _total(arrivals), _weekend_share(arrivals)
    came_at_weekends = f"{in_words(weekend, 'share')} came at a weekend"
    title = f"{in_words(weekend, 'share')} of {counted(total, 'issue')} came at a weekend"
    if at_work.value is not None:
        came = in_words(at_work.value, "share")
        title = f"{came} of {counted(total, 'issue')} came while somebody of the team was at work"
    note = " · ".join(filter(None, (interval_in_words(at_work), came_at_weekends)))
    if acts.height:
        note += (
            f", and {in_words(_weekend_share(acts), 'share')} of {_total(acts)} acts of the team"
        )
    columns = ["hour", *(f"{SEEN[name][0]}{when}" for name, when in _columns(found))]
    told = Told(title, note, f"{title}; {note}.", columns, _hour_rows(found))
    return drawn(
        bars,
        told,
        barmode="relative",
        bargap=0.12,
        xaxis={
            "title": {"text": "hour of the team's day"},
            "tickvals": list(range(0, 24, 3)),
            "range": [-0.6, 23.6],
        },
        yaxis=_both_ways(found),
    )


def _shares_by_phase(metric: pl.DataFrame) -> pl.DataFrame:
    schema = {"kind": pl.String, "phase": pl.String, "share": pl.Float64}
    if metric.is_empty():
        return pl.DataFrame(schema=schema)
    parts = pl.col("group").str.extract_groups(r"^kind:(?<kind>\w+) phase:(?<phase>\w+)$")
    return (
        metric.filter((pl.col("statistic") == "share") & pl.col("value").is_not_null())
        .select(parts.alias("parts"), share="value")
        .unnest("parts")
        .drop_nulls("kind")
        .select("kind", "phase", "share")
    )


def _phase_bar(shares: pl.DataFrame, phase: str, kinds: list[str]) -> go.Bar:
    of = dict(shares.select("kind", "share").iter_rows())
    values = [round(of.get(kind, 0.0), 4) for kind in kinds]
    return go.Bar(
        x=values,
        y=[KINDS[kind] for kind in kinds],
        orientation="h",
        name=PHASES[phase],
        marker={"color": COLORS[phase]},
        text=[in_words(value, "share") if value >= LEAST_LABELLED else "" for value in values],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"color": "#fff"},
        hovertemplate="%{y}: %{x:.0%} " + PHASES[phase] + "<extra></extra>",
    )


def _most_of(shares: pl.DataFrame, kind: str) -> str:
    """``issues spent 62 % of their time waiting on us``."""
    most = shares.sort("share", descending=True).row(0, named=True)
    share, phase = in_words(most["share"], "share"), PHASES[most["phase"]]
    return f"{KINDS[kind].lower()} spent {share} of their time {phase}"


def _median_life(metric: pl.DataFrame, kind: str) -> str:
    row = metric.filter((pl.col("group") == f"kind:{kind}") & (pl.col("statistic") == "median"))
    if row.is_empty():
        return ""
    life = Estimate.from_row(row.row(0, named=True))
    things = KINDS[kind].lower()
    if life.value is None:
        return f"{counted(life.n, things[:-1])}, fewer than half of them over yet"
    hours = in_words(life.value, "hours")
    return (
        f"half of {life.n} {things} took {hours} or more"
        if life.n > 1
        else f"the one {things[:-1]} took {hours}"
    )


def _by_hour(curve: pl.DataFrame) -> pl.DataFrame:
    """``metric``, ``is_weekend``, ``hour``, ``count``, ``share`` of all; every hour is there."""
    if curve.is_empty():
        return pl.DataFrame()
    hours = pl.DataFrame({"hour": range(24)}, schema={"hour": pl.Int64})
    places = hours.join(pl.DataFrame({"is_weekend": [False, True]}), how="cross")
    counted = (
        curve.with_columns(
            is_weekend=pl.col("group").is_in(WEEKEND), hour=pl.col("hours").cast(pl.Int64)
        )
        .group_by("is_weekend", "hour")
        .agg(count=pl.col("value").sum())
    )
    return (
        places.join(counted, on=["is_weekend", "hour"], how="left")
        .with_columns(pl.col("count").fill_null(0), metric=pl.lit(curve["metric"][0]))
        .with_columns(share=pl.col("count") / pl.col("count").sum())
        .sort("is_weekend", "hour")
    )


def _hour_bars(by_hour: pl.DataFrame) -> list[go.Bar]:
    words, colors, way = SEEN[by_hour["metric"][0]]
    return [
        go.Bar(
            x=rows["hour"].to_list(),
            y=[round(way * share, 4) for share in rows["share"]],
            name=f"{words}{', weekends' if is_weekend else ''}",
            marker={"color": colors[is_weekend]},
            customdata=[[int(count)] for count in rows["count"]],
            hovertemplate="%{x}:00: %{customdata[0]} " + words + "<extra></extra>",
        )
        for is_weekend in (False, True)
        if (rows := by_hour.filter(pl.col("is_weekend") == is_weekend))["count"].sum() > 0
    ]


def _both_ways(found: list[pl.DataFrame]) -> dict[str, Any]:
    """An axis of shares in both directions, none of them negative to a reader."""
    highest = max(
        float(by_hour.group_by("hour").agg(pl.col("share").sum())["share"].max() or 0)  # type: ignore[arg-type]
        for by_hour in found
    )
    step = next(step for step in (0.02, 0.05, 0.1, 0.25) if highest <= 4 * step)
    ticks = [round(step * i, 2) for i in range(-4, 5) if abs(step * i) < highest + step]
    ticks = [tick for tick in ticks if tick >= 0 or len(found) > 1]
    return {
        "title": {"text": "share of all"},
        "tickvals": ticks,
        "ticktext": [in_words(abs(tick), "share") for tick in ticks],
        "zeroline": True,
    }


def _columns(found: list[pl.DataFrame]) -> list[tuple[str, str]]:
    return [(by_hour["metric"][0], when) for by_hour in found for when in ("", ", weekends")]


def _hour_rows(found: list[pl.DataFrame]) -> list[list[str | float | int | None]]:
    counts = [
        by_hour.filter(pl.col("is_weekend") == is_weekend)["count"].cast(pl.Int64).to_list()
        for by_hour in found
        for is_weekend in (False, True)
    ]
    return [[f"{hour}:00", *(each[hour] for each in counts)] for hour in range(24)]


def _total(curve: pl.DataFrame) -> int:
    return int(curve["value"].sum())


def _weekend_share(curve: pl.DataFrame) -> float:
    at_weekends = curve.filter(pl.col("group").is_in(WEEKEND))["value"].sum()
    return float(at_weekends) / _total(curve)
