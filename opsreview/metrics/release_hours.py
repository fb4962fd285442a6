"""Releases outside of working hours, on Fridays, at night, and in a freeze."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.day_parts import in_their_day
from opsreview.metrics.intervals import share
from opsreview.metrics.punctuality import NO_TRAIN
from opsreview.metrics.releases import shipped, year_of
from opsreview.metrics.view import NOT_BEGUN, Measured, View
from opsreview.window import Window

FRIDAY = 4
STATISTICS = tuple(
    (name, "share") for name in ("share", "share_on_friday", "share_at_night", "share_in_freeze")
)
_NONE = "no stable release or hotfix in the twelve months to the cycle's end"
_NO_STABLE = "no stable release in the twelve months to the cycle's end"
_NO_FREEZE = "no freeze that the model declares lies in the twelve months to the cycle's end"
_NO_CALENDAR = "nobody's working hours are listed: Monday to Friday, 9 to 17, of the team's zone"


def off_hours_release_share(view: View, *, window: Window) -> pl.DataFrame:
    """Stable releases and hotfixes by where in the releaser's own day they were published. Ours.

    Working hours are those of the person who published; a plain week in the team's zone where
    nobody is known, or a robot published. A freeze is of the train that the model declares, by
    the days of its zone; hotfixes are allowed in it.

    Args:
        view: Releases, calendars and the train.
        window: Releases published in it.

    Returns:
        One row per release: repo, tag, kind, person (null: not known, or a robot), at, day_part,
        night_on, weekday (0 is Monday), hour, freeze (which one, or null: in none).
    """
    is_human = pl.col("author_kind") == "human"
    releases = (
        shipped(view["releases"], view.as_of)
        .filter(window.has("published_at"))
        .sort("published_at", "repo", "tag")
        .select(
            "repo",
            "tag",
            "kind",
            person=pl.when(is_human).then("author_id"),
            at="published_at",
        )
    )
    placed = in_their_day(releases.collect(), view.calendars, view.calendar(None))
    return placed.with_columns(freeze=_freeze(view))


def release_hours_measured(view: View) -> Measured:
    """The registry's way in: the twelve months to the window's end."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    year = year_of(view)
    rows = off_hours_release_share(view, window=year)
    told = (
        ("share", rows["day_part"] != "working"),
        ("share_on_friday", rows["weekday"] == FRIDAY),
        ("share_at_night", rows["day_part"] == "sleep"),
    )
    estimates = [
        share(int(held.sum()), rows.height, statistic=name, reason=_NONE) for name, held in told
    ]
    if rows.height and not view.calendars:
        estimates = [replace(each, reason=_NO_CALENDAR) for each in estimates]
    return Measured(rows, [*estimates, _in_freeze(rows, view, year)])


def _in_freeze(rows: pl.DataFrame, view: View, year: Window) -> Estimate:
    """Of stable releases alone: a hotfix is what a freeze allows."""
    train = view.targets.train
    days = year.first_day(view.zone), year.last_day(view.zone)
    if train is None or not any(
        freeze.first_on <= days[1] and days[0] <= freeze.last_on for freeze in train.freezes
    ):
        reason = NO_TRAIN if train is None else _NO_FREEZE
        return not_measurable("share_in_freeze", "share", reason)
    stable = rows.filter(kind="stable")
    frozen = stable["freeze"].count()
    return share(frozen, stable.height, statistic="share_in_freeze", reason=_NO_STABLE)


def _freeze(view: View) -> pl.Expr:
    train = view.targets.train
    if train is None or not train.freezes:
        return pl.lit(None, pl.String)
    day = pl.col("at").dt.convert_time_zone(train.zone.key).dt.date()
    return pl.coalesce(
        pl.when(day.is_between(freeze.first_on, freeze.last_on)).then(
            pl.lit(f"freeze: {freeze.why}" if freeze.why else "freeze")
        )
        for freeze in train.freezes
    )
