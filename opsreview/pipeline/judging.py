"""Verdicts on the ledger's decisions, from the history that the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.estimate import METRICS_SCHEMA
from opsreview.metrics.comparison import cycles_until_visible, scale_of, smallest_visible
from opsreview.metrics.punctuality import DUE, ON_TIME, release_punctuality
from opsreview.metrics.reading import read_history, read_metric
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Targets
from opsreview.operating_model.decisions import Decision, Expectation, expected_of, in_force
from opsreview.operating_model.expected import (
    expectation_in_words,
    least_change,
    visible_in_words,
)
from opsreview.operating_model.verdicts import (
    ERROR,
    MOST_BEFORE,
    CycleValue,
    Evidence,
    Verdict,
    carries_over,
    is_overdue,
    verdicts,
)
from opsreview.params import Team
from opsreview.pipeline.reading import Plan, TeamHistory, first_moment, targets_of
from opsreview.privacy import Appearance
from opsreview.window import MATURITY, Cycle, Window
from opsreview.wording import counted

LATEST_LOOK = 12  # cycles after a decision in which anybody still waits for a number
FEWEST_SLOTS = 2  # that have to go by before a rhythm is said not to be followed


def verdict_rows(
    history: TeamHistory,
    plan: Plan,
    metrics: pl.DataFrame,
    earlier: pl.DataFrame,
    called: Appearance,
) -> list[dict[str, Any]]:
    """``verdicts.json``: every decision of the ledger that was taken before the cycle was read.

    Args:
        history: The team; its ledger and its model of today.
        plan: The cycle under review.
        metrics: The cycle's statistics.
        earlier: Those of the cycles before.
        called: How owners appear.
    """
    today = plan.as_of.astimezone(history.team.zone).date()
    taken = [decision for decision in history.decisions if decision.decided_on <= today]
    is_usual = plan.as_of == plan.cycle.window.end_at + MATURITY
    frames = pl.concat([earlier, metrics]) if is_usual else _matured(history, plan)
    known = _evidence(history, plan, frames)
    judged = verdicts(taken, known)
    rows = [_row(verdict, called, known) for verdict in judged]
    told: list[dict[str, Any]] = called.told(rows, history.team.people)
    return told


def foresight(decision: Decision, *, team: Team, folder: Path) -> Sequence[str]:
    """When a decision's effect can be seen at this team's volume and spread, a line.

    Args:
        decision: Just taken; one that is done or not needs no foresight.
        team: Whose it is.
        folder: The built cycle it was taken on.
    """
    expects = decision.expects
    if not isinstance(expects, Expectation):
        return ["it expects to be done: no number has to show it"]
    paths = (folder / f"{name}.parquet" for name in ("history", "metrics"))
    frames = [pl.DataFrame(schema=METRICS_SCHEMA)]
    frames += [found for path in paths if path.is_file() and len(found := pl.read_parquet(path))]
    cycle = Cycle(folder.name, team.zone).holding(decision.effective_from)
    return [_foreseen(expects, cycle, pl.concat(frames), decision.looks)]


def _foreseen(
    expects: Expectation, effective: Cycle, frames: pl.DataFrame, looks: Sequence[int]
) -> str:
    whole = pl.col("value").is_not_null() & pl.col("reason").is_null()
    rows = _of(frames, expects).filter(whole).tail(MOST_BEFORE)
    unit = rows["unit"][0] if rows.height else "count"
    scale, error = scale_of(unit, expects.statistic), ERROR / len(looks)
    before, wanted = rows["value"].to_list(), _upwards(least_change(expects, scale), scale)
    expected = expectation_in_words(expects)
    if carries_over(expects):
        return f"{expected}: it carries over from cycle to cycle; judge without numbers"
    least = smallest_visible(before, scale=scale, cycle_count=LATEST_LOOK, error=error)
    if least is None:
        return f"{expected}: too few earlier cycles to say when that shows; judge without numbers"
    count = cycles_until_visible(before, wanted, scale=scale, error=error, at_most=LATEST_LOOK)
    if count is None:
        seen = visible_in_words(least, scale)
        return (
            f"{expected}: too little to be seen at this volume, {LATEST_LOOK} cycles show "
            f"{seen}; judge without numbers"
        )
    look = effective
    for _ in range(count):
        look = look.following
    return (
        f"{expected}: shows after {counted(count, 'full cycle')}; look in the review of {look.name}"
    )


def _upwards(least: float, scale: str) -> float:
    """The size of an effect, whichever way it goes: a halving is as visible as a doubling."""
    if scale == "ratio":
        return least if least > 1 else 1 / max(least, 1e-9)
    return 1 + abs(least - 1) if scale == "relative" else abs(least)


def _evidence(history: TeamHistory, plan: Plan, frames: pl.DataFrame) -> Evidence:
    def values(decision: Decision, cycles: Sequence[Cycle]) -> list[CycleValue]:
        return _values(history, plan, frames, decision, cycles)

    today = plan.as_of.astimezone(history.team.zone).date()
    model = history.model
    return Evidence(
        model_data=in_force(model.file.data, history.decisions, today) if model else {},
        last_full=_last_full(plan),
        today=today,
        values=values,
        followed=lambda decision: _followed(history, plan, decision),
    )


def _last_full(plan: Plan) -> Cycle:
    cycle = plan.cycle
    while not Plan(cycle, plan.as_of).is_mature:
        cycle = cycle.previous
    return cycle


def _matured(history: TeamHistory, plan: Plan) -> pl.DataFrame:
    """Each full cycle as it was seen seven days after its end, however late this one is read."""
    after = _last_full(plan).following
    first_at = first_moment(history.tables)
    full = Plan(after, after.window.end_at + MATURITY).earlier(first_at) if first_at else ()
    asked = expected_of(history.decisions)
    return read_history(
        history.subject,
        ((past.cycle.window, past.as_of, targets_of(history, past)) for past in full),
        deep=asked,
        metrics=[METRICS[metric] for metric in sorted(asked)],
    ).metrics


def _values(
    history: TeamHistory,
    plan: Plan,
    frames: pl.DataFrame,
    decision: Decision,
    cycles: Sequence[Cycle],
) -> list[CycleValue]:
    """The expected statistic of each cycle; answers in time all by one and the same deadline."""
    expects = decision.expects
    assert isinstance(expects, Expectation)  # noqa: S101 - asked of measured decisions alone
    rows = {row["window_start_at"]: row for row in _of(frames, expects).iter_rows(named=True)}
    found = [_value(cycle, rows.get(cycle.window.start_at)) for cycle in cycles]
    if expects.metric != "response_attainment":
        return found
    judged_by = targets_of(history, Plan(plan.cycle.holding(decision.effective_from), plan.as_of))
    plans = [Plan(cycle, cycle.window.end_at + MATURITY) for cycle in cycles]
    return [
        value
        if value.value is None or targets_of(history, past) == judged_by
        else _read_again(history, expects, past, judged_by)
        for value, past in zip(found, plans, strict=True)
    ]


def _value(cycle: Cycle, row: Mapping[str, Any] | None) -> CycleValue:
    """A cycle's number, counts a week; of a cycle that is known only in part nothing is told."""
    if row is None:
        return CycleValue(cycle, None, "count", 0, "nothing in the cycle carries it")
    if row["value"] is not None and row["reason"]:
        return CycleValue(cycle, None, row["unit"], 0, row["reason"])
    if row["value"] is not None and row["unit"] == "count" and row["statistic"] == "count":
        return CycleValue(cycle, row["value"] / cycle.window.weeks, "per_week", row["n"])
    return CycleValue(cycle, row["value"], row["unit"], row["n"], row["reason"])


def _read_again(
    history: TeamHistory, expects: Expectation, past: Plan, targets: Targets
) -> CycleValue:
    measured = read_metric(
        expects.metric,
        history.subject,
        window=past.cycle.window,
        as_of=past.as_of,
        targets=targets,
    )
    wanted = (expects.statistic, expects.group)
    for estimate in measured.estimates:
        if (estimate.statistic, estimate.group) == wanted:
            return CycleValue(past.cycle, estimate.value, estimate.unit, estimate.n)
    return CycleValue(past.cycle, None, "share", 0, "nothing in the cycle carries it")


def _followed(history: TeamHistory, plan: Plan, decision: Decision) -> bool | None:
    """Whether reality followed a change of the rota or of the release rhythm; None: unknown."""
    change = decision.change
    if change is None:
        return None
    start = datetime.combine(decision.effective_from, time(), history.team.zone).astimezone(UTC)
    since = Window(start, max(start, min(plan.as_of, plan.cycle.window.end_at)))
    if change.path == "rhythm.duty.order":
        return _held_by_the_new(history, since, change.before, change.to)
    if change.path == "rhythm.release.every":
        return _released_in_a_slot(history, since)
    return None


def _held_by_the_new(history: TeamHistory, since: Window, before: Any, to: Any) -> bool | None:
    """Whether everybody who is new in the order has held a turn; None before a whole round."""
    turns = history.tables.frames["shifts"].filter(since.has("start_at"))
    new = set(to or []) - set(before or [])
    if new and new <= set(turns["person"].to_list()):
        return True
    return False if new and turns.height >= len(to or []) else None


def _released_in_a_slot(history: TeamHistory, since: Window) -> bool | None:
    """False where two slots or more went by and no stable release kept any."""
    train = history.model.train(history.team.zone) if history.model else None
    if train is None or not history.tables.coverage.repos("releases"):
        return None
    releases = history.tables.frames["releases"]
    rows = release_punctuality(releases, train=train, window=since, as_of=since.end_at)
    due = rows.filter(pl.col("became").is_in(DUE))["became"].to_list()
    return False if len(due) >= FEWEST_SLOTS and ON_TIME not in due else None


def _row(verdict: Verdict, called: Appearance, known: Evidence) -> dict[str, Any]:
    decision, change = verdict.decision, verdict.change
    return {
        "decision": decision.id,
        "title": decision.title,
        "owner": called.said(decision.owner),
        "due": decision.due.isoformat(),
        "effective_from": decision.effective_from.isoformat(),
        "status": decision.status,
        "is_overdue": is_overdue(decision, known.today),
        "expects": expectation_in_words(decision.expects),
        "verdict": verdict.name,
        "says": verdict.says,
        "value": change and round(change.value, 9),
        "lower": change and round(change.lower, 9),
        "upper": change and round(change.upper, 9),
        "unit": change.scale if change else None,
        "is_news": _reached_in(verdict, known.last_full) == known.last_full,
        "n": verdict.look_count,
        "n_looks": verdict.look_count,
        "next_look": verdict.next_look.name if verdict.next_look else None,
        "because": list(decision.because),
        "change": _shown_change(decision, called),
    }


def _reached_in(verdict: Verdict, last_full: Cycle) -> Cycle:
    """The cycle whose review told the verdict first; what is not settled is told in each."""
    decision, own = verdict.decision, last_full.holding(verdict.decision.effective_from)
    if verdict.name in ("done", "not carried out", "not done", "too early"):
        return own
    looks = sorted(decision.looks)
    count = looks[0] if verdict.name == "cannot separate" else looks[-1]
    for _ in range(verdict.change.after_count if verdict.change else count):
        own = own.following
    return own


def _shown_change(decision: Decision, called: Appearance) -> dict[str, Any] | None:
    change = decision.change
    if change is None:
        return None
    before, to = (called.said(value) for value in (change.before, change.to))
    return {"path": change.path, "from": before, "to": to}


def _of(frames: pl.DataFrame, expects: Expectation) -> pl.DataFrame:
    return frames.filter(
        metric=expects.metric, statistic=expects.statistic, group=expects.group, scope="all"
    ).sort("window_start_at")
