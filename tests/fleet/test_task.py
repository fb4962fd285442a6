"""What a worker does of one team, with params and outputs on no disk of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsreview import pipeline
from opsreview.errors import SourceError, StoppedError
from opsreview.fleet.lease import Lease, utc_now
from opsreview.fleet.places import cycles, half_written
from opsreview.fleet.task import Done, Step, Task, run_task
from opsreview.place import Place
from opsreview.secrets import Secret
from opsreview.store import Store

REVIEW: dict[str, Any] = {
    "repos": ["example/product"],
    "timezone": "UTC",
    "sources": [{"kind": "simulated", "team": "extension", "seed": 1}],
    "privacy": {"names": "shown"},
}


class Away:
    """One team in a memory."""

    def __init__(self, root: str) -> None:
        self.params, self.outputs = f"{root}/params", f"{root}/outputs"

    def team(self, **review: Any) -> None:
        told = json.dumps(REVIEW | review).encode()
        Place.of(self.params).write("demo/review.yaml", told)

    def done(self, step: Step = "fetch", **more: Any) -> Done:
        return run_task(Task("demo", self.params, self.outputs, step, cycle="2026-10", **more))

    def there(self) -> list[str]:
        return [name for name in Place.of(self.outputs).files() if ".lease/" not in name]


@pytest.fixture
def away(memory: str) -> Away:
    made = Away(memory)
    made.team()
    return made


def taken_over(away: Away) -> None:
    """Somebody else has the team: the lease of whoever works on it was over."""
    place = Place.of(away.outputs)
    note = {"holder": "other", "until": utc_now().isoformat(), "run": "", "released": False}
    place.write("store/demo.lease/7.json", json.dumps(note).encode())


def fetched(outputs: Path) -> pipeline.Outcome:
    path = outputs / "store" / "demo.sqlite"
    with Store.open(path) as store:
        store.replace("csv:a", [], [])
    return pipeline.Outcome(path)


def built(outputs: Path, word: str = "new") -> pipeline.Outcome:
    folder = outputs / "demo" / "2026-10"
    folder.mkdir(parents=True)
    for name in ("run.json", "index.html", "metrics.parquet"):
        (folder / name).write_text(word)
    return pipeline.Outcome(folder / "index.html")


@pytest.fixture
def fetch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path], Any]], None]:
    """Have the pipeline's fetch do this instead, given where the outputs are."""

    def stand_in(does: Callable[[Path], Any]) -> None:
        monkeypatch.setattr(pipeline, "fetch", lambda *_, outputs, **__: does(outputs))

    return stand_in


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path], Any]], None]:
    """The same of its run."""

    def stand_in(does: Callable[[Path], Any]) -> None:
        monkeypatch.setattr(pipeline, "run", lambda *_, outputs, **__: does(outputs))

    return stand_in


def test_what_was_read_is_in_the_store_of_the_outputs(away):
    assert away.done().state == "whole"
    assert away.there() == ["store/demo.sqlite"]


def test_what_was_made_is_there_and_the_page_is_named_where_it_is(away, review):
    review(built)
    done = away.done("review")
    assert (done.state, done.path) == ("whole", f"{away.outputs}/demo/2026-10/index.html")
    assert cycles(away.outputs, "demo") == ["2026-10"]


def test_earlier_cycle_that_is_half_written_is_told_with_the_command_that_makes_it(away, review):
    Place.of(away.outputs).write("demo/2026-09/index.html", b"cut off")
    review(built)

    done = away.done("review")
    assert done.state == "incomplete"
    assert done.problems == ("2026-09 is half written: run `opsreview run demo --cycle 2026-09`",)


def test_team_is_free_again_afterwards(away):
    away.done()
    (lease,) = Place.of(away.outputs).files("store/demo.lease")
    assert json.loads(Place.of(away.outputs).read(lease) or b"")["released"]


@pytest.mark.parametrize(
    ("review", "says"),
    [
        ({"repos": 7}, "demo/review.yaml:1: repos: it should be a valid list"),
        ({"sources": [{"kind": "github_dump", "path": "dump"}]}, "demo/dump"),
        (
            {"sources": [{"kind": "csv", "table": "incidents", "path": "a.csv", "columns": {}}]},
            "demo/",
        ),
    ],
)
def test_what_is_wrong_is_named_where_its_owner_finds_it(away, review, says):
    away.team(**review)
    for step in ("fetch", "review"):
        done = away.done(step)
        assert done.state == "failed"
        assert not [said for said in done.problems if "opsreview-" in said]
    assert f"{away.params}/{says}" in away.done().problems[0]


def test_place_that_is_not_there_fails_the_team_with_its_url(away):
    (said,) = run_task(Task("demo", "s9://params", away.outputs)).problems
    assert said.startswith("s9://params: s9:// is not known")


def test_defect_is_told_in_words_whatever_its_error_is(away, review):
    class Odd(Exception):  # one that cannot travel between processes
        def __init__(self, one: str, two: str) -> None:
            super().__init__(f"{one} and {two}")

    def broken(_: Path) -> None:
        raise Odd("one", "two")

    review(broken)
    done = away.done("review")
    assert (done.state, done.problems) == ("failed", ("Odd: one and two",))


def test_secrets_of_the_worker_are_in_no_message(away, fetch):
    Secret("pager-key-of-the-worker")

    def refused(_: Path) -> None:
        raise SourceError("https://api.example/?key=pager-key-of-the-worker answers 403")

    fetch(refused)
    (said,) = away.done().problems
    assert "pager-key" not in said
    assert "answers 403" in said


@pytest.mark.parametrize("is_limit", [True, False])
def test_limit_is_told_from_what_stops_one_team_alone(away, fetch, is_limit):
    def stopped(_: Path) -> None:
        raise StoppedError("not now", utc_now(), is_limit=is_limit)

    fetch(stopped)
    assert away.done().is_limit == is_limit


def test_what_was_ticked_is_told_and_where_its_issue_is_stays(away, monkeypatch):
    def ticks(_: str, *, outputs: Path, **__: Any) -> list[str]:
        path = outputs / "demo" / "ticks.json"
        path.parent.mkdir()
        path.write_text("{}")
        return ["ticked in #7: p-1", f"{path} is new"]

    monkeypatch.setattr(pipeline, "ticks", ticks)
    notes = away.done().notes
    assert notes == ("ticked in #7: p-1", f"{away.outputs}/demo/ticks.json is new")
    assert "demo/ticks.json" in away.there()


def test_nobody_looks_for_ticks_while_a_limit_holds(away, fetch, monkeypatch):
    def stopped(_: Path) -> None:
        raise StoppedError("not now", utc_now(), is_limit=True)

    fetch(stopped)
    monkeypatch.setattr(pipeline, "ticks", lambda *_, **__: pytest.fail("GitHub was asked"))
    assert away.done().state == "stopped"


def test_limit_stops_the_team_until_it_is_over_and_what_was_read_stays(away, fetch):
    until = utc_now()

    def stopped(outputs: Path) -> None:
        fetched(outputs)
        raise StoppedError("100 of 5000 points are left", until)

    fetch(stopped)
    done = away.done()
    assert (done.state, done.problems) == ("stopped", ("100 of 5000 points are left",))
    assert done.until == until
    assert away.there() == ["store/demo.sqlite"]


def test_source_that_cannot_be_read_fails_the_fetch_and_what_others_gave_stays(away, fetch):
    def failed(outputs: Path) -> None:
        fetched(outputs)
        raise SourceError(f"{outputs}/x is missing")

    fetch(failed)
    assert away.done().problems == (f"{away.outputs}/x is missing",)
    assert away.there() == ["store/demo.sqlite"]


def test_worker_that_lost_its_team_while_it_read_puts_no_store(away, fetch):
    def lost(outputs: Path) -> pipeline.Outcome:
        taken_over(away)
        return fetched(outputs)

    fetch(lost)
    done = away.done()
    assert done.state == "stopped"
    assert "demo was taken over by other" in done.problems[0]
    assert away.there() == []


def test_worker_that_lost_its_team_while_it_built_puts_no_cycle(away, review):
    review(lambda outputs: built(outputs, "old"))
    away.done("review")
    before = away.there()

    def lost(outputs: Path) -> pipeline.Outcome:
        taken_over(away)
        for path in (outputs / "demo" / "2026-10").glob("*"):
            path.unlink()
        (outputs / "demo" / "2026-10").rmdir()
        return built(outputs, "new")

    review(lost)
    assert away.done("review").state == "stopped"
    assert away.there() == before
    assert Place.of(away.outputs).read("demo/2026-10/metrics.parquet") == b"old"


def test_worker_that_lost_its_team_while_it_put_puts_no_run(away, review, monkeypatch):
    copied = Place.copy_out

    def slow(place: Place, *args: Any, **more: Any) -> None:
        copied(place, *args, **more)
        taken_over(away)

    review(built)
    monkeypatch.setattr(Place, "copy_out", slow)
    assert away.done("review").state == "stopped"
    assert cycles(away.outputs, "demo") == []
    assert half_written(away.outputs, "demo") == ["2026-10"]


def test_team_that_somebody_works_on_is_stopped_until_then_and_nothing_is_done(away, fetch):
    fetch(lambda _: pytest.fail("it is worked on"))
    Lease("demo", Place.of(away.outputs), utc_now, 120).take()
    done = away.done()
    assert done.state == "stopped"
    assert done.until is not None
    assert "demo is worked on by" in done.problems[0]


def test_team_whose_worker_died_is_taken_over_at_once_by_the_same_run(away):
    Lease("demo", Place.of(away.outputs), utc_now, 120, run="ours").take()
    assert away.done(run="another").state == "stopped"
    assert away.done(run="ours").state == "whole"
