"""What a notebook's cells show, without a kernel: starting one for each would take a minute."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from opsreview.review import Review


def outputs_of(notebook: Path, review: Review) -> list[str]:
    """What each cell shows of a cycle, as HTML or a figure's JSON; empty where it shows nothing."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    outputs = str(review.folder.parents[1])
    names: dict[str, Any] = {"team": review.team, "cycle": review.cycle, "outputs": outputs}
    return [
        _last_value("".join(cell["source"]), names)
        for cell in cells
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", [])
    ]


def _last_value(source: str, names: dict[str, Any]) -> str:
    """Run a cell; its last line's value as JupyterLab would show it."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    if hasattr(value, "to_json"):
        return str(value.to_json())
    return str(value._repr_html_()) if hasattr(value, "_repr_html_") else ""
