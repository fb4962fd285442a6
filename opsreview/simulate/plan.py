"""What a simulated team is like: every knob, and the team of the demo.

All people, accounts and numbers here are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

AREAS = ("author", "preview", "diagnostics")


@dataclass(frozen=True)
class Maintainer:
    """A simulated person. Weights are relative to the other maintainers but the hero."""

    id: str
    account: str
    zone: str
    joined_on: date
    share: float = 1.0
    owns: str | None = None
    works_from: time = time(9)
    works_to: time = time(17)
    change_weight: float = 1.0

    def is_here(self, moment: datetime) -> bool:
        """Whether the person has joined at the moment, by their own calendar."""
        return moment.astimezone(ZoneInfo(self.zone)).date() >= self.joined_on

    def is_working(self, moment: datetime) -> bool:
        """Whether the moment lies in the person's hours, Monday to Friday; no holidays."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.weekday() < 5 and self.works_from <= local.time() < self.works_to


@dataclass(frozen=True)
class Change:
    """A stretch of months in which the team was different: from ``first`` up to, not in, ``end``.

    Factors multiply what the plan says; a share or count stands in its place; None leaves it.
    """

    what: str
    first: str
    end: str
    response_factor: float = 1.0
    unanswered_factor: float = 1.0
    review_factor: float = 1.0
    merge_factor: float = 1.0
    hero_answers_share: float | None = None
    hero_incidents_share: float | None = None
    incident_count: int | None = None
    on_time_share: float | None = None
    tuesday_triager: str | None = None


@dataclass(frozen=True)
class PlantedDecision:
    """A decision of the story, and what it truly did to its metric.

    ``truth`` is ``better``, ``worse`` or ``none``; None where no number was expected to move.
    """

    id: str
    title: str
    effective_from: date
    metric: str | None
    is_carried_out: bool
    truth: Literal["better", "worse", "none"] | None
    effect: str


@dataclass(frozen=True)
class Unanswered:
    """How issues end that nobody answers, as shares of all issues opened."""

    by_team_share: float = 0.075
    by_author_share: float = 0.045
    neglected_share: float = 0.060
    stale_after_days: int = 60
    stale_close_share: float = 0.96

    def total_share(self, factor: float) -> float:
        return (self.by_team_share + self.by_author_share + self.neglected_share) * factor

    def closed_share(self, factor: float) -> float:
        """Closed without a word in the end: by the team, the author or the stale bot."""
        by_bot_share = self.neglected_share * self.stale_close_share
        return (self.by_team_share + self.by_author_share + by_bot_share) * factor


@dataclass(frozen=True)
class Train:
    """A release train with a slot every ``every_days`` days, and how it slips.

    The share of slots kept falls in a straight line from ``on_time_at_first`` in the first month
    to ``on_time_at_last`` in the last; a missed slot is skipped or served some days late.
    """

    anchor: date
    every_days: int = 14
    on_time_at_first: float = 0.95
    on_time_at_last: float = 0.40
    skipped_share: float = 0.25
    late_days_at_most: int = 8
    regression_share: float = 0.45
    failed_publish_share: float = 0.12
    prerelease_share: float = 0.85


@dataclass(frozen=True)
class Rota:
    """Weekly duty from Monday 09:00 in the team's zone, held in this order, again and again."""

    order: tuple[str, ...]
    gap: date
    weeks_ahead: int = 5


@dataclass(frozen=True)
class TeamPlan:
    """Everything a simulated history depends on.

    First responses of a month are lognormal: median ``response_median_hours`` times the month's
    own shift (lognormal with sd ``month_spread``), the changes in force and the priority's
    factor; sd of the log within a month ``response_sigma``. Weekly counts are negative binomial
    with a variance of ``dispersion`` times the mean of the month.
    """

    seed: int
    repo: str
    zone: str
    first_month: str
    month_count: int
    fetched_at: datetime
    maintainers: tuple[Maintainer, ...]
    hero: str
    train: Train
    rota: Rota
    changes: tuple[Change, ...] = ()
    decisions: tuple[PlantedDecision, ...] = ()
    issues_per_week: float = 13.8
    changes_per_week: float = 9.2
    dispersion: float = 2.0
    response_median_hours: float = 20.0
    response_sigma: float = 1.5
    month_spread: float = 0.2
    review_median_hours: float = 10.0
    review_sigma: float = 1.3
    merge_median_hours: float = 6.0
    unanswered: Unanswered = Unanswered()
    outsider_answers_share: float = 0.04
    reopened_share: float = 0.06
    reopened_again_share: float = 0.25
    hero_answers_share: float = 0.50
    hero_reviews_share: float = 0.60
    hero_releases_share: float = 0.92
    hero_incidents_share: float = 0.45
    helper_share: float = 0.30
    incidents_at_least: int = 3
    incidents_at_most: int = 8
    # label: (share of issues, factor on the median); the mean of share × log factor is about 0
    priorities: tuple[tuple[str | None, float, float], ...] = (
        ("p0", 0.03, 0.30),
        ("p1", 0.15, 0.60),
        ("p2", 0.40, 1.00),
        (None, 0.42, 1.30),
    )

    def __post_init__(self) -> None:
        first_on = date.fromisoformat(f"{self.first_month}-01")
        others = [
            person
            for person in self.maintainers
            if person.id != self.hero and person.joined_on < first_on
        ]
        if len(others) < 2:
            raise ValueError(
                f"maintainers: {len(others)} besides the hero had joined before "
                f"{self.first_month}; the simulation needs two, so that nobody reviews alone"
            )

    def maintainer(self, person_id: str) -> Maintainer:
        return next(person for person in self.maintainers if person.id == person_id)

    def months_before(self, month: str) -> int:
        """How many months lie between the plan's first month and ``month``."""
        return _months(month) - _months(self.first_month)


def _months(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)


_STARTED = date(2024, 1, 8)

EXTENSION_TEAM = TeamPlan(
    seed=239,  # of the first 400, the one whose sampled months show the story best
    repo="example/analyst-extension",
    zone="Europe/Madrid",
    first_month="2025-05",
    month_count=18,
    fetched_at=datetime(2026, 11, 8, 6, tzinfo=UTC),
    hero="ada",
    maintainers=(
        Maintainer("ada", "sim-ada", "Europe/Madrid", _STARTED, change_weight=1.3),
        Maintainer("ben", "sim-ben", "Europe/Madrid", _STARTED, share=0.5, owns="author"),
        Maintainer("cleo", "sim-cleo", "America/New_York", _STARTED, owns="preview"),
        Maintainer("dev", "sim-dev", "Asia/Kolkata", _STARTED, owns="diagnostics"),
        Maintainer("eli", "sim-eli", "Europe/Berlin", date(2026, 3, 2), owns="preview"),
    ),
    train=Train(anchor=date(2026, 11, 10)),
    rota=Rota(order=("ada", "ben", "ada", "cleo"), gap=date(2026, 10, 5)),
    changes=(
        Change(
            "merges wait for Thursday",
            first="2026-02",
            end="2026-08",
            merge_factor=12.0,
        ),
        Change("two reviewers take turns", first="2026-04", end="2026-12", review_factor=0.5),
        Change(
            "a second triager on Tuesdays",
            first="2026-08",
            end="2026-10",
            response_factor=0.45,
            unanswered_factor=0.6,
            hero_answers_share=0.35,
            tuesday_triager="cleo",
        ),
        Change("the release day is agreed", first="2026-09", end="2026-11", on_time_share=0.50),
        Change(
            "a bad October: one person fights fires, answers wait",
            first="2026-10",
            end="2026-11",
            response_factor=2.1,
            unanswered_factor=1.15,
            hero_incidents_share=0.75,
            incident_count=10,
            tuesday_triager="cleo",
        ),
    ),
    decisions=(
        PlantedDecision(
            "2025-10-d1",
            "Remind reviewers every morning",
            date(2025, 10, 1),
            "time_to_first_review",
            is_carried_out=True,
            truth="none",
            effect="none: the review wait has the same median before and after",
        ),
        PlantedDecision(
            "2025-12-d1",
            "Saved replies for common questions",
            date(2025, 12, 1),
            "response_attainment",
            is_carried_out=True,
            truth="none",
            effect="none: answers come as before",
        ),
        PlantedDecision(
            "2026-02-d1",
            "Merge on Thursdays only",
            date(2026, 2, 1),
            "change_request_duration",
            is_carried_out=True,
            truth="worse",
            effect="until July: from the last approval to the merge × 12",
        ),
        PlantedDecision(
            "2026-04-d1",
            "Two reviewers take turns",
            date(2026, 4, 1),
            "time_to_first_review",
            is_carried_out=True,
            truth="better",
            effect="from April on: review wait × 0.5",
        ),
        PlantedDecision(
            "2026-06-d1",
            "A deputy for triage",
            date(2026, 6, 1),
            None,
            is_carried_out=True,
            truth=None,
            effect="ben stands in for ada",
        ),
        PlantedDecision(
            "2026-06-d2",
            "Publish from CI with one button",
            date(2026, 6, 15),
            "change_lead_time",
            is_carried_out=True,
            truth="none",
            effect="none: releases come when they came",
        ),
        PlantedDecision(
            "2026-07-d1",
            "Release notes are written with the change",
            date(2026, 7, 15),
            "change_lead_time",
            is_carried_out=True,
            truth="none",
            effect="none, and nobody could tell it from the button",
        ),
        PlantedDecision(
            "2026-08-d1",
            "Second triager on Tuesdays",
            date(2026, 8, 1),
            "response_attainment",
            is_carried_out=True,
            truth="better",
            effect="August and September: response median × 0.45, unanswered share × 0.6",
        ),
        PlantedDecision(
            "2026-09-d1",
            "Release every second Tuesday",
            date(2026, 9, 1),
            "release_frequency",
            is_carried_out=True,
            truth="none",
            effect="little: half of the slots are kept, about as before, so releases come as often",
        ),
        PlantedDecision(
            "2026-09-d2",
            "Rota of four instead of three",
            date(2026, 9, 15),
            None,
            is_carried_out=False,
            truth=None,
            effect="none: the rota still names three",
        ),
        PlantedDecision(
            "2026-09-d3",
            "Write down how to publish",
            date(2026, 10, 1),
            None,
            is_carried_out=False,
            truth=None,
            effect="none: nobody wrote it",
        ),
    ),
)

TEAMS = {"extension": EXTENSION_TEAM}
