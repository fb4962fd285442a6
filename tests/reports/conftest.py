from pathlib import Path

import pytest

from opsreview.reports.notebooks import NotebookRun, run_notebooks
from opsreview.reports.pages import write_pages, write_single_files

from .samples import ATTACK, FIGURE, code, parameters, text, write_notebook, write_run

SEEN = """
import os, sys
print("|".join([team, outputs, sys.executable, str(os.environ.get("GITHUB_TOKEN")),
                str(os.environ.get("PLOTLY_RENDERER")), str(sys.modules["rfc3987_syntax"])]))
"""


@pytest.fixture(scope="session")
def cycle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cycle whose strings from outside are attacks."""
    folder = tmp_path_factory.mktemp("outputs") / "demo" / "2026-10"
    source = {"kind": "github", "complete": False, "reason": ATTACK}
    return write_run(folder, title=f"October 2026 {ATTACK}", code_version=ATTACK, sources=[source])


@pytest.fixture(scope="session")
def runs(cycle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[NotebookRun]:
    """Two executed notebooks: one with a figure, one that fails after showing a figure."""
    notebooks = tmp_path_factory.mktemp("note{books}")
    good = [text("# Retrospective"), parameters(), code(SEEN), code(FIGURE)]
    fails = [text("# On-call"), parameters(), code(FIGURE), code("1 / 0"), code("print('never')")]
    done: list[NotebookRun] = []
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GITHUB_TOKEN", "secret")
        environment.setenv("PLOTLY_RENDERER", "browser")
        runs = run_notebooks(
            [
                write_notebook(notebooks / "retrospective.ipynb", *good),
                write_notebook(notebooks / "oncall_load.ipynb", *fails),
            ],
            {"team": "te{am}", "cycle": "2026-10", "outputs": "/somewhere"},
            cycle_folder / "notebooks",
            on_done=done.append,
        )
    assert {run.name for run in done} == {run.name for run in runs}
    return runs


@pytest.fixture(scope="session")
def pages(cycle_folder: Path, runs: list[NotebookRun]) -> Path:
    """The cycle's folder with its pages and their self-contained copies."""
    write_pages(cycle_folder)
    write_single_files(cycle_folder)
    return cycle_folder
