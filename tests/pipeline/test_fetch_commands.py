"""The commands that fetch: what they tell, how they end, and what they build from."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import (
    NOT_WHOLE,
    OUR_ERROR,
    STOPPED,
    WHOLE,
    assert_refused,
    everything_in,
    opsreview,
)
from dump_factory import INCIDENTS, SmallTeam, small_team, write_csv, write_dump, write_yaml
from factories import REPO, at

from opsreview import pipeline
from opsreview.errors import SourceError, StoppedError
from opsreview.sources.csv_file import CsvFile
from opsreview.sources.github.dump import GithubDump
from opsreview.sources.terms import Terms
from opsreview.store import Store

LIMIT = StoppedError("GitHub's limit is used up", at("2026-11-08 14:05"))
TOLD = "GitHub's limit is used up; come back after 14:05 UTC: run the same command again"


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallTeam:
    """A team with a dump and a CSV that were fetched; its pages are not written."""

    def report(name: str, *, outputs: Path, cycle: str, **_: Any) -> pipeline.Outcome:
        return pipeline.Outcome(outputs / name / cycle / "index.html")

    monkeypatch.setattr(pipeline, "report", report)
    incident = {"id": "i1", "started_at": "2026-10-05T12:00Z", "resolved_at": ""}
    write_csv(tmp_path / "incidents.csv", incident)
    return small_team(tmp_path, issues=[{}], sources=[INCIDENTS]).fetch()


def run_json(team: SmallTeam) -> dict[str, Any]:
    return json.loads((team.outputs / "small" / "2026-10" / "run.json").read_text("utf-8"))


def stops(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources of this kind are stopped by a limit."""

    def fetch(self: Any, store: Store, terms: Terms) -> None:
        raise LIMIT

    monkeypatch.setattr(kind, "fetch", fetch)


def lacking(**said: Any) -> Any:
    """A fetch that leaves the reading there was as not whole."""

    def fetch(self: Any, store: Store, terms: Terms) -> None:
        (found,) = store.readings(self.key)
        with store.page():
            store.note(replace(found, is_complete=False, **said))

    return fetch


def test_fetch_that_is_stopped_is_exit_three_and_says_when_to_come_back(team, monkeypatch):
    stops(GithubDump, monkeypatch)
    done = opsreview(team, "fetch")
    assert (done.exit_code, done.stdout) == (STOPPED, "")
    assert done.stderr.splitlines()[-1] == f"error: {TOLD}"


def test_run_that_is_stopped_builds_from_what_the_store_holds(team, monkeypatch):
    stops(GithubDump, monkeypatch)
    done = opsreview(team, "run")
    assert done.exit_code == STOPPED
    assert done.stdout.endswith("2026-10/index.html\n")
    assert done.stderr.count(TOLD) == 1
    assert f"not whole: {REPO} is incomplete: {TOLD}\n" in done.stderr
    run = run_json(team)
    assert (run["repos"][0]["complete"], run["repos"][0]["reason"]) == (False, TOLD)
    assert [source["complete"] for source in run["sources"]] == [False, True]


def test_first_run_that_is_stopped_is_exit_three_and_builds_nothing(tmp_path, monkeypatch):
    stops(GithubDump, monkeypatch)
    team = small_team(tmp_path, issues=[{}])
    done = opsreview(team, "run")
    assert (done.exit_code, done.stdout) == (STOPPED, "")
    assert f"error: {TOLD}\n" in done.stderr
    assert not (team.outputs / "small").exists()


def test_cycle_that_cannot_be_built_after_a_failed_fetch_tells_both(team, monkeypatch):
    stops(GithubDump, monkeypatch)
    done = opsreview(team, "run", "--cycle", "2026-12")
    assert_refused(done, f"not whole: {TOLD}", "cycle 2026-12 has not begun")


def test_file_that_is_gone_keeps_its_rows_until_it_is_back(team):
    path = team.root / "incidents.csv"
    text = path.read_text("utf-8")
    path.unlink()
    assert_refused(opsreview(team, "fetch"), "incidents.csv is missing")
    done = opsreview(team, "run")
    assert done.exit_code == NOT_WHOLE
    (problem,) = [line for line in done.stderr.splitlines() if "not whole" in line]
    assert "csv:incidents:incidents.csv is incomplete: incidents.csv is missing" in problem
    assert (run_json(team)["sources"][1]["rows"], str(team.root) in problem) == (1, False)
    path.write_text(text, "utf-8")
    assert opsreview(team, "run").exit_code == WHOLE
    assert [source["reason"] for source in run_json(team)["sources"]] == [None, None]


def test_incomplete_repository_says_how_many_of_how_many_and_as_of_when(team, monkeypatch):
    said = {"n_items": 4999, "n_expected": 5000, "reason": "4,999 of 5,000 issues"}
    monkeypatch.setattr(GithubDump, "fetch", lacking(**said))
    for command in ("fetch", "run"):
        done = opsreview(team, command)
        assert done.exit_code == NOT_WHOLE
        problems = [line for line in done.stderr.splitlines() if line.startswith("not whole: ")]
        assert problems == [f"not whole: {REPO} is incomplete: 4,999 of 5,000 issues"]
    (repo,) = run_json(team)["repos"]
    assert repo == {
        "repo": REPO,
        "n_items": 4999,
        "n_expected": 5000,
        "complete": False,
        "reason": "4,999 of 5,000 issues",
        "fetched_at": "2026-11-20T00:00:00+00:00",
    }
    assert run_json(team)["sources"][0]["incomplete_repos"] == [REPO]


def test_while_another_process_fetches_nothing_is_fetched_or_built(team):
    before = everything_in(team.outputs)
    with Store.open(team.store) as other, other.fetching():
        for command in ("fetch", "run"):
            done = opsreview(team, command)
            assert (done.exit_code, done.stdout) == (STOPPED, "")
            assert "is being fetched by process" in done.stderr
        assert opsreview(team, "build").exit_code == WHOLE
    assert {name: everything_in(team.outputs)[name] for name in before} == before
    assert opsreview(team, "fetch").exit_code == WHOLE


def test_options_of_a_fetch_become_its_terms(team, monkeypatch):
    seen: list[Terms] = []
    monkeypatch.setattr(CsvFile, "fetch", lambda self, store, terms: seen.append(terms))
    for command in ("fetch", "run"):
        for options in ([], ["--max-wait", "2", "--sweep"]):
            assert opsreview(team, command, *options).exit_code == WHOLE
    assert [(terms.max_wait_seconds, terms.is_sweep) for terms in seen] == [
        (900, False),
        (120, True),
    ] * 2


def test_dry_run_tells_every_source_and_makes_no_store(tmp_path):
    team = small_team(tmp_path, issues=[{}], sources=[INCIDENTS])
    done = opsreview(team, "fetch", "--dry-run")
    assert done.exit_code == WHOLE
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        "github_dump:../../dump",
        "csv:incidents:../../incidents.csv",
    ]
    assert not team.outputs.exists()


def test_dry_run_that_cannot_ask_a_source_tells_the_others_first(team, monkeypatch):
    def forecast(self: Any, store: Store, terms: Terms) -> str:
        raise SourceError("there is no token")

    monkeypatch.setattr(GithubDump, "forecast", forecast)
    with closing(sqlite3.connect(team.store)) as store:
        before = list(store.iterdump())
    done = opsreview(team, "fetch", "--dry-run")
    assert done.exit_code == OUR_ERROR
    assert done.stdout.splitlines()[0] == "github_dump:../../dump: cannot be told"
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == "error: there is no token\n"
    with closing(sqlite3.connect(team.store)) as store:
        assert list(store.iterdump()) == before


def test_fetch_that_fails_tells_what_other_sources_lack_as_well(team, monkeypatch):
    monkeypatch.setattr(GithubDump, "fetch", lacking(reason="4 of 5 issues"))
    (team.root / "incidents.csv").unlink()
    lack = f"not whole: {REPO} is incomplete: 4 of 5 issues\n"
    assert_refused(opsreview(team, "fetch"), lack, "incidents.csv is missing")


def test_repository_of_two_sources_is_as_old_as_the_one_that_lacks_something(team, monkeypatch):
    write_dump(team.root / "older", fetched_at="2026-11-10 00:00", issues=[{}])
    review = json.loads((team.folder / "review.yaml").read_text("utf-8"))
    review["sources"].append({"kind": "github_dump", "path": "../../older"})
    write_yaml(team.folder / "review.yaml", review)
    assert opsreview(team, "run").exit_code == WHOLE
    assert run_json(team)["repos"][0]["fetched_at"] == "2026-11-10T00:00:00+00:00"
    shutil.rmtree(team.root / "dump")
    assert opsreview(team, "run").exit_code == NOT_WHOLE
    assert run_json(team)["repos"][0]["fetched_at"] == "2026-11-20T00:00:00+00:00"
