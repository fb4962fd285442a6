"""When issues arrive, against when the team is at work and when it acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, share
from opsreview.metrics.view import ITEM, Measured, View
from opsreview.metrics.work import PASSIVE
from opsreview.window import MOMENT, Window
from opsreview.working_time import SLEEP_FROM, SLEEP_TO, WorkingCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NO_CALENDAR = "nothing says when the team works: list it in people.yaml"
_NO_TEAM = "nothing says who is in the team: list it in people.yaml"
_NOT_BEGUN = "the window has not begun"


def arrivals(
    issues: pl.DataFrame, at_work: pl.DataFrame, *, window: Window, zone: ZoneInfo
) -> pl.DataFrame:
    """Issues opened in the window, by weekday and hour, and whether anybody was at work. Ours.

    Args:
        issues: ISSUES.
        at_work: ``hours_at_work``.
        window: Issues opened in it.
        zone: The team's, for weekday and hour.

    Returns:
        One row per issue: repo, number, title, url, opened_at, weekday (``mon``), hour (0 to 23),
        is_in_working_hours.
    """
    opened = issues.lazy().filter(window.has("opened_at"))
    return (
        _placed(opened, "opened_at", at_work, zone)
        .select(*ITEM, "title", "url", "opened_at", "weekday", "hour", "is_in_working_hours")
        .sort("opened_at", *ITEM)
        .collect()
    )


def team_acts(
    comments: pl.DataFrame,
    reviews: pl.DataFrame,
    events: pl.DataFrame,
    at_work: pl.DataFrame,
    *,
    window: Window,
    zone: ZoneInfo,
) -> pl.DataFrame:
    """What people of the team wrote, reviewed and changed in the window. Ours.

    Args:
        comments: COMMENTS.
        reviews: REVIEWS.
        events: EVENTS; being mentioned or subscribed is no act.
        at_work: ``hours_at_work``.
        window: Acts in it.
        zone: The team's, for weekday and hour.

    Returns:
        One row per act: at, weekday, hour, is_in_working_hours.
    """
    traces = (
        comments.lazy().select(at="created_at", kind="author_kind", is_team="author_is_team"),
        reviews.lazy().select(at="submitted_at", kind="author_kind", is_team="author_is_team"),
        events.lazy()
        .filter(~pl.col("event").is_in(PASSIVE))
        .select(at="created_at", kind="actor_kind", is_team="actor_is_team"),
    )
    is_the_teams = (pl.col("kind") == "human") & pl.col("is_team")
    found = [trace.filter(window.has("at") & is_the_teams).select("at") for trace in traces]
    return _placed(pl.concat(found), "at", at_work, zone).sort("at").collect()


def hours_at_work(
    calendars: Mapping[str, WorkingCalendar], people: pl.DataFrame, *, window: Window
) -> pl.DataFrame:
    """The stretches of the window for which somebody of the team was at work. Ours.

    Each in their own zone, without their holidays, from the day they joined to the day they left.

    Returns:
        One row per stretch, in order and none touching another: start_at, end_at.
    """
    of_team = people.filter(pl.col("is_team").fill_null(False)).unique("person_id")
    stays = of_team.select("person_id", "joined_on", "left_on").sort("person_id").rows()
    shifts = [
        stretch
        for person, joined_on, left_on in stays
        if person in calendars
        for stretch in _days_at_work(calendars[person], joined_on, left_on, window)
    ]
    schema = {"start_at": MOMENT, "end_at": MOMENT}
    found = pl.DataFrame(shifts, schema=schema, orient="row").sort("start_at")
    is_apart = pl.col("start_at") > pl.col("end_at").cum_max().shift(1)
    return (
        found.with_columns(stretch=is_apart.fill_null(True).cum_sum())
        .group_by("stretch", maintain_order=True)
        .agg(pl.col("start_at").min(), pl.col("end_at").max())
        .drop("stretch")
    )


def arrivals_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        return _nothing(_NOT_BEGUN)
    at_work = hours_at_work(view.calendars, view["people"], window=view.seen)
    rows = arrivals(view["issues"], at_work, window=view.seen, zone=view.zone)
    estimates = [count(rows.height), _share_at_work(rows, view)]
    return Measured(rows, estimates, lambda: [_by_hour(rows)])


def acts_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        return _nothing(_NOT_BEGUN)
    if not view["people"]["is_team"].is_not_null().any():
        return _nothing(_NO_TEAM)
    at_work = hours_at_work(view.calendars, view["people"], window=view.seen)
    tables = (view["comments"], view["reviews"], view["events"])
    rows = team_acts(*tables, at_work, window=view.seen, zone=view.zone)
    estimates = [count(rows.height), _share_at_work(rows, view)]
    return Measured(rows, estimates, lambda: [_by_hour(rows)])


def _nothing(reason: str) -> Measured:
    missing = [("count", "count"), ("share_in_working_hours", "share")]
    return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in missing])


def _share_at_work(rows: pl.DataFrame, view: View) -> Estimate:
    listed = set(view["people"].filter(pl.col("is_team").fill_null(False))["person_id"])
    if not listed & set(view.calendars):
        return not_measurable("share_in_working_hours", "share", _NO_CALENDAR)
    return share(
        int(rows["is_in_working_hours"].sum()),
        rows.height,
        statistic="share_in_working_hours",
        reason="there was none in the window",
    )


def _days_at_work(
    calendar: WorkingCalendar, joined_on: date | None, left_on: date | None, window: Window
) -> Iterator[tuple[datetime, datetime]]:
    """A person's working hours of each day, without the hours of sleep, in UTC."""
    start, end = max(calendar.start, SLEEP_TO), min(calendar.end, SLEEP_FROM)
    first = window.start_at.astimezone(calendar.zone).date()
    last = window.end_at.astimezone(calendar.zone).date()
    for ahead in range((last - first).days + 1 if start < end else 0):
        day = first + timedelta(days=ahead)
        is_there = (joined_on or day) <= day < (left_on or date.max)
        if is_there and calendar.works_on(day):
            yield _moment(day, start, calendar), _moment(day, end, calendar)


def _moment(day: date, at: time, calendar: WorkingCalendar) -> datetime:
    return datetime.combine(day, at, calendar.zone).astimezone(UTC)


def _placed(rows: pl.LazyFrame, moment: str, at_work: pl.DataFrame, zone: ZoneInfo) -> pl.LazyFrame:
    """Rows with the weekday and hour of a moment, and whether somebody was at work then."""
    local = pl.col(moment).dt.convert_time_zone(str(zone))
    names = dict(enumerate(WEEKDAYS, 1))
    return (
        rows.sort(moment)
        .join_asof(
            at_work.lazy(),
            left_on=moment,
            right_on="start_at",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(
            weekday=local.dt.weekday().replace_strict(names, return_dtype=pl.String),
            hour=local.dt.hour().cast(pl.Int64),
            is_in_working_hours=(pl.col(moment) < pl.col("end_at")).fill_null(False),
        )
        .drop("start_at", "end_at")
    )


def _by_hour(rows: pl.DataFrame) -> pl.DataFrame:
    """How many fell into each hour of each weekday, as a curve: ``hours`` is the hour of day."""
    return (
        rows.group_by("weekday", "hour")
        .len()
        .select(
            curve=pl.lit("count"),
            group=pl.format("weekday:{}", "weekday"),
            hours=pl.col("hour").cast(pl.Float64),
            value=pl.col("len").cast(pl.Float64),
            n_at_risk=pl.lit(rows.height, pl.Int64),
        )
        .sort("group", "hours")
    )
