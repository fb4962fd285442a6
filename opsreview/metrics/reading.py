"""All metrics of one cycle, and of every cycle before it, read the same way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.cores import cores
from opsreview.estimate import METRICS_SCHEMA, Estimate, not_measurable
from opsreview.metrics.firsts import WithFirsts
from opsreview.metrics.planned_duty import DECLARED_ONLY, is_declared
from opsreview.metrics.registry import METRICS, Metric
from opsreview.metrics.standardised import STANDARDISED, reference_window, standardised
from opsreview.metrics.strata import Strata, strata_of, stratum_estimates
from opsreview.metrics.view import (
    CURVES_SCHEMA,
    EXCLUDED_SCHEMA,
    Covering,
    Groups,
    Labelled,
    Measured,
    Targets,
    View,
)
from opsreview.metrics.withheld import why_withheld
from opsreview.metrics.working_waits import team_calendar
from opsreview.tables.build import KNOW_NO_REPOSITORY, TeamTables
from opsreview.tables.coverage import Covered
from opsreview.window import Window
from opsreview.working_time import TeamCalendar, WorkingCalendar

_ORDER = ["metric", "scope", "group", "statistic"]


Scopes = Sequence[tuple[str, Mapping[str, pl.DataFrame]]]


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

    @cached_property
    def scopes(self) -> Scopes:
        """The tables of all repositories together, and of each where there are several.

        With them is what is made once for all cycles (``firsts``).
        """
        return self.scopes_since(None)

    def scopes_since(self, since: datetime | None) -> Scopes:
        """As ``scopes``, for whoever asks about no issue opened before ``since``."""
        unaware = {name: self.tables.frames[name].clear() for name in KNOW_NO_REPOSITORY}
        of_each = [(repo, {**self.tables.of_repo(repo), **unaware}) for repo in self.repos]
        scopes = [("all", self.tables.frames), *(of_each if len(self.repos) > 1 else [])]
        return [(scope, WithFirsts(frames, since)) for scope, frames in scopes]


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
    metrics: Collection[Metric] = METRICS.values(),
) -> CycleReading:
    """The metrics over ``window``, as they stood at ``as_of``; every one unless named.

    Scope ``all`` is every repository together; each repository is a scope of its own, but for
    on-call, which knows of none. Scope ``all`` alone, and this cycle alone, is told by strata
    (``strata.stratum_estimates``) and at the mix of before (``standardised.standardised``).
    """
    rows: list[dict[str, object]] = []
    finer: list[dict[str, object]] = []
    measured: dict[str, pl.DataFrame] = {}
    curves, excluded = [], []
    told = _Finer(subject, targets)
    scopes = subject.scopes_since(_first_asked_about(window, targets))
    for metric, scope, found in _found(
        subject, metrics, window, as_of, targets, scopes=scopes, is_alone=True
    ):
        rows += _rows(metric, scope, found)
        curves += [_filed(curve, metric.id, scope) for curve in found.measured.curves()]
        if scope == "all":
            measured[metric.id] = found.measured.rows
            excluded.append(_left_out(found.measured, metric.id))
            finer += _rows(metric, scope, told.of(metric, found))
    stated = [_with_the_only_repo(rows, subject.repos), pl.DataFrame(finer, schema=METRICS_SCHEMA)]
    return CycleReading(
        pl.concat(stated).sort("window_start_at", *_ORDER),
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
    deep: Collection[str] = (),
    metrics: Collection[Metric] = METRICS.values(),
) -> HistoryReading:
    """The statistics of earlier cycles, each read at its own end with the same maturity.

    Cycles are read side by side, two for each core: polars works while Python waits for it.

    Args:
        subject: The team.
        cycles: The latest first.
        kept: Metrics of which the things measured (scope ``all``) are held.
        deep: Metrics that are read of every cycle, whatever ``Metric.earlier`` says.
        metrics: Those that are read at all.
    """
    measured: dict[str, dict[datetime, pl.DataFrame]] = {metric: {} for metric in kept}

    def rows_of(place: int, cycle: tuple[Window, datetime, Targets]) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for metric, scope, part in _found(
            subject, read_at(place, metrics, deep), *cycle, scopes=subject.scopes
        ):
            rows += _rows(metric, scope, part)
            if scope == "all" and metric.id in measured:
                measured[metric.id][cycle[0].start_at] = part.measured.rows
        return rows

    with ThreadPoolExecutor(2 * cores()) as readers:
        rows = [row for found in readers.map(rows_of, count(), cycles) for row in found]
    return HistoryReading(_with_the_only_repo(rows, subject.repos), measured)


def read_at(place: int, metrics: Iterable[Metric], deep: Collection[str]) -> list[Metric]:
    """The metrics that are read of an earlier cycle; the latest of them has place 0."""
    return [
        metric
        for metric in metrics
        if metric.earlier is None or place < metric.earlier or metric.id in deep
    ]


def read_metric(
    metric_id: str, subject: Subject, *, window: Window, as_of: datetime, targets: Targets
) -> Measured:
    """One metric over all repositories, for a question of its own."""
    tables = Labelled(subject.scopes[0][1], as_of, is_alone=True)
    metric = METRICS[metric_id]
    return _read(metric, subject, tables, subject.repos, window, as_of, targets).measured


@dataclass(frozen=True)
class _Found:
    window: Window  # the cycle's, also where only a part of it is known
    as_of: datetime
    measured: Measured
    view: View | None = None  # what was looked at; None where nothing could be
    reason: str | None = None  # why it is only a part


class _Finer:
    """What of a cycle is told beside its estimates: each stratum, and the mix of before."""

    def __init__(self, subject: Subject, targets: Targets) -> None:
        self._subject, self._targets = subject, targets
        self._strata: Strata | None = None

    def of(self, metric: Metric, found: _Found) -> _Found:
        estimates: list[Estimate] = []
        if found.view is not None and metric.of_rows is not None:
            self._strata = self._strata or strata_of(found.view, self._known_since())
            estimates += stratum_estimates(metric, found.measured, self._strata)
        if found.view is not None and metric.id in STANDARDISED:
            estimates += self._at_the_mix_of_before(metric, found, found.view)
        return replace(found, measured=_told(Measured(pl.DataFrame(), estimates), found.reason))

    def _at_the_mix_of_before(self, metric: Metric, found: _Found, view: View) -> list[Estimate]:
        before = reference_window(found.window)
        subject = self._subject
        earlier = _read(
            metric, subject, view.tables, subject.repos, before, view.as_of, self._targets
        )
        stated = standardised(metric.id, found.measured.rows, earlier.measured.rows, view)
        return [] if stated is None else [stated]

    def _known_since(self) -> dict[str, datetime]:
        """By repository, since when both its issues and its pull requests are known."""
        stretches = self._subject.tables.coverage.stretches
        starts = {
            repo: [
                stretches[table, repo][-1].start_at
                for table in ("issues", "pull_requests")
                if (table, repo) in stretches
            ]
            for repo in self._subject.repos
        }
        return {repo: max(found) for repo, found in starts.items() if found}


def _first_asked_about(window: Window, targets: Targets) -> datetime:
    """Before which no issue was opened that a cycle or its reference tells of."""
    longest = max([targets.response_hours, *targets.group_hours.values()])
    return reference_window(window).start_at - timedelta(hours=longest)


def _found(
    subject: Subject,
    metrics: Collection[Metric],
    window: Window,
    as_of: datetime,
    targets: Targets,
    *,
    scopes: Scopes,
    is_alone: bool = False,
) -> Iterator[tuple[Metric, str, _Found]]:
    for scope, frames in scopes:
        repos = subject.repos if scope == "all" else [scope]
        tables = Labelled(frames, as_of, is_alone)
        for metric in metrics:
            if scope == "all" or metric.topic != "oncall":
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
    reason = covered.reason
    if covered.window is not None and subject.tables.doubts.height:
        withheld = why_withheld(metric.needs, tables, subject.tables.doubts, repos, covered.window)
        if withheld:
            covered, reason = replace(covered, window=None), withheld
    if "shifts" in metric.needs and is_declared(tables["shifts"]):
        covered = replace(covered, reason="; ".join(filter(None, [covered.reason, DECLARED_ONLY])))
    if covered.window is None:
        reason = reason or "unknown"
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
        covering=_covering(subject, repos, as_of),
    )
    found = _told(metric.measured(view), covered.reason)
    return _Found(window, covered.as_of, found, view, covered.reason)


def _told(found: Measured, reason: str | None) -> Measured:
    """What was found, with the reason why it is only a part beside each estimate's own."""
    if reason is None:
        return found
    return replace(found, estimates=[_said(estimate, reason) for estimate in found.estimates])


def _covering(subject: Subject, repos: Sequence[str], as_of: datetime) -> Covering:
    """What of a window tables speak for; of one repository among several not all know."""
    unaware = KNOW_NO_REPOSITORY if len(repos) < len(subject.repos) else frozenset()

    def covered(needs: Sequence[str], window: Window) -> Covered:
        if unaware.intersection(needs):
            return Covered(None, as_of, "known of all repositories together only")
        return subject.tables.coverage.covered(needs, repos, window, as_of)

    return covered


def _rows(metric: Metric, scope: str, found: _Found) -> list[dict[str, object]]:
    return [
        estimate.row(metric.id, scope, found.window, found.as_of)
        for estimate in found.measured.estimates
    ]


def _said(estimate: Estimate, reason: str) -> Estimate:
    own = estimate.reason if estimate.reason and estimate.reason not in reason else None
    return replace(estimate, reason="; ".join(filter(None, [own, reason])))


def _with_the_only_repo(rows: list[dict[str, object]], repos: Sequence[str]) -> pl.DataFrame:
    """The rows as ``metrics.parquet`` has them; with one repository its rows are those of all."""
    metrics = pl.DataFrame(rows, schema=METRICS_SCHEMA)
    if len(repos) == 1:
        is_repos = ~pl.col("metric").is_in([m.id for m in METRICS.values() if m.topic == "oncall"])
        copied = metrics.filter(is_repos).with_columns(scope=pl.lit(repos[0]))
        metrics = pl.concat([metrics, copied])
    return metrics.sort("window_start_at", *_ORDER)


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
