"""One number over the cycles, beside the range of the earlier ones."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import Estimate, in_words
from opsreview.figures.theme import BLUE, GREY, Told, band, drawn, marked_line, rounded
from opsreview.figures.time_axis import cycle_axis, cycle_day, cycle_name
from opsreview.usual import usual_range
from opsreview.window import Window
from opsreview.wording import (
    capitalised,
    certainty_in_words,
    counted,
    interval_in_words,
    signed,
    statistic_name,
    usual_in_words,
    value_in_words,
)

MOST_CYCLES = 36


def headline_history(history: pl.DataFrame, *, target: float | None = None) -> go.Figure | None:
    """A statistic of every cycle with its interval, and the range of the twelve before this one.

    Args:
        history: One statistic, one row a cycle (``Review.history``): the columns of
            ``metrics.parquet`` and ``is_current``.
        target: Where the model wants it, in the statistic's unit, if it says.

    Returns:
        Dots with interval bars, this cycle's larger; None when this cycle was not measurable.
    """
    is_measured = pl.col("value").is_not_null()
    measured = history.sort("window_start_at").filter(is_measured).tail(MOST_CYCLES)
    is_told = pl.col("is_current") & (is_measured | (pl.col("n") > 0))
    if measured.is_empty() or history.filter(is_told).is_empty():
        return None
    scale, unit = _scale(measured)
    usual = usual_range(history)
    shapes = []
    if usual.cycle_count > 1 and usual.low is not None and usual.high is not None:
        shapes.append(band(usual.low / scale, usual.high / scale))
    line = _target_line(target, scale, measured["unit"][0])
    dots = [
        _dots(measured.filter(pl.col("is_current") == current), scale, is_current=current)
        for current in (False, True)
    ]
    axes = {
        "xaxis": cycle_axis(measured.height),
        "yaxis": {"title": {"text": unit}, **_range(measured)},
    }
    notes = {"shapes": shapes + line.get("shapes", []), "annotations": line.get("annotations", [])}
    return drawn(dots, _told(history), height=200, showlegend=False, **axes, **notes)


def windows_of(history: pl.DataFrame) -> list[Window]:
    """The window of each row."""
    pairs = zip(history["window_start_at"], history["window_end_at"], strict=True)
    return [Window(start_at, end_at) for start_at, end_at in pairs]


def _dots(rows: pl.DataFrame, scale: float, *, is_current: bool) -> go.Scatter:
    above = (pl.col("upper") - pl.col("value")) / scale
    below = (pl.col("value") - pl.col("lower")) / scale
    bars = rows.select(above=above.clip(0), below=below.clip(0))
    color = BLUE if is_current else GREY
    estimates = [Estimate.from_row(row) for row in rows.iter_rows(named=True)]
    return go.Scatter(
        x=[cycle_day(window) for window in windows_of(rows)],
        y=rounded((rows["value"] / scale).to_list()),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": rounded(bars["above"].to_list()),
            "arrayminus": rounded(bars["below"].to_list()),
            "color": color,
            "thickness": 1.5 if is_current else 1,
            "width": 0,
        },
        mode="markers",
        cliponaxis=False,
        marker={"size": 11 if is_current else 7, "color": color},
        customdata=[
            [cycle_name(window), _said(estimate)]
            for window, estimate in zip(windows_of(rows), estimates, strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )


def _said(estimate: Estimate) -> str:
    interval = interval_in_words(estimate)
    value = value_in_words(estimate) + (f" ({interval})" if interval else "")
    return f"{value}, n {estimate.n}"


def _told(history: pl.DataFrame) -> Told:
    current = history.filter("is_current")
    first = (current if current.height else history).row(-1, named=True)
    now = Estimate.from_row(first)
    name = capitalised(statistic_name(first["metric"], first["statistic"], first["group"]))
    window = Window(first["window_start_at"], first["window_end_at"])
    title = f"{name}: {value_in_words(now)} in {cycle_name(window)}"
    parts = [certainty_in_words(now)] if certainty_in_words(now) else []
    parts.append(usual_in_words(usual_range(history), now.unit))
    note = " · ".join(parts)
    rows = [
        [cycle_name(of), value_in_words(told), interval_in_words(told) or None, told.n]
        for of, told in zip(
            windows_of(history), map(Estimate.from_row, history.iter_rows(named=True)), strict=True
        )
    ]
    alt = f"{title}; {note}. {counted(history.height, 'cycle')} shown."
    return Told(title, note, alt, ["cycle", "value", "interval", "n"], rows)


def _scale(measured: pl.DataFrame) -> tuple[float, str]:
    """What a value is divided by to be drawn, and the unit it then has."""
    unit = measured["unit"][0]
    if unit != "hours":
        names = {"share": "share", "per_week": "a week", "count": "count", "days": "days"}
        names["days_per_slot"] = "days a slot"
        return 1.0, names.get(unit, unit)
    longest = float(measured["value"].max() or 0)  # type: ignore[arg-type]
    return (24.0, "days") if longest >= 48 else (1.0, "hours")


def _range(measured: pl.DataFrame) -> dict[str, Any]:
    if measured["unit"][0] == "share":
        return {"range": [0, 1], "tickformat": ".0%"}
    highest = float(measured["value"].max() or 0)  # type: ignore[arg-type]
    whole = {"dtick": 1} if measured["unit"][0] == "count" and highest <= 8 else {}
    return {"rangemode": "tozero", **whole}


def _target_line(target: float | None, scale: float, unit: str) -> dict[str, Any]:
    if target is None:
        return {}
    words = f"target {signed(in_words(target, unit))}"
    return dict(marked_line(target / scale, words, axis="y"))
