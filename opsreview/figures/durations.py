"""How long things wait, with what still waits in the picture: curves since something began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.endings import ENDINGS, RIVALS, Ending, Rivals
from opsreview.figures.theme import (
    AMBER,
    BAND,
    BLUE,
    CLEAR,
    FAINT,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    Told,
    drawn,
    escaped,
    marked_line,
    rounded,
)
from opsreview.figures.time_axis import axis_end, checkpoints, duration_axis, placed
from opsreview.wording import capitalised, group_name, span_in_words

MOST_POINTS = 150
COLORS = (BLUE, AMBER, PURPLE, ORANGE, GREEN)  # the good ending first


def waiting_curve(curve: pl.DataFrame, *, target_hours: float | None) -> go.Figure | None:
    """Of all that began: the share answered, ended otherwise and how, and still waiting, by time.

    Args:
        curve: One metric's curves of ``curves.parquet``, adding to 1: ``metric``, ``group``,
            ``curve``, ``hours``, ``value``, ``lower``, ``upper``, ``n_at_risk``.
        target_hours: The deadline to draw, if there is one.

    Returns:
        Stacked areas; None when there is nothing to draw.
    """
    if curve.is_empty():
        return None
    rivals = RIVALS[curve["metric"][0]]
    names = (*rivals.endings, "waiting")
    steps = _steps(curve, names)
    end = axis_end(_mostly_over(steps, 1 - steps["waiting"]), target_hours)
    shown = _thinned(_held_to(steps, end), target_hours)
    areas = [
        _area(shown, name, said, color)
        for (name, said), color in zip(rivals.endings.items(), COLORS, strict=False)
        if name == rivals.good or name in _seen(steps, rivals)
    ]
    areas.append(_area(shown, "waiting", "still waiting", GREY))
    told = _told_rivals(curve, steps, rivals, end, target_hours)
    layout = _target(target_hours) | _axes(end, rivals.since, f"share of {rivals.things}")
    return drawn(areas, told, **layout)


def duration_curve(curve: pl.DataFrame, *, target_hours: float | None) -> go.Figure | None:
    """Share done by time since it began, with its interval; what is still open counts.

    Args:
        curve: One metric's ``done`` curve of ``curves.parquet``, columns as ``waiting_curve``.
        target_hours: The deadline to draw, if there is one.

    Returns:
        A step line with its band; None when there is nothing to draw.
    """
    if curve.is_empty():
        return None
    ending = ENDINGS[curve["metric"][0]]
    steps = _steps(curve, ("done",))
    bands = _steps(curve, ("done",), of="lower").rename({"done": "lower"})
    bands = bands.with_columns(upper=_steps(curve, ("done",), of="upper")["done"])
    upper = pl.max_horizontal("done", "upper")
    steps = steps.with_columns(bands["lower"], bands["upper"]).with_columns(upper=upper)
    end = axis_end(_mostly_over(steps, steps["done"]), target_hours)
    shown = _thinned(_held_to(steps, end), target_hours)
    told = _told_ending(curve, steps, ending, end, target_hours)
    layout = _target(target_hours) | _axes(end, ending.since, f"share {ending.done}")
    return drawn(_line_and_band(shown, ending.done), told, showlegend=False, **layout)


def _steps(curve: pl.DataFrame, names: tuple[str, ...], *, of: str = "value") -> pl.DataFrame:
    """One row a step: ``hours`` and a column a curve, each held until its next step."""
    wide = curve.select("hours").drop_nulls().unique().sort("hours")
    for name in names:
        own = curve.filter(pl.col("curve") == name).select("hours", pl.col(of).alias(name))
        own = own.drop_nulls().unique("hours", keep="last", maintain_order=True).sort("hours")
        wide = wide.join_asof(own, on="hours")
    at_start = {name: 1.0 if name == "waiting" else 0.0 for name in names}
    return wide.with_columns(pl.col(name).fill_null(start) for name, start in at_start.items())


def _mostly_over(steps: pl.DataFrame, ended: pl.Series) -> float:
    """When nearly all that ended had ended; how long anybody was followed where nothing did."""
    highest = float(ended.max() or 0)  # type: ignore[arg-type]
    return float(steps.filter(ended >= 0.95 * highest)["hours"][0 if highest else -1])


def _at(steps: pl.DataFrame, hours: float, column: str) -> float | None:
    """The value held at ``hours``; None beyond what anybody was followed for."""
    last = steps["hours"][-1]
    if hours > last and steps.height and not _is_over(steps):
        return None
    held = steps.filter(pl.col("hours") <= hours)[column]
    return float(held[-1]) if held.len() else (1.0 if column == "waiting" else 0.0)


def _is_over(steps: pl.DataFrame) -> bool:
    last = steps.row(-1, named=True)
    return bool(last["waiting"] < 1e-9) if "waiting" in last else bool(last["done"] > 1 - 1e-9)


def _held_to(steps: pl.DataFrame, end: float) -> pl.DataFrame:
    """The steps up to the axis' end, the last value held to it when it was followed that far."""
    shown = steps.filter(pl.col("hours") <= end)
    if shown["hours"][0] > 0:
        start = {name: 1.0 if name == "waiting" else 0.0 for name in steps.columns}
        shown = pl.concat([pl.DataFrame([start], schema=steps.schema), shown])
    if steps["hours"][-1] > end or _is_over(steps):
        shown = pl.concat([shown, shown.tail(1).with_columns(hours=pl.lit(end))])
    return shown


def _thinned(steps: pl.DataFrame, target_hours: float | None) -> pl.DataFrame:
    """At most one step a pixel or two; the last before and the first after the target stay."""
    if steps.height <= MOST_POINTS:
        return steps
    width = placed(steps["hours"][-1]) / MOST_POINTS
    bucket = (pl.col("hours").sqrt() / width).floor()
    keep = bucket != bucket.shift(-1)
    if target_hours is not None:
        is_before = pl.col("hours") <= target_hours
        keep = keep | (is_before != is_before.shift(-1)) | (is_before != is_before.shift(1))
    ends = (pl.int_range(pl.len()) == 0) | (pl.int_range(pl.len()) == pl.len() - 1)
    return steps.filter(keep | ends)


def _area(shown: pl.DataFrame, name: str, words: str, color: str) -> go.Scatter:
    return go.Scatter(
        x=[placed(hours) for hours in shown["hours"]],
        y=rounded(shown[name].to_list()),
        name=words,
        stackgroup="all",
        line={"shape": "hv", "width": 0 if name == "waiting" else 1.5, "color": color},
        fillcolor=FAINT if name == "waiting" else f"rgba({_rgb(color)},0.62)",
        customdata=[in_words(hours, "hours") for hours in shown["hours"]],
        hovertemplate="%{customdata}: %{y:.0%} " + words + "<extra></extra>",
    )


def _rgb(color: str) -> str:
    return ",".join(str(int(color[start : start + 2], 16)) for start in (1, 3, 5))


def _line_and_band(shown: pl.DataFrame, done: str) -> list[go.Scatter]:
    places = [placed(hours) for hours in shown["hours"]]
    edge: dict[str, Any] = {"shape": "hv", "width": 0, "color": CLEAR}
    lower = go.Scatter(x=places, y=rounded(shown["lower"].to_list()), line=edge, hoverinfo="skip")
    upper = go.Scatter(
        x=places,
        y=rounded(shown["upper"].to_list()),
        line=edge,
        fill="tonexty",
        fillcolor=BAND,
        hoverinfo="skip",
    )
    line = go.Scatter(
        x=places,
        y=rounded(shown["done"].to_list()),
        line={"shape": "hv", "width": 2, "color": BLUE},
        customdata=[in_words(hours, "hours") for hours in shown["hours"]],
        hovertemplate="%{customdata}: %{y:.0%} " + done + "<extra></extra>",
    )
    for trace in (lower, upper, line):
        trace.mode = "lines"
    return [lower, upper, line]


def _told_rivals(
    curve: pl.DataFrame, steps: pl.DataFrame, rivals: Rivals, end: float, target: float | None
) -> Told:
    n, things = _count(curve), _things(curve, rivals.things)
    good = curve.filter(pl.col("curve") == rivals.good)
    hours = target if target and _at(steps, target, rivals.good) is not None else None
    at = hours or min(end, steps["hours"][-1])
    shares = {name: _at(steps, at, name) or 0.0 for name in rivals.endings}
    share = shares.pop(rivals.good)
    within = in_words(at, "hours")
    title = f"{in_words(share, 'share')} of {n} {things} were {rivals.good_words} within {within}"
    other, seen = sum(shares.values()), _seen(steps, rivals)
    parts = [
        _interval(good, at) if rivals.has_own_interval else "",
        f"{in_words(other, 'share')} {rivals.other_words}{_by_whom(shares, rivals)}",
        f"{in_words(max(0.0, 1 - share - other), 'share')} still waiting then",
    ]
    columns = ["within", rivals.good_words, *(rivals.others[name] for name in seen)]
    rows = _rows(steps, (rivals.good, *seen, "waiting"), end, target)
    note = " · ".join(filter(None, parts))
    return Told(title, note, f"{title}: {note}.", [*columns, "still waiting"], rows)


def _seen(steps: pl.DataFrame, rivals: Rivals) -> list[str]:
    """The other endings that happened at all; the only one there is always."""
    return [name for name in rivals.others if len(rivals.others) == 1 or steps[name][-1] > 0]


def _by_whom(shares: Mapping[str, float], rivals: Rivals) -> str:
    """``, most of them withdrawn by the author``; empty where no way leads, or there is but one."""
    total, most = sum(shares.values()), max(shares, key=lambda name: shares[name])
    if len(rivals.others) == 1 or shares[most] <= total / 2:
        return ""
    which = "all" if shares[most] == total else "most"
    return f", {which} of them {rivals.others[most]}"


def _told_ending(
    curve: pl.DataFrame, steps: pl.DataFrame, ending: Ending, end: float, target: float | None
) -> Told:
    n, things = _count(curve), _things(curve, ending.things)
    median = _first_hours(steps, "done")
    if median is None:
        last = in_words(steps["done"][-1], "share")
        title = f"Fewer than half of {n} {things} were {ending.done}: {last} so far"
        note = f"followed for up to {in_words(steps['hours'][-1], 'hours')}"
    else:
        title = f"Half of {n} {things} were {ending.done} within {in_words(median, 'hours')}"
        note = _median_interval(steps)
    if target and (met := _at(steps, target, "done")) is not None:
        note += (
            f"{' · ' if note else ''}{in_words(met, 'share')} within {in_words(target, 'hours')}"
        )
    rows = _rows(steps, ("done", "lower", "upper"), end, target)
    columns = ["within", ending.done, "at least", "at most"]
    return Told(title, note, ", ".join(filter(None, (title, note))) + ".", columns, rows)


def _first_hours(steps: pl.DataFrame, column: str) -> float | None:
    reached = steps.filter(pl.col(column) >= 0.5)["hours"]
    return float(reached[0]) if reached.len() else None


def _median_interval(steps: pl.DataFrame) -> str:
    """Where the band crosses one half; at 0 and 1 there is no band, only a stand-in for it."""
    banded = steps.filter((pl.col("done") > 1e-9) & (pl.col("done") < 1 - 1e-9))
    low, high = _first_hours(banded, "upper"), _first_hours(banded, "lower")
    if low is None:
        return ""
    upto = span_in_words(low, high, "hours") if high else f"{in_words(low, 'hours')} or more"
    return f"95 % interval {upto}"


def _interval(good: pl.DataFrame, hours: float) -> str | None:
    held = good.filter(pl.col("hours") <= hours).sort("hours").drop_nulls(["lower", "upper"])
    if held.is_empty():
        return None
    return span_in_words(held["lower"][-1], held["upper"][-1], "share")


def _rows(
    steps: pl.DataFrame, columns: tuple[str, ...], end: float, target: float | None
) -> list[list[str | float | int | None]]:
    return [
        [in_words(hours, "hours"), *(_percent(_at(steps, hours, name)) for name in columns)]
        for hours in checkpoints(end, target)
    ]


def _percent(share: float | None) -> str | None:
    return None if share is None else in_words(share, "share")


def _count(curve: pl.DataFrame) -> int:
    counts = curve["n_at_risk"].drop_nulls()
    return int(counts.max() or 0)  # type: ignore[arg-type]


def _things(curve: pl.DataFrame, things: str) -> str:
    group = str(curve["group"][0])
    return things if group == "all" else f"{things} ({escaped(group_name(group))})"


def _target(target_hours: float | None) -> dict[str, Any]:
    if target_hours is None:
        return {}
    return dict(marked_line(placed(target_hours), f"target {in_words(target_hours, 'hours')}"))


def _axes(end: float, since: str, share: str) -> dict[str, Any]:
    shares = {"title": {"text": capitalised(share)}, "range": [0, 1.0], "tickformat": ".0%"}
    return {"xaxis": duration_axis(end, since), "yaxis": shares, "hovermode": "x"}
