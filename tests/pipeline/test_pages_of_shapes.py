"""The notebooks and pages of awkward histories: nothing fails, and no number is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dump_factory import RELEASES, UNKNOWN, SmallTeam, small_team, write_csv
from notebook_cells import outputs_of
from typer.testing import CliRunner

from opsreview import pipeline
from opsreview.cli import app
from opsreview.pipeline.notebooks import review_notebooks

MISSING = dict.fromkeys(("pulls", "comments", "reviews", "events", "releases"))
SHAPES: dict[str, dict[str, Any]] = {
    "an empty repository": {},
    "nobody known": {"issues": [{"author": UNKNOWN}], **MISSING},
    "not over": {
        "issues": [{"author": "ghost"}, {"closed_at": "2026-10-05 09:00"}],
        "pulls": [{"opened_at": "2026-10-06 09:00"}],
        "fetched_at": "2026-10-15 00:00",
        "sources": [RELEASES],
    },
    "before the data begins": {"issues": [{"opened_at": "2026-11-06 09:00"}]},
    "one earlier cycle": {"issues": [{"opened_at": "2026-09-06 09:00"}, {}]},
    "one answer": {"issues": [{}], "comments": [{"created_at": "2026-10-05 12:00"}]},
    "a model and no events": {
        "issues": [{}, {"closed_at": "2026-10-05 10:00"}],
        "pulls": [{"merged_at": "2026-10-07 09:00"}],
        "events": None,
        "people": {"ada": {}},
        "model": {"roles": {"lead": {"owner": "ada", "does": "everything"}}},
    },
}


def of_shape(root: Path, shape: str) -> SmallTeam:
    write_csv(root / "tags.csv", {"tag": "v1.0.0", "published_at": "2026-10-08T00:00Z"})
    return small_team(root, **SHAPES[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_every_notebook_has_something_true_to_show(tmp_path, shape):
    review = of_shape(tmp_path, shape).build()
    for notebook in review_notebooks():
        shown = [said for said in outputs_of(notebook, review) if said]
        assert shown, f"{notebook.stem} shows nothing"
        assert "NaN" not in "".join(shown), f"{notebook.stem} shows a number that is none"


def test_pages_of_a_cycle_that_is_not_over_are_written_also_for_mail(tmp_path, monkeypatch):
    front, *others = review_notebooks()
    monkeypatch.setattr(pipeline, "review_notebooks", lambda: [front, others[-1]])  # two will do
    team = of_shape(tmp_path, "not over")
    team.build()
    arguments = ["report", "small", "--single-file"]
    places = ["--params", str(team.params), "--outputs", str(team.outputs)]
    done = CliRunner().invoke(app, [*arguments, *places])
    assert done.exit_code == 0, done.output
    page = Path(done.stdout.strip())
    assert page == team.outputs / "small" / "2026-10" / "index.html"
    names = ("index.html", "operating_model.html")
    for name in (*names, "retrospective.single.html", "operating_model.single.html"):
        text = (page.parent / name).read_text("utf-8")
        assert "Not over yet" in text
        assert "FAILED" not in text
    assert "not measurable" in page.read_text("utf-8").lower()
