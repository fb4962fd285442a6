"""The merges of a year under another release train: their waits, and how many go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

import polars as pl

from opsreview.cadence import Cadence
from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.releases import LOOK_BACK, shipped
from opsreview.metrics.survival import median_to_end
from opsreview.metrics.view import Measured, View, hours_between
from opsreview.train import Train
from opsreview.window import MOMENT, Window, literal

TODAY = "today"
CADENCES = {  # each what-if, by the name of its group
    "weekly": Cadence(1, "week", "week"),
    "fortnightly": Cadence(2, "week", "2 weeks"),
    "three_weekly": Cadence(3, "week", "3 weeks"),
    "monthly": Cadence(1, "month", "month"),
    "two_monthly": Cadence(2, "month", "2 months"),
}
STATISTICS = (
    ("lead_time", "hours"),
    ("releases", "count"),
    ("batch_median", "changes"),
    ("batch_largest", "changes"),
)
TUESDAY = 1
NOON = time(12)  # by then a release of the day has left
_NO_MERGE = "no pull request was merged in the year to the cycle's end"


def replayed(merged: pl.DataFrame, left_at: Sequence[datetime], *, as_of: datetime) -> pl.DataFrame:
    """Each merge and the departure that takes it: the first at or after it. Ours.

    Args:
        merged: ``merged_at``, one row a merge.
        left_at: When releases leave; those after ``as_of`` have not.
        as_of: What waits then is censored.

    Returns:
        One row per merge: merged_at, left_at (null: not yet), waited_hours, is_censored.
    """
    gone = sorted(at for at in left_at if at <= as_of)
    leaving = pl.DataFrame({"left_at": gone}, schema={"left_at": MOMENT})
    taken = (
        merged.select("merged_at")
        .sort("merged_at")
        .join_asof(
            leaving.with_columns(at=pl.col("left_at")),
            left_on="merged_at",
            right_on="at",
            strategy="forward",
        )
    )
    return taken.drop("at").with_columns(
        waited_hours=hours_between("merged_at", pl.col("left_at").fill_null(literal(as_of))),
        is_censored=pl.col("left_at").is_null(),
    )


def departures(cadence: Cadence, window: Window, like: Train | None, view: View) -> list[datetime]:
    """When a train of this cadence would leave: at noon of its days, as the declared one has them.

    Weekdays, freezes and holidays are those of the declared train; without one it leaves on
    Tuesdays.
    """
    first_on = window.first_day(view.zone)
    train = like or Train(cadence, _next(first_on, TUESDAY), view.zone)
    begun = _next(first_on, train.starting.weekday())
    slots = replace(train, every=cadence, starting=begun).slots(window)
    days = [slot.day for slot in slots if slot.excused is None]
    return [datetime.combine(day, NOON, train.zone).astimezone(UTC) for day in days]


def what_if_train_measured(view: View) -> Measured:
    """The registry's way in: today's releases beside trains of every week to every two months.

    All of them by one rule, over the year to the window's end: a merge goes out with the first
    departure after it. Groups are ``train:today``, ``train:weekly`` and so on.
    """
    end_at = min(view.window.end_at, view.as_of)
    year = view.covered(("pull_requests", "releases"), Window(end_at - LOOK_BACK, end_at)).window
    merged = view["pull_requests"].filter(year.has("merged_at")) if year else pl.DataFrame()
    if year is None or merged.is_empty():
        return Measured(pl.DataFrame(), [not_measurable(*what, _NO_MERGE) for what in STATISTICS])
    end = Window(year.start_at, view.as_of)
    left = {TODAY: _today(view, end)}
    left |= {
        name: departures(cadence, end, view.targets.train, view)
        for name, cadence in CADENCES.items()
    }
    estimates, rows = [], []
    for name, moments in left.items():
        waits = replayed(merged, moments, as_of=view.as_of)
        rows.append(waits.with_columns(train=pl.lit(name)))
        in_year = [at for at in moments if year.start_at <= at < year.end_at]
        estimates += [each.of(f"train:{name}") for each in _told(waits, in_year)]
    of_today = [each.of("all") for each in estimates if each.group == f"train:{TODAY}"]
    return Measured(pl.concat(rows), [*of_today, *estimates])


def _today(view: View, window: Window) -> list[datetime]:
    known = shipped(view["releases"], view.as_of).filter(window.has("published_at"))
    return known.select("published_at").collect()["published_at"].to_list()


def _told(waits: pl.DataFrame, left_at: Sequence[datetime]) -> list[Estimate]:
    lead = median_to_end(waits["waited_hours"], waits["is_censored"], statistic="lead_time")
    sizes = waits.drop_nulls("left_at")["left_at"].value_counts()["count"].to_list()
    sizes += [0] * max(0, len(left_at) - len(sizes))
    counts = {
        "releases": float(len(left_at)),
        "batch_median": float(median(sizes)) if sizes else None,
        "batch_largest": float(max(sizes)) if sizes else None,
    }
    units = dict(STATISTICS)
    none = "nothing left in the year"
    return [lead] + [
        not_measurable(name, units[name], none)
        if value is None
        else Estimate(name, value, units[name], waits.height, method="replayed")
        for name, value in counts.items()
    ]


def _next(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
