"""The notebook of all teams as a lead meets it: an area chosen, a team's own page opened."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from chromium import tab
from commands import everything_in
from fleet_factory import write_team
from jupyterlab_server import lab, run_all

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "portfolio.ipynb"
PICTURES = os.environ.get("OPSREVIEW_PICTURES")  # a folder to look at what the test saw
LINKS = "[...document.querySelectorAll('.portfolio .team h2 a')]"
CHOOSE = (
    "(() => {{ const list = document.querySelector('.widget-dropdown select');"
    " list.value = [...list.options].find(each => each.text == '{}').value;"
    " list.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
)
OWN_PAGE = f"fetch(new URL({LINKS}[0].href)).then(answer => answer.text())"


def test_an_area_shows_its_teams_and_a_team_leads_to_its_own_page(tmp_path: Path) -> None:
    write_team(tmp_path / "outputs", "apollo", areas=("docs",))
    write_team(tmp_path / "outputs", "bering")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "notebooks")
    before = everything_in(tmp_path / "outputs")
    asyncio.run(_chosen(tmp_path))
    assert everything_in(tmp_path / "outputs") == before


async def _chosen(root: Path) -> None:
    async with lab(root, root) as address, tab(root) as page:
        await run_all(page, address, "notebooks/portfolio.ipynb")
        await page.until(f"{LINKS}.length == 2")
        await page.value(CHOOSE.format("docs"))
        await page.until(f"{LINKS}.length == 1 && {LINKS}[0].textContent == 'apollo'")
        if PICTURES:
            await page.picture(Path(PICTURES) / "portfolio-lab.png")
        assert "the team's own page" in await page.value(OWN_PAGE)
    assert {urlsplit(each).hostname for each in page.requests} <= {"127.0.0.1", None, ""}
    assert page.errors == []
