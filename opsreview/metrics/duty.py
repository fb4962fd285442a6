"""Who held duty, against a fair share of it."""

from __future__ import annotations

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.day_parts import DAY_PARTS, in_their_day
from opsreview.metrics.eligibility import fair_hours
from opsreview.metrics.turns import held_hours, turns
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
    held = held_hours(shifts, window=window, by=("role", "person"))
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


def duty_day_parts(view: View, window: Window) -> pl.DataFrame:
    """Hours of primary duty of each person by the part of their own day. Ours.

    Told by quarters of an hour: the part in which a quarter begins has all of it.

    Returns:
        One row per person and part of the day held: person, day_part, held_hours.
    """
    primary = view["shifts"].filter(pl.col("role") == "primary")
    start_at = pl.max_horizontal("start_at", literal(window.start_at))
    end_at = pl.min_horizontal("end_at", literal(window.end_at))
    slots = pl.datetime_ranges(
        start_at.dt.truncate("15m"), end_at, "15m", closed="left", time_zone="UTC"
    )
    quarters = (
        turns(primary, window=window)
        .lazy()
        .with_columns(start_at=start_at, end_at=end_at, slot=slots)
        .explode("slot")
        .with_columns(
            at=pl.max_horizontal("slot", "start_at"),
            until=pl.min_horizontal(pl.col("slot").dt.offset_by("15m"), "end_at"),
        )
        .group_by("person", "slot")
        .agg(pl.min("at"), pl.max("until"))
        .sort("person", "slot")
        .collect()
    )
    placed = in_their_day(quarters, view.calendars, view.calendar(None))
    return (
        placed.group_by("person", "day_part")
        .agg(held_hours=hours_between("at", "until").sum())
        .sort("person", "day_part")
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
    for role, person, hours, share, fair_share in rows.iter_rows():
        suffix = "" if role == "primary" else f"_{role}"
        found = {"hours": hours, "share": share, "fair_share": fair_share}
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
    return Measured(rows, [*estimates, *_by_day_part(duty_day_parts(view, view.seen))])


def _by_day_part(parts: pl.DataFrame) -> list[Estimate]:
    """Hours of primary duty by part of the day, of all and of each person (``hours_sleep``)."""
    people, method = parts["person"].n_unique(), "sum of shift hours"
    summed = dict(parts.group_by("day_part").agg(pl.sum("held_hours")).iter_rows())
    of_all = [
        Estimate("hours", summed.get(part, 0.0), "hours", people, method=method).of(
            f"day_part:{part}"
        )
        for part in DAY_PARTS
        if people
    ]
    return of_all + [
        Estimate(f"hours_{part}", hours, "hours", 1, method=method).of(f"person:{person}")
        for person, part, hours in parts.iter_rows()
    ]


def _primary_hours(rows: pl.DataFrame) -> Estimate:
    held = rows.filter((pl.col("role") == "primary") & (pl.col("held_hours") > 0))
    if held.is_empty():
        return not_measurable("hours", "hours", "no primary shift is recorded in the window")
    hours = float(held["held_hours"].sum())
    return Estimate("hours", hours, "hours", held.height, method="sum of shift hours")
