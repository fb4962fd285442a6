"""The pages of a cycle: its front page, one page a notebook, copies for mail, the team's index."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from opsreview.errors import CycleError, NotebookError, OutputsError
from opsreview.reports.facts import CycleFacts, cycle_facts
from opsreview.reports.notebooks import block_slow_import

ASSETS = Path(__file__).parent / "assets"
LABELS = {  # in the order of the navigation; the first is the front page
    "retrospective": "Retrospective",
    "triage_throughput": "Triage",
    "oncall_load": "On-call",
    "release_regularity": "Releases",
    "operating_model": "Operating model",
}
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class ExecutedNotebook:
    """One executed notebook of a cycle: ``error`` says why it stopped, or is None."""

    name: str
    node: Any
    error: str | None

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def page_name(self) -> str:
        return "index.html" if self.name == next(iter(LABELS)) else f"{self.name}.html"


def write_pages(cycle_folder: Path) -> list[Path]:
    """Write a page for each notebook of ``<cycle>/notebooks/``, and the assets they share.

    ``retrospective`` becomes ``index.html``. A neighbouring cycle that has pages gets its link
    to this one, and the team's ``index.html`` is written anew.

    Returns:
        The pages, in the order of the navigation.

    Raises:
        OutputsError: No ``run.json``, or the folder cannot be written.
        NotebookError: No executed notebook, or one that cannot be read.
    """
    pages = _write_cycle(cycle_folder)
    for neighbour in _neighbours(cycle_folder).values():
        if not _links_to(neighbour, cycle_folder.name):
            _write_cycle(neighbour)
    write_team_index(cycle_folder.parent)
    return pages


def write_single_files(cycle_folder: Path) -> list[Path]:
    """Write each page once more as one file that needs no other: ``<notebook>.single.html``.

    Raises:
        OutputsError: As ``write_pages``.
        NotebookError: As ``write_pages``.
    """
    facts, notebooks = cycle_facts(cycle_folder), _executed(cycle_folder)
    return [
        _write(cycle_folder / f"{notebook.name}.single.html", _single_file(facts, notebook))
        for notebook in notebooks
    ]


def write_team_index(team_folder: Path) -> Path:
    """Write ``outputs/<team>/index.html``: the cycles that have pages, newest first."""
    from opsreview.reports.html import environment

    cycles = [(_facts_or_none(folder), folder) for folder in _cycle_folders(team_folder)]
    known = sorted(
        ((facts, folder) for facts, folder in cycles if facts),
        key=lambda each: (each[0].start_at, each[0].cycle),
        reverse=True,
    )
    page = {
        "title": f"{team_folder.name} · retrospectives",
        "team": team_folder.name,
        "policy": POLICY.format(scripts="'none'"),
        "inline_style": _asset("page.css"),
        "cycles": [_line(facts, folder) for facts, folder in known],
    }
    html = environment().get_template("cycles.html.j2").render(page=page)
    return _write(team_folder / "index.html", html)


def _write_cycle(cycle_folder: Path) -> list[Path]:
    facts, notebooks = cycle_facts(cycle_folder), _executed(cycle_folder)
    from opsreview.reports.html import export, has_charts

    _copy_assets(cycle_folder / "assets")
    cycles = _cycle_links(cycle_folder)
    pages = []
    for notebook in notebooks:
        page = _page(facts, notebook) | {
            "policy": POLICY.format(scripts="'self'"),
            "links": _page_links(notebooks, notebook),
            "cycles": cycles,
            "has_linked_scripts": True,
            "has_charts": has_charts(notebook.node),
        }
        pages.append(_write(cycle_folder / notebook.page_name, export(notebook.node, page)))
    return pages


def _page(facts: CycleFacts, notebook: ExecutedNotebook) -> dict[str, Any]:
    return {
        "facts": facts,
        "title": f"{notebook.label} · {facts.heading}",
        "error": notebook.error,
        "links": [],
        "cycles": [],
        "has_linked_scripts": False,
        "has_charts": False,
        "inline_style": "",
        "inline_scripts": [],
    }


def _single_file(facts: CycleFacts, notebook: ExecutedNotebook) -> str:
    from opsreview.reports.html import export, has_charts

    scripts = [_asset("page.js")]
    if has_charts(notebook.node):
        scripts.insert(0, plotly_js().read_text(encoding="utf-8"))
    page = _page(facts, notebook) | {
        "policy": POLICY.format(scripts=" ".join(_hash(script) for script in scripts)),
        "inline_style": _asset("page.css"),
        "inline_scripts": scripts,
    }
    return export(notebook.node, page)


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


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
