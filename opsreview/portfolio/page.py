"""The portfolio as HTML: what to read first, a section a team, and the page around both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from opsreview.blocks.block import Block, rendered
from opsreview.place import Place
from opsreview.portfolio.sentences import (
    MARKS,
    MARKS_STAY,
    Who,
    headline_sentence,
    method_sentence,
    opening_sentence,
    rule_sentence,
    rulings,
    who_is_meant,
)
from opsreview.portfolio.teams import Portfolio, TeamCycle
from opsreview.reports.page_files import write_page
from opsreview.reports.portfolio import portfolio_html, portfolio_style
from opsreview.wording import counted

NAME = "portfolio.html"
BROWSED = ("https://", "http://")  # what a browser opens by itself
Way = Callable[[TeamCycle], str]


def write_portfolio(portfolio: Portfolio) -> str:
    """Write ``portfolio.html`` beside the teams' folders, whole; its address.

    Raises:
        OutputsError: The folder cannot be written.
        PlaceError: The place elsewhere cannot be written.
    """
    body = opening(portfolio, areas=_choice(portfolio)).html + sections(portfolio, _beside).html
    about = f"Operating-model retrospectives · {_cycles(portfolio)}"
    page = portfolio_html(body, title=headline_sentence(portfolio), about=about)
    return _written(portfolio.place, page)


def opening(portfolio: Portfolio, *, areas: Sequence[str] = ()) -> Block:
    """How many teams, which of them need to be asked about what, and what the marks mean.

    ``areas`` are what the page lets a reader choose from.
    """
    return rendered(
        "portfolio_opening",
        says=opening_sentence(portfolio),
        areas=areas,
        who=[_row(each, len(portfolio.teams)) for each in who_is_meant(portfolio)],
        unread=portfolio.unread,
        stay=MARKS_STAY,
        rule=rule_sentence(portfolio),
        method=method_sentence(portfolio) if portfolio.told_count else "",
    )


def sections(portfolio: Portfolio, way: Way) -> Block:
    """A section a team, in alphabetical order.

    ``way`` leads to a team's own page. One that browsers do not know, such as an address in a
    bucket, is shown to be opened by other means.
    """
    return rendered(
        "portfolio_teams",
        teams=[_section(team, way) for team in portfolio.teams],
        words=MARKS,
    )


def styled(*blocks: Block) -> Block:
    """Blocks with their style, for a place that has none, such as JupyterLab."""
    body = "\n".join(block.html for block in blocks)
    return Block(f'<style>{portfolio_style()}</style>\n<div class="portfolio">{body}</div>')


def _choice(portfolio: Portfolio) -> list[str]:
    """The areas, unless every team has the same."""
    return portfolio.areas if len({team.areas for team in portfolio.teams}) > 1 else []


def _written(place: Place, text: str) -> str:
    if place.folder:
        return str(write_page(place.folder / NAME, text))
    place.write(NAME, text.encode())
    return place.named(NAME)


def _row(who: Who, team_count: int) -> dict[str, Any]:
    parts = [
        {
            "what": what,
            "is_all": len(names) == team_count > 1,
            "teams": [{"name": name, "anchor": _anchor(name)} for name in names],
        }
        for what, names in who.parts.items()
    ]
    said = {"what": who.what, "mark": who.mark, "note": who.note}
    return {**said, "count": len(who.teams), "parts": parts}


def _section(team: TeamCycle, way: Way) -> dict[str, Any]:
    page = way(team) if team.has_page else ""
    is_link = "://" not in page or page.startswith(BROWSED)
    behind = "behind the others" if team.is_behind else ""
    states = (behind, team.early, team.incomplete, team.overdue, team.model)
    return {
        "name": team.team,
        "anchor": _anchor(team.team),
        "title": team.title,
        "areas": sorted(team.areas),
        "has_page": team.has_page,
        "href": page if is_link else "",
        "address": "" if is_link else page,
        "states": [state for state in states if state],
        "decisions": team.decisions,
        "rulings": rulings(team),
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
