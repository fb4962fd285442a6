"""Hours that the model says must be covered and nobody held, and hours that two held at once."""

from __future__ import annotations

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.planned_duty import NO_CALENDAR, is_declared
from opsreview.metrics.turns import double_booked, turns, uncovered
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.rotation import Rotation
from opsreview.window import Window

HOURS = (("hours", "hours"),)
_UNDECLARED = "the model declares no duty: write rhythm.duty"


def coverage_gaps(shifts: pl.DataFrame, rotation: Rotation, *, window: Window) -> pl.DataFrame:
    """Stretches in which the rotation asks for somebody, and nobody was primary. Ours.

    Args:
        shifts: SHIFTS.
        rotation: Whose hours have to be answered.
        window: The stretch looked at.

    Returns:
        One row per stretch: start_at, end_at.
    """
    required = rotation.hours(window)
    return uncovered(turns(shifts, window=window), window=window, required=required)


def gaps_measured(view: View) -> Measured:
    """The registry's way in: hours, and how many there were to cover (``required_hours``)."""
    rotation = view.targets.rotation
    if rotation is None or view.seen is None or is_declared(view["shifts"]):
        reason = NO_CALENDAR if rotation and view.seen else _UNDECLARED if view.seen else NOT_BEGUN
        return Measured(pl.DataFrame(), [not_measurable("hours", "hours", reason)])
    rows = coverage_gaps(view["shifts"], rotation, window=view.seen)
    required = _sum(rotation.hours(view.seen))
    return Measured(rows, [_hours(rows), _hours_of(required, "required_hours")])


def double_booked_measured(view: View) -> Measured:
    """The registry's way in: hours for which two were primary in one rotation. Ours."""
    if view.seen is None or is_declared(view["shifts"]):
        reason = NO_CALENDAR if view.seen else NOT_BEGUN
        return Measured(pl.DataFrame(), [not_measurable("hours", "hours", reason)])
    rows = double_booked(turns(view["shifts"], window=view.seen), window=view.seen)
    return Measured(rows, [_hours(rows)])


def _hours(stretches: pl.DataFrame) -> Estimate:
    return _hours_of(_sum(stretches), "hours")


def _hours_of(hours: float, statistic: str) -> Estimate:
    return Estimate(statistic, hours, "hours", 1, method="sum of shift hours")


def _sum(stretches: pl.DataFrame) -> float:
    return float(stretches.select(hours_between("start_at", "end_at").sum()).item() or 0.0)
