"""Who does what: the accounts around the simulated repository, and how work finds its person."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from opsreview.simulate.dice import Dice
from opsreview.simulate.plan import Maintainer, TeamPlan
from opsreview.simulate.truth import MonthTruth

TRIAGE_BOT = "sim-triage[bot]"
DEPENDENCY_BOT = "sim-dependencies[bot]"
REVIEW_BOT = "sim-reviewer[bot]"
BUILD_RUNNER = "sim-build-runner"  # a machine user: GitHub calls it a User and a member
BOTS = (TRIAGE_BOT, DEPENDENCY_BOT, REVIEW_BOT)

_OUTSIDERS = tuple(f"sim-analyst-{number:03}" for number in range(1, 181))
_CONTRIBUTORS = _OUTSIDERS[:24]
_GHOST_SHARE = 0.015
_OFF_HOURS_WEIGHT = 0.25  # how much less the others do outside their hours
_OWNER_WEIGHT = 3.0
_TRIAGER_WEIGHT = 6.0
_TUESDAY = 1


class Team:
    """The maintainers of a plan, as work looks for one of them."""

    def __init__(self, plan: TeamPlan, dice: Dice) -> None:
        self._plan = plan
        self._dice = dice
        self._zone = ZoneInfo(plan.zone)
        self.hero = plan.maintainer(plan.hero).account
        self.accounts = frozenset(person.account for person in plan.maintainers)

    def responder(self, at: datetime, month: MonthTruth, area: str, besides: str | None) -> str:
        """Who of the team answers: the hero in the month's share, else an owner, a triager, …"""
        if self.hero != besides and self._dice.happens(month.hero_answers_share):
            return self.hero
        weights = self._weights(at, area, besides)
        if month.tuesday_triager and at.astimezone(self._zone).weekday() == _TUESDAY:
            triager = self._plan.maintainer(month.tuesday_triager).account
            weights = {
                account: weight * (_TRIAGER_WEIGHT if account == triager else 1)
                for account, weight in weights.items()
            }
        return self._dice.pick(weights)

    def reviewer(self, at: datetime, area: str, besides: str | None) -> str:
        """Who of the team reviews a pull request, never its author."""
        if self.hero != besides and self._dice.happens(self._plan.hero_reviews_share):
            return self.hero
        return self._dice.pick(self._weights(at, area, besides))

    def someone(self, at: datetime, besides: str | None) -> str:
        """One of the team but the hero, those at work first."""
        return self._dice.pick(self._weights(at, None, besides))

    def developer(self, at: datetime) -> str:
        """Who of the team writes a change."""
        here = [person for person in self._plan.maintainers if person.is_here(at)]
        return self._dice.pick(
            {person.account: person.change_weight * person.share for person in here}
        )

    def _weights(self, at: datetime, area: str | None, besides: str | None) -> dict[str, float]:
        return {
            person.account: _weight(person, at, area)
            for person in self._plan.maintainers
            if person.account not in (besides, self.hero) and person.is_here(at)
        }


def outsider(dice: Dice, besides: str | None = None) -> str:
    """Someone from outside the team; half of all is written by two dozen regulars."""
    while True:
        account = dice.one_of(_CONTRIBUTORS if dice.happens(0.5) else _OUTSIDERS)
        if account != besides:
            return account


def outsider_or_ghost(dice: Dice) -> str | None:
    """Someone from outside; None now and then, where the account is gone since."""
    return None if dice.happens(_GHOST_SHARE) else outsider(dice)


def association(account: str | None, team: frozenset[str]) -> str:
    """What GitHub says an account is to the repository."""
    if account in team or account == BUILD_RUNNER:
        return "MEMBER"
    is_contributor = account in _CONTRIBUTORS or account == DEPENDENCY_BOT
    return "CONTRIBUTOR" if is_contributor else "NONE"


def _weight(person: Maintainer, at: datetime, area: str | None) -> float:
    at_work = 1.0 if person.is_working(at) else _OFF_HOURS_WEIGHT
    owned = _OWNER_WEIGHT if area is not None and person.owns == area else 1.0
    return person.share * at_work * owned
