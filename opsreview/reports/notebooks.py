"""Run the notebooks of a cycle with papermill, several at a time; a failed one keeps what ran."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from opsreview.cores import cores
from opsreview.errors import NotebookError, OutputsError

CELL_TIMEOUT_SECONDS = 300
ERROR_BANNER = "papermill-error-cell-tag"
LONGEST_ERROR = 600  # characters of a message worth showing
TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m")

Parameter = str | int | float | bool | None


@dataclass(frozen=True)
class NotebookRun:
    """How one notebook went: ``error`` is None, or what stopped it and in which cell."""

    name: str
    path: Path
    error: str | None
    seconds: float


def run_notebooks(
    notebooks: Sequence[Path],
    parameters: Mapping[str, Parameter],
    into: Path,
    *,
    on_done: Callable[[NotebookRun], None],
    cell_timeout_seconds: int = CELL_TIMEOUT_SECONDS,
) -> list[NotebookRun]:
    """Execute notebooks with the same parameters, one kernel each, as many at once as cores.

    Every notebook leaves an executed copy in ``into``: a failed one with the cells that ran, and
    its error in ``metadata.opsreview.error``. The others are not held up by it.

    Args:
        notebooks: Paths of ``.ipynb`` files.
        parameters: Values for their ``parameters`` cells; no secrets, they are written down.
        into: Folder of the executed notebooks; made if missing.
        on_done: Called in this thread with each run as it ends.
        cell_timeout_seconds: Longest time one cell may take.

    Returns:
        The runs, in the order of ``notebooks``.

    Raises:
        NotebookError: A notebook is missing, or does not declare a parameter; nothing has run.
        OutputsError: The folder cannot be written.
    """
    for notebook in notebooks:
        check_parameters(notebook, parameters)
    with _scratch(into) as scratch, ThreadPoolExecutor(cores()) as threads:
        jobs = [
            threads.submit(_run, notebook, parameters, into, Path(scratch), cell_timeout_seconds)
            for notebook in notebooks
        ]
        try:
            for job in as_completed(jobs):
                on_done(job.result())
        except BaseException:
            _cancel(jobs)
            raise
        return [job.result() for job in jobs]


def check_parameters(notebook: Path, parameters: Mapping[str, Parameter]) -> None:
    """Hold the values against the notebook's ``parameters`` cell; papermill does not.

    Raises:
        NotebookError: No such notebook or cell, an undeclared or impossible name, or a value that
            papermill would turn into text.
    """
    declared = _declared(notebook)
    for name, value in parameters.items():
        if not name.isidentifier():
            raise NotebookError(f"parameter {name!r} is not a Python name: rename it")
        if name not in declared:
            raise NotebookError(
                f"{notebook.name} does not declare the parameter {name!r}: it has "
                f"{', '.join(sorted(declared))}; add it to the cell tagged `parameters`"
            )
        if not isinstance(value, Parameter):
            raise NotebookError(
                f"parameter {name!r} is a {type(value).__name__}: give text, a number or a truth"
            )


def _declared(notebook: Path) -> set[str]:
    cells = [cell for cell in _cells(notebook) if "parameters" in _tags(cell)]
    if not cells:
        raise NotebookError(
            f"{notebook.name} has no cell tagged `parameters`: tag the cell that names them"
        )
    try:
        body = ast.parse("".join(cells[0]["source"])).body
    except SyntaxError as error:
        raise NotebookError(
            f"{notebook.name}: the cell tagged `parameters` is not Python: {error}"
        ) from error
    targets = [_targets(statement) for statement in body]
    return {name.id for group in targets for name in group if isinstance(name, ast.Name)}


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.AnnAssign):
        return [statement.target]
    return statement.targets if isinstance(statement, ast.Assign) else []


def _cells(notebook: Path) -> list[dict[str, Any]]:
    try:
        cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except OSError as error:
        raise NotebookError(
            f"{notebook} cannot be read ({error.strerror}): check the path"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NotebookError(
            f"{notebook} is not a notebook: save it again from JupyterLab"
        ) from error
    return cells


def _scratch(into: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        into.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".running-", dir=into)
    except OSError as error:
        raise OutputsError(
            f"{into} cannot be written ({error.strerror}): check the folder's rights"
        ) from error


def _cancel(jobs: Sequence[Future[NotebookRun]]) -> None:
    for job in jobs:
        job.cancel()


def _run(
    notebook: Path, parameters: Mapping[str, Parameter], into: Path, scratch: Path, timeout: int
) -> NotebookRun:
    started = perf_counter()
    unfinished, executed = scratch / notebook.name, into / notebook.name
    said = _execute(notebook.resolve(), parameters, unfinished.resolve(), timeout)
    error = _finish(unfinished, said)
    os.replace(unfinished, executed)
    return NotebookRun(notebook.stem, executed, error, perf_counter() - started)


def _execute(
    notebook: Path, parameters: Mapping[str, Parameter], unfinished: Path, timeout: int
) -> str | None:
    block_slow_import()
    from papermill import PapermillExecutionError, execute_notebook

    from opsreview.reports.kernels import ENGINE

    try:
        execute_notebook(
            _literal(notebook),
            _literal(unfinished),
            dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            autosave_cell_every=0,
            cwd_of_kernel=str(notebook.parent),
            cell_timeout_seconds=timeout,
        )
    except PapermillExecutionError as error:
        return _said(error.ename, error.evalue)
    except (RuntimeError, TimeoutError) as error:  # a dead kernel, one that never came, a time-out
        return _said(type(error).__name__, str(error).split("\n")[0])
    return None


def _finish(unfinished: Path, said: str | None) -> str | None:
    """Write the error, with its cell, into the notebook; take papermill's banners and paths out."""
    notebook = json.loads(unfinished.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if ERROR_BANNER not in _tags(cell)]
    error = f"{said} ({_place(cells)})" if said else None
    notebook["cells"] = cells
    notebook["metadata"]["opsreview"] = {"error": error}
    for key in ("input_path", "output_path"):
        notebook["metadata"]["papermill"].pop(key, None)
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    unfinished.write_text(f"{text}\n", encoding="utf-8")
    return error


def _place(cells: Sequence[dict[str, Any]]) -> str:
    """The cell that ran last, counted as in the notebook that was given."""
    started = [
        number
        for number, cell in enumerate(cells)
        if cell["metadata"].get("papermill", {}).get("start_time")
    ]
    if not started:
        return "before the first cell"
    ours = [cell for cell in cells[: started[-1] + 1] if "injected-parameters" not in _tags(cell)]
    first_line = "".join(cells[started[-1]]["source"]).strip().split("\n")[0]
    return f"cell {len(ours)}: {first_line[:80]}"


def _tags(cell: Mapping[str, Any]) -> list[str]:
    tags: list[str] = cell.get("metadata", {}).get("tags", [])
    return tags


def block_slow_import() -> None:
    """Keep nbformat's schema library from compiling a grammar: 0.8 s, and it copes without."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _literal(path: Path) -> str:
    """The path as papermill takes it: it would fill in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _said(name: str, value: str) -> str:
    text = " ".join(TERMINAL_COLOURS.sub("", f"{name}: {value}").split())
    return text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}…"
