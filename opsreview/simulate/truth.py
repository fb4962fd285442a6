"""What was planted: the numbers a perfect statistic would find."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

from opsreview.simulate.dice import Dice
from opsreview.simulate.plan import Change, PlantedDecision, TeamPlan
from opsreview.window import Cycle, Window


@dataclass(frozen=True)
class MonthTruth:
    """The parameters one month was drawn from.

    ``response_median_hours`` is the median over the answered; ``answered_share`` and
    ``closed_unanswered_share`` are of all issues opened in the month, however long it takes.
    """

    month: str
    window: Window
    response_median_hours: float
    response_sigma: float
    priorities: tuple[tuple[str | None, float, float], ...]
    answered_share: float
    closed_unanswered_share: float
    unanswered_factor: float
    review_median_hours: float
    merge_median_hours: float
    hero_answers_share: float
    hero_incidents_share: float
    on_time_share: float
    incident_count: int | None
    tuesday_triager: str | None

    def answered_share_within(self, hours: float) -> float:
        """Of all issues opened in the month, the share answered within so many hours."""
        answered = 0.0
        for _, share, factor in self.priorities:
            distance = math.log(hours / (self.response_median_hours * factor))
            answered += share * NormalDist().cdf(distance / self.response_sigma)
        return self.answered_share * answered


@dataclass(frozen=True)
class Truth:
    """All that was planted in a simulated history."""

    months: tuple[MonthTruth, ...]
    slots: tuple[date, ...]
    decisions: tuple[PlantedDecision, ...]
    changes: tuple[Change, ...]
    hero: str
    rota_order: tuple[str, ...]
    rota_gap: date

    def month(self, name: str) -> MonthTruth:
        return next(month for month in self.months if month.month == name)


def planted(plan: TeamPlan) -> Truth:
    """The truth of a plan: its months with their shifts and changes, its release slots."""
    dice = Dice(plan.seed, "months")
    months = tuple(
        _month(plan, cycle, window, math.exp(dice.normal(plan.month_spread)))
        for cycle, window in _windows(plan)
    )
    return Truth(
        months=months,
        slots=_slots(plan),
        decisions=plan.decisions,
        changes=plan.changes,
        hero=plan.hero,
        rota_order=plan.rota.order,
        rota_gap=plan.rota.gap,
    )


def _windows(plan: TeamPlan) -> list[tuple[Cycle, Window]]:
    """The plan's months, and the days after them up to the moment the history speaks for."""
    zone = ZoneInfo(plan.zone)
    first = Cycle(plan.first_month, zone)
    spoken_for = Window(first.window.start_at, plan.fetched_at)
    windows = []
    for index in range(plan.month_count + 1):
        cycle = Cycle(_month_name(plan.first_month, index), zone)
        window = cycle.window.overlap(spoken_for)
        if window is not None:
            windows.append((cycle, window))
    return windows


def _month_name(first_month: str, index: int) -> str:
    year, number = (int(part) for part in first_month.split("-"))
    years, month = divmod(number - 1 + index, 12)
    return f"{year + years:04}-{month + 1:02}"


def _month(plan: TeamPlan, cycle: Cycle, window: Window, shift: float) -> MonthTruth:
    changes = [change for change in plan.changes if change.first <= cycle.name < change.end]
    response_factor = math.prod(change.response_factor for change in changes)
    unanswered_factor = math.prod(change.unanswered_factor for change in changes)
    review_factor = math.prod(change.review_factor for change in changes)
    merge_factor = math.prod(change.merge_factor for change in changes)
    triagers = [change.tuesday_triager for change in changes if change.tuesday_triager]
    counts = [change.incident_count for change in changes if change.incident_count is not None]
    return MonthTruth(
        month=cycle.name,
        window=window,
        response_median_hours=plan.response_median_hours * shift * response_factor,
        response_sigma=plan.response_sigma,
        priorities=plan.priorities,
        answered_share=1 - plan.unanswered.total_share(unanswered_factor),
        closed_unanswered_share=plan.unanswered.closed_share(unanswered_factor),
        unanswered_factor=unanswered_factor,
        review_median_hours=plan.review_median_hours * review_factor,
        merge_median_hours=plan.merge_median_hours * merge_factor,
        hero_answers_share=_last(
            [change.hero_answers_share for change in changes], plan.hero_answers_share
        ),
        hero_incidents_share=_last(
            [change.hero_incidents_share for change in changes], plan.hero_incidents_share
        ),
        on_time_share=_last(
            [change.on_time_share for change in changes], _on_time_share(plan, cycle.name)
        ),
        incident_count=counts[-1] if counts else None,
        tuesday_triager=triagers[-1] if triagers else None,
    )


def _last(planted_shares: list[float | None], usual_share: float) -> float:
    shares = [share for share in planted_shares if share is not None]
    return shares[-1] if shares else usual_share


def _on_time_share(plan: TeamPlan, month: str) -> float:
    way = min(1.0, plan.months_before(month) / max(1, plan.month_count - 1))
    train = plan.train
    return train.on_time_at_first + way * (train.on_time_at_last - train.on_time_at_first)


def _slots(plan: TeamPlan) -> tuple[date, ...]:
    """Slots from the first month to the first one after the history's last moment."""
    step = timedelta(days=plan.train.every_days)
    zone = ZoneInfo(plan.zone)
    first_on = Cycle(plan.first_month, zone).window.start_at.astimezone(zone).date()
    last_on = plan.fetched_at.astimezone(zone).date()
    slot = plan.train.anchor
    slot -= step * ((slot - first_on) // step)
    slots: list[date] = []
    while not slots or slots[-1] <= last_on:
        slots.append(slot)
        slot += step
    return tuple(slots)
