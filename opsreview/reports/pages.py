"""The pages of a cycle: its front page, one page a notebook, and copies for mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from opsreview.errors import NotebookError
from opsreview.reports.cycles import BuiltCycle, cycle_links, neighbours, write_team_index
from opsreview.reports.executed import ExecutedNotebook, executed_notebooks
from opsreview.reports.facts import CycleFacts, cycle_facts
from opsreview.reports.page_files import (
    asset,
    copy_assets,
    plotly_js,
    policy,
    source_hash,
    write_page,
)


def write_pages(cycle_folder: Path) -> list[Path]:
    """Write a page for each notebook of ``<cycle>/notebooks/``, and the assets they share.

    ``retrospective`` becomes ``index.html``. A neighbouring cycle that does not link here yet
    gets its pages anew, and so does the team's ``index.html``.

    Returns:
        The pages, in the order of the navigation.

    Raises:
        OutputsError: No readable ``run.json``, or the folder cannot be written.
        NotebookError: No executed notebook, or one that cannot be read.
    """
    pages = _write_cycle(cycle_folder)
    around = neighbours(cycle_folder)
    for neighbour in (around.previous, around.next):
        if neighbour and _lacks_link(neighbour, cycle_folder.name):
            with suppress(NotebookError):  # its notebooks were cleared away: its pages stay
                _write_cycle(neighbour.folder)
    write_team_index(cycle_folder.parent)
    return pages


def write_single_files(cycle_folder: Path) -> list[Path]:
    """Write each page once more as one file that needs no other: ``<notebook>.single.html``.

    Raises:
        OutputsError: As ``write_pages``.
        NotebookError: As ``write_pages``.
    """
    facts = cycle_facts(cycle_folder)
    return [
        write_page(cycle_folder / f"{notebook.name}.single.html", _single_file(facts, notebook))
        for notebook in executed_notebooks(cycle_folder)
    ]


def _write_cycle(cycle_folder: Path) -> list[Path]:
    facts, notebooks = cycle_facts(cycle_folder), executed_notebooks(cycle_folder)
    copy_assets(cycle_folder / "assets")
    cycles = cycle_links(neighbours(cycle_folder))
    return [
        write_page(
            cycle_folder / notebook.page_name,
            _html(
                facts,
                notebook,
                policy=policy("'self'"),
                links=_page_links(notebooks, notebook),
                cycles=cycles,
                has_linked_scripts=True,
            ),
        )
        for notebook in notebooks
    ]


def _single_file(facts: CycleFacts, notebook: ExecutedNotebook) -> str:
    from opsreview.reports.html import has_charts

    plotly = [plotly_js().read_text(encoding="utf-8")] if has_charts(notebook.node) else []
    scripts = [*plotly, asset("page.js")]
    return _html(
        facts,
        notebook,
        policy=policy(" ".join(source_hash(script) for script in scripts)),
        inline_style=asset("page.css"),
        inline_scripts=scripts,
    )


def _html(facts: CycleFacts, notebook: ExecutedNotebook, **given: Any) -> str:
    from opsreview.reports.html import export, has_charts

    page: Mapping[str, Any] = {
        "facts": facts,
        "title": f"{notebook.label} · {facts.heading}",
        "error": notebook.error,
        "has_charts": has_charts(notebook.node),
        "links": [],
        "cycles": [],
        "has_linked_scripts": False,
        "inline_style": "",
        "inline_scripts": [],
    }
    return export(notebook.node, {**page, **given})


def _page_links(
    notebooks: Sequence[ExecutedNotebook], current: ExecutedNotebook
) -> list[dict[str, Any]]:
    return [
        {
            "label": notebook.label,
            "href": notebook.page_name,
            "is_current": notebook is current,
            "is_failed": notebook.error is not None,
        }
        for notebook in notebooks
    ]


def _lacks_link(neighbour: BuiltCycle, cycle: str) -> bool:
    front_page = (neighbour.folder / "index.html").read_text(encoding="utf-8")
    return f'href="../{cycle}/index.html"' not in front_page
