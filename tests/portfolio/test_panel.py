"""The portfolio in a notebook: a choice of area, and the way to each team's own page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import fsspec
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


def test_a_part_of_the_teams_is_not_said_to_hold_to_what_holds_of_all(panel: PortfolioPanel):
    assert "at most 5\u00a0% are expected" in panel.block.html
    panel.area.value = "docs"
    assert "are expected" not in panel.block.html
    assert "Marks stay those among all teams." in panel.block.html


def test_pages_at_an_address_are_told_without_its_password(tmp_path: Path):
    write_team(tmp_path, "two words")
    (write_team(tmp_path, "apollo") / "index.html").unlink()
    files = fsspec.filesystem("memory")
    files.put(str(tmp_path), "/nobody:a-password@fleet", recursive=True)
    try:
        panel = portfolio_panel(open_portfolio("memory://nobody:a-password@fleet"))
    finally:
        files.rm("/nobody:a-password@fleet", recursive=True)
    assert panel.block.html.count("no pages yet") == 1
    assert "<code>memory://fleet/two words/2026-10/index.html</code>" in panel.block.html
    assert "a-password" not in panel.block.html
    assert links(panel) == []


def test_pages_that_a_browser_reaches_are_links(tmp_path: Path):
    write_team(tmp_path, "two words")
    portfolio = open_portfolio(tmp_path)
    elsewhere = replace(portfolio.place, url="https://example.org/outputs", folder=None)
    panel = portfolio_panel(replace(portfolio, place=elsewhere))
    assert links(panel) == ["https://example.org/outputs/two%20words/2026-10/index.html"]


def test_panel_brings_its_style_and_nothing_that_runs(panel: PortfolioPanel):
    assert "<style>" in panel.block.html
    assert "<script" not in panel.block.html
