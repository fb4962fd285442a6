"""Where the review's notebooks are: beside the package in a clone, inside it in an installation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from opsreview.errors import NotebookError

NAMES = (
    "retrospective",
    "triage_throughput",
    "oncall_load",
    "release_regularity",
    "operating_model",
)
LIVE = ("explore_load",)


def review_notebooks() -> list[Path]:
    """The notebooks whose pages make the review, front page first.

    Raises:
        NotebookError: One is missing.
    """
    return _found(NAMES)


def lab_notebooks() -> list[Path]:
    """Those to work on in JupyterLab: the review's, and those with widgets, which make no page.

    Raises:
        NotebookError: One is missing.
    """
    return _found((*NAMES, *LIVE))


def _found(names: Sequence[str]) -> list[Path]:
    package = Path(__file__).parents[1]
    inside, beside = package / "notebooks", package.parent / "notebooks"
    folder = inside if inside.is_dir() else beside
    found = [folder / f"{name}.ipynb" for name in names]
    missing = [path.name for path in found if not path.is_file()]
    if missing:
        raise NotebookError(
            f"{folder} lacks {', '.join(missing)}: restore it from the repository, or reinstall"
        )
    return found
