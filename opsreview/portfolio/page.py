"""The portfolio as HTML: what to read first, a section a team, and the page around both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from opsreview.blocks.block import Block, rendered
from opsreview.place import Place
from opsreview.portfolio.sentences import (
    MARKS,
    method_sentence,
    opening_sentence,
    rulings,
    who_is_meant,
)
from opsreview.portfolio.teams import Portfolio, TeamCycle
from opsreview.reports.page_files import write_page
from opsreview.reports.portfolio import portfolio_html, portfolio_style
from opsreview.wording import counted

NAME = "portfolio.html"
TITLE = "All teams"
Href = Callable[[TeamCycle], str]


def write_portfolio(portfolio: Portfolio) -> str:
    """Write ``portfolio.html`` beside the teams' folders, whole; its address.

    Raises:
        OutputsError: The folder cannot be written.
        PlaceError: The place elsewhere cannot be written.
    """
    body = opening(portfolio).html + sections(portfolio, _beside).html
    about = f"Operating-model retrospectives · {_cycles(portfolio)}"
    return _written(portfolio.place, portfolio_html(body, title=TITLE, about=about))


def opening(portfolio: Portfolio) -> Block:
    """How many teams, which of them need to be asked about what, and what the marks mean."""
    who = [
        {
            "what": each.what,
            "mark": each.mark,
            "note": each.note,
            "is_all": len(each.teams) == len(portfolio.teams) > 1,
            "teams": [{"name": name, "anchor": _anchor(name)} for name in each.teams],
        }
        for each in who_is_meant(portfolio)
    ]
    return rendered(
        "portfolio_opening",
        says=opening_sentence(portfolio),
        who=who,
        unread=portfolio.unread,
        method=method_sentence(portfolio),
    )


def sections(portfolio: Portfolio, href: Href) -> Block:
    """A section a team, in alphabetical order; ``href`` is the way to a team's own page."""
    return rendered(
        "portfolio_teams",
        teams=[
            _section(team, href) | {"rulings": rulings(team, portfolio)} for team in portfolio.teams
        ],
        words=MARKS,
    )


def styled(*blocks: Block) -> Block:
    """Blocks with their style, for a place that has none, such as JupyterLab."""
    body = "\n".join(block.html for block in blocks)
    return Block(f'<style>{portfolio_style()}</style>\n<div class="portfolio">{body}</div>')


def _written(place: Place, text: str) -> str:
    if place.folder:
        return str(write_page(place.folder / NAME, text))
    place.write(NAME, text.encode())
    return place.named(NAME)


def _section(team: TeamCycle, href: Href) -> dict[str, Any]:
    behind = "behind the others" if team.is_behind else ""
    states = (behind, team.early, team.incomplete, team.overdue, team.model)
    return {
        "name": team.team,
        "anchor": _anchor(team.team),
        "title": team.title,
        "href": href(team) if team.has_page else "",
        "states": [state for state in states if state],
        "decisions": team.decisions,
        "multiples": team.multiples,
    }


def _beside(team: TeamCycle) -> str:
    return quote(team.page)


def _anchor(team: str) -> str:
    return f"team-{quote(team, safe='')}"


def _cycles(portfolio: Portfolio) -> str:
    """The cycles that the teams are at, each with how many of them."""
    latest = sorted(portfolio.teams, key=lambda team: team.end_at, reverse=True)
    titles = [team.title for team in latest]
    return ", ".join(
        f"{title} ({counted(titles.count(title), 'team')})" for title in dict.fromkeys(titles)
    )
