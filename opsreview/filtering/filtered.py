"""A cycle read again from its own tables, over what is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.claims import Spoken, findings
from opsreview.cores import cores
from opsreview.errors import FilterError
from opsreview.estimate import METRICS_SCHEMA, not_measurable
from opsreview.filtering.asked import Asked, listed
from opsreview.filtering.known import Known
from opsreview.filtering.selection import WITHOUT_ITEMS, Selection
from opsreview.filtering.stretches import Stretch
from opsreview.metrics.reading import CycleReading, read_at, read_cycle, read_history
from opsreview.metrics.registry import METRICS, Metric
from opsreview.metrics.view import ITEM
from opsreview.operating_model.promise import Promise
from opsreview.window import MATURITY, Window

TOPICS = {"oncall": "on-call", "releases": "releases"}  # what is not read again, in words
CHOSEN = "of what {person} acted on: what nobody acted on is not among it"


class Filtered:
    """What a cycle's folder would hold, were the team's history what is asked for.

    ``frame`` and ``json`` answer by the name of the file; None where the folder's own holds. What
    speaks of the team as a whole (drift, verdicts, proposals, agenda) is the folder's own.

    Raises:
        FilterError: Something is asked for that the cycle does not know.
    """

    def __init__(self, folder: Path, asked: Asked) -> None:
        self.folder = folder
        self._run = self._of_folder("run.json")
        self._built_as_of = datetime.fromisoformat(self._run["as_of"])
        self._known = Known.of_folder(folder)
        self._selection = Selection(self._known, asked, self._built_as_of)
        self._zone = self._known.subject.zone
        self._own = Stretch.of(self._run["cycle"], self._zone)
        self._stretch = Stretch.of(asked.window, self._zone) if asked.window else self._own
        is_own = self._stretch == self._own
        self.asked = replace(asked, window=None) if is_own else asked
        if self.window.start_at >= self._built_as_of:
            raise FilterError(
                f"window {self._stretch.title} has not begun: the cycle's data speaks until "
                f"{self._built_as_of:%Y-%m-%d %H:%M} UTC"
            )
        self._frames: dict[str, Callable[[], pl.DataFrame]] = {
            "metrics.parquet": lambda: self._metrics,
            "history.parquet": lambda: self._history,
            "curves.parquet": lambda: self._curves,
            "excluded.parquet": lambda: self._excluded,
            "waiting.parquet": lambda: self._waiting,
        }

    def frame(self, name: str) -> pl.DataFrame | None:
        """A frame in place of the folder's; None where the folder's own holds."""
        if name in self._frames:
            return self._frames[name]()
        kind, _, stem = name.removesuffix(".parquet").partition("/")
        if kind == "tables":
            return self._selection.subject_at(self.as_of).tables.frames.get(stem)
        if kind == "measured" and stem in METRICS and not self._is_as_built(METRICS[stem]):
            return self._measured.get(stem, pl.DataFrame())
        return None

    def json(self, name: str) -> Any:
        """What a JSON file says, in place of the folder's; None where the folder's own holds."""
        if name == "run.json":
            return self._told_run
        if name == "operating_model.json" and (self.folder / name).is_file():
            return self._of_folder(name) | {"promises": self._promises}
        if name == "findings.json" and self.asked.by:
            return self._findings
        return None

    @property
    def window(self) -> Window:
        return self._stretch.window

    @cached_property
    def as_of(self) -> datetime:
        """As the build was, for its own window; any other at its end plus seven days."""
        if self._stretch == self._own:
            return self._built_as_of
        return min(self.window.end_at + MATURITY, self._built_as_of)

    @cached_property
    def _reading(self) -> CycleReading:
        if self._selection.is_empty_at(self.as_of):
            return CycleReading(self._nothing(self.window, self.as_of))
        with _in_memory():
            return read_cycle(
                self._selection.subject_at(self.as_of),
                window=self.window,
                as_of=self.as_of,
                targets=self._selection.targets_at(self.window),
                metrics=self._read,
            )

    @cached_property
    def _metrics(self) -> pl.DataFrame:
        rows = [self._told(self._reading.metrics), self._unread_rows()]
        return pl.concat(rows).sort("metric", "scope", "group", "statistic", maintain_order=True)

    @cached_property
    def _history(self) -> pl.DataFrame:
        maturity = self.as_of - self.window.end_at
        first_at = self._known.first_at
        windows = sorted(self._stretch.earlier(first_at), reverse=True) if first_at else []

        def read(place: int, window: Window) -> pl.DataFrame:
            as_of = window.end_at + maturity
            if self._selection.is_empty_at(as_of):
                return self._nothing(window, as_of)
            cycle = (window, as_of, self._selection.targets_at(window))
            subject = self._selection.subject_at(as_of)
            metrics = read_at(place, self._read, self._known.deep)
            return read_history(subject, [cycle], metrics=metrics).metrics

        with _in_memory(), ThreadPoolExecutor(2 * cores()) as readers:
            read_again = list(readers.map(read, count(), windows))
        read_again.append(pl.DataFrame(schema=METRICS_SCHEMA))
        rows = [self._told(pl.concat(read_again)), self._as_built("history.parquet")]
        order = ["window_start_at", "metric", "scope", "group", "statistic"]
        return pl.concat(rows).sort(order, maintain_order=True)

    @cached_property
    def _curves(self) -> pl.DataFrame:
        return pl.concat([self._reading.curves, self._as_built("curves.parquet")])

    @cached_property
    def _excluded(self) -> pl.DataFrame:
        return pl.concat([self._reading.excluded, self._as_built("excluded.parquet")])

    @cached_property
    def _measured(self) -> dict[str, pl.DataFrame]:
        called = self._known.called
        measured = self._reading.measured.items()
        return {name: called.published(called.titled(called.measured(f))) for name, f in measured}

    @cached_property
    def _waiting(self) -> pl.DataFrame:
        """What waits now, which is the moment that the cycle was read at, whatever the window."""
        waiting = pl.read_parquet(self.folder / "waiting.parquet")
        items = self._selection.items_at(self._built_as_of)
        kept = waiting if items is None else waiting.join(items, on=ITEM, how="semi")
        if self.asked.repo:
            kept = kept.filter(repo=self.asked.repo)
        rank = pl.col("waiting_hours").rank("ordinal", descending=True).over("kind")
        return kept.with_columns(rank=rank.cast(pl.Int64)).sort("kind", "rank")

    @cached_property
    def _findings(self) -> list[dict[str, Any]]:
        hours = self._selection.targets_at(self.window).response_hours
        promises = [Promise.from_json(said) for said in self._promises]
        spoken = Spoken(self._metrics, self._history, self._measured, hours, promises)
        return [found.to_json() for found in findings(spoken, [])]

    @cached_property
    def _told_run(self) -> dict[str, Any]:
        repos = [row for row in self._run["repos"] if self.asked.repo in (None, row["repo"])]
        parts = [self._run["title"] if self.asked.window is None else self._stretch.title]
        start_at, end_at = self.window.start_at, self.window.end_at
        hours = self._selection.targets_at(self.window).response_hours
        return self._run | {
            "title": ": ".join([*parts, *filter(None, [self.asked.in_words])]),
            "window": {"start_at": start_at.isoformat(), "end_at": end_at.isoformat()},
            "as_of": self.as_of.isoformat(),
            "is_over": self.as_of >= end_at,
            "is_mature": self.as_of >= end_at + MATURITY,
            "repos": repos,
            "target_hours": {"response_attainment": hours},
        }

    @cached_property
    def _promises(self) -> list[dict[str, Any]]:
        """What was promised of what is asked for: a promise about everything is none of a part."""
        promises = self._of_folder("operating_model.json").get("promises", [])
        if not (self.asked.is_of_items or self.asked.repo):
            then, now = map(self._selection.targets_at, (self.window, self._own.window))
            return promises if then == now else []
        if set(self.asked.by) - {"window"} != {"area"}:
            return []
        of_area = f"area:{self.asked.area}"
        return [said | {"group": "all"} for said in promises if said["group"] == of_area]

    @property
    def _read(self) -> list[Metric]:
        """What is read again: triage, but for what knows of no items where some are taken."""
        return [metric for metric in METRICS.values() if self._why_unread(metric) is None]

    def _why_unread(self, metric: Metric) -> str | None:
        if metric.topic != "triage":
            return f"{TOPICS[metric.topic]}: not filtered by {listed(list(self.asked.by))}"
        lacking = [table for table in metric.needs if table in WITHOUT_ITEMS]
        if lacking and self.asked.is_of_items:
            kinds = listed([kind for kind in self.asked.by if kind != "window"])
            return f"{lacking[0].replace('_', ' ')}: not filtered by {kinds}"
        return None

    def _is_as_built(self, metric: Metric) -> bool:
        """Whether the folder's own rows of a metric hold: nothing is asked, and it is not read."""
        return not self.asked.by and metric not in self._read

    def _unread_rows(self) -> pl.DataFrame:
        if not self.asked.by:
            return self._as_built("metrics.parquet")
        reasons = {metric: self._why_unread(metric) for metric in METRICS.values()}
        unread = {metric: reason for metric, reason in reasons.items() if reason}
        return _missing(unread, self.window, self.as_of)

    def _as_built(self, name: str) -> pl.DataFrame:
        """The folder's rows of the metrics that are not read again; none where it is filtered."""
        is_unread = ~pl.col("metric").is_in([metric.id for metric in self._read])
        return pl.read_parquet(self.folder / name).filter(is_unread & (not self.asked.by))

    def _nothing(self, window: Window, as_of: datetime) -> pl.DataFrame:
        reason = f"nothing matches {self.asked.in_words}"
        return _missing(dict.fromkeys(self._read, reason), window, as_of)

    def _told(self, metrics: pl.DataFrame) -> pl.DataFrame:
        """Metrics with people as they are called, and how items were chosen by a person's acts."""
        shown = self._known.called.metrics(metrics)
        if self.asked.person is None:
            return shown
        chosen = pl.lit(CHOSEN.format(person=self.asked.person))
        said = pl.concat_str("reason", chosen, separator="; ", ignore_nulls=True)
        is_measured = pl.col("value").is_not_null() | (pl.col("n") > 0)
        return shown.with_columns(reason=pl.when(is_measured).then(said).otherwise("reason"))

    def _of_folder(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        said: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        return said


def _missing(reasons: Mapping[Metric, str], window: Window, as_of: datetime) -> pl.DataFrame:
    rows = [
        not_measurable(*what, reason).row(metric.id, "all", window, as_of)
        for metric, reason in reasons.items()
        for what in metric.statistics
    ]
    return pl.DataFrame(rows, schema=METRICS_SCHEMA)


def _in_memory() -> pl.Config:
    return pl.Config(set_engine_affinity="in-memory")  # many small frames, as a build reads them
