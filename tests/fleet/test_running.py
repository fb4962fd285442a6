"""Many teams on any executor: in turn, not too many fetches, nobody lost for another's trouble."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from subprocess import DEVNULL, PIPE, Popen
from threading import Barrier, Lock
from typing import Any

import psutil
import pytest

from opsreview.errors import FleetError
from opsreview.fleet.executors import local_processes
from opsreview.fleet.running import run_fleet
from opsreview.fleet.task import Done, Task

from .fleet_work import killed_by_bad, ticked, whole

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
Work = Callable[[Task], Done]


def tasks(*teams: str) -> list[Task]:
    return [Task(team, "params", "outputs", cycle="2026-10") for team in teams]


def run(*teams: str, work: Work = whole, threads: int = 1, **said: Any) -> list[Done]:
    def executor() -> Executor:
        return ThreadPoolExecutor(threads)

    return list(run_fleet(tasks(*teams), executor, work=work, **said))


class Clockwork:
    """A clock that moves only while the fleet has nothing to do but wait."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        assert seconds > 0
        self.now += timedelta(seconds=seconds)


def stopped_until(moment: datetime, clock: Clockwork, done: list[str]) -> Work:
    """A limit stops the fetch of ``late`` until then; everything that ends is written down."""

    def work(task: Task) -> Done:
        if (task.team, task.step) == ("late", "fetch") and clock.now < moment:
            return Done(task, "stopped", ("a limit",), until=moment)
        done.append(f"{task.step} {task.team}")
        return whole(task)

    return work


def test_each_team_is_fetched_and_then_reviewed() -> None:
    found = run("a", "b")

    assert [(done.task.team, done.state, done.path) for done in found] == [
        ("a", "whole", "a/review"),
        ("b", "whole", "b/review"),
    ]
    assert {done.task.cycle for done in found} == {"2026-10"}


def test_offline_nothing_is_fetched() -> None:
    steps: list[str] = []

    def work(task: Task) -> Done:
        steps.append(task.step)
        return whole(task)

    run("a", "b", work=work, offline=True)
    assert steps == ["review", "review"]


def test_what_a_fetch_noted_stands_with_the_review() -> None:
    found = run("alpha", "b", work=ticked)
    assert [done.notes for done in found] == [("ticked in #7: p-1",), ()]


def test_no_team_is_nothing_to_do() -> None:
    assert run() == []


def test_no_more_fetches_run_at_once_than_are_allowed() -> None:
    both, lock = Barrier(2, timeout=20), Lock()
    running, most = 0, 0

    def work(task: Task) -> Done:
        nonlocal running, most
        if task.step == "review":
            return whole(task)
        with lock:
            running += 1
            most = max(most, running)
        both.wait()  # two are at it, or the barrier breaks
        with lock:
            running -= 1
        return whole(task)

    found = run(*"abcdef", work=work, threads=6, fetches=2)
    assert {done.state for done in found} == {"whole"}
    assert most == 2


def test_no_more_tasks_are_given_at_once_than_asked() -> None:
    given: list[int] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, work: Any, task: Any, /) -> Any:  # type: ignore[override]
            given.append(self._work_queue.qsize())
            return super().submit(work, task)

    assert len(list(run_fleet(tasks(*"abc"), partial(Counting, 1), at_once=1, work=whole))) == 3
    assert set(given) == {0}


def test_team_that_a_limit_stops_has_its_turn_again_while_others_go_on() -> None:
    clock, done = Clockwork(), list[str]()
    work = stopped_until(NOW + timedelta(minutes=10), clock, done)

    found = run(
        *("late", "other"),
        work=work,
        clock=clock,
        pause=clock.pause,
        max_wait=timedelta(minutes=15),
    )

    assert done == ["fetch other", "review other", "fetch late", "review late"]
    assert {one.state for one in found} == {"whole"}


def limited_until(moment: datetime, clock: Clockwork, done: list[str]) -> Work:
    """The fetch of ``first`` meets a limit that ends then; every other would meet it too."""

    def work(task: Task) -> Done:
        done.append(f"{task.step} {task.team}")
        if (task.team, task.step) == ("first", "fetch") and clock.now < moment:
            return Done(task, "stopped", ("a limit",), until=moment, is_limit=True)
        return whole(task)

    return work


def test_while_a_limit_holds_no_fetch_is_begun_and_reviews_go_on() -> None:
    clock, done = Clockwork(), list[str]()
    work = limited_until(NOW + timedelta(minutes=10), clock, done)

    found = run(
        *("done", "first", "second", "third"),
        work=work,
        clock=clock,
        pause=clock.pause,
        max_wait=timedelta(minutes=15),
        fetches=1,
    )

    assert done[:3] == ["fetch done", "review done", "fetch first"]  # and then it is waited
    assert sorted(done[3:]) == sorted(
        f"{step} {team}" for step in ("fetch", "review") for team in ("first", "second", "third")
    )
    assert {one.state for one in found} == {"whole"}


def test_limit_that_outlasts_the_wait_stops_those_too_that_it_kept_back() -> None:
    clock, done = Clockwork(), list[str]()
    until = NOW + timedelta(minutes=40)

    found = run(
        *("first", "second"),
        work=limited_until(until, clock, done),
        clock=clock,
        pause=clock.pause,
        max_wait=timedelta(minutes=15),
        fetches=1,
    )

    assert done == ["fetch first", "review first", "review second"]
    assert {(one.task.team, one.state, one.problems, one.until) for one in found} == {
        (team, "stopped", ("a limit",), until) for team in ("first", "second")
    }


def test_team_that_is_given_twice_is_refused_before_anything_is_done() -> None:
    with pytest.raises(FleetError, match="a: more than one task: give each team once"):
        run("a", "b", "a")


def test_limit_that_lasts_longer_than_the_wait_leaves_the_team_stopped_on_what_is_stored() -> None:
    clock, done = Clockwork(), list[str]()
    work = stopped_until(NOW + timedelta(minutes=40), clock, done)

    (found,) = run("late", work=work, clock=clock, max_wait=timedelta(minutes=15))

    assert done == ["review late"]
    assert (found.state, found.problems) == ("stopped", ("a limit",))
    assert found.until == NOW + timedelta(minutes=40)
    assert found.path == "late/review"


def test_stopped_team_has_its_turn_again_however_long_the_others_take() -> None:
    clock, done = Clockwork(), list[str]()
    stopped = stopped_until(NOW + timedelta(minutes=40), clock, done)

    def work(task: Task) -> Done:
        if (task.team, task.step) == ("other", "review"):
            clock.pause(3600)  # that long does it take
        return stopped(task)

    found = run("late", "other", work=work, clock=clock, max_wait=timedelta(0))

    assert done == ["fetch other", "review other", "fetch late", "review late"]
    assert {one.state for one in found} == {"whole"}


def test_team_that_is_stopped_again_and_again_is_told_once_and_left_at_last() -> None:
    clock, waiting = Clockwork(), list[Done]()

    def work(task: Task) -> Done:
        return Done(task, "stopped", ("a limit",), until=clock.now - timedelta(seconds=1))

    (found,) = run(
        "late",
        work=work,
        clock=clock,
        pause=clock.pause,
        on_wait=waiting.append,
        max_wait=timedelta(minutes=2),
    )

    assert (found.state, len(waiting)) == ("stopped", 1)
    assert clock.now - NOW == timedelta(minutes=2)


def test_stop_that_nobody_knows_the_end_of_is_told_and_not_waited_for() -> None:
    (found,) = run("a", work=lambda task: Done(task, "stopped", ("the store is open",)))
    assert (found.state, found.problems) == ("stopped", ("the store is open",))


def test_work_that_the_executor_gave_up_is_told_in_words() -> None:
    def work(_: Task) -> Done:
        raise CancelledError

    (found,) = run("a", work=work)
    assert found.state == "failed"
    assert "look whether the scheduler runs" in found.problems[0]


def test_defect_in_one_team_is_told_and_stops_no_other() -> None:
    def work(task: Task) -> Done:
        if task.team == "bad":
            raise ZeroDivisionError("in the middle")
        return whole(task)

    found = {done.task.team: done for done in run("a", "bad", "c", work=work)}
    assert (found["a"].state, found["c"].state) == ("whole", "whole")
    assert found["bad"].state == "failed"
    assert found["bad"].problems == ("ZeroDivisionError: in the middle",)


@pytest.mark.parametrize(("review", "state"), [("whole", "incomplete"), ("failed", "failed")])
def test_source_that_could_not_be_read_is_told_once_beside_the_review(
    review: Any, state: str
) -> None:
    def work(task: Task) -> Done:
        is_fetch = task.step == "fetch"
        return Done(task, "failed" if is_fetch else review, ("no such file",) if is_fetch else ())

    (found,) = run("a", work=work)
    assert (found.state, found.problems) == (state, ("no such file",))


def test_worker_that_dies_takes_nobody_with_it() -> None:
    found = run_fleet(
        tasks("a", "bad", "c", "d"), partial(local_processes, 2), at_once=2, work=killed_by_bad
    )

    ended = {done.task.team: done for done in found}
    assert {team for team, done in ended.items() if done.state == "whole"} == {"a", "c", "d"}
    assert ended["bad"].state == "failed"
    assert "the worker died at it 2 times" in ended["bad"].problems[0]


def test_workers_end_when_who_gives_them_work_is_killed() -> None:
    code = (
        "import os\nfrom opsreview.fleet.executors import local_processes\n"
        "if __name__ == '__main__':\n"
        "    pool = local_processes(1)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    input()\n"
    )
    command = [sys.executable, "-c", code]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True) as giver:
        assert giver.stdout is not None
        worker = psutil.Process(int(giver.stdout.readline()))
        giver.kill()
        worker.wait(timeout=60)
