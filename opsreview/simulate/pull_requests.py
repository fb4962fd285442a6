"""Pull requests: written, drafted, reviewed, merged or left."""

from __future__ import annotations

from datetime import datetime, timedelta

from opsreview.simulate.dice import Dice, arrivals
from opsreview.simulate.issues import stale_close
from opsreview.simulate.plan import AREAS, TeamPlan
from opsreview.simulate.story import Item
from opsreview.simulate.team import (
    BUILD_RUNNER,
    DEPENDENCY_BOT,
    REVIEW_BOT,
    Team,
    outsider_or_ghost,
)
from opsreview.simulate.truth import MonthTruth, Truth
from opsreview.simulate.words import change_title, dependency_title

_AUTHORS = {"team": 0.62, "bot": 0.12, "outsider": 0.26}
_SORTS = {"bug": 0.45, "feature": 0.25, "docs": 0.12, "maintenance": 0.18}
_FATES = {"reviewed": 0.86, "merged unreviewed": 0.08, "left": 0.06}
_FIRST_VERDICTS = {"APPROVED": 0.55, "CHANGES_REQUESTED": 0.25, "COMMENTED": 0.20}
_DRAFT_SHARE = 0.18


def pull_requests(plan: TeamPlan, truth: Truth) -> list[Item]:
    """All pull requests of the history, in the order they were opened."""
    dice = Dice(plan.seed, "pull requests")
    team = Team(plan, dice)
    told = []
    for month in truth.months:
        count = dice.count(plan.changes_per_week * month.window.weeks, plan.dispersion)
        for opened_at in arrivals(month.window, count, dice):
            item = _opened(team, month, opened_at, dice)
            _tell(item, plan, team, dice)
            told.append(item)
    return told


def _opened(team: Team, month: MonthTruth, opened_at: datetime, dice: Dice) -> Item:
    by, area = dice.pick(_AUTHORS), dice.one_of(AREAS)
    sort = "maintenance" if by == "bot" else dice.pick(_SORTS)
    authors = {"team": team.developer(opened_at), "bot": DEPENDENCY_BOT}
    return Item(
        opened_at=opened_at,
        month=month,
        author=authors[by] if by in authors else outsider_or_ghost(dice),
        area=area,
        sort=sort,
        title=dependency_title(dice) if by == "bot" else change_title(area, sort, dice),
        is_pull_request=True,
        is_born_draft=by != "bot" and dice.happens(_DRAFT_SHARE),
    )


def _tell(item: Item, plan: TeamPlan, team: Team, dice: Dice) -> None:
    _machines_speak(item, dice)
    ready_at = _ready(item, dice)
    fate = dice.pick(_FATES)
    if fate == "reviewed":
        _reviewed(item, ready_at, plan, team, dice)
    elif fate == "merged unreviewed":
        merger = item.author if item.author in team.accounts else team.hero
        _merged(item, ready_at + dice.hours(16, 1.0), merger)
    elif dice.happens(plan.unanswered.stale_close_share):
        stale_close(item, ready_at, plan.unanswered)


def _machines_speak(item: Item, dice: Dice) -> None:
    if dice.happens(0.4):
        item.then(item.opened_at + timedelta(minutes=12), "commented", BUILD_RUNNER)
    if dice.happens(0.3):
        item.then(item.opened_at + timedelta(minutes=3), "reviewed", REVIEW_BOT, "COMMENTED")


def _ready(item: Item, dice: Dice) -> datetime:
    """When the pull request asks for a review: at once, or once it is no draft any more."""
    ready_at = item.opened_at
    if item.is_born_draft:
        ready_at += dice.hours(30, 1.0)
        item.then(ready_at, "ready_for_review", item.author)
    elif item.author != DEPENDENCY_BOT and dice.happens(0.03):
        drafted_at = ready_at + timedelta(minutes=20)
        ready_at = drafted_at + dice.hours(20, 1.0)
        item.then(drafted_at, "convert_to_draft", item.author)
        item.then(ready_at, "ready_for_review", item.author)
    return ready_at


def _reviewed(item: Item, ready_at: datetime, plan: TeamPlan, team: Team, dice: Dice) -> None:
    reviewed_at = ready_at + dice.hours(item.month.review_median_hours, plan.review_sigma)
    reviewer = team.reviewer(reviewed_at, item.area, besides=item.author)
    if dice.happens(0.5):
        item.then(ready_at + timedelta(seconds=30), "review_requested", item.author, reviewer)
    _labelled(item, reviewed_at, reviewer, dice)
    verdict = dice.pick(_FIRST_VERDICTS)
    item.then(reviewed_at, "reviewed", reviewer, verdict)
    if verdict != "APPROVED":
        reviewed_at = _reworked(item, reviewed_at, reviewer, dice)
    _finished(item, reviewed_at, reviewer, plan, team, dice)


def _labelled(item: Item, at: datetime, by: str, dice: Dice) -> None:
    if dice.happens(0.8):
        item.then(at, "labeled", by, f"kind/{item.sort}")
        item.then(at, "labeled", by, f"area/{item.area}")


def _reworked(item: Item, reviewed_at: datetime, reviewer: str, dice: Dice) -> datetime:
    """The author's reply and the second, approving review; its moment."""
    replied_at = reviewed_at + dice.hours(14, 1.0)
    if item.author not in (None, DEPENDENCY_BOT):
        item.then(replied_at, "commented", item.author)
    approved_at = replied_at + dice.hours(10, 1.1)
    item.then(approved_at, "reviewed", reviewer, "APPROVED")
    return approved_at


def _finished(
    item: Item, reviewed_at: datetime, reviewer: str, plan: TeamPlan, team: Team, dice: Dice
) -> None:
    fate = dice.pick({"merged": 0.90, "closed": 0.06, "left": 0.04})
    if fate == "merged":
        own = item.author in team.accounts and dice.happens(0.5)
        wait = dice.hours(item.month.merge_median_hours, 1.2)
        _merged(item, reviewed_at + wait, item.author if own else reviewer)
    elif fate == "closed":
        item.then(reviewed_at + dice.hours(72, 1.0), "closed", reviewer)
    elif dice.happens(plan.unanswered.stale_close_share):
        stale_close(item, reviewed_at, plan.unanswered)


def _merged(item: Item, at: datetime, by: str | None) -> None:
    item.then(at, "merged", by)
    item.then(at, "closed", by)
