"""What a lead reads first: how many teams, which of them to ask, and what the marks mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opsreview.portfolio import states
from opsreview.portfolio.luck import by_luck
from opsreview.portfolio.multiples import OWN, STANDS
from opsreview.portfolio.teams import Portfolio, TeamCycle
from opsreview.wording import capitalised, counted, uncapitalised

MARKS = {STANDS: "signal", OWN: "signal to the team"}


@dataclass(frozen=True)
class Who:
    """The teams of which one thing is to be said, by name; ``mark`` is how their cards are."""

    what: str
    teams: list[str]
    note: str = ""
    mark: str = ""


def opening_sentence(portfolio: Portfolio) -> str:
    """How many teams there are, and how many have what a lead asks for."""
    stand = len(portfolio.named(lambda team: team.stands))
    own = len(portfolio.named(lambda team: team.has_own_signal))
    incomplete = len(portfolio.named(lambda team: team.incomplete))
    return (
        f"{_teams(portfolio)}. {_have(stand)} a signal that stands among all teams, "
        f"{own or 'none'}{' more' if own else ''} a signal to the team alone. "
        f"{_have(incomplete)} incomplete data.{_not_shown(portfolio)}"
    )


def who_is_meant(portfolio: Portfolio) -> list[Who]:
    """Everything that some team needs to be asked about, with the teams in alphabetical order."""
    among = counted(portfolio.told_count, "team")
    luck = f"Among {among} luck gives about {by_luck(portfolio.told_count)}."
    told: list[tuple[str, Callable[[TeamCycle], object], str, str]] = [
        ("signal among all teams", lambda team: team.stands, "", STANDS),
        (MARKS[OWN], lambda team: team.has_own_signal, luck, OWN),
        ("incomplete data", lambda team: team.incomplete, "", ""),
        ("overdue actions", lambda team: team.overdue, "", ""),
        (states.NEVER_SIGNED, lambda team: team.model == states.NEVER_SIGNED, "", ""),
        (states.READ_AGAIN, lambda team: team.model == states.READ_AGAIN, "", ""),
        (states.NO_MODEL, lambda team: team.model == states.NO_MODEL, "", ""),
        ("behind the others", lambda team: team.is_behind, "Their latest cycle is older.", ""),
        ("no signal can be told", lambda team: team.smallest_p is None, "", ""),
    ]
    found = [
        Who(capitalised(what) if not mark else what, portfolio.named(is_meant), note, mark)
        for what, is_meant, note, mark in told
    ]
    return [each for each in found if each.teams]


def method_sentence(portfolio: Portfolio) -> str:
    """What is controlled, and what luck alone would show without it."""
    count = portfolio.told_count
    if not count:
        return "No team has enough earlier cycles yet to tell a signal."
    among = "the one team" if count == 1 else f"the {count} teams"
    return (
        "Each team's headlines are held against its own earlier cycles, and all its false signals "
        f"together to 5 % (Holm): of {among} that can be told, luck alone would still show a "
        f"signal in about {by_luck(count)}. A signal that stands is held to more: of the teams "
        "with one, at most 5 % are expected to be luck (Benjamini and Hochberg, over each team's "
        "smallest adjusted p). A signal to the team is one in the team's own review and does not "
        "stand among so many. The order is the alphabet's: teams differ too much to be ranked."
    )


def rulings(team: TeamCycle, portfolio: Portfolio) -> list[str]:
    """What is said of each signal of a team: how it moved, and whether it stands."""
    count = portfolio.told_count
    own = f"; a signal to the team, among {counted(count, 'team')} luck gives about"
    notes = {STANDS: "; a signal among all teams", OWN: f"{own} {by_luck(count)}"}
    return [
        f"{each.name}: {uncapitalised(each.says).removeprefix('a signal: ')}{notes[each.mark]}"
        for each in team.multiples
        if each.mark
    ]


def _teams(portfolio: Portfolio) -> str:
    shown = counted(len(portfolio.teams), "team")
    if not portfolio.area:
        return capitalised(shown)
    has = "has" if len(portfolio.teams) == 1 else "have"
    return capitalised(f"{shown} of {portfolio.count} {has} the area {portfolio.area}")


def _have(count: int) -> str:
    return f"{count or 'None'} {'has' if count == 1 else 'have'}"


def _not_shown(portfolio: Portfolio) -> str:
    count = len({each.team for each in portfolio.unread} - {team.team for team in portfolio.teams})
    return f" {count} could not be read." if count else ""
