"""``opsreview run`` on many teams as a person types it: what is said, and the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from commands import NOT_WHOLE, OUR_ERROR, STOPPED, WHOLE, WRONG_USAGE
from typer.testing import CliRunner, Result

from opsreview import fleet
from opsreview.cli import app
from opsreview.fleet import executors
from opsreview.fleet.lease import fleet_held
from opsreview.place import Place

from .buckets import asks_for_rights
from .fleet_work import broken_or_whole, killed_by_bad, stopped_or_whole, ticked


@pytest.fixture
def teams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Params of four teams, in the folder that we are in."""
    monkeypatch.chdir(tmp_path)
    lay(str(tmp_path / "params"), "alpha", "bad", "broken", "late")
    return tmp_path


def lay(params: str, *teams: str) -> None:
    for team in teams:
        Place.of(params).write(f"{team}/review.yaml", b"repos: 7")


def doing(monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    monkeypatch.setattr(fleet, "run_task", work)


def opsreview(*words: str) -> Result:
    return CliRunner().invoke(app, ["run", *words])


def said(done: Result) -> list[str]:
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


def test_failed_team_is_told_last_with_its_reason_and_how_to_run_it_alone(teams, monkeypatch):
    doing(monkeypatch, broken_or_whole)
    done = opsreview("alpha", "broken", "late", "--workers", "1", "--cycle", "2026-10")

    assert done.exit_code == NOT_WHOLE
    assert done.stdout.splitlines() == ["alpha/review", "late/review"]
    assert said(done)[-5:] == [
        "3 teams: 2 whole, 1 failed",
        "failed: broken",
        "  params/broken/review.yaml:1: repos: it says 7",
        "to run it alone, once that is mended:",
        "  opsreview run broken --cycle 2026-10 --workers 1",
    ]
    assert {"1 of 3: alpha: whole", "2 of 3: broken: failed"} <= set(said(done))


def test_team_whose_worker_dies_is_told_and_the_others_are_made(teams, monkeypatch):
    doing(monkeypatch, killed_by_bad)
    done = opsreview("--all", "--workers", "2", "--outputs", "made")

    assert done.exit_code == NOT_WHOLE
    assert sorted(done.stdout.splitlines()) == ["alpha/review", "broken/review", "late/review"]
    assert said(done)[-4] == "failed: bad"
    assert "the worker died at it 2 times" in said(done)[-3]
    assert said(done)[-1] == "  opsreview run bad --workers 2 --outputs made"


def test_team_that_a_limit_stops_is_told_at_once_and_again_at_the_end(teams, monkeypatch):
    doing(monkeypatch, stopped_or_whole)
    done = opsreview("late", "alpha", "--max-wait", "0")

    assert done.exit_code == STOPPED
    (line,) = [line for line in said(done) if line.startswith("late is stopped until ")]
    assert line.endswith(" UTC, the others go on: a limit")
    assert said(done)[-4:] == [
        "stopped: late",
        "  a limit",
        "to run it alone, later:",
        "  opsreview run late --max-wait 0",
    ]


def test_password_in_a_url_does_not_travel_to_the_workers_of_a_scheduler(teams):
    places = ("--params", "s3://key:hush-hush@org/params", "--outputs", "s3://org/outputs")
    done = opsreview("alpha", "--scheduler", "tcp://127.0.0.1:1", *places)

    assert done.exit_code == OUR_ERROR
    assert "hush-hush" not in "\n".join(said(done))
    assert (
        "give the URL without, and the password to the workers as their environment"
        in said(done)[0]
    )


def test_one_team_alone_ends_as_it_does_on_a_disk(teams, memory, monkeypatch):
    lay(f"{memory}/params", "broken", "late")
    doing(monkeypatch, broken_or_whole)
    places = ("--params", f"{memory}/params", "--outputs", f"{memory}/outputs")
    done = opsreview("broken", *places)
    assert done.exit_code == OUR_ERROR
    assert said(done)[-2:] == [
        "failed: broken",
        "  params/broken/review.yaml:1: repos: it says 7",
    ]
    assert opsreview("late", *places).exit_code == WHOLE


def test_what_was_ticked_is_told_under_its_team_and_is_no_failure(teams, monkeypatch):
    doing(monkeypatch, ticked)
    done = opsreview("alpha", "late", "--workers", "1")
    assert done.exit_code == WHOLE
    lines = said(done)
    assert lines[lines.index("1 of 2: alpha: whole") + 1] == "  ticked in #7: p-1"


def test_all_whole_is_exit_0(teams, monkeypatch):
    doing(monkeypatch, broken_or_whole)
    done = opsreview("late", "alpha", "late")
    assert done.exit_code == WHOLE
    assert said(done)[-1] == "2 teams: 2 whole"


def test_all_are_the_folders_with_a_review_also_by_url(teams, memory, monkeypatch):
    doing(monkeypatch, broken_or_whole)
    lay(f"{memory}/params", "north", "south")
    Place.of(f"{memory}/params").write("notes/readme.md", b"")
    done = opsreview("--all", "--params", f"{memory}/params", "--outputs", f"{memory}/outputs")
    assert sorted(done.stdout.splitlines()) == ["north/review", "south/review"]


def test_all_of_none_is_one_clear_error(teams):
    (teams / "empty").mkdir()
    done = opsreview("--all", "--params", "empty")
    assert done.exit_code == OUR_ERROR
    assert said(done) == [
        "error: no folder in empty holds a review.yaml: make a team with `opsreview init TEAM`, "
        "or name another place with --params"
    ]


@pytest.mark.parametrize("words", [(), ("alpha", "--all")])
def test_neither_teams_nor_all_or_both_are_wrong_usage(teams, words):
    done = opsreview(*words)
    assert done.exit_code == WRONG_USAGE
    assert "name teams, or say --all" in done.stderr


def test_second_run_of_the_same_fleet_is_one_clear_message_and_begins_nothing(teams):
    with fleet_held("outputs", ["alpha", "bad"]):
        before = sorted((teams / "outputs").rglob("*"))
        done = opsreview("bad", "alpha")
    assert done.exit_code == STOPPED
    (line,) = said(done)
    assert line.startswith("error: another run of the same teams into the same outputs goes on")
    assert sorted((teams / "outputs").rglob("*")) == before


def test_scheduler_that_does_not_answer_is_one_clear_message(teams, monkeypatch):
    monkeypatch.setattr(executors, "ANSWER_WITHIN", 0.5)
    done = opsreview("alpha", "--scheduler", "tcp://127.0.0.1:1")
    assert done.exit_code == OUR_ERROR
    (line,) = said(done)
    assert line.startswith("error: the scheduler at tcp://127.0.0.1:1 does not answer")
    assert not list((teams / "outputs").rglob("run.json"))


def test_url_without_rights_is_one_clear_message_for_all_teams(teams, unmet_s3, s3_server):
    lay(f"{unmet_s3}/params", "alpha", "late")
    asks_for_rights(s3_server, "0")
    try:
        for places in (
            ("--params", f"{unmet_s3}/params"),
            ("--outputs", f"{unmet_s3}/outputs"),
        ):
            done = opsreview("--all", *places)
            assert done.exit_code == OUR_ERROR
            (line,) = said(done)
            assert line.startswith(f"error: {places[1]} may not be used (")
    finally:
        asks_for_rights(s3_server, "inf")
