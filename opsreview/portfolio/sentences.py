"""What a lead reads first: how many teams, which of them to ask, and what the marks mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsreview.portfolio import states
from opsreview.portfolio.luck import by_luck
from opsreview.portfolio.multiples import OWN, STANDS
from opsreview.portfolio.teams import Portfolio, TeamCycle
from opsreview.wording import capitalised, counted, uncapitalised

MARKS = {STANDS: "signal", OWN: "signal to the team"}
AMONG_ALL = "signal among all teams"
MARKS_STAY = "Marks stay those among all teams."


@dataclass(frozen=True)
class Who:
    """The teams of which one thing is to be said; ``mark`` is how their cards are marked.

    ``parts`` are their names, in alphabetical order, by what it is about; by nothing where that
    needs no word.
    """

    what: str
    parts: dict[str, list[str]]
    note: str = ""
    mark: str = ""

    @property
    def teams(self) -> set[str]:
        return {name for names in self.parts.values() for name in names}


def headline_sentence(portfolio: Portfolio) -> str:
    """The page's title: how many of all teams have a signal that stands."""
    count, stand = len(portfolio.teams), len(portfolio.named(lambda team: team.stands))
    if not portfolio.told_count:
        return "All teams: too young to tell a signal" if count else "All teams: none could be read"
    return f"All teams: {stand or 'none'} of {count} {_has(stand)} a signal that stands among all"


def opening_sentence(portfolio: Portfolio) -> str:
    """How many teams there are, and how many have what a lead asks for."""
    stand = len(portfolio.named(lambda team: team.stands))
    own = len(portfolio.named(lambda team: team.has_own_signal and not team.stands))
    incomplete = len(portfolio.named(lambda team: team.incomplete))
    more = " more" if stand else ""
    to_the_team = f", {own}{more} {_has(own)} one to the team alone" if own else ""
    return (
        f"{_teams(portfolio)}. {_have(stand)} a signal that stands among all teams{to_the_team}. "
        f"{_have(incomplete)} incomplete data.{_not_shown(portfolio)}"
    )


def who_is_meant(portfolio: Portfolio) -> list[Who]:
    """Everything that some team needs to be asked about, then the teams without any of it."""
    told: list[tuple[str, Callable[[TeamCycle], object], str]] = [
        ("incomplete data", lambda team: team.incomplete, ""),
        ("overdue actions", lambda team: team.overdue, ""),
        (states.NEVER_SIGNED, lambda team: team.model == states.NEVER_SIGNED, ""),
        (states.READ_AGAIN, lambda team: team.model == states.READ_AGAIN, ""),
        (states.NO_MODEL, lambda team: team.model == states.NO_MODEL, ""),
        ("behind the others", lambda team: team.is_behind, "Their latest cycle is older."),
        ("no signal can be told", lambda team: team.smallest_p is None, ""),
    ]
    luck = f"{capitalised(_luck(portfolio))}."
    found = [
        Who(AMONG_ALL, _by_headline(portfolio.teams, STANDS), mark=STANDS),
        Who(MARKS[OWN], _by_headline(portfolio.teams, OWN), luck, OWN),
        *(Who(capitalised(what), {"": portfolio.named(is_)}, note) for what, is_, note in told),
    ]
    asked = set().union(*(each.teams for each in found))
    others = portfolio.named(lambda team: team.team not in asked)
    return [each for each in (*found, Who("Nothing to ask about", {"": others})) if each.teams]


def rule_sentence(portfolio: Portfolio) -> str:
    """What is controlled over all teams."""
    if not portfolio.told_count:
        return "No team has enough earlier cycles yet to tell a signal."
    if portfolio.area:
        return f"{MARKS_STAY} What is said of luck holds of all of them, not of a part."
    return (
        f"Of all teams with a “{AMONG_ALL}” at most 5 % are expected to have one by luck, "
        "however many teams are looked at."
    )


def method_sentence(portfolio: Portfolio) -> str:
    """How it is controlled, and what luck alone would show without it."""
    return (
        "Each team's headlines are held against its own earlier cycles, all its false signals "
        f"together to 5 % (Holm). Among so many teams that is not enough: {_luck(portfolio)}. "
        f"Such a signal is marked “{MARKS[OWN]}”, as it is one in the team's own review. A "
        f"“{AMONG_ALL}” is kept twice more: its team by Benjamini and Hochberg's procedure at 5 % "
        "over each team's smallest adjusted p; then the signal by its own adjusted p, which may be "
        "at most 5 % times the share of teams that were kept (Benjamini and Bogomolov). The order "
        "is the alphabet's: teams differ too much to be ranked."
    )


def rulings(team: TeamCycle) -> list[str]:
    """What is said of each signal of a team: how it moved, and whether it stands."""
    notes = {STANDS: AMONG_ALL, OWN: MARKS[OWN]}
    return [
        f"{each.name}: {uncapitalised(each.says).removeprefix('a signal: ')}; a {notes[each.mark]}"
        for each in team.multiples
        if each.mark
    ]


def _by_headline(teams: Sequence[TeamCycle], mark: str) -> dict[str, list[str]]:
    """The names of teams by the headline that is marked so, in alphabetical order."""
    marked = [
        (each.kind, team.team) for team in teams for each in team.multiples if each.mark == mark
    ]
    return {kind: [name for of, name in marked if of == kind] for kind in sorted(dict(marked))}


def _luck(portfolio: Portfolio) -> str:
    count = portfolio.told_count
    among = "the one team that can be told" if count == 1 else f"the {count} that can be told"
    return f"luck alone gives a signal to about {by_luck(count)} of {among}"


def _teams(portfolio: Portfolio) -> str:
    shown = counted(len(portfolio.teams), "team")
    if not portfolio.area:
        return capitalised(shown)
    has = _has(len(portfolio.teams))
    return capitalised(f"{shown} of {portfolio.count} {has} the area {portfolio.area}")


def _has(count: int) -> str:
    return "has" if count in (0, 1) else "have"


def _have(count: int) -> str:
    return f"{count or 'None'} {_has(count)}"


def _not_shown(portfolio: Portfolio) -> str:
    count = len({each.team for each in portfolio.unread} - {team.team for team in portfolio.teams})
    return f" {count} could not be read." if count else ""
