"""What is shown while a command runs: moving on a terminal, few plain lines in a log.

Nothing is shown before secrets and control characters are taken out of it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.spinner import Spinner
from rich.table import Column
from rich.text import Text

from opsreview.secrets import redacted

NEWS_SHARE, NEWS_ITEMS = 0.1, 1000  # how much more must be read before a log has a new line
NEWS_EVERY = timedelta(minutes=1)  # how often a log has a line of a wait that lasts
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Now = Callable[[], datetime]


def clean(text: str) -> str:
    """``text`` as it may be shown."""
    return _CONTROLS.sub("?", redacted(text))


def tell(line: str) -> None:
    """A result, to stdout."""
    print(clean(line))


def complain(line: str) -> None:
    """What went wrong, to stderr."""
    console = _stderr()
    is_error = console.is_terminal and line.startswith("error: ")
    console.print(clean(line), markup=False, style="bold red" if is_error else None)


@contextmanager
def watching() -> Iterator[Lines | Screen]:
    """Who watches a command: a screen on a terminal, lines where nothing can move."""
    console = _stderr()
    if not (console.is_interactive and sys.stderr.isatty()):  # CI may ask for colours in its log
        yield Lines(console)
        return
    with Screen(console) as screen:
        yield screen


class Lines:
    """A watch for logs: progress every tenth of the way, a wait once a minute."""

    def __init__(self, console: Console, now: Now = lambda: datetime.now(UTC)) -> None:
        self._console = console
        self._now = now
        self._told: dict[str, int] = {}
        self._wait: _Wait | None = None

    def say(self, line: str) -> None:
        self._console.print(clean(line), markup=False)

    def tell(self, line: str) -> None:
        """A result, to stdout."""
        tell(line)

    def reads(self, what: str, done: int, expected: int | None, points_left: int | None) -> None:
        news = max(1, expected * NEWS_SHARE) if expected else NEWS_ITEMS
        told = self._told.get(what)
        is_end = done == expected and done != told
        if told is None or is_end or done < told or done - told >= news:
            self._told[what] = done
            parts = [f"{what}: {_counts(done, expected)}", _points(points_left)]
            self.say(", ".join(filter(None, parts)))

    def waits(self, seconds_left: float, reason: str) -> None:
        now = self._now()
        if seconds_left <= 0:
            self._wait = None
        elif self._wait is None or self._wait.reason != reason:
            self._wait = _Wait(reason, now + timedelta(seconds=seconds_left), told_at=now)
            self.say(self._wait.in_words(seconds_left))
        elif now - self._wait.told_at >= NEWS_EVERY:
            self._wait.told_at = now
            self.say(self._wait.in_words(seconds_left))


class Screen:
    """A watch for a terminal: a bar a repository, a countdown, what is being done.

    Use as a context manager; when it ends, what was read stays as lines, and results are told.
    """

    def __init__(self, console: Console, now: Now = lambda: datetime.now(UTC)) -> None:
        self._console = console
        self._now = now
        name = Column(no_wrap=True, overflow="ellipsis", max_width=40)
        self._bars = Progress(
            TextColumn("  {task.description}", markup=False, table_column=name),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[said]}", markup=False, table_column=Column(no_wrap=True)),
            _TimeLeft(Column(no_wrap=True)),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._wait: _Wait | None = None
        self._countdown = self._doing = self._budget = ""
        self._spinner = Spinner("dots")
        self._results: list[str] = []
        self._live = Live(
            console=console,
            get_renderable=self._shown,
            transient=True,
            redirect_stdout=False,
        )

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        for task in self._bars.tasks:
            self._console.print(
                f"  {task.description}: {task.fields['said']}", markup=False, style="dim"
            )
        for line in self._results:
            tell(line)

    def say(self, line: str) -> None:
        self._console.print(f"  {clean(line)}", markup=False, style="dim")
        self._doing = clean(line)

    def tell(self, line: str) -> None:
        """A result, to stdout once nothing moves any more."""
        self._results.append(line)

    def reads(self, what: str, done: int, expected: int | None, points_left: int | None) -> None:
        said = _counts(done, expected)
        self._budget = _points(points_left) or self._budget
        if what not in self._tasks:  # from where an earlier fetch stopped: not this one's speed
            self._tasks[what] = self._bars.add_task(
                clean(what), total=expected, completed=done, said=said
            )
        self._bars.update(self._tasks[what], total=expected, completed=done, said=said)

    def waits(self, seconds_left: float, reason: str) -> None:
        if seconds_left <= 0:
            self._wait, self._countdown = None, ""
            return
        if self._wait is None or self._wait.reason != reason:
            now = self._now()
            self._wait = _Wait(reason, now + timedelta(seconds=seconds_left), told_at=now)
        self._countdown = clean(self._wait.in_words(seconds_left))

    def _shown(self) -> RenderableType:
        parts: list[RenderableType] = [self._bars] if self._tasks else []
        if self._countdown:
            parts.append(Text(f"  {self._countdown}", style="yellow"))
        doing = ", ".join(filter(None, [self._doing, self._budget]))
        self._spinner.update(text=Text(doing, style="dim"))
        return Group(*parts, self._spinner)


class _TimeLeft(ProgressColumn):
    """How long the rest takes at the speed seen."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        return Text(f"{_clock(left)} to go" if left else "", style="cyan")


@dataclass
class _Wait:
    """A wait that lasts until ``until``, and when it was last told."""

    reason: str
    until: datetime
    told_at: datetime

    def in_words(self, seconds_left: float) -> str:
        back = f"back at {self.until:%H:%M} UTC"
        return f"waiting: {self.reason}; {_clock(seconds_left)} left, {back}"


def _stderr() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _clock(seconds: float) -> str:
    """Minutes and seconds, or hours, minutes and seconds."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _counts(done: int, expected: int | None) -> str:
    return f"{done:,} items" if expected is None else f"{done:,} of {expected:,} items"


def _points(left: int | None) -> str:
    return "" if left is None else f"{left:,} points left"
