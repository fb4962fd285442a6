"""The turns that the model planned against the shifts that were held."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, share
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.rotation import Rotation
from opsreview.window import Window, literal

LATE = timedelta(hours=48)  # a change so soon before a shift leaves no time to plan by
MOST = 0.5  # of a turn's held hours: who has more has held it
DECLARED = "model"  # the source of shifts that the model alone knows of
STATISTICS = (
    ("share_as_planned", "share"),
    ("swapped", "count"),
    ("nobody", "count"),
    ("late", "count"),
    ("retroactive", "count"),
)
_NO_ROTATION = "the model declares no order of duty: write rhythm.duty.order"
_NO_START = "the model says no day on which the rota begins: write rhythm.duty.starting"
NO_CALENDAR = "no calendar records who held duty"
DECLARED_ONLY = f"as the model declares it: {NO_CALENDAR}"
_NO_TURN = "no planned turn began in the window"
_NO_EDITS = "no source says when shifts were settled"


def is_declared(shifts: pl.DataFrame) -> bool:
    """Whether the model alone says who holds duty."""
    return shifts.height > 0 and bool((shifts["source"] == DECLARED).all())


def duty_swaps(shifts: pl.DataFrame, rotation: Rotation, *, window: Window) -> pl.DataFrame:
    """Each turn that the rotation planned, and who held it. Ours.

    Args:
        shifts: SHIFTS.
        rotation: With ``starting``.
        window: Turns that began in it, and are over by its end, are told.

    Returns:
        One row per turn and role: role, person (planned), start_at, end_at, held_by (who held most
        of it; null: nobody), held_hours (by them), became (``as planned``, ``swapped``: another
        held more than half of what was held; ``shared``: nobody did; ``nobody``).
    """
    planned = rotation.turns(window).filter(
        window.has("start_at") & (pl.col("end_at") <= literal(window.end_at))
    )
    numbered = planned.with_row_index("turn").lazy()
    held = shifts.lazy().select("role", held_by="person", from_at="start_at", to_at="end_at")
    overlap = hours_between(
        pl.max_horizontal("start_at", "from_at"), pl.min_horizontal("end_at", "to_at")
    )
    by_person = (
        numbered.join(held, on="role")
        .with_columns(held_hours=overlap)
        .filter(pl.col("held_hours") > 0)
        .group_by("turn", "held_by")
        .agg(pl.col("held_hours").sum())
        .sort("turn", "held_hours", "held_by", descending=[False, True, False])
        .with_columns(part=pl.col("held_hours") / pl.col("held_hours").sum().over("turn"))
        .unique("turn", keep="first", maintain_order=True)
    )
    became = (
        pl.when(pl.col("held_by").is_null())
        .then(pl.lit("nobody"))
        .when(pl.col("part") <= MOST)
        .then(pl.lit("shared"))
        .when(pl.col("held_by") == pl.col("person"))
        .then(pl.lit("as planned"))
        .otherwise(pl.lit("swapped"))
    )
    return (
        numbered.join(by_person, on="turn", how="left")
        .with_columns(became=became)
        .drop("turn", "part")
        .sort("start_at", "role")
        .collect()
    )


def late_edits(shifts: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """When each shift that began in the window was last settled. Ours.

    Returns:
        One row per shift: role, person, start_at, changed_at, settled (``retroactive``: after it
        began; ``late``: less than 48 hours before; ``in time``; null: nobody knows).
    """
    before = pl.col("start_at") - pl.col("changed_at")
    settled = (
        pl.when(before < pl.duration(seconds=0))
        .then(pl.lit("retroactive"))
        .when(before < LATE)
        .then(pl.lit("late"))
        .when(before.is_not_null())
        .then(pl.lit("in time"))
    )
    return (
        shifts.filter(window.has("start_at"))
        .select("role", "person", "start_at", "changed_at", settled=settled)
        .sort("start_at", "role", "person")
    )


def swaps_measured(view: View) -> Measured:
    """The registry's way in: how the planned turns went, and how late shifts were settled."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    recorded = view["shifts"].filter(pl.col("source") != DECLARED)
    edits = late_edits(recorded, window=view.seen)
    settled = edits.drop_nulls("settled")
    rows, turns = pl.DataFrame(), _turns(recorded, view)
    if not isinstance(turns, str):
        rows = turns
    reason = turns if isinstance(turns, str) else _NO_TURN
    return Measured(rows, [*_of_turns(rows, reason), *_of_edits(settled)])


def _turns(recorded: pl.DataFrame, view: View) -> pl.DataFrame | str:
    """The planned turns and what became of them, or why they cannot be told."""
    rotation, seen = view.targets.rotation, view.seen
    if rotation is None or not rotation.people:
        return _NO_ROTATION
    if rotation.starting is None:
        return _NO_START
    if recorded.is_empty():
        return NO_CALENDAR
    return duty_swaps(recorded, rotation, window=seen or view.window)


def _of_turns(rows: pl.DataFrame, reason: str) -> list[Estimate]:
    if rows.is_empty():
        return [not_measurable(*what, reason) for what in STATISTICS[:3]]
    became = rows["became"].to_list()
    return [
        share(became.count("as planned"), len(became), statistic="share_as_planned"),
        count(became.count("swapped"), statistic="swapped"),
        count(became.count("nobody"), statistic="nobody"),
    ]


def _of_edits(settled: pl.DataFrame) -> list[Estimate]:
    if settled.is_empty():
        return [not_measurable(*what, _NO_EDITS) for what in STATISTICS[3:]]
    when = settled["settled"].to_list()
    return [count(when.count(name), statistic=name) for name, _ in STATISTICS[3:]]
