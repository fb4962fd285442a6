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


def replayed(merged: pl.DataFrame, left: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """Each merge and the departure that takes it: its repository's first at or after it. Ours.

    Args:
        merged: ``repo`` and ``merged_at``, one row a merge.
        left: ``repo`` and ``left_at``, when its releases leave; those after ``as_of`` have not.
        as_of: What waits then is censored.

    Returns:
        One row per merge: repo, merged_at, left_at (null: not yet), waited_hours, is_censored.
    """
    gone = left.filter(pl.col("left_at") <= literal(as_of)).sort("left_at")
    taken = (
        merged.select("repo", "merged_at")
        .sort("merged_at")
        .join_asof(
            gone.with_columns(at=pl.col("left_at")),
            left_on="merged_at",
            right_on="at",
            by="repo",
            strategy="forward",
            check_sortedness=False,
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
    departure of its repository after it. Repositories that never released have no train, unless
    none of them has one. Groups are ``train:today``, ``train:weekly`` and so on.
    """
    end_at = min(view.window.end_at, view.as_of)
    year = view.covered(("pull_requests", "releases"), Window(end_at - LOOK_BACK, end_at)).window
    merged = _merged(view, year) if year else pl.DataFrame()
    if year is None or merged.is_empty():
        return Measured(pl.DataFrame(), [not_measurable(*what, _NO_MERGE) for what in STATISTICS])
    end = Window(year.start_at, view.as_of)
    repos = merged.select("repo").unique().sort("repo")
    left = {TODAY: _today(view, end).join(repos, on="repo", how="semi")}
    left |= {
        name: repos.join(_leaving(departures(cadence, end, view.targets.train, view)), how="cross")
        for name, cadence in CADENCES.items()
    }
    estimates, rows = [], []
    for name, moments in left.items():
        waits = replayed(merged, moments, as_of=view.as_of)
        rows.append(waits.with_columns(train=pl.lit(name)))
        estimates += [
            each.of(f"train:{name}") for each in _told(waits, moments.filter(year.has("left_at")))
        ]
    of_today = [each.of("all") for each in estimates if each.group == f"train:{TODAY}"]
    return Measured(pl.concat(rows), [*of_today, *estimates])


def _merged(view: View, year: Window) -> pl.DataFrame:
    """The merges of the year, of the repositories that have a release; of all if none has."""
    merged = view["pull_requests"].filter(year.has("merged_at"))
    releasing = shipped(view["releases"], view.as_of).select("repo").unique().collect()
    return merged.join(releasing, on="repo", how="semi") if releasing.height else merged


def _today(view: View, window: Window) -> pl.DataFrame:
    known = shipped(view["releases"], view.as_of).filter(window.has("published_at"))
    return known.select("repo", left_at="published_at").collect()


def _leaving(moments: Sequence[datetime]) -> pl.DataFrame:
    return pl.DataFrame({"left_at": list(moments)}, schema={"left_at": MOMENT})


def _told(waits: pl.DataFrame, left: pl.DataFrame) -> list[Estimate]:
    lead = median_to_end(waits["waited_hours"], waits["is_censored"], statistic="lead_time")
    taken = waits.drop_nulls("left_at").group_by("repo", "left_at").len()
    sizes = taken["len"].to_list() + [0] * max(0, left.height - taken.height)
    counts = {
        "releases": float(left.height),
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
