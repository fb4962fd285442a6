"""Incidents of a team without a pager: regressions, failed publishing, p0 issues; in clusters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from opsreview.simulate.dice import Dice
from opsreview.simulate.plan import AREAS, TeamPlan
from opsreview.simulate.releases import Trouble
from opsreview.simulate.rota import Shift, on_duty
from opsreview.simulate.story import Happening, Item
from opsreview.simulate.team import Team
from opsreview.simulate.truth import MonthTruth, Truth
from opsreview.window import Window

_ECHO_SHARE = 0.4  # of the incidents that have no cause of their own: the same thing again
_ON_DUTY_SHARE = 0.55  # who is on duty takes this part of what the hero leaves
_LAST_OPEN_HOURS = 40  # an incident this long before the last moment is still open


@dataclass(frozen=True)
class Incident:
    """An incident and what was done about it. ``resolved_at`` None: still open."""

    service: str
    severity: str
    opened_at: datetime
    resolved_at: datetime | None
    issue: Item | None = None
    tag: str | None = None
    happenings: tuple[Happening, ...] = field(default=())


def incidents(
    plan: TeamPlan,
    truth: Truth,
    items: list[Item],
    troubles: list[Trouble],
    held: list[Shift],
) -> list[Incident]:
    """All incidents in the order they began, with who was called on.

    Args:
        plan: The team.
        truth: Its months.
        items: The issues; p0 bugs among them are incidents.
        troubles: What releases broke: incidents.
        held: Who was on duty.
    """
    dice = Dice(plan.seed, "incidents")
    team = Team(plan, dice)
    found = []
    for month in truth.months:
        began = _began(month, plan, items, troubles, dice)
        found += [_handled(incident, month, plan, team, held, dice) for incident in began]
    found.append(_still_open(plan, truth, team, held, dice))
    return sorted(found, key=lambda incident: incident.opened_at)


def _began(
    month: MonthTruth,
    plan: TeamPlan,
    items: list[Item],
    troubles: list[Trouble],
    dice: Dice,
) -> list[Incident]:
    """A month's incidents: those with a cause first, then strays and echoes up to its count."""
    wanted = _wanted_count(month, plan, dice)
    causes = [*_of_releases(month.window, troubles), *_of_issues(month.window, items, dice)]
    origins = causes[:wanted]
    echoes: list[Incident] = []
    while len(origins) + len(echoes) < wanted:
        if not origins or not dice.happens(_ECHO_SHARE):
            origins.append(_stray(month.window, dice))
            continue
        echo = _echo(dice.one_of(origins), dice)
        if echo.opened_at < month.window.end_at:
            echoes.append(echo)
    return [*origins, *echoes]


def _wanted_count(month: MonthTruth, plan: TeamPlan, dice: Dice) -> int:
    """Between the plan's bounds, the middle most likely; fewer in a month that is cut short."""
    spread = range(plan.incidents_at_most - plan.incidents_at_least)
    count = plan.incidents_at_least + sum(dice.happens(0.4) for _ in spread)
    if month.incident_count is not None:
        return month.incident_count
    return round(count * min(1.0, month.window.weeks / 4))


def _of_releases(window: Window, troubles: list[Trouble]) -> list[Incident]:
    return [
        Incident(t.service, "p1", t.began_at, t.ended_at, tag=t.release.tag)
        for t in troubles
        if window.start_at <= t.began_at < window.end_at
    ]


def _of_issues(window: Window, items: list[Item], dice: Dice) -> list[Incident]:
    return [
        Incident(item.area, "p0", item.opened_at, item.opened_at + dice.hours(7, 1.0), issue=item)
        for item in items
        if item.priority == "p0"
        and item.sort == "bug"
        and window.start_at <= item.opened_at < window.end_at
    ]


def _stray(window: Window, dice: Dice) -> Incident:
    """Trouble at any time, whose cause nobody named."""
    opened_at = dice.moment(window)
    resolved_at = opened_at + dice.hours(6, 1.0)
    return Incident(dice.one_of(AREAS), "p1", opened_at, resolved_at)


def _echo(first: Incident, dice: Dice) -> Incident:
    """The same thing once more, some hours later."""
    opened_at = first.opened_at + timedelta(hours=1) + dice.hours(8, 0.7)
    resolved_at = opened_at + dice.hours(4, 1.0)
    return replace(first, opened_at=opened_at, resolved_at=resolved_at)


def _still_open(
    plan: TeamPlan, truth: Truth, team: Team, held: list[Shift], dice: Dice
) -> Incident:
    opened_at = plan.fetched_at - timedelta(hours=_LAST_OPEN_HOURS)
    incident = Incident("preview", "p1", opened_at, None)
    return _handled(incident, truth.months[-1], plan, team, held, dice)


def _handled(
    incident: Incident,
    month: MonthTruth,
    plan: TeamPlan,
    team: Team,
    held: list[Shift],
    dice: Dice,
) -> Incident:
    """The incident with its helpers' doings; the first to come also resolves it."""
    first = _called_on(incident.opened_at, month, team, held, dice)
    helpers = [first]
    if dice.happens(plan.helper_share):
        helpers.append(team.someone(incident.opened_at, besides=first))
    until = incident.resolved_at or incident.opened_at + timedelta(hours=8)
    doings = list(_doings(incident, helpers, until, dice))
    if incident.resolved_at is not None:
        doings.append(Happening(until, "resolution", first))
    return replace(incident, happenings=tuple(doings))


def _called_on(at: datetime, month: MonthTruth, team: Team, held: list[Shift], dice: Dice) -> str:
    if dice.happens(month.hero_incidents_share):
        return team.hero
    duty = on_duty(held, at)
    if duty not in (None, team.hero) and dice.happens(_ON_DUTY_SHARE):
        return str(duty)
    return team.someone(at, besides=None)


def _doings(
    incident: Incident, helpers: list[str], until: datetime, dice: Dice
) -> Iterator[Happening]:
    """What each helper did before the end, one after another, never two in one second."""
    length = until - incident.opened_at
    point = 0.0
    for helper in helpers:
        for what in ("acknowledgement", "update")[: dice.whole(1, 2)]:
            point += dice.between(0.05, 0.22)
            at = incident.opened_at + length * point
            yield Happening(at.replace(microsecond=0), what, helper)
