"""Review: what one cycle knows, read from ``outputs/<team>/<cycle>/``. Nothing is computed here."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.errors import OutputsError
from opsreview.estimate import METRICS_SCHEMA, Estimate, not_measurable
from opsreview.findings import Finding
from opsreview.operating_model.promise import Promise
from opsreview.usual import UsualRange, usual_range
from opsreview.window import Window

if TYPE_CHECKING:
    from typing import Unpack

    from opsreview.filtering import Days, Filtered
    from opsreview.planning.wanted import Wanted
    from opsreview.planning.what_if import WhatIf
    from opsreview.rotation import Rotation

Json = TypeVar("Json")
ANSWERED_BY = {"time_to_first_response": "response_attainment"}  # whose deadline is drawn


class Review:
    """One team's cycle: tables and statistics as polars frames, findings, the model.

    Frames are read when first asked for. A file that the cycle does not have is an empty frame.
    """

    def __init__(
        self, folder: Path, *, behind: Path | None = None, filtered: Filtered | None = None
    ) -> None:
        self.folder = folder
        self._behind = behind  # where what is not in the folder is looked for
        self._filtered = filtered

    def __repr__(self) -> str:
        asked = self._filtered.asked.by if self._filtered else {}
        by = "".join(f", {kind}={value!r}" for kind, value in asked.items())
        return f"Review({self.team}, {self.cycle}, {self.folder}{by})"

    def filtered(
        self,
        *,
        area: str | None = None,
        label: str | None = None,
        repo: str | None = None,
        person: str | None = None,
        window: str | Days | None = None,
    ) -> Review:
        """The same cycle over a part of its issues and pull requests; the folder stays as it is.

        Metrics, curves, history, measured, waiting, findings and tables are read again from the
        cycle's tables. On-call and releases are not filtered. What speaks of the team as a whole
        (model, drift, verdicts, proposals) stays, but for promises about everything.

        Args:
            area: One of the model's: items with its label, each as of when it is looked at.
            label: Items that bear it, likewise.
            repo: One of the team's repositories.
            person: As pages call them: items that they opened, or have commented on, reviewed,
                merged, labelled, scheduled, closed or reopened by then. An answer made an item
                theirs, so shares answered in time say nothing of what nobody took up.
            window: A cycle's name, or the first and the last of the team's days. It is read as of
                seven days after its end, and beside earlier windows of the same length.

        Raises:
            FilterError: The cycle does not know what is asked for; names the closest it knows.
        """
        from opsreview.filtering import Asked, Filtered

        if self._behind is not None and window is None:
            window = (str(self.window.first_day(self.zone)), str(self.window.last_day(self.zone)))
        asked = Asked(area, label, repo, person, window)
        if self._filtered is not None:
            asked = self._filtered.asked.and_also(asked)
        folder = self._behind or self.folder
        return Review(folder, filtered=Filtered(folder, asked))

    def what_if(
        self, rotation: Rotation | None = None, *, cycles: int = 6, **wanted: Unpack[Wanted]
    ) -> WhatIf:
        """Duty of the last cycles under another rotation: ``review.what_if(every="2 weeks")``.

        As ``planning.history.History.what_if``; nothing is filtered.
        """
        from opsreview.planning.history import History

        return History.of_folder(self._behind or self.folder, cycles).what_if(rotation, **wanted)

    @cached_property
    def run(self) -> dict[str, Any]:
        """``run.json``: what was read, when, by which code."""
        return self._json("run.json", {})

    @cached_property
    def triage(self) -> Review:
        """Triage as it is told: over three months where a month holds too few, else this."""
        quarter = self.folder / "quarter"
        is_stepped = self._filtered is None and (quarter / "run.json").is_file()
        return Review(quarter, behind=self.folder) if is_stepped else self

    @property
    def noun(self) -> str:
        """What its windows are called: ``cycle``, or ``quarter`` where a month holds too few."""
        return "quarter" if "stepped_from" in self.run else "cycle"

    @property
    def team(self) -> str:
        return str(self.run["team"])

    @property
    def cycle(self) -> str:
        return str(self.run["cycle"])

    @property
    def title(self) -> str:
        """The cycle's name for a reader: ``October 2026``."""
        return str(self.run["title"])

    @cached_property
    def zone(self) -> ZoneInfo:
        """The team's time zone."""
        return ZoneInfo(self.run["zone"])

    @property
    def window(self) -> Window:
        window = self.run["window"]
        ends = (datetime.fromisoformat(window[end]) for end in ("start_at", "end_at"))
        return Window(*ends)

    @property
    def as_of_day(self) -> date:
        """The team's day of ``as_of``."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def as_of(self) -> datetime:
        """The last moment the cycle's data speaks for, UTC."""
        return datetime.fromisoformat(self.run["as_of"])

    @cached_property
    def next(self) -> dict[str, Any]:
        """``next.json``: who is on duty next, the next release slot, what to fill in."""
        said: dict[str, Any] = self._json("next.json", {})
        return {"on_duty": [], "release_slot": None, "fill_in": []} | said

    @property
    def release_slots(self) -> list[date]:
        """The days the model's release train was due, over the twelve months to the cycle's end."""
        return [date.fromisoformat(day) for day in self.next.get("slots", [])]

    @cached_property
    def model(self) -> dict[str, Any] | None:
        """``operating_model.json``: the resolved model, or None where the team has none."""
        return self._json("operating_model.json", None)

    @cached_property
    def promises(self) -> list[Promise]:
        """What the model promises."""
        return [Promise.from_json(said) for said in (self.model or {}).get("promises", [])]

    @cached_property
    def metrics(self) -> pl.DataFrame:
        """``metrics.parquet``, one row a statistic."""
        own = self._frame("metrics.parquet")
        if self._behind is None:
            return own
        of_cycle = pl.read_parquet(self._behind / "metrics.parquet")
        return pl.concat([own, of_cycle.join(own, on="metric", how="anti")])

    @cached_property
    def excluded(self) -> pl.DataFrame:
        """``excluded.parquet``: what no metric could take, and why."""
        return self._frame("excluded.parquet")

    @cached_property
    def waiting(self) -> pl.DataFrame:
        """``waiting.parquet``: what waits on the team now, the longest wait first."""
        return self._frame("waiting.parquet")

    @cached_property
    def rejected(self) -> pl.DataFrame:
        """Rows that could not be believed: ``table``, ``reason``, ``count``, most first."""
        kept = [
            pl.read_parquet(path).select(pl.lit(path.stem).alias("table"), "reason")
            for path in sorted(self._path("rejected").glob("*.parquet"))
        ]
        rows = pl.concat([*kept, pl.DataFrame(schema={"table": pl.String, "reason": pl.String})])
        counted = rows.group_by("table", "reason").agg(pl.len().cast(pl.Int64).alias("count"))
        return counted.sort("count", "table", "reason", descending=[True, False, False])

    @cached_property
    def held(self) -> list[dict[str, Any]]:
        """``drift.json``: what the model says against what happened, a row a claim."""
        return self._json("drift.json", [])

    @cached_property
    def signals(self) -> dict[str, Any]:
        """``signals.json``: which headlines are signals, and how the rest behaves."""
        signals: dict[str, Any] = self._json("signals.json", {})
        nothing = {"looked_at": 0, "by_luck": 0.0, "unusual": []}
        return {"headlines": [], "routine": nothing} | signals

    @cached_property
    def verdicts(self) -> list[dict[str, Any]]:
        """``verdicts.json``: what became of each decision of the ledger."""
        return self._json("verdicts.json", [])

    @cached_property
    def checks(self) -> list[dict[str, Any]]:
        """``checks.json``: what the checks of the model found, as Remarks are written."""
        return self._json("checks.json", [])

    @cached_property
    def methods(self) -> list[dict[str, str]]:
        """``methods.json``: what each metric is, by which standard, and where that is told."""
        return self._json("methods.json", [])

    @cached_property
    def decision_map(self) -> list[dict[str, Any]]:
        """``decision_map.json``: the recurring decisions, what is unclear first."""
        return self._json("decision_map.json", [])

    @cached_property
    def handoffs(self) -> list[dict[str, Any]]:
        """``handoffs.json``: where work changed hands unclearly, with at most three cases each."""
        return self._json("handoffs.json", [])

    @cached_property
    def sign_off(self) -> dict[str, Any] | None:
        """``sign_off.json``: who signed the model and the cycle, and whether it is overdue."""
        return self._json("sign_off.json", None)

    @cached_property
    def agenda(self) -> list[dict[str, Any]]:
        """``agenda.json``: the topics of the retrospective, with their minutes."""
        return self._json("agenda.json", [])

    @cached_property
    def proposals(self) -> list[dict[str, Any]]:
        """``proposals.yaml``: what could change in the model."""
        path = self._path("proposals.yaml")
        if not path.is_file():
            return []
        from ruamel.yaml import YAML

        return YAML(typ="safe").load(path.read_text("utf-8")) or []

    def metric(self, name: str, *, scope: str = "all") -> pl.DataFrame:
        """The rows of one metric in ``metrics.parquet``."""
        return _of(self.metrics, metric=name, scope=scope)

    def estimate(
        self, metric: str, statistic: str, *, group: str = "all", scope: str = "all"
    ) -> Estimate:
        """One number with its interval and n; its ``reason`` says why when it has no value."""
        row = _of(self.metrics, metric=metric, statistic=statistic, group=group, scope=scope)
        if row.is_empty():
            reason = self._reason(metric, scope) or "the cycle's data does not hold it"
            return not_measurable(statistic, "", reason, group=group)
        return Estimate.from_row(row.row(0, named=True))

    def known_until(self, metric: str) -> datetime | None:
        """The last moment that a metric's data speaks for, UTC; None where it has no number."""
        found = self.metrics.filter(metric=metric)["as_of"].max()
        return found if isinstance(found, datetime) and self.is_measurable(metric) else None

    def is_measurable(self, *metrics: str, group: str = "all") -> bool:
        """True where any of the metrics has a number of the group, or a median not reached.

        A metric that is told by other groups alone, as by person, has one where any of them does.
        """
        rows = self.metrics.filter(pl.col("metric").is_in(metrics))
        is_of_group = pl.col("group") == group
        rows = rows.filter(is_of_group | ~is_of_group.any().over("metric"))
        return not rows.filter(pl.col("value").is_not_null() | (pl.col("n") > 0)).is_empty()

    def history(
        self, metric: str, statistic: str, *, group: str = "all", scope: str = "all"
    ) -> pl.DataFrame:
        """One statistic over the cycles, oldest first; this one is ``is_current``."""
        frames = [
            self._earlier.with_columns(is_current=False),
            self.metrics.with_columns(is_current=True),
        ]
        rows = [
            _of(frame, metric=metric, statistic=statistic, group=group, scope=scope)
            for frame in frames
        ]
        return pl.concat(rows).sort("window_start_at")

    def usual(self, metric: str, statistic: str, *, group: str = "all") -> UsualRange:
        """The range of a statistic's earlier cycles."""
        return usual_range(self.history(metric, statistic, group=group))

    def curve(self, metric: str, *, group: str | None = "all", scope: str = "all") -> pl.DataFrame:
        """The curves of a metric, as ``curves.parquet`` holds them; every group for None."""
        curves = _of(self._curves, metric=metric, scope=scope)
        return curves if group is None else _of(curves, group=group)

    def measured(self, metric: str) -> pl.DataFrame:
        """One row per thing the metric measured."""
        return self._frame(f"measured/{metric}.parquet")

    def table(self, name: str) -> pl.DataFrame:
        """A typed table. It may hold names: show counts of it on pages, not its rows.

        Raises:
            OutputsError: The cycle has no such table.
        """
        path = self._path("tables") / f"{name}.parquet"
        if not path.is_file():
            there = ", ".join(sorted(p.stem for p in path.parent.glob("*.parquet"))) or "none"
            raise OutputsError(f"{path.parent} has no table {name!r}: it has {there}")
        return self._frame(f"tables/{name}.parquet")

    def findings(self, topic: str | None = None) -> list[Finding]:
        """What there is to say, in the order it was found; of one topic, or all."""
        return [found for found in self._findings if topic in (None, found.topic)]

    def finding(
        self, metric: str, *, group: str = "all", scope: str = "all", origin: str = "metric"
    ) -> Finding | None:
        """The first finding about a metric."""
        wanted = (metric, group, scope, origin)
        found = (f for f in self._findings if (f.metric, f.group, f.scope, f.origin) == wanted)
        return next(found, None)

    def commitment(self, promise_id: str) -> Promise | None:
        """A promise of the model by its id; None where the model does not make it."""
        return next((promise for promise in self.promises if promise.id == promise_id), None)

    def deadline_hours(self, metric: str) -> float | None:
        """The deadline a metric is held to: the model's, else the one the cycle was read with."""
        judged = {metric, ANSWERED_BY.get(metric, metric)}
        promised = [p for p in self.promises if p.metric in judged and p.group == "all"]
        hours = next((p.at_most_hours for p in promised if p.at_most_hours), None)
        targets: dict[str, float] = self.run.get("target_hours", {})
        return hours or next((targets[name] for name in sorted(judged) if name in targets), None)

    def least_share(self, metric: str) -> float | None:
        """The share the model promises at least, or None."""
        promised = (p.at_least for p in self.promises if p.metric == metric and p.group == "all")
        return next((share for share in promised if share is not None), None)

    @cached_property
    def _findings(self) -> list[Finding]:
        written: list[dict[str, Any]] = self._json("findings.json", [])
        return [Finding.from_json(said) for said in written]

    @cached_property
    def _earlier(self) -> pl.DataFrame:
        earlier = self._frame("history.parquet")
        return pl.DataFrame(schema=METRICS_SCHEMA) if earlier.is_empty() else earlier

    @cached_property
    def _curves(self) -> pl.DataFrame:
        curves = self._frame("curves.parquet")
        named = dict.fromkeys(("metric", "scope", "group"), pl.String)
        return pl.DataFrame(schema=named) if curves.is_empty() else curves

    def _reason(self, metric: str, scope: str) -> str | None:
        reasons = self.metric(metric, scope=scope).get_column("reason").drop_nulls()
        return reasons[0] if reasons.len() else None

    def _frame(self, name: str) -> pl.DataFrame:
        if self._filtered and (filtered := self._filtered.frame(name)) is not None:
            return filtered
        path = self._path(name)
        return pl.read_parquet(path) if path.is_file() else pl.DataFrame()

    def _path(self, name: str) -> Path:
        own = self.folder / name
        return own if own.exists() or self._behind is None else self._behind / name

    def _json(self, name: str, absent: Json) -> Json:
        found: Json | None = self._filtered.json(name) if self._filtered else None
        if found is None and (path := self._path(name)).is_file():
            found = json.loads(path.read_text("utf-8"))
        return absent if found is None else found


def _of(frame: pl.DataFrame, **equal: str) -> pl.DataFrame:
    return frame.filter(*(pl.col(name) == value for name, value in equal.items()))
