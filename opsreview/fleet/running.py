"""A fleet: the cycles of many teams, given to an executor step by step."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import sleep
from uuid import uuid4

from opsreview.errors import FleetError
from opsreview.fleet.task import Done, State, Step, Task, run_task

FETCHES = 4  # at once, over all workers: they share GitHub's budget
TRIES = 2  # of a team whose worker died
AGAIN = timedelta(seconds=5)  # the least time before a stopped team has its turn again
DIED = "the worker died at it {tries} times: run the team alone, with more memory"
ALL_DIED = "every worker that was at it died: run the team alone, with more memory"
GONE = "whoever gave out the work is gone: look whether the scheduler runs, and run this again"
Clock = Callable[[], datetime]
Work = Callable[[Task], Done]


def _nobody(_: Done) -> None:
    """Nobody is told."""


def run_fleet(
    tasks: Iterable[Task],
    executor: Callable[[], Executor],
    *,
    at_once: int | None = None,
    fetches: int = FETCHES,
    offline: bool = False,
    max_wait: timedelta = timedelta(0),
    on_wait: Callable[[Done], None] = _nobody,
    work: Work = run_task,
    clock: Clock = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = sleep,
) -> Iterator[Done]:
    """Run a cycle of each team, each in two tasks: its fetch, then its review.

    A team that is stopped by a limit, or that another run works on, is taken up again when that
    is over, while the others go on; while a limit holds no fetch is begun, of any team. One that
    fails stops no other.

    Args:
        tasks: One a team, with the fields that both steps share.
        executor: Makes the executor; called again where dead workers broke it.
        at_once: The most tasks the executor is given at once; None: as many as there are.
        fetches: The most fetches at once, over all workers.
        offline: Reviews alone, from what the stores hold.
        max_wait: The longest that stopped teams are waited for in all, when every other team has
            ended; what needs longer stays stopped.
        on_wait: Told of each team that was stopped and has its turn again, once.
        work: What is done with a task.
        clock: Now, UTC.
        pause: Waits so many seconds, while every team that is left has to wait.

    Yields:
        What came of each team, in the order in which they end.

    Raises:
        FleetError: A team is among the tasks twice.
    """
    fleet = _Fleet(executor, at_once, fetches, max_wait, on_wait, work, clock, pause)
    first: Step = "review" if offline else "fetch"
    name = uuid4().hex[:12]
    given = list(tasks)
    counts = Counter(task.team for task in given)
    if twice := sorted(team for team, count in counts.items() if count > 1):
        raise FleetError(f"{', '.join(twice)}: more than one task: give each team once")
    for task in given:
        fleet.queue(replace(task, step=first, run=name))
    try:
        yield from fleet.run()
    finally:
        fleet.close()


@dataclass
class _Fleet:
    make: Callable[[], Executor]
    at_once: int | None
    fetches: int
    patience: timedelta
    on_wait: Callable[[Done], None]
    work: Work
    clock: Clock
    pause: Callable[[float], None]
    fetching: deque[Task] = field(default_factory=deque)
    reviewing: deque[Task] = field(default_factory=deque)
    suspects: deque[Task] = field(default_factory=deque)
    later: list[tuple[datetime, str, Done]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    given: dict[Future[Done], Task] = field(default_factory=dict)
    fetched: dict[str, Done] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    limit: Done | None = None  # that holds every fetch until its end
    executor: Executor | None = None

    def queue(self, task: Task) -> None:
        (self.fetching if task.step == "fetch" else self.reviewing).append(task)

    def run(self) -> Iterator[Done]:
        while self._give():
            if not self.given:
                yield from self._waited()
                continue
            over, _ = wait(self.given, timeout=self._until_later(), return_when=FIRST_COMPLETED)
            for future in over:
                yield from self._came_back(future)

    def close(self) -> None:
        """What is not begun is not done; the executor ends with what it is at."""
        for future in self.given:
            future.cancel()
        if self.executor is not None:
            self.executor.shutdown()

    def _give(self) -> bool:
        """Give out what may be given; False when nothing is left."""
        while self.later and self.later[0][0] <= self.clock():
            self._again(heapq.heappop(self.later)[2].task)
        while (task := self._next()) is not None:
            self.given[self._submitted(task)] = task
        return bool(self.given or self.later)

    def _again(self, task: Task) -> None:
        if self.tries.get(task.team):
            self.suspects.append(task)
        else:
            self.queue(task)

    def _submitted(self, task: Task) -> Future[Done]:
        self.executor = self.executor or self.make()
        try:
            return self.executor.submit(self.work, task)
        except BrokenExecutor:  # a worker died with nothing to do
            self.executor = self.make()
            return self.executor.submit(self.work, task)

    def _next(self) -> Task | None:
        """The next task: suspects one by one and alone, then reviews, then fetches."""
        if self.suspects:
            return None if self.given else self.suspects.popleft()
        if self.at_once is not None and len(self.given) >= self.at_once:
            return None
        if any(self.tries.get(task.team) for task in self.given.values()):
            return None
        if self.reviewing:
            return self.reviewing.popleft()
        if self.limit and self.limit.until and self.limit.until > self.clock():
            return None
        busy = sum(task.step == "fetch" for task in self.given.values())
        return self.fetching.popleft() if self.fetching and busy < self.fetches else None

    def _until_later(self) -> float | None:
        if not self.later:
            return None
        return max(0.0, (self.later[0][0] - self.clock()) / timedelta(seconds=1))

    def _waited(self) -> Iterator[Done]:
        """Wait for the first that is stopped; for none when patience is over."""
        seconds = self._until_later() or 0.0
        if timedelta(seconds=seconds) <= self.patience:
            self.patience -= timedelta(seconds=seconds)
            self.pause(seconds)
            return
        given_up = [done for _, _, done in sorted(self.later, key=lambda one: one[:2])]
        if self.limit is not None:  # what is still to be fetched was kept back by it
            given_up += [replace(self.limit, task=task) for task in self.fetching]
            self.fetching.clear()
        self.later.clear()
        for done in given_up:
            yield from self._ended(done)

    def _came_back(self, future: Future[Done]) -> Iterator[Done]:
        task = self.given.pop(future)
        try:
            done = future.result()
        except BrokenExecutor:
            yield from self._broken(task)
            return
        except Exception as error:
            done = Done(task, "failed", (_in_words(error),))
        if done.state == "stopped" and done.until is not None:
            self._set_aside(done, done.until)
            return
        self.tries.pop(task.team, None)
        yield from self._ended(done)

    def _set_aside(self, done: Done, until: datetime) -> None:
        """A stopped task has its turn again, once what stopped it is over."""
        team = done.task.team
        if done.is_limit and not (self.limit and self.limit.until and self.limit.until > until):
            self.limit = done
        heapq.heappush(self.later, (max(until, self.clock() + AGAIN), team, done))
        if team not in self.told:
            self.told.add(team)
            self.on_wait(done)

    def _ended(self, done: Done) -> Iterator[Done]:
        """Of a step that is not done again: the next step, or what came of the team."""
        if done.task.step == "fetch":
            self.fetched[done.task.team] = done
            self.queue(replace(done.task, step="review"))
            return
        yield self._whole(done)

    def _broken(self, task: Task) -> Iterator[Done]:
        """Of tasks whose pool broke, each is tried again alone: one of them may be the reason."""
        self.executor = None
        self.tries[task.team] = self.tries.get(task.team, 0) + 1
        if self.tries[task.team] < TRIES:
            self.suspects.append(task)
            return
        del self.tries[task.team]
        yield self._whole(Done(task, "failed", (DIED.format(tries=TRIES),)))

    def _whole(self, done: Done) -> Done:
        """What came of the team: of its review, and of the fetch before it."""
        fetched = self.fetched.pop(done.task.team, None)
        if fetched is None:
            return done
        done = replace(done, notes=fetched.notes + done.notes)
        if fetched.state in ("whole", "incomplete"):
            return done
        problems = tuple(dict.fromkeys((*fetched.problems, *done.problems)))
        if fetched.state == "stopped":
            return replace(done, state="stopped", problems=problems, until=fetched.until)
        state: State = "failed" if done.state == "failed" else "incomplete"
        return replace(done, state=state, problems=problems)


def _in_words(error: Exception) -> str:
    """What an executor, or a defect, ended a task with."""
    name = type(error).__name__
    if isinstance(error, CancelledError):
        return GONE
    if name == "KilledWorker":  # Dask's, that is not imported here
        return ALL_DIED
    return f"{name}: {error}" if str(error) else name
