"""All teams beside each other, in alphabetical order: what is known, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from opsreview.place import Place
from opsreview.portfolio.multiples import OWN, STANDS, Multiple


@dataclass(frozen=True)
class TeamCycle:
    """One team at its latest whole cycle; what needs no word is empty.

    ``smallest_p`` is over its headlines, as Holm adjusts it; None where no signal can be told.
    """

    team: str
    cycle: str
    title: str
    is_quarter: bool
    end_at: datetime
    is_over: bool
    has_page: bool
    multiples: Sequence[Multiple]
    smallest_p: float | None
    incomplete: str
    early: str
    decisions: str
    overdue: str
    model: str
    areas: frozenset[str]
    is_behind: bool = False

    @property
    def stands(self) -> bool:
        """Whether it has a signal that stands among all teams."""
        return any(each.mark == STANDS for each in self.multiples)

    @property
    def has_own_signal(self) -> bool:
        """Whether it has a signal to itself alone."""
        return any(each.mark == OWN for each in self.multiples)

    @property
    def page(self) -> str:
        """The team's own page, below the outputs."""
        return f"{self.team}/{self.cycle}/index.html"

    def marked(self, level: float) -> TeamCycle:
        """The same, those of its signals marked that stand among all teams."""
        return replace(self, multiples=[each.marked(level) for each in self.multiples])


@dataclass(frozen=True)
class Unread:
    """A team, or its newest cycle, that could not be read, and what to do."""

    team: str
    reason: str


@dataclass(frozen=True)
class Portfolio:
    """The teams of an outputs folder.

    ``told_count`` is among how many teams signals were looked for; a part of the teams, as by
    area, keeps it and the marks. ``count`` is of all teams that were read.
    """

    place: Place
    teams: Sequence[TeamCycle]
    unread: Sequence[Unread]
    told_count: int
    count: int
    area: str = ""

    @property
    def areas(self) -> list[str]:
        """The areas of all models, in alphabetical order."""
        return sorted({area for team in self.teams for area in team.areas})

    @property
    def problems(self) -> list[str]:
        """What could not be read, a sentence each."""
        return [f"{each.team}: {each.reason}" for each in self.unread]

    def of_area(self, area: str) -> Portfolio:
        """The teams whose model has the area; all of them for an empty name."""
        if not area:
            return self
        teams = [team for team in self.teams if area in team.areas]
        return replace(self, teams=teams, unread=[], area=area)

    def named(self, is_meant: Callable[[TeamCycle], object]) -> list[str]:
        """The names of the teams of which something is true."""
        return [team.team for team in self.teams if is_meant(team)]
