"""Fetches as processes of their own, which a test kills, stops or starves where it wants to.

    with FetchProcesses() as processes:
        fetch = processes.start(team, github.url, "--sweep", moment=57)
        assert fetch.ended() == KILLED

- One process imports the command once and forks for every fetch, so that a fetch starts at once.
- Pages are small (``SIZES``), so that few items fill several.
- A *moment* is a place inside the writing, counted from 0: before every BEGIN and COMMIT, behind
  every row and every COMMIT. A fetch with a ``log`` writes down which ones it came by.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dump_factory import SmallTeam

KILLED, PAUSED = "killed", "paused"
BEGIN, ROW, COMMIT, COMMITTED = "before BEGIN", "row", "before COMMIT", "committed"
SIZES = {"issues": 8, "pulls": 8, "releases": 3, "refresh": 6, "items": 4, "accounts": 6}
SIZES |= {"sweep_issues": 15, "sweep_pulls": 15}
_HELD = (
    "SELECT * FROM nodes ORDER BY source, repo, kind, key",
    "SELECT * FROM readings ORDER BY source, repo",
)


def held(path: Path) -> list[tuple[Any, ...]]:
    """All that a store holds: nodes, then readings."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return _held(connection)


def digest(rows: list[tuple[Any, ...]]) -> str:
    """What a store holds, short, as a fetch's log tells it."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@dataclass(frozen=True)
class Moment:
    """What a fetch came by; of a COMMIT also the digest of what is held since."""

    what: str
    digest: str


def moments(log: Path) -> list[Moment]:
    """All that a fetch came by."""
    return [Moment(*line.split("\t")) for line in log.read_text("utf-8").splitlines()]


class FetchProcesses:
    """Starts fetches. Use as a context manager; it ends the process they are forked from."""

    def __init__(self, token: str) -> None:
        self._environment = {**os.environ, "GITHUB_TOKEN": token}
        self._count = 0

    def __enter__(self) -> FetchProcesses:
        self._forker = subprocess.Popen(
            [sys.executable, __file__],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._forker.communicate()

    def start(self, team: SmallTeam, api_url: str, *options: str, **plan: Any) -> FetchProcess:
        """A fetch under way.

        Args:
            team: Whose sources are fetched.
            api_url: GitHub's address in them.
            options: Of the command.
            plan: ``moment`` (and ``pauses``: stop there, not die), ``log``, ``most_bytes`` a file
                may have (and ``dies``: by the signal of that, which Python ignores by itself).
        """
        places = ["--params", str(team.params), "--outputs", str(team.outputs)]
        arguments = ["fetch", team.name, *options, *places]
        self._count += 1
        said = team.root / f"{team.outputs.name}-{self._count}.said"
        order = {"arguments": arguments, "api_url": api_url, "said": str(said), **plan}
        return FetchProcess(self._told(order), said, self)

    def wait(self, pid: int) -> str | int:
        """How a process ended: its exit code, or that it was killed or has paused."""
        ended: str | int = self._told({"wait": pid})
        return ended

    def _told(self, order: Mapping[str, Any]) -> Any:
        assert self._forker.stdin and self._forker.stdout  # noqa: PT018
        print(json.dumps(order), file=self._forker.stdin, flush=True)
        return json.loads(self._forker.stdout.readline())


@dataclass(frozen=True)
class FetchProcess:
    """One fetch; ``said`` is the file with all that it prints."""

    pid: int
    said: Path
    processes: FetchProcesses

    def ended(self) -> str | int:
        """Wait until it has ended or paused: its exit code, ``KILLED`` or ``PAUSED``."""
        return self.processes.wait(self.pid)

    def goes_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


class _Watched(sqlite3.Connection):
    """Comes by the moments; what happens at one is in ``plan``."""

    plan: Mapping[str, Any]
    count = 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override]
        word = sql.strip().partition(" ")[0]
        if word in ("BEGIN", "COMMIT"):
            self._reach(f"before {word}")
        done = super().execute(sql, *values)
        if word in ("INSERT", "UPDATE", "DELETE"):
            self._reach(ROW)
        if word == "COMMIT":
            self._reach(COMMITTED)
        return done

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:  # type: ignore[override]
        return super().executemany(sql, self._counted(rows))

    def _counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            yield row
            self._reach(ROW)

    def _reach(self, what: str) -> None:
        if log := self.plan.get("log"):
            now = digest(_held(self)) if what == COMMITTED else ""
            with open(log, "a", encoding="utf-8") as file:
                print(what, now, sep="\t", file=file)
        if self.count == self.plan.get("moment"):
            os.kill(os.getpid(), signal.SIGSTOP if self.plan.get("pauses") else signal.SIGKILL)
        self.count += 1


def _held(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    has_tables = connection.execute("PRAGMA user_version").fetchone() != (0,)
    return [row for each in _HELD for row in connection.execute(each)] if has_tables else []


def _fork_when_told() -> None:
    """Read orders, a line each, until there are no more."""
    _warmed_up()
    pids: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], os.WUNTRACED)
            pids -= set() if os.WIFSTOPPED(status) else {order["wait"]}
            print(json.dumps(_in_words(status)), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _fetch(order)
        pids.add(pid)
        print(pid, flush=True)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _warmed_up() -> None:
    """All that a fetch imports and makes once, before there are several of them."""
    import httpcore2
    import httpx2

    from opsreview.sources.github import fetching, history, pages  # noqa: F401

    httpcore2.default_ssl_context = cache(httpcore2.default_ssl_context)
    pages.SIZES.update(SIZES)  # type: ignore[attr-defined]
    with suppress(httpx2.ConnectError), httpx2.Client() as http:
        http.get("http://127.0.0.1:1/")
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), redirect_stdout(nowhere):
        _code_of(["fetch", "nobody", "--params", os.devnull])


def _fetch(order: Mapping[str, Any]) -> None:
    """The child: the command as a shell would run it, under the order's plan."""
    said = os.open(order["said"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    _Watched.plan = order
    sqlite3.connect = partial(sqlite3.connect, factory=_Watched)  # type: ignore[assignment]
    if "most_bytes" in order:
        if order.get("dies"):
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_bytes"], order["most_bytes"]))
    code = _code_of(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _code_of(arguments: list[str]) -> int:
    from opsreview.cli import app

    try:
        app(arguments)
    except SystemExit as ending:
        return int(ending.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1
    return 0


def _in_words(status: int) -> str | int:
    if os.WIFSTOPPED(status):
        return PAUSED
    return KILLED if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


if __name__ == "__main__":
    _fork_when_told()
