"""The notebook as a lead meets it: JupyterLab in a browser, every cell run, a widget moved."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from chromium import DEADLINE_SECONDS, LOOK_EVERY_SECONDS, Tab, tab
from commands import everything_in
from jupyterlab_server import lab, run_all
from oncall_years import five_years

from opsreview.pipeline.notebooks import lab_notebooks
from opsreview.reports.working_copies import write_working_copies

PICTURES = os.environ.get("OPSREVIEW_PICTURES")  # a folder to look at what the test saw
TITLES = "[...document.querySelectorAll('.js-plotly-plot .gtitle')].map(each => each.textContent)"
SHOWN = f"({TITLES}).length >= 5 && ({TITLES})"
PRESS = "[...document.querySelectorAll('.opsreview-view button')].find(b => b.textContent == '{}')"


def test_a_moved_widget_changes_the_figures_and_nothing_is_written(tmp_path: Path) -> None:
    five_years(tmp_path)
    before = everything_in(tmp_path / "outputs")
    asyncio.run(_explored(tmp_path))
    assert everything_in(tmp_path / "outputs") == before


async def _explored(root: Path) -> None:
    folder, downloads = root / "lab", root / "downloads"
    parameters = {"team": "team", "cycle": "2026-10", "outputs": str(root / "outputs")}
    wanted = [path for path in lab_notebooks() if path.stem == "explore_load"]
    write_working_copies(wanted, parameters, folder)
    downloads.mkdir()
    async with lab(root, folder) as address, tab(downloads) as page:
        await run_all(page, address, "explore_load.ipynb")
        first = await page.until(SHOWN)
        await _pictured(page, "light")
        first_said = json.dumps(json.dumps(first, ensure_ascii=False, separators=(",", ":")))
        await _moved(page)
        await page.until(f"JSON.stringify({TITLES}) != {first_said}")
        await _pictured(page, "moved")
        await _exported(page, downloads)
        await _dark(page)
    assert {urlsplit(each).hostname for each in page.requests} <= {"127.0.0.1", None, ""}
    assert page.errors == []


async def _moved(page: Tab) -> None:
    """Choose the first of the people, as a click does."""
    await page.value(
        "(() => { const list = document.querySelector('.widget-select-multiple select');"
        " list.options[0].selected = true;"
        " list.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )


async def _exported(page: Tab, downloads: Path) -> None:
    for kind in ("PNG", "CSV"):
        await page.value(f"{PRESS.format(kind)}.click()")
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not {"load_per_person.png", "load_per_person.csv"} <= _names(downloads):
            await page.value("1")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    assert (downloads / "load_per_person.png").read_bytes().startswith(b"\x89PNG")
    rows = (downloads / "load_per_person.csv").read_text("utf-8").splitlines()
    assert rows[0] == "person,count"
    assert [row.split(",")[0] for row in rows[1:]] == ["ada"]


async def _dark(page: Tab) -> None:
    if PICTURES:
        change = "apputils:change-theme', {theme: 'JupyterLab Dark'}"
        await page.until(f"window.jupyterapp.commands.execute('{change}).then(() => true)")
        await page.until("document.body.dataset.jpThemeLight == 'false'")
        await page.until("!document.querySelector('#jupyterlab-splash')")
        await _pictured(page, "dark")


async def _pictured(page: Tab, name: str) -> None:
    if PICTURES:
        await page.picture(Path(PICTURES) / f"explore-{name}.png")


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
