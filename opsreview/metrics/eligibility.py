"""Who could have held duty, and when: joined, not left, not on leave, for their part of full time.

Days are the person's own, in the zone of people.yaml; of who names none, UTC's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.metrics.view import hours_between
from opsreview.window import MOMENT, Window

ELIGIBLE = {"person": pl.String(), "start_at": MOMENT, "end_at": MOMENT, "share": pl.Float64()}


def eligible_spells(
    people: pl.DataFrame, leave: pl.DataFrame, seen: Collection[str], *, window: Window
) -> pl.DataFrame:
    """The stretches of the window in which each person could have held duty. Ours.

    Eligible is who is listed in people.yaml, from the day of joining to the last day, leave taken
    out; and whoever took part without being listed.

    Args:
        people: PEOPLE; who has a ``share`` is listed.
        leave: LEAVE.
        seen: Persons who took part.
        window: The stretch looked at.

    Returns:
        One row per person and stretch, in order: person, start_at, end_at, share (of full time).
    """
    listed = people.filter(pl.col("share").is_not_null()).unique("person_id").sort("person_id")
    away: dict[str, list[tuple[date, date]]] = {}
    for person, from_on, to_on in leave.sort("person_id", "from_on").iter_rows():
        away.setdefault(person, []).append((from_on, to_on))
    rows = [
        (row["person_id"], *stretch, row["share"])
        for row in listed.iter_rows(named=True)
        for stretch in _present(row, away.get(row["person_id"], []), window)
    ]
    unlisted = sorted(set(seen) - set(listed["person_id"]))
    rows += [(person, window.start_at, window.end_at, 1.0) for person in unlisted]
    return pl.DataFrame(rows, schema=ELIGIBLE, orient="row").sort("person", "start_at")


def fair_hours(
    people: pl.DataFrame, leave: pl.DataFrame, seen: Collection[str], *, window: Window
) -> pl.DataFrame:
    """The hours for which each person could have held duty, times the part of full time they work.

    Who took part while not eligible (on leave, after leaving) counts with nothing.

    Returns:
        One row per person with such hours: person, eligible_hours.
    """
    return (
        eligible_spells(people, leave, seen, window=window)
        .group_by("person", maintain_order=True)
        .agg(eligible_hours=(hours_between("start_at", "end_at") * pl.col("share")).sum())
        .filter(pl.col("eligible_hours") > 0)
        .sort("person")
    )


def _present(
    person: dict[str, object], away: list[tuple[date, date]], window: Window
) -> list[tuple[datetime, datetime]]:
    zone = ZoneInfo(str(person["zone"])) if person["zone"] else UTC

    def begins(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    joined, left = person["joined_on"], person["left_on"]
    start_at = max(window.start_at, begins(joined)) if isinstance(joined, date) else window.start_at
    end_at = window.end_at
    if isinstance(left, date):
        end_at = min(end_at, begins(left + timedelta(days=1)))
    found: list[tuple[datetime, datetime]] = []
    for from_on, to_on in away:
        found.append((start_at, min(begins(from_on), end_at)))
        start_at = max(start_at, begins(to_on + timedelta(days=1)))
    found.append((start_at, end_at))
    return [(from_at, to_at) for from_at, to_at in found if from_at < to_at]
