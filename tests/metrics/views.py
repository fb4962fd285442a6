"""A cycle to measure: October 2026, seen a week after its end, with the tables a test states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

import factories
import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.firsts import WithFirsts
from opsreview.metrics.reading import Subject
from opsreview.metrics.view import Groups, Labelled, Measured, Targets, View
from opsreview.metrics.working_waits import team_calendar
from opsreview.tables.build import TeamTables
from opsreview.tables.coverage import Coverage
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

OCTOBER = factories.window("2026-10-01", "2026-11-01")
AS_OF = factories.at("2026-11-08")
LONG = factories.window("2020-01-01", "2030-01-01")
ZONE = ZoneInfo("UTC")
TARGETS = Targets(72.0)
TABLES: tuple[str, ...] = (
    "issues",
    "pull_requests",
    "comments",
    "reviews",
    "events",
    "releases",
    "incidents",
)
TABLES += ("incident_events", "shifts", "people", "leave", "support_requests")


def frames(**stated: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every table a metric may look at; empty where not stated (people: the whole team)."""
    known = {name: stated.get(name, getattr(factories, name)()) for name in TABLES}
    spells = pl.concat(
        factories.spells(known[table], known["events"], kind=kind)
        for table, kind in (("issues", "issue"), ("pull_requests", "pull_request"))
    )
    return {**known, "spells": spells}


def view(
    *,
    window: Window = OCTOBER,
    as_of: datetime = AS_OF,
    zone: ZoneInfo = ZONE,
    targets: Targets = TARGETS,
    groups: Groups | None = None,
    calendars: Mapping[str, WorkingCalendar] | None = None,
    **stated: pl.DataFrame,
) -> View:
    """What a metric is handed."""
    tables = frames(**stated)
    return View(
        Labelled(WithFirsts(tables), as_of),
        window,
        as_of,
        zone,
        targets,
        groups or Groups(),
        calendars or {},
        team_calendar(calendars or {}, tables["people"], zone),
    )


def subject(
    *,
    repos: Sequence[str] = (factories.REPO,),
    zone: ZoneInfo = ZONE,
    groups: Groups | None = None,
    covers: Mapping[tuple[str, str], Window] | None = None,
    **stated: pl.DataFrame,
) -> Subject:
    """What a reading is handed; every table of every repository is covered unless stated."""
    known = (
        {(table, repo): LONG for table in TABLES for repo in repos} if covers is None else covers
    )
    tables = TeamTables(frames(**stated), {}, Coverage.of(known.items()), {})
    return Subject(tables, repos, zone, groups or Groups(), {})


def stated(measured: Measured, group: str = "all") -> dict[str, Estimate]:
    """The estimates of one group, by statistic."""
    return {part.statistic: part for part in measured.estimates if part.group == group}


def value(measured: Measured, statistic: str, group: str = "all") -> float | None:
    """One statistic's value."""
    return stated(measured, group)[statistic].value


def is_sound(metrics: pl.DataFrame) -> bool:
    """No number of the rows is NaN or infinite, and what is missing says why."""
    numbers = [
        number
        for name in ("value", "lower", "upper")
        for number in metrics[name].drop_nulls().to_list()
    ]
    missing = metrics.filter(pl.col("value").is_null())
    return all(isfinite(number) for number in numbers) and missing["reason"].null_count() == 0
