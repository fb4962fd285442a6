"""Commands as a person types them, and what they leave on disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dump_factory import SmallTeam
from typer.testing import CliRunner, Result

from opsreview.cli import app

WHOLE, OUR_ERROR, WRONG_USAGE, STOPPED, NOT_WHOLE = range(5)


def opsreview(team: SmallTeam, *arguments: str) -> Result:
    """Run a command on a team's folders."""
    places = ["--params", str(team.params), "--outputs", str(team.outputs)]
    command, *rest = arguments
    return CliRunner().invoke(app, [command, team.name, *rest, *places])


def assert_refused(done: Result, *parts: str) -> None:
    """One message that holds every part, exit 1, and no traceback."""
    assert done.exit_code == OUR_ERROR, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.stdout == ""
    assert done.stderr.count("error: ") == 1
    for part in parts:
        assert part in done.stderr
    assert "Traceback" not in done.stderr


def everything_in(folder: Path) -> dict[str, object]:
    """Every file's bytes; of a store what it holds."""
    return {
        str(path.relative_to(folder)): _held(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))
    }


def _held(path: Path) -> object:
    if path.suffix != ".sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as store:
        return list(store.iterdump())
