"""Issues: opened, answered or not, talked about, closed, now and then opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opsreview.simulate.dice import Dice, arrivals
from opsreview.simulate.plan import AREAS, TeamPlan, Unanswered
from opsreview.simulate.story import Item
from opsreview.simulate.team import TRIAGE_BOT, Team, outsider, outsider_or_ghost
from opsreview.simulate.truth import MonthTruth, Truth
from opsreview.simulate.words import issue_title

_SORTS = {"bug": 0.62, "question": 0.23, "feature": 0.15}
_AREA_WEIGHTS = dict(zip(AREAS, (0.40, 0.36, 0.24), strict=True))
_BY_TEAM_SHARE = 0.15
_WELCOME_SHARE = 0.25
_AUTHOR_NUDGES_SHARE = 0.12
_CLOSE_REASONS = {"completed": 0.66, "not_planned": 0.20, "duplicate": 0.14}


def issues(plan: TeamPlan, truth: Truth) -> list[Item]:
    """All issues of the history, in the order they were opened; some of it may be yet to come."""
    dice = Dice(plan.seed, "issues")
    team = Team(plan, dice)
    told = []
    for month in truth.months:
        count = dice.count(plan.issues_per_week * month.window.weeks, plan.dispersion)
        for opened_at in arrivals(month.window, count, dice):
            item = _opened(plan, team, month, opened_at, dice)
            _tell(item, plan, team, dice)
            told.append(item)
    return told


def stale_close(item: Item, quiet_since: datetime, unanswered: Unanswered) -> None:
    """The stale bot's word and close, at its next run after so many quiet days."""
    due_at = quiet_since + timedelta(days=unanswered.stale_after_days)
    runs_at = datetime(due_at.year, due_at.month, due_at.day, 3, 15, tzinfo=UTC)
    closed_at = runs_at + timedelta(days=1)
    item.then(closed_at - timedelta(seconds=4), "commented", TRIAGE_BOT)
    item.then(closed_at, "closed", TRIAGE_BOT, "not_planned")


def _opened(plan: TeamPlan, team: Team, month: MonthTruth, opened_at: datetime, dice: Dice) -> Item:
    by_team = dice.happens(_BY_TEAM_SHARE)
    area, sort = dice.pick(_AREA_WEIGHTS), dice.pick(_SORTS)
    return Item(
        opened_at=opened_at,
        month=month,
        author=team.developer(opened_at) if by_team else outsider_or_ghost(dice),
        area=area,
        sort=sort,
        title=issue_title(area, sort, dice),
        priority=dice.pick({name: share for name, share, _ in plan.priorities}),
    )


def _tell(item: Item, plan: TeamPlan, team: Team, dice: Dice) -> None:
    if dice.happens(_WELCOME_SHARE):
        _born_labelled(item)
    unanswered, factor = plan.unanswered, item.month.unanswered_factor
    fate = dice.pick(
        {
            "answered": item.month.answered_share,
            "closed by team": unanswered.by_team_share * factor,
            "closed by author": unanswered.by_author_share * factor,
            "neglected": unanswered.neglected_share * factor,
        }
    )
    if fate == "answered":
        _answered(item, plan, team, dice)
    elif fate == "closed by team":
        _closed_by_team(item, team, dice)
    elif fate == "closed by author":
        item.then(item.opened_at + dice.hours(24, 1.3), "closed", item.author, "completed")
    elif dice.happens(unanswered.stale_close_share):
        stale_close(item, item.opened_at, unanswered)


def _born_labelled(item: Item) -> None:
    """The issue form's kind, set by the bot at birth, and its word of welcome."""
    item.then(item.opened_at + timedelta(seconds=2), "labeled", TRIAGE_BOT, f"kind/{item.sort}")
    item.then(item.opened_at + timedelta(seconds=5), "commented", TRIAGE_BOT)


def _closed_by_team(item: Item, team: Team, dice: Dice) -> None:
    closed_at = item.opened_at + dice.hours(60, 1.2)
    closer = team.responder(closed_at, item.month, item.area, besides=item.author)
    if dice.happens(0.5):
        _triaged(item, closed_at - timedelta(seconds=1), closer, dice)
    item.then(closed_at, "closed", closer, dice.pick(_CLOSE_REASONS))


def _answered(item: Item, plan: TeamPlan, team: Team, dice: Dice) -> None:
    factor = next(factor for name, _, factor in plan.priorities if name == item.priority)
    wait = dice.hours(item.month.response_median_hours * factor, item.month.response_sigma)
    answered_at = item.opened_at + wait
    responder = team.responder(answered_at, item.month, item.area, besides=item.author)
    if dice.happens(_AUTHOR_NUDGES_SHARE) and item.author:
        item.then(item.opened_at + wait * dice.between(0.2, 0.9), "commented", item.author)
    _triaged(item, item.opened_at + wait * _triage_point(dice), responder, dice)
    if dice.happens(plan.outsider_answers_share):
        item.then(answered_at, "commented", outsider(dice, besides=item.author))
        answered_at += dice.hours(item.month.response_median_hours, 1.0)
    item.then(answered_at, "commented", responder)
    _talked_over(item, answered_at, responder, plan, dice)


def _triage_point(dice: Dice) -> float:
    """Labels come with the answer, or some way before it."""
    return 1.0 if dice.happens(0.7) else dice.between(0.05, 0.95)


def _triaged(item: Item, at: datetime, by: str, dice: Dice) -> None:
    """The labels that say what an issue is: of nine in ten, now and then a wrong area first."""
    if not dice.happens(0.9):
        return
    if dice.happens(0.04):
        wrong = next(area for area in AREAS if area != item.area)
        item.then(at, "labeled", by, f"area/{wrong}")
        item.then(at, "unlabeled", by, f"area/{wrong}")
    if not any(happening.detail.startswith("kind/") for happening in item.happenings):
        item.then(at, "labeled", by, f"kind/{item.sort}")
    item.then(at, "labeled", by, f"area/{item.area}")
    if item.priority is not None:
        item.then(at, "labeled", by, f"priority/{item.priority}")
    if dice.happens(0.3):
        item.then(at, "assigned", by, by)


def _talked_over(
    item: Item, answered_at: datetime, responder: str, plan: TeamPlan, dice: Dice
) -> None:
    """Up to three rounds of author and team; one time in five the team lets it rest."""
    last_at, is_with_team = answered_at, False
    for _ in range(3):
        if is_with_team or item.author is None or not dice.happens(0.55):
            break
        last_at += dice.hours(12, 1.2)
        item.then(last_at, "commented", item.author)
        is_with_team = dice.happens(0.2)
        if not is_with_team:
            last_at += dice.hours(24, 1.2)
            item.then(last_at, "commented", responder)
    if dice.happens(0.6 if is_with_team else 0.93):
        _closed(item, last_at + dice.hours(90, 1.3), responder, plan, dice)
    elif dice.happens(plan.unanswered.stale_close_share):
        stale_close(item, last_at, plan.unanswered)


def _closed(item: Item, closed_at: datetime, responder: str, plan: TeamPlan, dice: Dice) -> None:
    by_author = item.author is not None and dice.happens(0.25)
    reason = "completed" if by_author else dice.pick(_CLOSE_REASONS)
    item.then(closed_at, "closed", item.author if by_author else responder, reason)
    if dice.happens(plan.reopened_share):
        closed_at = _reopened(item, closed_at, responder, dice)
        if dice.happens(plan.reopened_again_share):
            _reopened(item, closed_at, responder, dice)


def _reopened(item: Item, closed_at: datetime, responder: str, dice: Dice) -> datetime:
    """Open again, because it was not fixed, and closed once more."""
    reopened_at = closed_at + dice.hours(48, 1.0)
    reopener = item.author if item.author and dice.happens(0.6) else responder
    item.then(reopened_at, "reopened", reopener)
    item.then(reopened_at + timedelta(minutes=2), "commented", reopener)
    closed_again_at = reopened_at + timedelta(minutes=5) + dice.hours(96, 1.2)
    item.then(closed_again_at, "closed", responder, "completed")
    return closed_again_at
