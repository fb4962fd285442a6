"""One notebook that fails takes nothing else down."""

from __future__ import annotations

from pathlib import Path

import pytest
from dump_factory import small_team
from reports.samples import FIGURE, code, parameters, text, write_notebook
from typer.testing import CliRunner

from opsreview import pipeline
from opsreview.cli import app

OPENS = "from opsreview import open_review\nopen_review(team, cycle, outputs=outputs).title"


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """The front page of a review whose second notebook breaks, and what the command said."""
    good = [text("# Retrospective"), parameters(), code(OPENS)]
    broken = [text("# On-call"), parameters(), code(FIGURE), code("1 / 0"), code("print('never')")]
    notebooks = [
        write_notebook(tmp_path / "notebooks" / "retrospective.ipynb", *good),
        write_notebook(tmp_path / "notebooks" / "oncall_load.ipynb", *broken),
    ]
    monkeypatch.setattr(pipeline, "review_notebooks", lambda: notebooks)
    team = small_team(tmp_path, issues=[{}])
    team.build()
    places = ["--params", str(team.params), "--outputs", str(team.outputs)]
    done = CliRunner().invoke(app, ["report", "small", *places])
    assert done.exit_code == 4
    assert "Traceback" not in done.stderr
    return Path(done.stdout.strip()), done.stderr


def test_its_page_says_failed_with_the_error_and_keeps_what_ran(front):
    path, said = front
    page = (path.parent / "oncall_load.html").read_text("utf-8")
    error = "ZeroDivisionError: division by zero (cell 4: 1 / 0)"
    assert "FAILED" in page
    assert error in page
    assert page.count("<figure") == 1
    assert "never" not in page
    assert f"not whole: notebook oncall_load failed: {error}" in said
    whole = path.read_text("utf-8")
    assert "October 2026" in whole
    assert "FAILED" not in whole.replace("On-call FAILED", "")
    index = (path.parents[1] / "index.html").read_text("utf-8")
    assert "failed: On-call" in index
