"""What people did outside of their own working hours, whether or not anybody had called them."""

from __future__ import annotations

from collections import Counter

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.acts import has_team
from opsreview.metrics.day_parts import DAY_PARTS, in_their_day
from opsreview.metrics.intervals import count, share
from opsreview.metrics.view import NOT_BEGUN, Measured, View
from opsreview.metrics.work import presence

STATISTICS = (("share", "share"), ("nights", "count"))
FEWEST = 10  # acts of a person below which a share says nothing
_NO_TEAM = "nothing says who is in the team: list it in people.yaml"
_NO_CALENDAR = "nothing says when the team works: list it in people.yaml"


def off_hours_activity(traces: pl.DataFrame, view: View) -> pl.DataFrame:
    """What people of the team did, by where in their own day it lies. Ours.

    Comments, reviews, merges, releases, labels and the like, by people whose working hours are
    known. Doing something late is no proof of having had to.

    Args:
        traces: ``work.presence`` of the team.
        view: Whose calendars hold.

    Returns:
        One row per trace: person, at, day_part, night_on, weekday (0 is Monday), hour.
    """
    known = traces.filter(pl.col("person").is_in(list(view.calendars)))
    return in_their_day(known, view.calendars, view.calendar(None))


def off_hours_measured(view: View) -> Measured:
    """The registry's way in: all, by part of the day and by person.

    ``share`` is of all traces those outside of working hours; ``nights`` counts each person's
    nights with any.
    """
    reason = _why_not(view)
    if reason or view.seen is None:
        missing = [not_measurable(*what, reason or NOT_BEGUN) for what in STATISTICS]
        return Measured(pl.DataFrame(), missing)
    people = view["people"].filter(pl.col("is_team").fill_null(False))["person_id"].unique()
    traces = presence(view.tables, people.to_list(), window=view.seen, as_of=view.as_of)
    rows = off_hours_activity(traces, view)
    parts = Counter(rows["day_part"])
    estimates = [
        *_estimates(rows),
        *(count(parts[part]).of(f"day_part:{part}") for part in DAY_PARTS),
    ]
    for (person,), theirs in rows.sort("person").group_by(["person"], maintain_order=True):
        if theirs.height >= FEWEST:
            estimates += [each.of(f"person:{person}") for each in _estimates(theirs)]
    return Measured(rows, estimates)


def _estimates(rows: pl.DataFrame) -> list[Estimate]:
    outside = rows.filter(pl.col("day_part") != "working").height
    nights = rows.drop_nulls("night_on").select("person", "night_on").n_unique()
    none = "nobody of the team did anything in the window"
    return [
        share(outside, rows.height, statistic="share", reason=none),
        count(nights, statistic="nights"),
    ]


def _why_not(view: View) -> str | None:
    if not has_team(view.tables):
        return _NO_TEAM
    return None if view.calendars else _NO_CALENDAR
