"""What a lead reads first: how many teams, which of them to ask, and what the marks mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opsreview.portfolio import states
from opsreview.portfolio.luck import by_luck
from opsreview.portfolio.multiples import OWN, STANDS
from opsreview.portfolio.teams import Portfolio, TeamCycle
from opsreview.wording import counted

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
        f"{_teams(portfolio)}. {_have(stand)} a signal that stands among all of them, "
        f"{own or 'none'}{' more' if own else ''} a signal to the team alone. "
        f"{_have(incomplete)} incomplete data."
    )


def who_is_meant(portfolio: Portfolio) -> list[Who]:
    """Everything that some team needs to be asked about, with the teams in alphabetical order."""
    luck = f"Among {portfolio.told_count} teams luck gives about {by_luck(portfolio.told_count)}."
    told: list[tuple[str, Callable[[TeamCycle], object], str, str]] = [
        (MARKS[STANDS], lambda team: team.stands, "", STANDS),
        (MARKS[OWN], lambda team: team.has_own_signal, luck, OWN),
        ("incomplete data", lambda team: team.incomplete, "", ""),
        ("overdue actions", lambda team: team.overdue, "", ""),
        (states.NEVER_SIGNED, lambda team: team.model == states.NEVER_SIGNED, "", ""),
        (states.READ_AGAIN, lambda team: team.model == states.READ_AGAIN, "", ""),
        (states.NO_MODEL, lambda team: team.model == states.NO_MODEL, "", ""),
        ("behind the others", lambda team: team.is_behind, "Their latest cycle is older.", ""),
        ("no signal can be told", lambda team: team.smallest_p is None, "Too few cycles.", ""),
    ]
    found = [
        Who(_capital(what) if not mark else what, portfolio.named(is_meant), note, mark)
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
        f"together to 5 % (Holm): of {among} that can be told, luck alone would give "
        f"about {by_luck(count)} a signal. A signal that stands is held to more: of the teams "
        "with one, at most 5 % are expected to be luck (Benjamini and Hochberg, over each team's "
        "smallest adjusted p). A signal to the team is one in the team's own review and does not "
        "stand among so many. The order is the alphabet's: teams differ too much to be ranked."
    )


def note_of_own(portfolio: Portfolio) -> str:
    """What is said at a signal that does not stand among the teams."""
    count = portfolio.told_count
    return f". A signal to the team; among {count} teams luck gives about {by_luck(count)}."


def _teams(portfolio: Portfolio) -> str:
    shown = counted(len(portfolio.teams), "team")
    if not portfolio.area:
        return _capital(shown)
    has = "has" if len(portfolio.teams) == 1 else "have"
    return _capital(f"{shown} of {portfolio.count} {has} the area {portfolio.area}")


def _have(count: int) -> str:
    return f"{count or 'None'} {'has' if count == 1 else 'have'}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
