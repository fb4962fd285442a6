"""Copies of the notebooks to work on in JupyterLab, with team and cycle filled in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from opsreview.errors import OutputsError
from opsreview.reports.notebooks import block_slow_import


def write_working_copies(
    notebooks: Sequence[Path], parameters: Mapping[str, str], into: Path
) -> list[Path]:
    """Copy each notebook with the parameters put in; a copy that is there already is kept.

    Raises:
        OutputsError: The folder cannot be written.
    """
    block_slow_import()
    from papermill.iorw import load_notebook_node, write_ipynb
    from papermill.parameterize import parameterize_notebook

    copies = [into / notebook.name for notebook in notebooks]
    try:
        into.mkdir(parents=True, exist_ok=True)
        for notebook, copy in zip(notebooks, copies, strict=True):
            if not copy.exists():
                filled = parameterize_notebook(load_notebook_node(str(notebook)), dict(parameters))
                write_ipynb(filled, str(copy))
    except OSError as error:
        raise OutputsError(
            f"{into} cannot be written ({error.strerror or error}): free it or name another "
            "folder with --outputs"
        ) from error
    return copies


def open_lab(folder: Path, first: Path) -> int:
    """Run JupyterLab on the folder until it is closed; its exit code."""
    command = [sys.executable, "-m", "jupyterlab", str(first), f"--notebook-dir={folder}"]
    quiet = [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    return subprocess.call([*command, *quiet])  # noqa: S603  our own interpreter and paths
