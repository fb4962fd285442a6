"""The executed notebooks of a cycle, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsreview.errors import NotebookError
from opsreview.reports.notebooks import block_slow_import

LABELS = {  # in the order of the navigation; the first is the front page
    "retrospective": "Retrospective",
    "triage_throughput": "Triage",
    "oncall_load": "On-call",
    "release_regularity": "Releases",
    "operating_model": "Operating model",
}
FRONT = next(iter(LABELS))


@dataclass(frozen=True)
class ExecutedNotebook:
    """One executed notebook: ``node`` is nbformat's, ``error`` says why it stopped, or is None."""

    name: str
    node: Any
    error: str | None

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def page_name(self) -> str:
        return "index.html" if self.name == FRONT else f"{self.name}.html"


def executed_notebooks(cycle_folder: Path) -> Sequence[ExecutedNotebook]:
    """Read ``<cycle>/notebooks/*.ipynb``.

    Raises:
        NotebookError: There is none, or one is not a notebook.
    """
    paths = sorted((cycle_folder / "notebooks").glob("*.ipynb"), key=_place)
    if not paths:
        raise NotebookError(
            f"{cycle_folder / 'notebooks'} has no executed notebook: run the notebooks first"
        )
    return [_read(path) for path in paths]


def _place(path: Path) -> tuple[int, str]:
    names = list(LABELS)
    return (names.index(path.stem) if path.stem in names else len(names), path.stem)


def _read(path: Path) -> ExecutedNotebook:
    block_slow_import()
    import nbformat

    try:
        node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call, unused-ignore]
    except (OSError, ValueError, KeyError) as error:
        raise NotebookError(f"{path} is not a notebook ({error}): run it again") from error
    ours = node.metadata.get("opsreview", {})
    return ExecutedNotebook(path.stem, node, ours.get("error"))
