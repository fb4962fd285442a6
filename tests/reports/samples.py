"""Small notebooks and a written run.json: a cycle's folder without a pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PARAMETERS = 'team: str = "demo"\ncycle: str = "2026-10"\noutputs: str = "outputs"'
OWN = "document.body.dataset.owned='yes'"
ATTACK = f'<img src=x onerror="{OWN}"><script>{OWN}</script>'
FIGURE = f"""
import html
import plotly.graph_objects as go

attack = {ATTACK!r}
meta = {{"alt": attack, "table": {{"columns": ["title", attack], "rows": [
    [attack, 1234], ["javascript:alert(1)", 0.25], [None, None]]}}}}
go.Figure(
    go.Bar(x=[1, 2], y=["</script><script>{OWN}</script>", "b"]),
    layout={{"title": {{"text": "18 of 31 " + html.escape(attack)}}, "meta": meta}},
)
"""


def code(source: str, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": list(outputs),
        "execution_count": None,
    }


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def shows(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": data}


def prints(words: str, *, to: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": to, "text": words}


def figure(**layout: Any) -> dict[str, Any]:
    data = [{"type": "scatter", "x": [1, 2], "y": [3, 4]}]
    return shows({"application/vnd.plotly.v1+json": {"data": data, "layout": layout}})


def parameters() -> dict[str, Any]:
    return code(PARAMETERS, tags=("parameters",))


def write_notebook(path: Path, *cells: dict[str, Any], error: str | None = None) -> Path:
    notebook = {
        "cells": [{**cell, "id": f"cell-{at}"} for at, cell in enumerate(cells)],
        "metadata": {"opsreview": {"error": error}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def write_run(folder: Path, **changes: Any) -> Path:
    run = {
        "team": "demo",
        "cycle": folder.name,
        "title": "",
        "zone": "Europe/Madrid",
        "as_of": "2026-11-07T23:00:00+00:00",
        "fetched_at": "2026-11-08T05:00:00+00:00",
        "code_version": "3f2a91c",
        "privacy": "pseudonyms",
        "is_over": True,
        "is_mature": True,
        "simulated": False,
        "repos": [{"repo": "acme/editor", "n_items": 40, "n_expected": 40, "complete": True}],
        "sources": [{"kind": "github", "rows": 40, "rejected": 0, "complete": True}],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(run | changes), encoding="utf-8")
    return folder


def write_cycle(folder: Path, *cells: dict[str, Any], **changes: Any) -> Path:
    """A built cycle with one executed notebook, the retrospective."""
    write_run(folder, **changes)
    write_notebook(folder / "notebooks" / "retrospective.ipynb", *cells)
    return folder
