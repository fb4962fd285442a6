"""The train's slots held against what was released: on time, late, skipped; and what is unplanned.

The operating model is held against the same: one definition.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, median_of_values, share, trend_of_values
from opsreview.metrics.releases import LOOK_BACK, shipped
from opsreview.metrics.view import NOT_BEGUN, Measured, View
from opsreview.train import Slot, Train
from opsreview.window import MOMENT, Window

EARLY_DAYS = 1  # the eve of a slot is in it already
LATE_AFTER_DAYS = 1  # and so is the day after
AROUND = timedelta(days=190)  # the slots before and after a cycle are nearer than this
NO_TRAIN = "the model declares no release train: write rhythm.release"
ON_TIME, LATE, SKIPPED, OVERDUE = DUE = ("on time", "late", "skipped", "overdue")
PENDING, EXCUSED, UNPLANNED = "pending", "excused", "unplanned"
COUNTED = (LATE, SKIPPED, OVERDUE, UNPLANNED)
STATISTICS = (
    ("share_on_time", "share"),
    *((name, "count") for name in COUNTED),
    ("slip", "days"),
    ("slip_trend", "days_per_slot"),
)
SCHEMA: dict[str, pl.DataType] = {
    "slot_on": pl.Date(),
    "excused": pl.String(),
    "became": pl.String(),
    "repo": pl.String(),
    "tag": pl.String(),
    "released_at": MOMENT,
    "slip_days": pl.Int64(),
}


class _Release(NamedTuple):
    day: date
    repo: str
    tag: str
    at: datetime


def release_punctuality(
    releases: pl.DataFrame, *, train: Train, window: Window, as_of: datetime
) -> pl.DataFrame:
    """What became of each slot of the train that begins in the window. Ours.

    A stable release on a slot's day, its eve or the day after keeps it; the first one later, before
    the next slot's eve, makes it late; none makes it skipped once the next slot's days are over,
    and overdue until then. Slots whose days are not over are pending. Excused ones (a freeze, a
    holiday) are none: what is released on them belongs to the slot before, or to none. Any other
    release is unplanned, from the eve of the train's first day on. Hotfixes and pre-releases are
    not on the train.

    Args:
        releases: RELEASES, those before the window too: a late train is not unplanned.
        train: The slots.
        window: Slots that begin in it, and unplanned releases published in it.
        as_of: Last moment the data speaks for, UTC; the day it lies in is not over.

    Returns:
        One row per slot and per unplanned release, in order: slot_on (null: unplanned), excused
        (why none was due, or null), became, repo, tag, released_at (all null: no release), and
        slip_days, from the slot to its release, 0 for one on its eve; of overdue ones, to the last
        day that is over.

    Raises:
        ParamsError: ``holidays`` of the train is no known country or region.
    """
    around = Window(window.start_at - AROUND, window.end_at + AROUND)
    due = [slot.day for slot in train.slots(around) if slot.excused is None]
    of_slot, unplanned = _dealt(due, _stable(releases, train, around.start_at, as_of))
    until = as_of.astimezone(train.zone).date() - timedelta(days=1)
    rows = [_row(slot, due, of_slot, until) for slot in train.slots(window)]
    rows += [
        _released(release) | {"became": UNPLANNED}
        for release in unplanned
        if window.start_at <= release.at < window.end_at
    ]
    day = pl.coalesce(
        "slot_on", pl.col("released_at").dt.convert_time_zone(train.zone.key).dt.date()
    )
    return pl.DataFrame(rows, schema=SCHEMA).sort(day, "released_at", "repo", "tag")


def punctuality_measured(view: View) -> Measured:
    """The registry's way in: of the window, and the slip over the twelve months to its end.

    All of it is held against the train in force at the window's end, whatever was declared before.
    Rows are of those twelve months; ``is_in_window`` tells the window's own.
    """
    train, seen = view.targets.train, view.seen
    if train is None or seen is None:
        reason = NO_TRAIN if train is None else NOT_BEGUN
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in STATISTICS])
    year = Window(seen.end_at - LOOK_BACK, view.window.end_at)
    known = view.covered(("releases",), year).window or view.window
    asked = Window(min(known.start_at, view.window.start_at), view.window.end_at)
    slots = [slot.day for slot in train.slots(view.window)]
    is_of_window = pl.col("slot_on").is_in(slots) | (
        pl.col("slot_on").is_null() & view.window.has("released_at")
    )
    rows = release_punctuality(
        view["releases"], train=train, window=asked, as_of=view.as_of
    ).with_columns(is_in_window=is_of_window)
    own = rows.filter("is_in_window")
    return Measured(
        rows,
        [*_of_window(own, train, view.window, view.as_of), *_slips(rows)],
        excluded=partial(_excused, own),
    )


def _stable(
    releases: pl.DataFrame, train: Train, since: datetime, as_of: datetime
) -> list[_Release]:
    """The stable releases by ``as_of``, in order; none before the eve of the train's first day."""
    known = (
        shipped(releases, as_of)
        .filter((pl.col("kind") == "stable") & (pl.col("published_at") >= since))
        .select("repo", "tag", "published_at")
        .sort("published_at", "repo", "tag")
        .collect()
    )
    found = [
        _Release(at.astimezone(train.zone).date(), repo, tag, at)
        for repo, tag, at in known.iter_rows()
    ]
    first_on = train.starting - timedelta(days=EARLY_DAYS)
    return [release for release in found if release.day >= first_on]


def _dealt(
    due: Sequence[date], released: Sequence[_Release]
) -> tuple[dict[date, list[_Release]], list[_Release]]:
    """The releases by the slot they belong to, and those of no slot."""
    of_slot: dict[date, list[_Release]] = {slot: [] for slot in due}
    unplanned = []
    for release in released:
        slot = _slot_of(release.day, due)
        if slot is not None and _belongs(release, slot, of_slot[slot]):
            of_slot[slot].append(release)
        else:
            unplanned.append(release)
    return of_slot, unplanned


def _slot_of(day: date, due: Sequence[date]) -> date | None:
    """The slot before the day or on it; the next one on its eve, if the one before is over."""
    place = bisect_right(due, day) - 1
    is_over = place < 0 or (day - due[place]).days > LATE_AFTER_DAYS
    if is_over and place + 1 < len(due) and (due[place + 1] - day).days <= EARLY_DAYS:
        return due[place + 1]
    return due[place] if place >= 0 else None


def _belongs(release: _Release, slot: date, own: Sequence[_Release]) -> bool:
    """In time, the first, or of another repository on the same day as the first."""
    is_in_time = (release.day - slot).days <= LATE_AFTER_DAYS
    return is_in_time or not own or own[0].day == release.day


def _row(
    slot: Slot, due: Sequence[date], of_slot: dict[date, list[_Release]], until: date
) -> dict[str, Any]:
    row: dict[str, Any] = {"slot_on": slot.day, "excused": slot.excused}
    if slot.excused is not None:
        return row | {"became": EXCUSED}
    if of_slot[slot.day]:
        first = of_slot[slot.day][0]
        slip = max(0, (first.day - slot.day).days)
        became = ON_TIME if slip <= LATE_AFTER_DAYS else LATE
        return row | _released(first) | {"became": became, "slip_days": slip}
    over = until - timedelta(days=LATE_AFTER_DAYS)  # the last slot that is over
    place = bisect_right(due, slot.day)
    if slot.day > over:
        return row | {"became": PENDING}
    if place < len(due) and due[place] <= over:
        return row | {"became": SKIPPED}
    return row | {"became": OVERDUE, "slip_days": (until - slot.day).days}


def _released(release: _Release) -> dict[str, Any]:
    return {"repo": release.repo, "tag": release.tag, "released_at": release.at}


def _of_window(rows: pl.DataFrame, train: Train, window: Window, as_of: datetime) -> list[Estimate]:
    """The share on time of the slots due, and how many came to what else."""
    became = rows["became"].to_list()
    due = sum(each in DUE for each in became)
    if due:
        kept = share(became.count(ON_TIME), due, statistic="share_on_time")
        counts = [count(became.count(name), statistic=name) for name in COUNTED]
    else:
        reason = why_none_due(rows, train, window, as_of)
        kept = not_measurable("share_on_time", "share", reason)
        counts = [not_measurable(name, "count", reason) for name in COUNTED[:-1]]
        counts.append(count(became.count(UNPLANNED), statistic=UNPLANNED))
    pending, excused = became.count(PENDING), became.count(EXCUSED)
    return [replace(kept, n_pending=pending, n_excluded=excused), *counts]


def why_none_due(rows: pl.DataFrame, train: Train, window: Window, as_of: datetime) -> str:
    """Why no slot of the window was due, where none was, by releases known until ``as_of``."""
    if rows.filter(became=PENDING).height:
        day = as_of.astimezone(train.zone).date()
        return f"releases are known until {day}, when no slot was over yet"
    excuses = rows["excused"].drop_nulls().unique(maintain_order=True).to_list()
    if excuses:
        return f"every slot is excused ({', '.join(excuses)})"
    if train.starting > window.last_day(train.zone):
        return f"no slot lies in the cycle: the train starts on {train.starting}"
    return "no slot lies in the cycle"


def _slips(rows: pl.DataFrame) -> list[Estimate]:
    """The median slip of the slots that had a release, and how it moves from slot to slot."""
    due = rows.filter(pl.col("became").is_in(DUE)).with_row_index("place")
    had = due.filter(pl.col("became").is_in([ON_TIME, LATE]))
    none = "no slot of the twelve months to the cycle's end has had its release"
    slip = median_of_values(had["slip_days"], unit="days", statistic="slip", reason=none)
    trend = trend_of_values(
        had["place"], had["slip_days"], unit="days_per_slot", statistic="slip_trend"
    )
    return [replace(each, n_excluded=due.height - had.height) for each in (slip, trend)]


def _excused(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(became=EXCUSED).select(
        repo=pl.lit(None, pl.String), key=pl.col("slot_on").cast(pl.String), reason="excused"
    )
