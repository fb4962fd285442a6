"""The portfolio in a notebook: a choice of area, and the way to each team's own page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fleet_factory import write_team

from opsreview.portfolio import open_portfolio, portfolio_panel
from opsreview.portfolio.panel import PortfolioPanel


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PortfolioPanel:
    write_team(tmp_path / "outputs", "apollo", areas=("docs", "preview"))
    write_team(tmp_path / "outputs", "bering", areas=("preview",))
    write_team(tmp_path / "outputs", "calypso", areas=None)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return portfolio_panel(open_portfolio("outputs"))


def links(panel: PortfolioPanel) -> list[str]:
    return re.findall(r'<h2 id=[^>]*><a href="([^"]*)"', panel.block.html)


def test_all_teams_are_shown_first_each_with_the_way_from_the_notebook(panel: PortfolioPanel):
    assert links(panel) == [
        f"../outputs/{team}/2026-10/index.html" for team in ("apollo", "bering", "calypso")
    ]


def test_areas_of_all_models_can_be_chosen(panel: PortfolioPanel):
    assert [name for name, _ in panel.area.options] == ["all", "docs", "preview"]


def test_chosen_area_shows_its_teams_alone(panel: PortfolioPanel):
    panel.area.value = "docs"
    assert links(panel) == ["../outputs/apollo/2026-10/index.html"]
    assert "1 team of 3 has the area docs" in panel.block.html


def test_panel_brings_its_style_and_nothing_that_runs(panel: PortfolioPanel):
    assert "<style>" in panel.block.html
    assert "<script" not in panel.block.html
