"""Runs beside each other, and what dead ones left: nobody is in another's way, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from opsreview.errors import StoppedError
from opsreview.fleet.executors import local_processes
from opsreview.fleet.lease import Lease, fleet_held, utc_now
from opsreview.fleet.running import run_fleet
from opsreview.fleet.task import Done, Task
from opsreview.place import Place

from .fleet_work import holding, killed_holding

LATE = timedelta(minutes=15)


def tasks(outputs: str, *teams: str) -> list[Task]:
    return [Task(team, "params", outputs) for team in teams]


def left_by_a_dead_holder(outputs: str, team: str, until: datetime) -> None:
    note = {"holder": "dead", "until": until.isoformat(), "run": "before", "released": False}
    Place.of(outputs).write(f"store/{team}.lease/1.json", json.dumps(note).encode())


def run(outputs: str, *teams: str, **said: Any) -> list[Done]:
    one = partial(ThreadPoolExecutor, 1)
    return list(run_fleet(tasks(outputs, *teams), one, work=holding, **said))


def states(found: list[Done]) -> list[tuple[str, str]]:
    return [(done.task.team, done.state) for done in found]


def never(_: float) -> None:
    pytest.fail("there is nothing to wait for")


class Watch:
    """The fleet's clock, that a pause puts forward; ``then`` is called in each."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.now = utc_now()
        self.then = then

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.then()


def test_lease_of_a_dead_holder_whose_time_is_over_is_taken_over(root):
    left_by_a_dead_holder(root, "a", datetime(2026, 11, 2, tzinfo=UTC))
    assert states(run(root, "a", "b", pause=never)) == [("a", "whole"), ("b", "whole")]


def test_team_that_a_dead_holder_keeps_is_done_when_its_time_is_over_and_others_before(root):
    left_by_a_dead_holder(root, "a", utc_now() + timedelta(hours=1))
    watch = Watch(lambda: left_by_a_dead_holder(root, "a", utc_now()))
    waiting: list[Done] = []
    found = run(
        *(root, "a", "b"),
        clock=watch,
        pause=watch.pause,
        max_wait=timedelta(hours=2),
        on_wait=waiting.append,
    )
    assert states(found) == [("b", "whole"), ("a", "whole")]
    (told,) = waiting
    assert "a is worked on by dead until" in told.problems[0]


def test_team_that_another_keeps_for_longer_than_is_waited_is_left_to_it(root):
    until = utc_now() + timedelta(hours=1)
    left_by_a_dead_holder(root, "a", until)
    found = run(root, "a", "b", max_wait=LATE, pause=never)
    assert states(found) == [("b", "whole"), ("a", "stopped")]
    assert found[1].until == until


def test_team_of_a_killed_worker_is_done_at_once_by_the_next_of_the_same_run(s3, tmp_path):
    work = partial(killed_holding, str(tmp_path / "killed"))
    found = run_fleet(
        tasks(s3, "a", "bad", "c"),
        partial(local_processes, 2),
        at_once=2,
        work=work,
        pause=never,
    )
    assert sorted(states(list(found))) == [("a", "whole"), ("bad", "whole"), ("c", "whole")]
    assert (tmp_path / "killed").exists()


def test_same_fleet_is_not_begun_twice_at_once(root):
    with fleet_held(root, ["a", "b"]):
        with (
            pytest.raises(StoppedError, match="another run of the same teams") as refused,
            fleet_held(root, ["a", "b"]),
        ):
            pass
        assert refused.value.until is not None
        with fleet_held(root, ["a", "c"]):  # one team of it has its own lease
            pass
    with fleet_held(root, ["a", "b"]):
        pass


def test_two_runs_that_share_a_team_do_it_one_after_the_other(root):
    other = Lease("b", Place.of(root), utc_now, 120, run="other")
    other.take()
    watch = Watch(other.release)
    found = run(root, "a", "b", clock=watch, pause=watch.pause, max_wait=LATE)
    assert states(found) == [("a", "whole"), ("b", "whole")]
