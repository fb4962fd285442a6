"""Work that a rota exists for, done by people who were not on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.acting import top_share
from opsreview.metrics.acts import NEEDS, acts_of, described
from opsreview.metrics.intervals import share
from opsreview.metrics.view import NOT_BEGUN, Measured, View
from opsreview.tables.coverage import Covered
from opsreview.window import literal

ON_DUTY_FOR = {"answer": "answer was given", "incident": "incident was acted on"}
STATISTICS = (("share", "share"), ("top_share", "share"))
_ROW = ["work", "repo", "number", "key", "person", "at"]


def off_rotation_share(acts: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Each act, and whether who did it held duty at that moment, in whatever role. Ours.

    A person's acts on one thing are one: they count as done on duty if any of them was.

    Args:
        acts: Rows of ACTS.
        shifts: SHIFTS.

    Returns:
        One row per kind of work, thing and person: the columns of ACTS, with ``at`` of the first,
        and is_on_duty.
    """
    held = shifts.lazy().select("person", "start_at", held_until="end_at").sort("start_at")
    latest = (
        pl.col("held_until").cum_max().over("person")
    )  # a long shift outlasts a later short one
    placed = (
        acts.lazy()
        .sort("at")
        .join_asof(
            held.with_columns(held_until=latest),
            left_on="at",
            right_on="start_at",
            by="person",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(is_on_duty=(pl.col("at") < pl.col("held_until")).fill_null(False))
    )
    thing = ["work", "repo", "number", "key", "person"]
    return (
        placed.group_by(thing)
        .agg(pl.col("at").min(), pl.col("is_on_duty").any())
        .select(*_ROW, "is_on_duty")
        .sort("at", "work", "repo", "number", "key", "person")
        .collect()
    )


def off_rotation_measured(view: View) -> Measured:
    """The registry's way in: of answers and incidents, and of each apart."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    covered = {work: view.covered([*NEEDS[work], "shifts"], view.window) for work in ON_DUTY_FOR}
    windows = {work: part.window for work, part in covered.items() if part.window}
    acts = acts_of(view.tables, view.window).filter(pl.col("at") <= literal(view.as_of))
    is_known = pl.any_horizontal(
        pl.lit(False),
        *((pl.col("work") == work) & window.has("at") for work, window in windows.items()),
    )
    done = off_rotation_share(acts.filter(is_known), view["shifts"])
    rows = described(done, (view["issues"], view["pull_requests"]))
    return Measured(rows, [*_of_all(rows, covered), *_of_each(rows, covered)])


def _of_all(rows: pl.DataFrame, covered: Mapping[str, Covered]) -> list[Estimate]:
    if all(part.window is None for part in covered.values()):
        reason = next(part.reason for part in covered.values()) or "unknown"
        return [not_measurable(*what, reason) for what in STATISTICS]
    return _estimates(rows, "nothing that duty is for was done in the window")


def _of_each(rows: pl.DataFrame, covered: Mapping[str, Covered]) -> list[Estimate]:
    found = []
    for work, part in covered.items():
        of_work = rows.filter(pl.col("work") == work)
        estimates = _estimates(of_work, f"no {ON_DUTY_FOR[work]} in the window")
        if part.window is None:
            estimates = [not_measurable(*what, part.reason or "unknown") for what in STATISTICS]
        elif part.reason:
            estimates = [replace(each, reason=each.reason or part.reason) for each in estimates]
        found += [each.of(f"work:{work}") for each in estimates]
    return found


def _estimates(rows: pl.DataFrame, reason: str) -> list[Estimate]:
    """The share done off duty, and how much of that the busiest of them did."""
    off = rows.filter(~pl.col("is_on_duty"))
    all_on_duty = "everything was done by who was on duty" if rows.height else reason
    return [
        share(off.height, rows.height, statistic="share", reason=reason),
        top_share(off["person"], reason=all_on_duty),
    ]
