"""Shifts as the model declares them, where no calendar says who held duty."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import polars as pl

from opsreview.metrics.planned_duty import DECLARED
from opsreview.metrics.view import Targets
from opsreview.pipeline.reading import TeamHistory, first_moment, target_steps
from opsreview.window import Window, literal

AHEAD = timedelta(days=120)


def with_declared_duty(history: TeamHistory) -> TeamHistory:
    """The history with the model's turns as shifts of the source ``model``, if no source has any.

    Each stretch has the turns of the model then in force, from the first that is known of the team
    to 120 days after the fetch; none before the rota's own ``starting``.
    """
    tables = history.tables
    first_at = first_moment(tables)
    if tables.coverage.repos("shifts") or history.model is None or first_at is None:
        return history
    whole = Window(first_at, history.fetched_at + AHEAD)
    found = [
        _cut(targets.rotation.turns(part), part)
        for targets, part in _in_force(history, whole)
        if targets.rotation is not None
    ]
    turns = pl.concat(found) if found else pl.DataFrame()
    if turns.is_empty():
        return history
    shifts = _as_shifts(turns, history)
    spoken = Window(max(whole.start_at, turns["start_at"].min()), whole.end_at)  # type: ignore[type-var, arg-type]
    coverage = replace(
        tables.coverage, stretches={**tables.coverage.stretches, ("shifts", ""): (spoken,)}
    )
    frames = {**tables.frames, "shifts": shifts}
    return replace(history, tables=replace(tables, frames=frames, coverage=coverage))


def _in_force(history: TeamHistory, whole: Window) -> list[tuple[Targets, Window]]:
    """What the model promised, with the part of the stretch for which it did."""
    steps = target_steps(history)
    changes = [_begins(day, history) for day, _ in steps[1:] if day]
    edges = pairwise([min(whole.start_at, *changes, whole.end_at), *changes, whole.end_at])
    parts = [
        (targets, whole.overlap(Window(start_at, end_at)))
        for (_, targets), (start_at, end_at) in zip(steps, edges, strict=True)
    ]
    return [(targets, part) for targets, part in parts if part]


def _cut(turns: pl.DataFrame, part: Window) -> pl.DataFrame:
    return turns.with_columns(
        start_at=pl.max_horizontal("start_at", literal(part.start_at)),
        end_at=pl.min_horizontal("end_at", literal(part.end_at)),
    )


def _begins(day: date, history: TeamHistory) -> datetime:
    return datetime.combine(day, time(), history.team.zone).astimezone(UTC)


def _as_shifts(turns: pl.DataFrame, history: TeamHistory) -> pl.DataFrame:
    given = history.tables.frames["shifts"]
    stated = turns.with_columns(source=pl.lit(DECLARED), rotation=pl.lit("declared"))
    missing = [pl.lit(None, dtype).alias(n) for n, dtype in given.schema.items() if n not in stated]
    return (
        stated.with_columns(missing)
        .select(pl.col(name).cast(dtype) for name, dtype in given.schema.items())
        .sort("source", "rotation", "role", "person", "start_at")
    )
