"""What is shown while a command runs: on a terminal, and in a log."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest
from factories import at
from rich.console import Console

from opsreview import terminal
from opsreview.terminal import Lines, Screen

CANARY = "ghp_canary0123456789"
BEGINS_AT = at("2026-11-08 13:52")
LIMIT = "GitHub's secondary rate limit"


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.at = BEGINS_AT

    def __call__(self):
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def paper(**kind: object) -> Console:
    return Console(file=io.StringIO(), width=100, soft_wrap=True, highlight=False, **kind)


def printed(console: Console) -> str:
    """What was written, without the codes that move and colour it."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.file.getvalue())


def lines(*calls: Callable[[Lines], None], now: Callable[[], object] | None = None) -> list[str]:
    """What a log holds after these calls."""
    console = paper()
    watch = Lines(console, now or Clock())
    for call in calls:
        call(watch)
    return printed(console).splitlines()


@contextmanager
def screen() -> Iterator[Screen]:
    with Screen(paper(force_terminal=True), Clock()) as opened:
        yield opened


def frame(shown: Screen) -> str:
    """What the moving part shows now."""
    console = paper()
    console.print(shown._shown())
    return printed(console)


def test_log_has_a_line_each_tenth_of_the_way():
    reads = [
        lambda watch, done=done: watch.reads("o/r", done, 5000, 990 - done // 100)
        for done in range(0, 5001, 100)
    ]
    said = lines(*reads)
    assert len(said) == 11
    assert said[0] == "o/r: 0 of 5,000 items, 990 points left"
    assert said[-1] == "o/r: 5,000 of 5,000 items, 940 points left"


def test_log_tells_the_end_once_though_it_is_near_the_last_line():
    reads = [lambda watch, done=done: watch.reads("o/r", done, 20, None) for done in (19, 20, 20)]
    assert lines(*reads) == ["o/r: 19 of 20 items", "o/r: 20 of 20 items"]


def test_log_of_what_nobody_counted_has_a_line_each_thousand():
    reads = [
        lambda watch, done=done: watch.reads("o/r", done, None, None)
        for done in range(100, 2500, 100)
    ]
    assert lines(*reads) == ["o/r: 100 items", "o/r: 1,100 items", "o/r: 2,100 items"]


def test_repositories_are_told_apart_in_a_log():
    said = lines(
        lambda watch: watch.reads("o/r", 1, 100, None),
        lambda watch: watch.reads("o/s", 2, 100, None),
        lambda watch: watch.reads("o/r", 3, 100, None),
    )
    assert said == ["o/r: 1 of 100 items", "o/s: 2 of 100 items"]


def test_wait_is_told_when_it_begins_and_once_a_minute():
    clock = Clock()

    def waits(watch: Lines) -> None:
        for left in range(150, -1, -1):
            watch.waits(left, LIMIT)
            clock.passes(1)

    assert lines(waits, now=clock) == [
        f"waiting: {LIMIT}; 2:30 left, back at 13:54 UTC",
        f"waiting: {LIMIT}; 1:30 left, back at 13:54 UTC",
        f"waiting: {LIMIT}; 0:30 left, back at 13:54 UTC",
    ]


def test_next_wait_and_another_reason_have_their_own_lines():
    said = lines(
        lambda watch: watch.waits(5, LIMIT),
        lambda watch: watch.waits(4, "budget used up"),
        lambda watch: watch.waits(0, "budget used up"),
        lambda watch: watch.waits(3700, "budget used up"),
    )
    assert [line.partition("; ")[2][:12] for line in said] == [
        "0:05 left, b",
        "0:04 left, b",
        "1:01:40 left",
    ]


def test_screen_has_a_bar_a_repository_with_counts_points_and_time_to_go(monkeypatch):
    seconds = count(0.0, 10.0)
    with screen() as shown:
        monkeypatch.setattr(shown._bars, "get_time", lambda: next(seconds))
        shown.say("fetching github")
        for done in (2000, 2500, 3000):
            shown.reads("analysts/editor", done, 5000, 812)
        shown.reads("analysts/docs", 7, None, None)
        seen = frame(shown)
    assert re.search(r"analysts/editor +━+ +3,000 of 5,000 items \d+:\d\d to go", seen)
    assert re.search(r"analysts/docs +━+ 7 items", seen)
    assert "fetching github, 812 points left" in seen


def test_screen_counts_down_while_a_wait_lasts():
    with screen() as shown:
        shown.waits(751, LIMIT)
        shown.waits(750, LIMIT)
        assert f"waiting: {LIMIT}; 12:30 left, back at 14:04 UTC" in frame(shown)
        shown.waits(0, LIMIT)
        assert "waiting" not in frame(shown)


def test_results_come_when_nothing_moves_any_more(capsys):
    with screen() as shown:
        shown.reads("o/r", 5, 5, 90)
        shown.tell("outputs/index.html")
        assert capsys.readouterr().out == ""
    assert capsys.readouterr().out == "outputs/index.html\n"
    last = printed(shown._console).splitlines()[-1]
    assert last == "  o/r: 5 of 5 items"


def test_nothing_shown_holds_a_token_or_moves_the_cursor(capsys):
    bad = f"\x1b[2J{CANARY}\x9b1m"
    console = paper()
    with Screen(paper(force_terminal=True), Clock()) as shown:
        for watch in (Lines(console, Clock()), shown):
            watch.say(bad)
            watch.reads(bad, 1, 2, 3)
            watch.waits(4, bad)
            watch.tell(bad)
        seen = frame(shown)
    terminal.complain(f"error: {bad}")
    out, err = capsys.readouterr()
    everything = [printed(console), console.file.getvalue(), seen, out, err]
    everything.append(shown._console.file.getvalue())
    for text in everything:
        assert "[secret]" in text
        assert CANARY not in text
        assert "\x1b[2J" not in text
        assert "\x9b" not in text


def test_ansi_colours_asked_for_in_a_log_do_not_make_it_move(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with terminal.watching() as watch:
        assert isinstance(watch, Lines)


def test_terminal_has_a_screen_and_one_that_cannot_move_has_lines():
    code = (
        "from opsreview import terminal\n"
        "with terminal.watching() as watch: print(type(watch).__name__)"
    )
    for name, kind in (("xterm", "Screen"), ("dumb", "Lines")):
        ours, theirs = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": name},
            check=True,
            text=True,
        )
        os.close(theirs)
        os.close(ours)
        assert done.stdout == f"{kind}\n"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0:00"), (59.6, "1:00"), (751, "12:31"), (3725, "1:02:05")]
)
def test_clock_is_minutes_and_seconds(seconds, words):
    assert lines(lambda watch: watch.waits(seconds, "x"))[0].split("; ")[1].startswith(words)
