"""Turns of duty as they were held: whose, how long, where two overlap and where nobody was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from opsreview.metrics.view import hours_between
from opsreview.window import MOMENT, Window, literal

ROTATION = ["source", "rotation", "role"]
_STRETCHES = {"start_at": MOMENT, "end_at": MOMENT}


def turns(shifts: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Shifts of one person that follow on each other are one turn. Ours.

    Returns:
        One row per turn that touches the window, whole: source, rotation, role, person, start_at,
        end_at.
    """
    whose = [*ROTATION, "person"]
    held_until = pl.col("end_at").cum_max().shift(1).over(whose)
    is_new = (pl.col("start_at") > held_until).fill_null(True)
    found = (
        shifts.sort(*whose, "start_at")
        .with_columns(turn=is_new.cum_sum().over(whose))
        .group_by(*whose, "turn", maintain_order=True)
        .agg(pl.col("start_at").min(), pl.col("end_at").max())
        .drop("turn")
    )
    touches = (pl.col("start_at") < literal(window.end_at)) & (
        pl.col("end_at") > literal(window.start_at)
    )
    return found.filter(touches).sort("start_at", *whose)


def held_hours(
    turns: pl.DataFrame, *, window: Window, by: Sequence[str] = ("person",)
) -> pl.DataFrame:
    """Hours of the window that each person held duty in any role; two at once count once.

    Returns:
        One row per person, or whatever ``by`` tells apart: those columns and held_hours, most
        first.
    """
    clipped = _clipped(turns, window).sort(*by, "start_at")
    held_until = pl.col("end_at").cum_max().shift(1).over(by)
    from_at = pl.max_horizontal("start_at", held_until)
    hours = pl.max_horizontal(hours_between(from_at, "end_at"), 0.0)
    return (
        clipped.with_columns(held_hours=hours)
        .group_by(by)
        .agg(pl.sum("held_hours"))
        .sort("held_hours", *by, descending=[True, *(False for _ in by)])
    )


def double_booked(turns: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Stretches of the window for which two people were primary in one rotation at once.

    Returns:
        One row per stretch: start_at, end_at.
    """
    primary = _clipped(turns.filter(pl.col("role") == "primary"), window)
    found = [
        stretch
        for _, rotation in primary.sort("start_at").group_by(["source", "rotation"])
        for stretch in _overlaps(list(rotation.select("start_at", "end_at").iter_rows()))
    ]
    return pl.DataFrame(sorted(found), schema=_STRETCHES, orient="row")


def uncovered(
    turns: pl.DataFrame, *, window: Window, required: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Stretches of the window for which nobody was primary in any rotation.

    Args:
        turns: As ``turns`` gives them.
        window: The stretch looked at.
        required: start_at and end_at of when somebody has to be; None: always.

    Returns:
        One row per stretch: start_at, end_at.
    """
    primary = _clipped(turns.filter(pl.col("role") == "primary"), window)
    found: list[tuple[datetime, datetime]] = []
    until = window.start_at
    for start_at, end_at in primary.sort("start_at").select("start_at", "end_at").iter_rows():
        if start_at > until:
            found.append((until, start_at))
        until = max(until, end_at)
    if until < window.end_at:
        found.append((until, window.end_at))
    if required is not None:
        asked = [Window(*stretch) for stretch in required.select("start_at", "end_at").iter_rows()]
        gaps = [Window(*gap) for gap in found]
        parts = (gap.overlap(wanted) for gap in gaps for wanted in asked)
        found = sorted((part.start_at, part.end_at) for part in parts if part)
    return pl.DataFrame(found, schema=_STRETCHES, orient="row")


def handovers(turns: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """The moments in the window at which primary duty passed from one person to another.

    Returns:
        One row per moment: source, rotation, at.
    """
    before = pl.col("person").shift(1).over("source", "rotation")
    return (
        turns.filter(pl.col("role") == "primary")
        .sort("source", "rotation", "start_at")
        .filter((pl.col("person") != before).fill_null(False))
        .filter(window.has("start_at"))
        .select("source", "rotation", at="start_at")
    )


def rests(turns: pl.DataFrame) -> pl.DataFrame:
    """Hours between the end of each person's turn and their next, in whatever role.

    Returns:
        One row per pause: person, rest_hours, at (when the next turn began).
    """
    held_until = pl.col("end_at").cum_max().shift(1).over("person")
    return (
        turns.sort("person", "start_at")
        .with_columns(rest_hours=hours_between(held_until, "start_at"))
        .filter(pl.col("rest_hours") > 0)
        .select("person", "rest_hours", at="start_at")
    )


def _clipped(turns: pl.DataFrame, window: Window) -> pl.DataFrame:
    start_at, end_at = literal(window.start_at), literal(window.end_at)
    return turns.with_columns(
        start_at=pl.max_horizontal("start_at", start_at), end_at=pl.min_horizontal("end_at", end_at)
    ).filter(pl.col("start_at") < pl.col("end_at"))


def _overlaps(held: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Where a stretch begins before all that began earlier have ended; stretches in order."""
    found: list[tuple[datetime, datetime]] = []
    until, double_until = held[0][1], held[0][0]
    for start_at, end_at in held[1:]:
        overlap = (max(start_at, double_until), min(end_at, until))
        if overlap[0] < overlap[1]:
            found.append(overlap)
            double_until = overlap[1]
        until = max(until, end_at)
    return found
