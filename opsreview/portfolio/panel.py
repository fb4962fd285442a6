"""All teams in JupyterLab: a choice of area, and each team with the way to its own page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ipywidgets as widgets
from IPython.display import display

from opsreview.portfolio.page import BROWSED, opening, sections, styled
from opsreview.portfolio.teams import Portfolio, TeamCycle

ALL = ("all", "")


def portfolio_panel(portfolio: Portfolio) -> PortfolioPanel:
    """The teams, to be chosen by an area of their operating models."""
    return PortfolioPanel(portfolio)


class PortfolioPanel:
    """The page's content under a choice of area; a cell that ends with it shows it."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        named = [ALL, *((area, area) for area in portfolio.areas)]
        self.area = widgets.Dropdown(options=named, description="Area")
        self.shown = widgets.Output()  # links in it lead from the notebook, as in any output
        self.box = widgets.VBox([self.area, self.shown])
        self.redraw()
        self.area.observe(lambda _: self.redraw(), "value")

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        return self.box._repr_mimebundle_(**asked)

    def redraw(self) -> None:
        """Show the teams of the area that is chosen."""
        part = self.portfolio.of_area(self.area.value)
        self.block = styled(opening(part), sections(part, self._way))
        self.shown.clear_output(wait=True)
        with self.shown:
            display(self.block)  # type: ignore[no-untyped-call, unused-ignore]

    def _way(self, team: TeamCycle) -> str:
        """From where the notebook runs to the team's page; its address where it is elsewhere."""
        place = self.portfolio.place
        if place.folder is None:
            is_link = place.url.startswith(BROWSED)
            return place.named(quote(team.page) if is_link else team.page)
        return quote(Path(os.path.relpath(place.folder / team.page, Path.cwd())).as_posix())
