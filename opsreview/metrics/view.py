"""What a metric looks at, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.estimate import Estimate
from opsreview.rotation import Rotation
from opsreview.tables.coverage import Covered
from opsreview.tables.history import borne_at, labels_at
from opsreview.train import Train
from opsreview.window import MOMENT, Window, literal
from opsreview.working_time import TeamCalendar, WorkingCalendar

ITEM = ["repo", "number"]
NOT_BEGUN = "the window has not begun"
STRATUM_MINIMUM = 10  # smaller groups are not shown
CURVES_SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "scope": pl.String(),
    "group": pl.String(),
    "curve": pl.String(),
    "hours": pl.Float64(),
    "at": MOMENT,
    "value": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
    "n_at_risk": pl.Int64(),
}
EXCLUDED_SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "repo": pl.String(),
    "key": pl.String(),
    "reason": pl.String(),
}


@dataclass(frozen=True)
class Targets:
    """What the operating model promises, in the units the metrics use."""

    response_hours: float
    group_hours: Mapping[str, float] = field(default_factory=dict)  # by group: ``priority:p1``
    rotation: Rotation | None = None
    train: Train | None = None


@dataclass(frozen=True)
class Groups:
    """Label patterns (``*`` stands for anything) of each priority and area, and of what is triaged.

    ``triaged`` are groups of patterns: an issue is triaged while it bears a label of each. Any of
    ``triaged_also`` (``milestone``, ``assignee``) says so by itself.
    ``support`` are the labels of questions, ``work`` those of each kind of work. ``regression`` are
    those of what a release broke; the days are how long it and a hotfix are laid at a release.
    """

    priorities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    areas: Mapping[str, Sequence[str]] = field(default_factory=dict)
    triaged: Sequence[Sequence[str]] = ()
    triaged_also: Sequence[str] = ()
    support: Sequence[str] = ()
    work: Mapping[str, Sequence[str]] = field(default_factory=dict)
    regression: Sequence[str] = ()
    regression_within_days: int = 14
    hotfix_within_days: int = 14

    def labelled(self) -> dict[str, pl.Expr]:
        """By group (``priority:p1``, ``area:preview``), true where ``label`` is one of its."""
        named = [(f"priority:{name}", labels) for name, labels in self.priorities.items()]
        named += [(f"area:{name}", labels) for name, labels in self.areas.items()]
        return {group: is_label_of(labels) for group, labels in named}


Covering = Callable[[Sequence[str], Window], Covered]


@dataclass(frozen=True)
class Labelled(Mapping[str, pl.DataFrame]):
    """Tables (``firsts.WithFirsts``) with ``labels`` (repo, number, label): those that issues and
    pull requests bore at a past moment, told when first asked for and kept.

    One moment alone needs no spells of labels: they pay where many moments are read.
    """

    tables: Mapping[str, pl.DataFrame]
    as_of: datetime
    is_alone: bool = False

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self._labels if table == "labels" else self.tables[table]

    def __iter__(self) -> Iterator[str]:
        return iter({*self.tables, "labels"})

    def __len__(self) -> int:
        return len(set(self.tables) | {"labels"})

    @cached_property
    def _labels(self) -> pl.DataFrame:
        if not self.is_alone:
            return borne_at(self.tables["label_spells"], self.as_of)
        kinds = (self.tables["issues"], self.tables["pull_requests"])
        return pl.concat(labels_at(items, self.tables["events"], self.as_of) for items in kinds)


@dataclass(frozen=True)
class View:
    """One cycle of one scope: the typed tables, the window that is covered, and ``as_of``.

    ``covering`` tells what of a window other tables than the metric's own speak for; by default
    all of them for all of it.
    """

    tables: Mapping[str, pl.DataFrame]
    window: Window
    as_of: datetime
    zone: ZoneInfo
    targets: Targets
    groups: Groups
    calendars: Mapping[str, WorkingCalendar]
    team_calendar: TeamCalendar
    has_pull_requests: bool = True
    covering: Covering | None = None

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    @property
    def seen(self) -> Window | None:
        """The part of the window that lies before ``as_of``; None when none of it does."""
        if self.as_of <= self.window.start_at:
            return None
        return Window(self.window.start_at, min(self.window.end_at, self.as_of))

    def covered(self, needs: Sequence[str], window: Window) -> Covered:
        """What of ``window`` all tables of ``needs`` speak for, as far as ``as_of`` knows.

        The window is None where that is nothing, or where it had not begun.
        """
        found = self.covering(needs, window) if self.covering else Covered(window, self.as_of)
        as_of = min(found.as_of, self.as_of)
        if found.window is None or found.window.start_at < as_of:
            return Covered(found.window, as_of, found.reason)
        return Covered(None, as_of, NOT_BEGUN)

    def calendar(self, person: str | None) -> WorkingCalendar:
        """A person's working calendar; the team's zone and a plain week for who declared none."""
        return self.calendars.get(person or "", WorkingCalendar(self.zone))


def _no_curves() -> list[pl.DataFrame]:
    return []


def _nothing_left_out() -> pl.DataFrame:
    return pl.DataFrame(schema={"repo": pl.String, "key": pl.String, "reason": pl.String})


@dataclass(frozen=True)
class Measured:
    """What a metric found: a row per thing measured, and its estimates.

    ``curves`` and ``excluded`` are made when asked for: only the cycle under review needs them.
    """

    rows: pl.DataFrame
    estimates: list[Estimate]
    curves: Callable[[], list[pl.DataFrame]] = _no_curves
    excluded: Callable[[], pl.DataFrame] = _nothing_left_out


def is_label_of(patterns: Sequence[str]) -> pl.Expr:
    """True where ``label`` is one that a pattern means, whatever its case, as on GitHub."""
    any_of = "|".join(re.escape(name).replace(r"\*", ".*") for name in patterns)
    return pl.col("label").str.contains(f"(?i)^({any_of})$")


def is_open_at(at: datetime) -> pl.Expr:
    """True for spells that hold ``at``; spells that end at an unknown moment are none."""
    end_at = pl.col("end_at")
    is_not_over = end_at.is_null() | (end_at > literal(at))
    return (pl.col("start_at") <= literal(at)) & is_not_over & pl.col("is_end_known")


def read_once(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The few rows under study, read now rather than once in every join that follows."""
    return frame.collect().lazy()


def left_out(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Items that could not be measured, as rows of ``excluded.parquet`` without the metric."""
    return rows.sort(ITEM).select(
        "repo", key=pl.col("number").cast(pl.String), reason=pl.lit(reason, pl.String)
    )


def hours_between(start: str | pl.Expr, end: str | pl.Expr) -> pl.Expr:
    """Wall-clock hours from one moment column to another."""
    start_at = pl.col(start) if isinstance(start, str) else start
    end_at = pl.col(end) if isinstance(end, str) else end
    return (end_at - start_at).dt.total_microseconds() / 3.6e9


def duration_curves(curve: pl.DataFrame, names: Mapping[str, str] | None = None) -> pl.DataFrame:
    """A survival or incidence curve in the columns of ``curves.parquet``, curves renamed."""
    named = curve if "curve" in curve.columns else curve.with_columns(curve=pl.lit("done"))
    return named.with_columns(pl.col("curve").replace(names or {}), at=pl.lit(None, MOMENT)).select(
        "curve", "hours", "at", "value", "lower", "upper", "n_at_risk"
    )
