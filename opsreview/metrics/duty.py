"""Who held duty, against a fair share of it."""

from __future__ import annotations

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.eligibility import fair_hours
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.window import Window, literal


def oncall_share(
    shifts: pl.DataFrame, people: pl.DataFrame, leave: pl.DataFrame, *, window: Window
) -> pl.DataFrame:
    """Hours each person held duty, against a fair share of the time they were eligible. Ours.

    Eligible is whom ``eligibility.eligible_spells`` names. Roles are apart; hours of
    one person and role that two shifts tell of count once.

    Args:
        shifts: SHIFTS.
        people: PEOPLE.
        leave: LEAVE.
        window: Hours within it count.

    Returns:
        One row per role and person: role, person, held_hours, share, fair_share.
    """
    start_at, end_at = literal(window.start_at), literal(window.end_at)
    held_until = pl.col("end_at").cum_max().shift(1).over("role", "person")
    within = (pl.max_horizontal("start_at", start_at), pl.min_horizontal("end_at", end_at))
    held = (
        shifts.lazy()
        .filter((pl.col("start_at") < end_at) & (pl.col("end_at") > start_at))
        .sort("start_at")
        .with_columns(start_at=pl.max_horizontal("start_at", held_until))
        .filter(pl.col("start_at") < pl.col("end_at"))
        .group_by("role", "person")
        .agg(held_hours=hours_between(*within).sum())
        .collect()
    )
    fair = fair_hours(people, leave, held["person"].to_list(), window=window)
    everyone = held.lazy().select("role").unique().join(fair.lazy(), how="cross")
    return (
        everyone.join(held.lazy(), on=["role", "person"], how="left")
        .with_columns(pl.col("held_hours").fill_null(0.0))
        .with_columns(
            share=pl.col("held_hours") / pl.col("held_hours").sum().over("role"),
            fair_share=pl.col("eligible_hours") / pl.col("eligible_hours").sum().over("role"),
        )
        .select("role", "person", "held_hours", "share", "fair_share")
        .sort("role", "held_hours", "person", descending=[False, True, False])
        .collect()
    )


def share_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable("hours", "hours", NOT_BEGUN)])
    rows = oncall_share(view["shifts"], view["people"], view["leave"], window=view.seen)
    if rows["held_hours"].sum() == 0:
        reason = "no shift is recorded in the window"
        return Measured(rows, [not_measurable("hours", "hours", reason)])
    estimates = [_primary_hours(rows)]
    for role, person, held_hours, share, fair_share in rows.iter_rows():
        suffix = "" if role == "primary" else f"_{role}"
        found = {"hours": held_hours, "share": share, "fair_share": fair_share}
        estimates += [
            Estimate(
                name + suffix,
                value,
                "hours" if name == "hours" else "share",
                rows.filter(pl.col("role") == role).height,
                method="sum of shift hours",
                group=f"person:{person}",
            )
            for name, value in found.items()
        ]
    return Measured(rows, estimates)


def _primary_hours(rows: pl.DataFrame) -> Estimate:
    held = rows.filter((pl.col("role") == "primary") & (pl.col("held_hours") > 0))
    if held.is_empty():
        return not_measurable("hours", "hours", "no primary shift is recorded in the window")
    hours = float(held["held_hours"].sum())
    return Estimate("hours", hours, "hours", held.height, method="sum of shift hours")
