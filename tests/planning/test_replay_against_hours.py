"""The replay against a slow one that goes through a random history hour by hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, incidents

from opsreview.metrics.interruptions import clustered
from opsreview.planning.replay import load_of
from opsreview.rotation import TURNS_SCHEMA
from opsreview.window import MOMENT, Window
from opsreview.working_time import WorkingCalendar

FIRST, HOURS, BEYOND = at("2026-10-01"), 400, 80
UTC = WorkingCalendar(ZoneInfo("UTC"))
Stretch = tuple[int, int]


def moment(hour: float) -> datetime:
    return FIRST + timedelta(hours=hour)


def stretches(dice: Random, count: int) -> list[Stretch]:
    """Of 1 to 60 hours, some before the window and some after it; they may overlap."""
    starts = [dice.randrange(-30, HOURS + BEYOND) for _ in range(count)]
    return [(start, start + dice.randrange(1, 60)) for start in starts]


def holds(hour: int, some: list[Stretch]) -> bool:
    return any(start <= hour < end for start, end in some)


@pytest.mark.parametrize("seed", range(20))
def test_replay_is_what_every_hour_by_itself_says(seed: int) -> None:
    dice = Random(seed)
    held = {name: stretches(dice, dice.randrange(6)) for name in ("ada", "ben", "cleo")}
    required = stretches(dice, dice.randrange(1, 10))
    opened = sorted(dice.randrange(HOURS) for _ in range(30))

    rows = [("primary", name, *map(moment, each)) for name in held for each in held[name]]
    window = Window(FIRST, moment(HOURS))
    told = [
        {"opened_at": moment(hour + 0.5), "incident_id": f"{i:02}"} for i, hour in enumerate(opened)
    ]
    found = load_of(
        pl.DataFrame(rows, schema=TURNS_SCHEMA, orient="row"),
        clustered(incidents(*told), window, at("2030-01-01")).collect(),
        window=window,
        required=pl.DataFrame(
            [tuple(map(moment, each)) for each in required],
            schema={"start_at": MOMENT, "end_at": MOMENT},
            orient="row",
        ),
        calendars={},
        otherwise=UTC,
    )

    last = HOURS + BEYOND + 70
    must = [hour for hour in range(-40, last) if holds(hour, required)]
    on_duty = {
        hour: {name for name in held if holds(hour, held[name])} for hour in range(-40, last)
    }
    inside = [hour for hour in must if 0 <= hour < HOURS]
    hours = {name: sum(name in on_duty[hour] for hour in inside) for name in held}
    expected: set[tuple[str, str | None, datetime | None]] = set()
    for number, hour in enumerate(opened):
        later = [each for each in must if each > hour and on_duty[each]]
        answered = hour if hour in must else later[0] if later else None
        whom = on_duty[answered] if answered is not None else set()
        when = None if answered is None else moment(hour + 0.5 if hour in must else answered)
        expected |= {(f"{number:02}", name, when) for name in whom or {None}}

    known = found.per_person.filter(pl.col("primary_hours") > 0)
    assert dict(known.select("person", "primary_hours").iter_rows()) == {
        name: count for name, count in hours.items() if count
    }
    held_count = sum(bool(on_duty[hour]) for hour in inside)
    share = pytest.approx(held_count / len(inside)) if inside else None
    assert found.coverage_share == share
    assert set(found.interruptions.select("incident_id", "person", "at").iter_rows()) == expected
