"""What a team's history and checkout show of how it works: what a first model is drafted from.

Nothing here is a guess: what no source tells is empty, with the reason in ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from opsreview.metrics.habits import ReleaseHabit, RotaHabit

FEWEST_TIMES = 2  # done less often, nobody is said to do it


@dataclass(frozen=True)
class Member:
    """A person who runs the repositories: their id, their account, and what they did, by work."""

    id: str
    account: str
    did: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Tally:
    """Who did one kind of work, most often first, on how many of ``total``.

    ``quiet`` holds the day on which those who have not done it for three months last did.
    ``unknown`` says why it cannot be told who did it.
    """

    counts: tuple[tuple[str, int], ...] = ()
    total: int = 0
    quiet: Mapping[str, date] = field(default_factory=dict)
    unknown: str | None = None

    @property
    def doers(self) -> list[tuple[str, int]]:
        """Who did it often enough, and lately."""
        return [
            (person, count)
            for person, count in self.counts
            if count >= FEWEST_TIMES and person not in self.quiet
        ]

    @property
    def owner(self) -> str | None:
        return self.doers[0][0] if self.doers else None

    @property
    def deputy(self) -> str | None:
        return self.doers[1][0] if len(self.doers) > 1 else None


@dataclass(frozen=True)
class RotaFacts(RotaHabit):
    """The turns of duty, and the calendar's path in review.yaml, where it has one."""

    source: str | None = None


@dataclass(frozen=True)
class AnswerFacts:
    """The first deadline that three of four first answers met, and the share that met it.

    Without one ``within`` is the longest looked at. n is the number of issues that were due.
    """

    within: str
    share: float
    n: int
    is_met: bool


@dataclass(frozen=True)
class AreaFacts:
    """A label or path of the product, who worked on it, and who CODEOWNERS says owns it."""

    name: str
    label: str | None = None
    path: str | None = None
    worked: Tally = field(default_factory=Tally)
    owners: tuple[str, ...] = ()  # ids of people, as CODEOWNERS lists them


@dataclass(frozen=True)
class CheckoutFacts:
    """What a checkout of the repository holds. ``owned`` are the rules of its CODEOWNERS file."""

    paths: frozenset[str] = frozenset()  # of documentation, templates and workflows
    owned: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (path, owners as written), in order
    commands: tuple[str, ...] = ()  # that package.json contributes to the editor

    def first(self, *names: str) -> str | None:
        """The first of these paths that is there, whatever the case of its letters."""
        known = {path.lower(): path for path in sorted(self.paths)}
        return next((known[name.lower()] for name in names if name.lower() in known), None)


@dataclass(frozen=True)
class Facts:
    """Everything a first model is drafted from. Days are in the team's zone."""

    team: str
    since: date
    until: date
    members: tuple[Member, ...] = ()
    machines: tuple[str, ...] = ()  # accounts that look like machines by their names
    rarely: int = 0  # people who did too little to be listed
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    areas: tuple[AreaFacts, ...] = ()
    labels: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)  # by beginning
    channels: Mapping[str, Tally] = field(default_factory=dict)  # of support requests
    triage_weekdays: tuple[int, int] = (0, 0)  # weekdays with triage, of weekdays there were
    triage_weeks: tuple[int, int] = (0, 0)
    release: ReleaseHabit | None = None
    rota: RotaFacts | None = None
    answers: AnswerFacts | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)  # why, by release, rota, answers
    checkout: CheckoutFacts | None = None

    @property
    def member_ids(self) -> tuple[str, ...]:
        return tuple(member.id for member in self.members)

    def tally(self, work: str) -> Tally:
        return self.tallies.get(work, Tally(unknown="no source tells"))
