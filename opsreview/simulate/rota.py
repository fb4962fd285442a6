"""The duty rota: weekly shifts of three people where five could, and one week of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from opsreview.simulate.plan import TeamPlan
from opsreview.simulate.truth import Truth

ROTATION = "issue duty"
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Shift:
    """A week of duty; the account that holds it."""

    account: str
    start_at: datetime
    end_at: datetime


def shifts(plan: TeamPlan, truth: Truth) -> list[Shift]:
    """Shifts from the first Monday to some weeks after the history's last moment."""
    zone = ZoneInfo(plan.zone)
    monday = _monday_from(truth.months[0].window.start_at.astimezone(zone).date())
    last_on = plan.fetched_at.astimezone(zone).date() + plan.rota.weeks_ahead * _WEEK
    held: list[Shift] = []
    for person_id in cycle(plan.rota.order):
        if monday > last_on:
            return held
        if monday != plan.rota.gap:
            account = plan.maintainer(person_id).account
            held.append(Shift(account, _nine(monday, zone), _nine(monday + _WEEK, zone)))
        monday += _WEEK
    raise ValueError("rota.order is empty: name at least one person")


def on_duty(held: list[Shift], moment: datetime) -> str | None:
    """The account on duty at a moment; None in a gap."""
    return next((s.account for s in held if s.start_at <= moment < s.end_at), None)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _nine(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(9), tzinfo=zone).astimezone(UTC)
