"""Numbers over one window, and the same over the windows before it.

A team with few issues has triage read over three months instead of one: what a month of four issues
seems to say is luck. ``outputs/<team>/<cycle>/quarter/`` holds it then.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median
from typing import Any

import polars as pl

from opsreview.metrics.metric import Metric
from opsreview.metrics.reading import (
    CycleReading,
    HistoryReading,
    read_cycle,
    read_history,
)
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Targets
from opsreview.operating_model.decisions import expected_of
from opsreview.pipeline.headlines import ENDINGS, headlines_of
from opsreview.pipeline.reading import Plan, TeamHistory, first_moment, targets_of
from opsreview.window import ThreeMonths

FEWEST_A_MONTH = 10  # issues opened; below it a month says little of any one number
MONTHS_LOOKED_AT = 12
STEPPED = ("triage",)


@dataclass(frozen=True)
class Sight:
    """A window as it was read, and the windows before it, each with the same maturity."""

    plan: Plan
    targets: Targets
    reading: CycleReading
    earlier: HistoryReading

    @property
    def noun(self) -> str:
        """What one of its windows is called."""
        return "quarter" if isinstance(self.plan.cycle, ThreeMonths) else "cycle"


def sight_of(
    history: TeamHistory, plan: Plan, metrics: Collection[Metric] = METRICS.values()
) -> Sight:
    """The window of the plan and those before it.

    Of the headlines, and of what decisions expect, every earlier window is read, and of headlines
    that are waits the things measured are kept: signals compare them.
    """
    targets, first_at = targets_of(history, plan), first_moment(history.tables)
    reading = read_cycle(
        history.subject,
        window=plan.cycle.window,
        as_of=plan.as_of,
        targets=targets,
        metrics=metrics,
    )
    before = plan.earlier(first_at) if first_at else ()
    cycles = ((past.cycle.window, past.as_of, targets_of(history, past)) for past in before)
    headlines = headlines_of(history.team, METRICS, has_train=history.has_train)
    earlier = read_history(
        history.subject,
        cycles,
        kept={headline.metric for headline in headlines if headline.id in ENDINGS},
        deep=deep_of(history),
        metrics=metrics,
    )
    return Sight(plan, targets, reading, earlier)


def deep_of(history: TeamHistory) -> set[str]:
    """The metrics of which every earlier cycle is read: of headlines, and of what is decided on."""
    headlines = headlines_of(history.team, METRICS, has_train=history.has_train)
    return {*(headline.metric for headline in headlines), *expected_of(history.decisions)}


def stepped(history: TeamHistory, month: Sight) -> Sight | None:
    """Triage over the three months to the cycle's end; None where a month holds enough."""
    plan, a_month = month.plan, issues_a_month(month)
    if plan.cycle.is_quarter or a_month is None or a_month >= FEWEST_A_MONTH:
        return None
    longer = Plan(ThreeMonths(plan.cycle.name, plan.cycle.zone), plan.as_of)
    of_triage = [metric for metric in METRICS.values() if metric.topic in STEPPED]
    return sight_of(history, longer, of_triage)


def issues_a_month(month: Sight) -> float | None:
    """How many issues are usually opened in a month; None where no month tells."""
    frames = pl.concat([month.earlier.metrics, month.reading.metrics])
    opened = frames.filter(
        metric="issues_new", statistic="count", group="kind:issue", scope="all"
    ).drop_nulls("value")
    counts = opened.sort("window_start_at")["value"].tail(MONTHS_LOOKED_AT + 1).to_list()
    return median(counts) if counts else None


def stepped_run(run: dict[str, Any], month: Sight, longer: Sight) -> dict[str, Any]:
    """``quarter/run.json``: the cycle's own, with the longer window and why it is longer."""
    window = longer.plan.cycle.window
    return run | {
        "title": longer.plan.cycle.title,
        "window": {"start_at": window.start_at.isoformat(), "end_at": window.end_at.isoformat()},
        "stepped_from": {"title": run["title"], "issues_a_month": issues_a_month(month)},
        "excluded": longer.reading.excluded.height,
        "target_hours": {"response_attainment": longer.targets.response_hours},
    }
