"""Who carries the work: on how few people each kind rests, what is done off duty, or at night."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.people import ROW, by_person, rows_layout
from opsreview.figures.theme import BLUE, GREY, ORANGE, Told, drawn, shortened
from opsreview.wording import capitalised

WORK = {
    "answer": "answers",
    "review": "reviews",
    "merge": "merges",
    "release": "releases",
    "incident": "incidents",
}
PARTS = {  # what of each kind of work is drawn: words, colour and shape of the mark
    "top_share": ("by one person", ORANGE, "circle"),
    "top_two_share": ("by two people", BLUE, "square"),
    "off_duty": ("by who was not on duty", GREY, "diamond-open"),
}
FEWEST = 5  # of a kind of work, below which a share of it says nothing


def work_on_few(absence: pl.DataFrame, off_rotation: pl.DataFrame) -> go.Figure | None:
    """The share of each kind of work done by one person, by two, and by who was not on duty.

    Args:
        absence: The rows of ``contributor_absence_factor``: top_share and top_two_share of each
            ``work:<kind>``.
        off_rotation: The rows of ``off_rotation_share``: share of each ``work:<kind>``.

    Returns:
        A row a kind of work with a mark for each; None where there was too little of any.
    """
    shares = _shares(absence, "top_share") | _shares(absence, "top_two_share")
    shares |= {(work, "off_duty"): n for (work, _), n in _shares(off_rotation, "share").items()}
    kinds = [work for work in WORK if (work, "top_share") in shares]
    if not kinds:
        return None
    marks = [_marks(shares, kinds, part) for part in PARTS]
    most = max(kinds, key=lambda work: shares[work, "top_share"][0])
    value, n = shares[most, "top_share"]
    title = f"One person did {in_words(value, 'share')} of the {WORK[most]}"
    note = f"n {n}; kinds of work with fewer than {FEWEST} are left out"
    rows = [
        [
            f"{capitalised(WORK[work])} (n {shares[work, 'top_share'][1]})",
            *(
                in_words(shares[work, part][0], "share") if (work, part) in shares else None
                for part in PARTS
            ),
        ]
        for work in kinds
    ]
    told = Told(title, note, f"{title}; {note}.", ["work", *(p[0] for p in PARTS.values())], rows)
    layout = rows_layout("share of the work") | {"height": 34 * len(kinds) + 30}
    layout["xaxis"] |= {"tickformat": ".0%", "range": [0, 1.03]}
    return drawn([mark for mark in marks if mark.x], told, **(layout | {"showlegend": True}))


def off_hours_by_person(metric: pl.DataFrame) -> go.Figure | None:
    """The share of each person's activity outside of their own working hours.

    Args:
        metric: The rows of ``off_hours_activity``: share and nights of all and of each person.

    Returns:
        A bar a person; None where no person did enough.
    """
    people = by_person(metric, "share")
    if people.is_empty():
        return None
    nights = dict(by_person(metric, "nights").iter_rows())
    names = [shortened(name) for name in people["person"]]
    bars = go.Bar(
        x=[round(value, 4) for value in people["value"]],
        y=names,
        orientation="h",
        marker={"color": BLUE},
        text=[_share_and_nights(value, nights.get(name)) for name, value in people.iter_rows()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.0%} outside of working hours<extra></extra>",
    )
    overall = metric.filter((pl.col("group") == "all") & (pl.col("statistic") == "share"))
    share, n = overall.select("value", "n").row(0)
    title = f"{in_words(share, 'share')} of {n} acts came outside of working hours"
    note = "each in their own zone and hours; acting late is no proof of having had to"
    rows = [
        [name, in_words(value, "share"), int(nights.get(name) or 0)]
        for name, value in people.iter_rows()
    ]
    columns = ["person", "outside of working hours", "nights with any"]
    told = Told(title, note, f"{title}; {note}.", columns, rows)
    layout = rows_layout("share of each person's activity") | {"height": ROW * len(names) + 30}
    layout["xaxis"] |= {"tickformat": ".0%", "range": [0, 1.15]}
    return drawn([bars], told, **layout)


def _share_and_nights(share: float, nights: float | None) -> str:
    count = int(nights or 0)
    at_night = f", {count} night{'' if count == 1 else 's'}" if count else ""
    return f"{in_words(share, 'share')}{at_night}"


def _shares(metric: pl.DataFrame, statistic: str) -> dict[tuple[str, str], tuple[float, int]]:
    """By kind of work and statistic, the share and its n, where there was enough of it."""
    if metric.is_empty():
        return {}
    is_told = (
        pl.col("group").str.starts_with("work:")
        & (pl.col("statistic") == statistic)
        & pl.col("value").is_not_null()
        & (pl.col("n") >= FEWEST)
    )
    rows = metric.filter(is_told).select(pl.col("group").str.strip_prefix("work:"), "value", "n")
    return {(work, statistic): (value, n) for work, value, n in rows.iter_rows()}


def _marks(
    shares: dict[tuple[str, str], tuple[float, int]], kinds: list[str], part: str
) -> go.Scatter:
    words, color, symbol = PARTS[part]
    there: list[Any] = [work for work in kinds if (work, part) in shares]
    return go.Scatter(
        x=[round(shares[work, part][0], 4) for work in there],
        y=[capitalised(WORK[work]) for work in there],
        mode="markers",
        name=words,
        marker={"color": color, "size": 13, "symbol": symbol, "line": {"width": 2, "color": color}},
        hovertemplate="%{y} " + words + ": %{x:.0%}<extra></extra>",
    )
