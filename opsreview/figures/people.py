"""Bars by person, shared by the figures of reviews and of duty."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.figures.theme import BLUE, shortened

MOST_PEOPLE = 12
ROW = 26  # pixels a bar takes


def by_person(metric: pl.DataFrame, statistic: str) -> pl.DataFrame:
    """``person`` and ``value`` of one statistic by person, largest first."""
    schema = {"person": pl.String, "value": pl.Float64}
    if metric.is_empty():
        return pl.DataFrame(schema=schema)
    is_person = pl.col("group").str.starts_with("person:") & pl.col("value").is_not_null()
    people = metric.filter(is_person & (pl.col("statistic") == statistic))
    named = people.select(person=pl.col("group").str.strip_prefix("person:"), value="value")
    return named.sort("value", "person", descending=[True, False])


def counts_by_person(metric: pl.DataFrame) -> pl.DataFrame:
    """``person`` and ``value``, the count of each who has any, most first."""
    return by_person(metric, "count").filter(pl.col("value") > 0)


def person_bars(people: pl.DataFrame, noun: str) -> tuple[go.Bar, dict[str, Any]]:
    """A horizontal bar a person, the rest as one bar, and the layout that gives them room."""
    names, values = people["person"].to_list(), people["value"].to_list()
    if len(names) > MOST_PEOPLE:
        rest = len(names) - MOST_PEOPLE + 1
        values = [*values[: MOST_PEOPLE - 1], sum(values[MOST_PEOPLE - 1 :])]
        names = [*names[: MOST_PEOPLE - 1], f"{rest} others"]
    bars = go.Bar(
        x=values,
        y=[shortened(name) for name in names],
        orientation="h",
        marker={"color": BLUE},
        text=[f"{value:.0f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x} " + noun + "<extra></extra>",
    )
    return bars, {"height": ROW * len(names) + 20, **rows_layout(noun, highest=max(values))}


def rows_layout(noun: str, *, highest: float | None = None) -> dict[str, Any]:
    """Axes of a figure with a row a person, first row on top; ``highest`` is that of counts."""
    whole = {"dtick": 1} if highest is not None and highest <= 8 else {}
    return {
        "xaxis": {"title": {"text": noun}, "rangemode": "tozero", "showgrid": True, **whole},
        "yaxis": {"autorange": "reversed", "type": "category", "showgrid": False},
        "showlegend": False,
    }
