"""All metrics of one cycle, and of every cycle before it, read the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from opsreview.tables.build import TeamTables
from opsreview.tables.coverage import Covered
from opsreview.tables.history import labels_at
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

_ORDER = ["metric", "scope", "group", "statistic"]


@dataclass(frozen=True)
class Subject:
    """What stays the same from cycle to cycle: the team's tables and how it wants them read."""

    tables: TeamTables
    repos: Sequence[str]
    zone: ZoneInfo
    groups: Groups
    calendars: Mapping[str, WorkingCalendar]


@dataclass(frozen=True)
class CycleReading:
    """One cycle, read. ``measured`` holds a frame of things measured by metric (scope ``all``)."""

    metrics: pl.DataFrame
    measured: dict[str, pl.DataFrame] = field(default_factory=dict)
    curves: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CURVES_SCHEMA))
    excluded: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EXCLUDED_SCHEMA))


def read_cycle(
    subject: Subject, *, window: Window, as_of: datetime, targets: Targets
) -> CycleReading:
    """Every metric over ``window``, as it stood at ``as_of``.

    Scope ``all`` is every repository together; each repository is a scope of its own, but for
    on-call, which knows of none.
    """
    rows: list[dict[str, object]] = []
    measured: dict[str, pl.DataFrame] = {}
    curves, excluded = [], []
    for scope, tables in _scopes(subject):
        repos = subject.repos if scope == "all" else [scope]
        labels = _labels(tables, subject.groups, as_of)
        for metric in METRICS.values():
            if scope != "all" and metric.topic == "oncall":
                continue
            covered = subject.tables.coverage.covered(metric.needs, repos, window, as_of)
            found = _measured(metric, subject, {**tables, "labels": labels}, covered, targets)
            seen = covered.window or window
            rows += [
                estimate.row(metric.id, scope, seen, covered.as_of) for estimate in found.estimates
            ]
            curves += [_filed(curve, metric.id, scope) for curve in found.curves()]
            if scope == "all":
                measured[metric.id] = found.rows
                excluded.append(_left_out(found, metric.id))
    return _with_the_only_repo(
        CycleReading(
            _stacked([pl.DataFrame(rows, schema=METRICS_SCHEMA)], METRICS_SCHEMA).sort(_ORDER),
            measured,
            _stacked(curves, CURVES_SCHEMA),
            _stacked(excluded, EXCLUDED_SCHEMA),
        ),
        subject.repos,
    )


def read_metric(
    metric_id: str, subject: Subject, *, window: Window, as_of: datetime, targets: Targets
) -> Measured:
    """One metric over all repositories, for a question of its own."""
    metric = METRICS[metric_id]
    tables = subject.tables.frames
    labels = _labels(tables, subject.groups, as_of)
    covered = subject.tables.coverage.covered(metric.needs, subject.repos, window, as_of)
    return _measured(metric, subject, {**tables, "labels": labels}, covered, targets)


def read_history(
    subject: Subject, cycles: Iterable[tuple[Window, datetime, Targets]]
) -> pl.DataFrame:
    """The statistics of earlier cycles, each read at its own end with the same maturity."""
    readings = [
        read_cycle(subject, window=window, as_of=as_of, targets=targets).metrics
        for window, as_of, targets in cycles
    ]
    return _stacked(readings, METRICS_SCHEMA).sort("window_start_at", *_ORDER)


def _measured(
    metric: Metric,
    subject: Subject,
    tables: Mapping[str, pl.DataFrame],
    covered: Covered,
    targets: Targets,
) -> Measured:
    if covered.window is None:
        reason = covered.reason or "unknown"
        return Measured(
            pl.DataFrame(), [not_measurable(*what, reason) for what in metric.statistics]
        )
    view = View(
        tables,
        covered.window,
        covered.as_of,
        subject.zone,
        targets,
        subject.groups,
        subject.calendars,
    )
    found = metric.measured(view)
    if covered.reason is None:
        return found
    return replace(found, estimates=[_said(part, covered.reason) for part in found.estimates])


def _said(estimate: Estimate, reason: str) -> Estimate:
    return replace(estimate, reason="; ".join(filter(None, [estimate.reason, reason])))


def _scopes(subject: Subject) -> Iterable[tuple[str, Mapping[str, pl.DataFrame]]]:
    yield "all", subject.tables.frames
    if len(subject.repos) > 1:
        for repo in subject.repos:
            yield repo, subject.tables.of_repo(repo)


def _with_the_only_repo(reading: CycleReading, repos: Sequence[str]) -> CycleReading:
    """With one repository its rows are those of ``all``."""
    if len(repos) > 1:
        return reading
    is_repos = ~pl.col("metric").is_in([m.id for m in METRICS.values() if m.topic == "oncall"])
    copied = reading.metrics.filter(is_repos).with_columns(scope=pl.lit(repos[0]))
    return replace(reading, metrics=pl.concat([reading.metrics, copied]).sort(_ORDER))


def _labels(tables: Mapping[str, pl.DataFrame], groups: Groups, as_of: datetime) -> pl.DataFrame:
    if not groups.labelled():
        return pl.DataFrame(schema={"repo": pl.String, "number": pl.Int64, "label": pl.String})
    return labels_at(tables["issues"], tables["events"], as_of)


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
    return found.excluded().with_columns(metric=pl.lit(metric)).select(list(EXCLUDED_SCHEMA))


def _stacked(frames: list[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])
