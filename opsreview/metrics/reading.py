"""All metrics of one cycle, and of every cycle before it, read the same way."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.estimate import METRICS_SCHEMA, Estimate, not_measurable
from opsreview.metrics.registry import METRICS, Metric
from opsreview.metrics.view import (
    CURVES_SCHEMA,
    EXCLUDED_SCHEMA,
    Groups,
    Measured,
    Targets,
    View,
)
from opsreview.metrics.working_waits import team_calendar
from opsreview.tables.build import TeamTables
from opsreview.tables.history import labels_at
from opsreview.window import Window
from opsreview.working_time import TeamCalendar, WorkingCalendar

TOPICS = ("triage", "oncall", "releases")
_ORDER = ["metric", "scope", "group", "statistic"]


@dataclass(frozen=True)
class Subject:
    """What stays the same from cycle to cycle: the team's tables and how it wants them read."""

    tables: TeamTables
    repos: Sequence[str]
    zone: ZoneInfo
    groups: Groups
    calendars: Mapping[str, WorkingCalendar]

    @cached_property
    def team_calendar(self) -> TeamCalendar:
        """When anybody of the team works, made once."""
        return team_calendar(self.calendars, self.tables.frames["people"], self.zone)


@dataclass(frozen=True)
class CycleReading:
    """One cycle, read. ``measured`` holds a frame of things measured by metric (scope ``all``)."""

    metrics: pl.DataFrame
    measured: dict[str, pl.DataFrame] = field(default_factory=dict)
    curves: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CURVES_SCHEMA))
    excluded: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EXCLUDED_SCHEMA))


def read_cycle(
    subject: Subject,
    *,
    window: Window,
    as_of: datetime,
    targets: Targets,
    topics: Collection[str] = TOPICS,
) -> CycleReading:
    """Every metric over ``window``, as it stood at ``as_of``.

    Scope ``all`` is every repository together; each repository is a scope of its own, but for
    on-call, which knows of none.
    """
    rows: list[dict[str, object]] = []
    measured: dict[str, pl.DataFrame] = {}
    curves, excluded = [], []
    for metric, scope, found in _found(subject, window, as_of, targets, topics):
        rows += _rows(metric, scope, found)
        curves += [_filed(curve, metric.id, scope) for curve in found.measured.curves()]
        if scope == "all":
            measured[metric.id] = found.measured.rows
            excluded.append(_left_out(found.measured, metric.id))
    return CycleReading(
        _with_the_only_repo(rows, subject.repos),
        measured,
        _stacked(curves, CURVES_SCHEMA),
        _stacked(excluded, EXCLUDED_SCHEMA),
    )


@dataclass(frozen=True)
class HistoryReading:
    """The earlier cycles, read. ``measured`` holds things measured by metric and cycle's start."""

    metrics: pl.DataFrame
    measured: Mapping[str, Mapping[datetime, pl.DataFrame]] = field(default_factory=dict)


def read_history(
    subject: Subject,
    cycles: Iterable[tuple[Window, datetime, Targets]],
    *,
    kept: Collection[str] = (),
    topics: Collection[str] = TOPICS,
) -> HistoryReading:
    """The statistics of earlier cycles, each read at its own end with the same maturity.

    Cycles are read side by side, two for each core: polars works while Python waits for it. The
    things measured (scope ``all``) are held of the metrics in ``kept`` alone; ``topics`` says of
    which all is read.
    """
    measured: dict[str, dict[datetime, pl.DataFrame]] = {metric: {} for metric in kept}

    def rows_of(cycle: tuple[Window, datetime, Targets]) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for metric, scope, part in _found(subject, *cycle, topics):
            rows += _rows(metric, scope, part)
            if scope == "all" and metric.id in measured:
                measured[metric.id][cycle[0].start_at] = part.measured.rows
        return rows

    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as readers:
        rows = [row for found in readers.map(rows_of, cycles) for row in found]
    return HistoryReading(_with_the_only_repo(rows, subject.repos), measured)


def read_metric(
    metric_id: str, subject: Subject, *, window: Window, as_of: datetime, targets: Targets
) -> Measured:
    """One metric over all repositories, for a question of its own."""
    tables = _labelled(subject.tables.frames, subject.groups, as_of)
    metric = METRICS[metric_id]
    return _read(metric, subject, tables, subject.repos, window, as_of, targets).measured


@dataclass(frozen=True)
class _Found:
    window: Window  # the cycle's, also where only a part of it is known
    as_of: datetime
    measured: Measured


def _found(
    subject: Subject,
    window: Window,
    as_of: datetime,
    targets: Targets,
    topics: Collection[str],
) -> Iterator[tuple[Metric, str, _Found]]:
    for scope, frames in _scopes(subject):
        repos = subject.repos if scope == "all" else [scope]
        tables = _labelled(frames, subject.groups, as_of)
        for metric in METRICS.values():
            is_read = metric.topic in topics
            if is_read and (scope == "all" or metric.topic != "oncall"):
                yield metric, scope, _read(metric, subject, tables, repos, window, as_of, targets)


def _read(
    metric: Metric,
    subject: Subject,
    tables: Mapping[str, pl.DataFrame],
    repos: Sequence[str],
    window: Window,
    as_of: datetime,
    targets: Targets,
) -> _Found:
    coverage = subject.tables.coverage
    covered = coverage.covered(metric.needs, repos, window, as_of)
    if covered.window is None:
        reason = covered.reason or "unknown"
        missing = [not_measurable(*what, reason) for what in metric.statistics]
        return _Found(window, as_of, Measured(pl.DataFrame(), missing))
    view = View(
        tables,
        covered.window,
        covered.as_of,
        subject.zone,
        targets,
        subject.groups,
        subject.calendars,
        subject.team_calendar,
        has_pull_requests=coverage.covered(["pull_requests"], repos, window, as_of).window
        is not None,
    )
    found = metric.measured(view)
    if covered.reason is not None:
        said = [_said(estimate, covered.reason) for estimate in found.estimates]
        found = replace(found, estimates=said)
    return _Found(window, covered.as_of, found)


def _rows(metric: Metric, scope: str, found: _Found) -> list[dict[str, object]]:
    return [
        estimate.row(metric.id, scope, found.window, found.as_of)
        for estimate in found.measured.estimates
    ]


def _said(estimate: Estimate, reason: str) -> Estimate:
    return replace(estimate, reason="; ".join(filter(None, [estimate.reason, reason])))


def _scopes(subject: Subject) -> Iterable[tuple[str, Mapping[str, pl.DataFrame]]]:
    yield "all", subject.tables.frames
    if len(subject.repos) > 1:
        for repo in subject.repos:
            yield repo, subject.tables.of_repo(repo)


def _with_the_only_repo(rows: list[dict[str, object]], repos: Sequence[str]) -> pl.DataFrame:
    """The rows as ``metrics.parquet`` has them; with one repository its rows are those of all."""
    metrics = pl.DataFrame(rows, schema=METRICS_SCHEMA)
    if len(repos) == 1:
        is_repos = ~pl.col("metric").is_in([m.id for m in METRICS.values() if m.topic == "oncall"])
        copied = metrics.filter(is_repos).with_columns(scope=pl.lit(repos[0]))
        metrics = pl.concat([metrics, copied])
    return metrics.sort("window_start_at", *_ORDER)


def _labelled(
    tables: Mapping[str, pl.DataFrame], groups: Groups, as_of: datetime
) -> Mapping[str, pl.DataFrame]:
    """The tables, with ``labels``: those each issue bore at ``as_of``."""
    labels = pl.DataFrame(schema={"repo": pl.String, "number": pl.Int64, "label": pl.String})
    if groups.labelled():
        labels = labels_at(tables["issues"], tables["events"], as_of)
    return {**tables, "labels": labels}


def _filed(curve: pl.DataFrame, metric: str, scope: str) -> pl.DataFrame:
    """A metric's curve in the columns of ``curves.parquet``; what it does not have is null."""
    filed = curve.with_columns(metric=pl.lit(metric), scope=pl.lit(scope))
    if "group" not in filed.columns:
        filed = filed.with_columns(group=pl.lit("all"))
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in CURVES_SCHEMA.items()
        if name not in filed.columns
    ]
    return filed.with_columns(missing).select(
        pl.col(name).round(9) if dtype == pl.Float64() else name
        for name, dtype in CURVES_SCHEMA.items()
    )


def _left_out(found: Measured, metric: str) -> pl.DataFrame:
    left_out = found.excluded().with_columns(metric=pl.lit(metric)).select(list(EXCLUDED_SCHEMA))
    return left_out.sort(pl.all())  # joins keep no order


def _stacked(frames: list[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])
