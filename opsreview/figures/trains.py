"""What became of the slots of the release train."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.theme import AMBER, BLUE, FAINT, GREY, Told, drawn, escaped
from opsreview.wording import counted

ON_TIME, SKIPPED = "on time", "skipped"
BARS = {  # what became of a slot: colour, and the pattern that tells it without colour
    ON_TIME: (BLUE, ""),
    "late": (AMBER, "/"),
    "overdue": (FAINT, "x"),
}
DUE = (*BARS, SKIPPED)
NOTHING = 0.15  # so that a release on the day of its slot is seen


def slot_slips(measured: pl.DataFrame) -> go.Figure | None:
    """How many days after each slot of the train its release came.

    Args:
        measured: The rows of ``release_punctuality``: slot_on, excused, became, tag, slip_days.

    Returns:
        A bar a slot by its days, a cross where it was skipped; None where no slot was due.
    """
    due = measured.filter(pl.col("became").is_in(DUE)) if measured.height else measured
    if due.is_empty():
        return None
    traces: list[Any] = [
        _bars(due.filter(became=became), became)
        for became in BARS
        if (due["became"] == became).any()
    ]
    skipped = due.filter(became=SKIPPED)
    if skipped.height:
        traces.append(_crosses(skipped))
    slots = [_named(row) for row in due.iter_rows(named=True)]
    return drawn(
        traces,
        _told(due, measured),
        height=220,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": slots,
            "title": {"text": "slot"},
            "tickangle": -35,
        },
        yaxis={"title": {"text": "days after the slot"}, "rangemode": "tozero"},
        showlegend=len(traces) > 1,
        barmode="overlay",
    )


def _bars(rows: pl.DataFrame, became: str) -> go.Bar:
    colour, pattern = BARS[became]
    return go.Bar(
        x=[_named(row) for row in rows.iter_rows(named=True)],
        y=[max(days, NOTHING) for days in rows["slip_days"]],
        name=became,
        marker={
            "color": colour,
            "line": {"width": 1.5, "color": GREY if became == "overdue" else colour},
            "pattern": {"shape": pattern, "fillmode": "overlay"},
        },
        customdata=[
            [escaped(tag or "no release yet"), days]
            for tag, days in rows.select("tag", "slip_days").iter_rows()
        ],
        hovertemplate="slot of %{x}: %{customdata[0]}, %{customdata[1]} d after<extra></extra>",
    )


def _crosses(rows: pl.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=[_named(row) for row in rows.iter_rows(named=True)],
        y=[NOTHING] * rows.height,
        mode="markers",
        name=SKIPPED,
        marker={"symbol": "x", "size": 10, "color": AMBER},
        hovertemplate="slot of %{x}: skipped<extra></extra>",
    )


def _named(row: dict[str, Any]) -> str:
    return f"{row['slot_on']:%-d %b %y}"


def _told(due: pl.DataFrame, measured: pl.DataFrame) -> Told:
    became = due["became"].to_list()
    kept = became.count(ON_TIME)
    verb = "was" if kept == 1 else "were"
    title = f"{kept} of {counted(due.height, 'release slot')} in twelve months {verb} kept"
    parts = [f"{became.count(name)} {name}" for name in DUE[1:] if name in became]
    excused, unplanned = (measured.filter(became=name).height for name in ("excused", "unplanned"))
    if excused:
        parts.append(f"{counted(excused, 'slot')} excused by freezes and holidays")
    if unplanned:
        parts.append(f"{counted(unplanned, 'release')} of no slot")
    note = " · ".join([*parts, "kept: released from its eve to the day after"])
    rows = [
        [str(slot), became, tag, None if days is None else in_words(days, "days")]
        for slot, became, tag, days in due.select(
            "slot_on", "became", "tag", "slip_days"
        ).iter_rows()
    ]
    columns = ["slot", "became", "release", "after the slot"]
    return Told(title, note, f"{title}; {note}.", columns, rows)
