"""A small, complete, made-up cycle on disk, in the files that a built cycle has.

``write_cycle(folder)`` writes everything; what a test cares about it states with ``metrics``
rows of its own (``estimate``) or by deleting a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from cycle_documents import (
    AS_OF,
    CYCLE,
    PROPOSALS,
    WINDOW,
    ZONE,
    agenda_json,
    checks_json,
    decision_map_json,
    drift_json,
    findings_json,
    handoffs_json,
    model_json,
    next_json,
    rules_json,
    run_json,
    sign_off_json,
    signals_json,
    verdicts_json,
)

from opsreview.estimate import METRICS_SCHEMA, MOMENT, Estimate, not_measurable
from opsreview.window import Cycle, Window

CURVES = {
    "metric": pl.String,
    "scope": pl.String,
    "group": pl.String,
    "curve": pl.String,
    "hours": pl.Float64,
    "at": MOMENT,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "n_at_risk": pl.Int64,
}
NO_INCIDENTS = "incidents are not recorded by any source"


def write_cycle(
    outputs: Path,
    *,
    team: str = "demo",
    cycle: str = "2026-10",
    run: Mapping[str, Any] | None = None,
    has_pager: bool = True,
    has_model: bool = True,
    has_history: bool = True,
) -> Path:
    """Write ``outputs/<team>/<cycle>/`` and return it."""
    folder = outputs / team / cycle
    (folder / "tables").mkdir(parents=True)
    (folder / "measured").mkdir()
    (folder / "rejected").mkdir()
    named = {"team": team, "cycle": cycle, "title": Cycle(cycle, ZONE).title}
    _write_json(folder / "run.json", run_json() | named | dict(run or {}))
    metrics_frame(estimates(has_pager=has_pager)).write_parquet(folder / "metrics.parquet")
    if has_history:
        history_frame().write_parquet(folder / "history.parquet")
    curves_frame(has_pager=has_pager).write_parquet(folder / "curves.parquet")
    excluded_frame().write_parquet(folder / "excluded.parquet")
    waiting_frame().write_parquet(folder / "waiting.parquet")
    _write_json(folder / "next.json", next_json(has_model=has_model))
    _write_json(folder / "findings.json", findings_json())
    _write_json(folder / "signals.json", signals_json(has_history=has_history))
    if has_model:
        _write_json(folder / "operating_model.json", model_json())
        _write_json(folder / "drift.json", drift_json())
        (folder / "proposals.yaml").write_text(PROPOSALS, "utf-8")
    releases_frame().write_parquet(folder / "tables/releases.parquet")
    gaps_frame().write_parquet(folder / "measured/release_interval.parquet")
    if has_pager:
        shifts_frame().write_parquet(folder / "measured/shifts.parquet")
        incidents_frame().write_parquet(folder / "measured/time_to_resolve.parquet")
    rejected = {"number": [1, 2], "reason": ["closed_at_is_before_opened_at"] * 2}
    pl.DataFrame(rejected).write_parquet(folder / "rejected/issues.parquet")
    return folder


def write_loop(folder: Path) -> Path:
    """Give a cycle what closes the loop: verdicts, checks, the map, handoffs, sign-off, agenda."""
    documents = {
        "verdicts": verdicts_json(),
        "checks": checks_json(),
        "decision_map": decision_map_json(),
        "handoffs": handoffs_json(),
        "sign_off": sign_off_json(),
        "agenda": agenda_json(),
        "operating_model": model_json() | rules_json(),
    }
    for name, document in documents.items():
        _write_json(folder / f"{name}.json", document)
    return folder


def metrics_frame(
    estimated: Iterable[tuple[str, Estimate]], window: Window = WINDOW, as_of: datetime = AS_OF
) -> pl.DataFrame:
    """``metrics.parquet`` of one window."""
    rows = [estimate.row(metric, "all", window, as_of) for metric, estimate in estimated]
    return pl.DataFrame(rows, schema=METRICS_SCHEMA)


def estimates(*, has_pager: bool = True, drift: float = 0.0) -> list[tuple[str, Estimate]]:
    """Every statistic of a cycle; ``drift`` moves the values for a history."""
    counted = [
        ("issues_new", "count", 61 - 8 * drift, "all"),
        ("issues_closed", "count", 52 + 5 * drift, "all"),
        ("backlog", "at_start", 84, "all"),
        ("backlog", "at_end", 93, "all"),
        ("backlog", "change", 9 - 20 * drift, "all"),
        ("waiting_on_team", "count", 12 + 4 * drift, "all"),
        ("issue_age", "count", 93, "all"),
        ("release_frequency", "count", 2, "kind:stable"),
        ("release_frequency", "count", 1, "kind:hotfix"),
        ("release_frequency", "count", 5, "kind:prerelease"),
        ("unreleased_changes", "count", 7, "all"),
        ("review_load", "count", 44, "all"),
    ]
    rows = [
        (metric, Estimate(name, round(value), "count", round(abs(value)), group=group))
        for metric, name, value, group in counted
    ]
    rows += [
        (
            metric,
            Estimate("rate_per_week", rate, "per_week", 60, rate * 0.8, rate * 1.2, group=group),
        )
        for metric, rate in (("issues_new", 13.8 - drift), ("issues_closed", 11.7 + 2 * drift))
        for group in ("all", "kind:issue")
    ]
    rows += _shares(drift) + _durations(drift)
    rows += [
        ("review_load", Estimate("count", count, "count", count, group=f"person:{person}"))
        for person, count in (("otter", 21), ("heron", 14), ("lynx", 9))
    ]
    rows.append(("review_load", Estimate("top_share", 21 / 44, "share", 44, 0.34, 0.62)))
    rows.append(("release_interval", Estimate("median", 420.0, "hours", 11, 336.0, 504.0)))
    rows.append(("release_interval", Estimate("longest", 1000.0, "hours", 11)))
    rows.append(("release_interval", Estimate("open", 288.0, "hours", 1)))
    return rows + (_pager() if has_pager else _no_pager())


def _shares(drift: float) -> list[tuple[str, Estimate]]:
    answered = min(0.52 + 0.3 * drift, 0.98)
    parts = {
        "share_answered": answered,
        "share_closed_unanswered": 0.4 * (1 - answered),
        "share_waiting": 0.6 * (1 - answered),
    }
    return [
        (
            "response_attainment",
            Estimate(
                name, value, "share", 61, max(value - 0.12, 0), min(value + 0.12, 1), n_pending=3
            ),
        )
        for name, value in parts.items()
    ]


def _durations(drift: float) -> list[tuple[str, Estimate]]:
    medians = {
        "time_to_first_response": 61.0,
        "time_to_first_review": 9.0,
        "change_request_duration": 50.0,
        "issue_resolution_duration": 480.0,
        "issue_age": 1900.0,
        "waiting_on_team": 96.0,
        "change_lead_time": 170.0,
        "unreleased_changes": 190.0,
    }
    factor = 1 + 0.3 * drift
    return [
        (
            metric,
            Estimate(
                "median", factor * hours, "hours", 44, factor * hours * 0.7, factor * hours * 1.5
            ),
        )
        for metric, hours in medians.items()
    ]


def _pager() -> list[tuple[str, Estimate]]:
    rows = [("interruptions", Estimate("count", 31, "count", 31))]
    people = {"otter": (18, 0.5), "heron": (6, 0.3), "lynx": (4, 0.2), "wren": (3, 0.0)}
    for person, (count, share) in people.items():
        group = f"person:{person}"
        rows.append(("interruptions", Estimate("count", count, "count", 31, group=group)))
        rows.append(("oncall_share", Estimate("share", share, "share", 4, group=group)))
        rows.append(("oncall_share", Estimate("fair_share", 0.25, "share", 4, group=group)))
        rows.append(("oncall_share", Estimate("hours", 745 * share, "hours", 4, group=group)))
    rows += [
        ("interruptions", Estimate("count", count, "count", 31, group=f"day_part:{part}"))
        for part, count in (("working", 19), ("off_hours", 8), ("sleep", 4))
    ]
    chances = {"share": 18 / 31, "chance_median": 11 / 31, "chance_upper": 13 / 31}
    rows += [("busiest_share", Estimate(name, v, "share", 31)) for name, v in chances.items()]
    rows.append(("busiest_share", Estimate("mid_p", 0.004, "share", 31)))
    rows.append(("time_to_resolve", Estimate("median", 7.0, "hours", 12, 3.0, 20.0)))
    return rows


def _no_pager() -> list[tuple[str, Estimate]]:
    missing = {
        "interruptions": ("count", "count"),
        "busiest_share": ("share", "share"),
        "time_to_resolve": ("median", "hours"),
    }
    rows = [(m, not_measurable(*what, NO_INCIDENTS)) for m, what in missing.items()]
    no_rota = not_measurable("hours", "hours", "no source holds a rota")
    return [*rows, ("oncall_share", no_rota)]


def history_frame(cycle_count: int = 14) -> pl.DataFrame:
    """``history.parquet``: earlier cycles, a little better than this one."""
    frames, cycle = [], CYCLE
    for back in range(1, cycle_count + 1):
        cycle = cycle.previous
        window = cycle.window
        drift = 0.75 + 0.25 * ((back * 7) % 5 - 2) / 2
        as_of = window.end_at + timedelta(days=7)
        frames.append(metrics_frame(estimates(drift=drift), window, as_of))
    return pl.concat(frames[::-1])


def curves_frame(*, has_pager: bool = True) -> pl.DataFrame:
    """``curves.parquet`` of a cycle."""
    frames = [
        rival_curves("time_to_first_response", ("answered", "closed_by_team")),
        rival_curves("time_to_first_review", ("reviewed", "closed_unreviewed"), speed=6),
        rival_curves("change_request_duration", ("merged", "closed_unmerged"), speed=2),
        done_curve("issue_resolution_duration", hours=900),
        done_curve("change_lead_time", hours=300),
        backlog_curve(),
        age_curve(),
    ]
    if has_pager:
        frames.append(done_curve("time_to_resolve", hours=12))
    return pl.concat(frames)


def rival_curves(
    metric: str, names: tuple[str, str], *, speed: float = 1.0, count: int = 300
) -> pl.DataFrame:
    """Three curves adding to 1, with ``count`` steps."""
    rows = []
    for step in range(count):
        hours = 0.0 if step == 0 else 1000 * (step / count) ** 3 / speed
        good = 0.8 * hours / (hours + 60 / speed)
        other = 0.15 * hours / (hours + 200 / speed)
        bounds = (max(good - 0.12, 0), min(good + 0.12, 1))
        rows.append(_step(metric, names[0], hours, good, *bounds, n=61))
        rows.append(_step(metric, names[1], hours, other, None, None, n=61))
        rows.append(_step(metric, "waiting", hours, 1 - good - other, None, None, n=61))
    return pl.DataFrame(rows, schema=CURVES)


def done_curve(metric: str, *, hours: float, count: int = 42) -> pl.DataFrame:
    """One curve whose median is near ``hours`` / 2."""
    rows = [_step(metric, "done", 0.0, 0.0, 0.0, 0.1, n=count)]
    for step in range(1, count):
        done = step / count
        bounds = (max(done - 0.15, 0), min(done + 0.15, 1))
        rows.append(_step(metric, "done", hours * done**2 * 2, done, *bounds, n=count - step))
    return pl.DataFrame(rows, schema=CURVES)


def backlog_curve() -> pl.DataFrame:
    """Open issues and pull requests at the end of each day of the cycle."""
    rows = []
    for day in range(31):
        at = WINDOW.start_at + timedelta(days=day + 1)
        for group, value in (
            ("kind:issue", 84 + day * 9 // 30),
            ("kind:pull_request", 20 + day % 3),
        ):
            rows.append(_day("backlog", "open", at, value, group))
        rows.append(_day("backlog", "open", at, 104 + day * 9 // 30 + day % 3, "all"))
    return pl.DataFrame(rows, schema=CURVES)


def age_curve() -> pl.DataFrame:
    """The median age of open issues at each week's end."""
    ends = [WINDOW.end_at - timedelta(weeks=back) for back in range(12, -1, -1)]
    rows = [
        _day("issue_age", "median_age_hours", at, 1500 + 30 * week, "all")
        for week, at in enumerate(ends)
    ]
    return pl.DataFrame(rows, schema=CURVES)


def _step(
    metric: str,
    curve: str,
    hours: float,
    value: float,
    lower: float | None,
    upper: float | None,
    *,
    n: int,
) -> dict[str, Any]:
    named = {"metric": metric, "scope": "all", "group": "all", "curve": curve, "at": None}
    numbers = {"hours": hours, "value": value, "lower": lower, "upper": upper, "n_at_risk": n}
    return named | numbers


def _day(metric: str, curve: str, at: datetime, value: float, group: str) -> dict[str, Any]:
    named = {"metric": metric, "scope": "all", "group": group, "curve": curve, "at": at}
    return named | {"hours": None, "value": value, "lower": None, "upper": None, "n_at_risk": None}


def releases_frame() -> pl.DataFrame:
    """The releases table of eighteen months: a train every two or three weeks, some hotfixes."""
    rows, at = [], datetime(2025, 5, 13, 10, tzinfo=UTC)
    for number in range(28):
        rows.append({"tag": f"v1.{number}.0", "kind": "stable", "published_at": at})
        if number % 5 == 4:
            hotfix = {"tag": f"v1.{number}.1", "kind": "hotfix"}
            rows.append(hotfix | {"published_at": at + timedelta(days=2)})
        if number % 2:
            early = {"tag": f"v1.{number + 1}.0-rc1", "kind": "prerelease"}
            rows.append(early | {"published_at": at + timedelta(days=5)})
        at += timedelta(days=14 + (number % 4) * 4)
    seen = [row for row in rows if row["published_at"] < AS_OF]
    rules = {
        "stable": "stable: a version of its line",
        "hotfix": "hotfix: a patch within 14 days on its line",
        "prerelease": "prerelease: the version says so",
    }
    told = [{"kind_rule": rules[row["kind"]], "is_draft": False, **row} for row in seen]
    return pl.DataFrame([{"repo": "demo/extension", **row} for row in told])


def gaps_frame() -> pl.DataFrame:
    """Days between the stable releases."""
    stable = releases_frame().filter(pl.col("kind") == "stable").sort("published_at").tail(20)
    gap_hours = pl.col("published_at").diff().dt.total_hours(fractional=True)
    return stable.select("repo", "tag", "published_at", interval_hours=gap_hours).drop_nulls()


def shifts_frame() -> pl.DataFrame:
    """Weekly turns, otter twice, and a secondary."""
    start_at = WINDOW.start_at - timedelta(days=2)
    rows = []
    for week, person in enumerate(("otter", "heron", "otter", "lynx", "otter", "heron")):
        at = start_at + timedelta(weeks=week)
        turn = {"rotation": "duty", "start_at": at, "end_at": at + timedelta(weeks=1)}
        rows.append({"person": person, "role": "primary", **turn})
        rows.append({"person": "wren", "role": "secondary", **turn})
    return pl.DataFrame(rows)


def incidents_frame() -> pl.DataFrame:
    """A dozen incidents, some in a cluster."""
    days = (1, 3, 3.2, 3.4, 8, 9, 15, 15.1, 20, 22, 27, 29)
    return pl.DataFrame({"opened_at": [WINDOW.start_at + timedelta(days=day) for day in days]})


def excluded_frame() -> pl.DataFrame:
    """What no metric could take."""
    ours = {"repo": "demo/extension"}
    reason = "the source never gave who opened it"
    rows = [
        {"metric": "time_to_first_response", **ours, "key": str(key), "reason": reason}
        for key in (7, 9, 12)
    ]
    drafts = {"metric": "time_to_first_review", **ours, "key": "31"}
    return pl.DataFrame([*rows, drafts | {"reason": "a draft in the whole window"}])


def waiting_frame() -> pl.DataFrame:
    """What waits on the team, longest first."""
    rows = [
        _waits("waiting_on_team", 826, "preview is blank after reload", 456.0, "preview"),
        _waits("issue_unanswered", 841, "<b>diagnostics</b> ignore workspace trust", 264.0, None),
        _waits("waiting_on_team", 812, "authoring: snippets lose tabs", 200.0, "author"),
        _waits("issue_unanswered", 850, "crash on open", 150.0, "preview"),
        _waits("issue_unanswered", 851, "slow start", 140.0, None),
        _waits("issue_unanswered", 852, "never shown: the sixth", 20.0, None),
        _waits("review", 860, "Fix the blank preview", 144.0, "preview"),
        _waits("review", 861, "Docs", 44.0, None),
        _waits("unreleased", 800, "Faster diagnostics", 384.0, "diagnostics"),
    ]
    return pl.DataFrame(rows).with_columns(rank=pl.int_range(1, pl.len() + 1))


def _waits(kind: str, number: int, title: str, hours: float, area: str | None) -> dict[str, Any]:
    url = f"https://example.org/demo/extension/issues/{number}"
    named = {"kind": kind, "repo": "demo/extension", "number": number, "title": title, "url": url}
    owner = {"preview": "otter", "author": "triage-lead (heron)"}.get(area or "")
    return named | {"waiting_hours": hours, "area": area, "owner": owner}


def _write_json(path: Path, said: object) -> None:
    path.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
