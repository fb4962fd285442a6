"""Releases: a train with slots that slips, its pre-releases, and hotfixes after regressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opsreview.simulate.dice import Dice
from opsreview.simulate.plan import AREAS, TeamPlan
from opsreview.simulate.team import Team
from opsreview.simulate.truth import Truth

_MAJOR = 1
_FIRST_MINOR = 20  # stable lines have even minors, pre-releases odd ones


@dataclass(frozen=True)
class Release:
    """A published release. ``slot`` is the train's, for stable ones; drafts have no moment."""

    tag: str
    published_at: datetime | None
    author: str
    is_prerelease: bool = False
    slot: date | None = None


@dataclass(frozen=True)
class Trouble:
    """What a stable release broke: a regression in an area, or its own publishing."""

    release: Release
    service: str
    began_at: datetime
    ended_at: datetime


def releases(plan: TeamPlan, truth: Truth) -> tuple[list[Release], list[Trouble]]:
    """All releases, in the order they were published, and the trouble they made."""
    dice = Dice(plan.seed, "releases")
    team = Team(plan, dice)
    made: list[Release] = []
    troubles: list[Trouble] = []
    minor = _FIRST_MINOR
    for slot in truth.slots:
        published_at = _served(slot, plan, truth, dice)
        if published_at is None:
            continue
        made += _prereleases(minor - 1, published_at, plan, team, dice)
        stable = Release(
            _tag(minor, 0), published_at, _releaser(published_at, plan, team, dice), slot=slot
        )
        made.append(stable)
        for trouble in _troubles(stable, plan, dice):
            troubles.append(trouble)
            if trouble.service != "publish":
                by = _releaser(trouble.ended_at, plan, team, dice)
                made.append(Release(_tag(minor, 1), trouble.ended_at, by))
        minor += 2
    out = [release for release in made if _is_out(release, plan)]
    return [
        *sorted(out, key=lambda release: str(release.published_at)),
        _draft(made, plan),
    ], troubles


def _draft(made: list[Release], plan: TeamPlan) -> Release:
    """The next stable release, prepared and not published."""
    out = [release for release in made if release.slot and _is_out(release, plan)]
    minor = _FIRST_MINOR + 2 * len(out)
    return Release(_tag(minor, 0), None, plan.maintainer(plan.hero).account)


def _served(slot: date, plan: TeamPlan, truth: Truth, dice: Dice) -> datetime | None:
    """The moment a slot's release went out; None where it was skipped or is yet to come."""
    zone = ZoneInfo(plan.zone)
    month = next((m for m in truth.months if m.month == f"{slot:%Y-%m}"), truth.months[-1])
    if dice.happens(month.on_time_share):
        return _moment(slot, 14, 18, zone, dice)
    if dice.happens(plan.train.skipped_share):
        return None
    late_on = slot + timedelta(days=dice.whole(1, plan.train.late_days_at_most))
    return _moment(late_on, 9, 22, zone, dice)


def _moment(day: date, from_hour: int, to_hour: int, zone: ZoneInfo, dice: Dice) -> datetime:
    clock = time(dice.whole(from_hour, to_hour - 1), dice.whole(0, 59), dice.whole(0, 59))
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _prereleases(
    minor: int, stable_at: datetime, plan: TeamPlan, team: Team, dice: Dice
) -> list[Release]:
    """One or two previews in the days before a stable release; now and then none."""
    if not dice.happens(plan.train.prerelease_share):
        return []
    first_at = stable_at - timedelta(days=dice.between(5, 8))
    moments = [first_at] if dice.happens(0.6) else [first_at, first_at + timedelta(days=2)]
    return [
        Release(_tag(minor, patch), _whole(at), _releaser(at, plan, team, dice), is_prerelease=True)
        for patch, at in enumerate(moments)
    ]


def _troubles(stable: Release, plan: TeamPlan, dice: Dice) -> list[Trouble]:
    assert stable.published_at is not None  # noqa: S101 - a stable release has gone out
    troubles = []
    if dice.happens(plan.train.failed_publish_share):
        began_at = stable.published_at - timedelta(minutes=dice.whole(35, 240))
        troubles.append(Trouble(stable, "publish", began_at, stable.published_at))
    if dice.happens(plan.train.regression_share):
        began_at = stable.published_at + dice.hours(12, 0.8)
        ended_at = began_at + dice.hours(22, 0.6)
        troubles.append(Trouble(stable, dice.one_of(AREAS), began_at, ended_at))
    return troubles


def _releaser(at: datetime, plan: TeamPlan, team: Team, dice: Dice) -> str:
    if dice.happens(plan.hero_releases_share):
        return team.hero
    return team.someone(at, besides=None)


def _tag(minor: int, patch: int) -> str:
    return f"v{_MAJOR}.{minor}.{patch}"


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _is_out(release: Release, plan: TeamPlan) -> bool:
    return release.published_at is not None and release.published_at <= plan.fetched_at
