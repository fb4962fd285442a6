"""The cycles of a team beside each other: links from one to the next, and the team's index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsreview.errors import NotebookError, OutputsError
from opsreview.reports.executed import executed_notebooks
from opsreview.reports.facts import CycleFacts, cycle_facts
from opsreview.reports.page_files import asset, policy, write_page


@dataclass(frozen=True)
class BuiltCycle:
    """A cycle that has pages, or is about to get them."""

    folder: Path
    facts: CycleFacts


@dataclass(frozen=True)
class Neighbours:
    """The cycles of the same length before and after one, where they have pages."""

    previous: BuiltCycle | None
    next: BuiltCycle | None


def built_cycles(team_folder: Path) -> list[BuiltCycle]:
    """The team's cycles that have a front page and a readable ``run.json``, oldest first."""
    found = [_built(folder) for folder in team_folder.iterdir() if _has_front_page(folder)]
    return sorted(filter(None, found), key=lambda built: (built.facts.start_at, built.facts.cycle))


def neighbours(cycle_folder: Path) -> Neighbours:
    """The months around a month, the quarters around a quarter."""
    here = cycle_facts(cycle_folder)
    alike = [
        built
        for built in built_cycles(cycle_folder.parent)
        if built.facts.is_quarter == here.is_quarter
    ]
    before = [built for built in alike if built.facts.start_at < here.start_at]
    after = [built for built in alike if built.facts.start_at > here.start_at]
    return Neighbours(before[-1] if before else None, after[0] if after else None)


def cycle_links(around: Neighbours) -> list[dict[str, str]]:
    """The links of a page's head: previous, all, next."""
    links = [{"href": "../index.html", "label": "All cycles", "rel": "up"}]
    if around.previous:
        label = f"‹ {around.previous.facts.title}"
        links.insert(0, {"href": _front(around.previous), "label": label, "rel": "prev"})
    if around.next:
        label = f"{around.next.facts.title} ›"
        links.append({"href": _front(around.next), "label": label, "rel": "next"})
    return links


def write_team_index(team_folder: Path) -> Path:
    """Write ``outputs/<team>/index.html``: the cycles that have pages, newest first.

    Raises:
        OutputsError: The folder cannot be written.
    """
    from opsreview.reports.html import environment

    cycles = built_cycles(team_folder)[::-1]
    page = {
        "title": f"{team_folder.name} · retrospectives",
        "team": team_folder.name,
        "policy": policy("'none'"),
        "inline_style": asset("page.css"),
        "cycles": [_line(built) for built in cycles],
    }
    html = environment().get_template("cycles.html.j2").render(page=page)
    return write_page(team_folder / "index.html", html)


def _front(built: BuiltCycle) -> str:
    return f"../{built.folder.name}/index.html"


def _has_front_page(folder: Path) -> bool:
    return (folder / "index.html").is_file() and (folder / "run.json").is_file()


def _built(folder: Path) -> BuiltCycle | None:
    try:
        return BuiltCycle(folder, cycle_facts(folder))
    except OutputsError:  # a cycle of another version does not take the others' index away
        return None


def _line(built: BuiltCycle) -> dict[str, str]:
    failed = _failed_pages(built.folder)
    states = [f"failed: {', '.join(failed)}"] if failed else []
    states += [title.lower() for title, _ in built.facts.warnings]
    return {
        "href": f"{built.folder.name}/index.html",
        "title": built.facts.title,
        "state": " · ".join(states) or "complete",
        "mood": "bad" if failed else "idle" if states else "good",
        "detail": " · ".join([*_signals(built.folder), *built.facts.about[:1]]),
    }


def _failed_pages(folder: Path) -> Sequence[str]:
    try:
        return [each.label for each in executed_notebooks(folder) if each.error]
    except NotebookError:  # the notebooks were cleared away, the pages are still there
        return []


def _signals(folder: Path) -> Iterator[str]:
    try:
        findings: list[dict[str, Any]] = json.loads((folder / "findings.json").read_text("utf-8"))
        count = sum(bool(finding.get("is_signal")) for finding in findings)
    except (OSError, ValueError, AttributeError):  # older cycles may lack it; the index goes on
        return
    yield "1 signal" if count == 1 else f"{count or 'no'} signals"
