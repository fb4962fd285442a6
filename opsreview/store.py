"""The store: one SQLite file a team, raw nodes keyed by where they came from.

A node is one object as its source gave it (an issue, a comment, a line of a CSV). Nodes and the
note of how far a source has been read are committed in one transaction, so a reader or a crash
never sees half a page. Readers work while a fetch writes (WAL).
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from opsreview.errors import OpsReviewError, StoppedError, StoreError
from opsreview.secrets import redacted

SCHEMA_VERSION = 1
_TABLES = """
CREATE TABLE nodes (
    source TEXT NOT NULL, repo TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (source, repo, kind, key)
) WITHOUT ROWID;
CREATE TABLE readings (
    source TEXT NOT NULL, repo TEXT NOT NULL,
    fetched_at TEXT, n_items INTEGER NOT NULL, n_expected INTEGER,
    is_complete INTEGER NOT NULL, reason TEXT, cursor TEXT,
    PRIMARY KEY (source, repo)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Node:
    """One object as a source gave it. ``repo`` is "" where a source knows of none."""

    repo: str
    kind: str
    key: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """How far a source has been read for one repository ("" where it knows of none).

    ``fetched_at`` is the moment the source speaks for; None where only its rows can tell.
    ``n_expected`` is the source's own count, None where it gives none.
    """

    source: str
    repo: str
    fetched_at: datetime | None
    n_items: int
    n_expected: int | None = None
    is_complete: bool = True
    reason: str | None = None
    cursor: str | None = None


class Store:
    """A team's raw history. Use as a context manager; it closes the file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the store for fetching, making it when it is not there.

        Raises:
            StoreError: The file cannot be made, is not a store, or is of another version.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise _cannot_be_used(path, error) from error
        store = cls(connection, path)
        try:
            store._migrate()
        except BaseException:
            connection.close()
            raise
        return store

    @classmethod
    def read(cls, path: Path) -> Store:
        """Open a store that a fetch has made.

        Raises:
            StoreError: There is none yet, or it cannot be read.
        """
        if not path.is_file():
            raise StoreError(f"there is no store at {path}: run `opsreview fetch` first")
        return cls.open(path)

    @classmethod
    def settle(cls, path: Path) -> None:
        """Bring all that was written into the one file, so that a copy of it is whole.

        Raises:
            StoreError: There is no store, or it cannot be read.
            StoppedError: It is still open elsewhere.
        """
        with cls.read(path) as store, store._told():
            (is_busy, *_) = store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy or path.with_name(f"{path.name}-wal").exists():
            raise StoppedError(f"store {path} is still open: run this again when it is closed")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def fetching(self) -> Iterator[None]:
        """Hold the store for one fetch. Readers are not kept waiting; another fetch is refused.

        The system lets go of the lock when the process ends, however it ends.

        Raises:
            StoppedError: Another process fetches; names it and since when.
        """
        path = self._path.with_suffix(".lock")
        with self._lock_file(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoppedError(
                    f"store {self._path} is being fetched by {_holder(file)}: "
                    "run this again when that has ended"
                ) from None
            file.seek(0)
            file.truncate()
            file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
            file.flush()
            yield

    def _lock_file(self, path: Path) -> IO[str]:
        try:
            return open(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+", encoding="utf-8")
        except OSError as error:
            raise _cannot_be_used(self._path, error) from error

    @contextmanager
    def page(self) -> Iterator[None]:
        """One transaction: all that is put inside is stored, or nothing is.

        Raises:
            StoreError: Another process writes, the disk is full, or the file is damaged.
        """
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever a fetch writes meanwhile."""
        with self._told():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def replace(self, source: str, nodes: Iterable[Node], readings: Iterable[Reading]) -> None:
        """Put all of a source's nodes in place of what it gave before, in one transaction."""
        with self.page():
            self._connection.execute("DELETE FROM nodes WHERE source = ?", [source])
            self._connection.execute("DELETE FROM readings WHERE source = ?", [source])
            self.put(source, nodes)
            for reading in readings:
                self.note(reading)

    def put(self, source: str, nodes: Iterable[Node]) -> None:
        """Insert or update nodes. Call inside ``page``."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?)",
            (
                (source, node.repo, node.kind, node.key, json.dumps(node.body, sort_keys=True))
                for node in nodes
            ),
        )

    def note(self, reading: Reading) -> None:
        """Write down how far a source has been read, and no secret. Call inside ``page``.

        The reason goes on pages, and may hold what somebody's server said.
        """
        fetched_at = reading.fetched_at.isoformat() if reading.fetched_at else None
        self._connection.execute(
            "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                reading.source,
                reading.repo,
                fetched_at,
                reading.n_items,
                reading.n_expected,
                reading.is_complete,
                redacted(reading.reason) if reading.reason else None,
                reading.cursor,
            ],
        )

    def drop(self, source: str, repo: str, kind: str, keys: Iterable[str] | None = None) -> None:
        """Take away a repository's nodes of one kind, all or those of ``keys``. Inside ``page``."""
        wanted = self.keys(source, repo, kind) if keys is None else keys
        self._connection.executemany(
            "DELETE FROM nodes WHERE source = ? AND repo = ? AND kind = ? AND key = ?",
            ((source, repo, kind, key) for key in wanted),
        )

    def rename(self, source: str, repo: str, name: str) -> None:
        """A repository has a new name: all that is known of it goes with it. Inside ``page``."""
        for table in ("nodes", "readings"):
            self._connection.execute(
                f"UPDATE OR REPLACE {table} SET repo = ? WHERE source = ? AND repo = ?",  # noqa: S608
                [name, source, repo],
            )

    def nodes(self, source: str, kind: str, repo: str | None = None) -> list[Node]:
        """A source's nodes of one kind, of one repository or of all, in the order of their keys."""
        with self._told():
            rows = self._connection.execute(
                "SELECT repo, key, body FROM nodes WHERE source = ? AND kind = ?"
                " AND repo = coalesce(?, repo) ORDER BY repo, length(key), key",
                [source, kind, repo],
            ).fetchall()
        return [Node(repo, kind, key, json.loads(body)) for repo, key, body in rows]

    def node(self, source: str, repo: str, kind: str, key: str) -> Node | None:
        """One node, None where there is none."""
        with self._told():
            row = self._connection.execute(
                "SELECT body FROM nodes WHERE source = ? AND repo = ? AND kind = ? AND key = ?",
                [source, repo, kind, key],
            ).fetchone()
        return Node(repo, kind, key, json.loads(row[0])) if row else None

    def keys(self, source: str, repo: str, kind: str) -> set[str]:
        """The keys of a repository's nodes of one kind."""
        with self._told():
            rows = self._connection.execute(
                "SELECT key FROM nodes WHERE source = ? AND repo = ? AND kind = ?",
                [source, repo, kind],
            ).fetchall()
        return {key for (key,) in rows}

    def readings(self, source: str) -> list[Reading]:
        """How far a source has been read, one a repository; empty when it never was."""
        with self._told():
            rows = self._connection.execute(
                "SELECT * FROM readings WHERE source = ? ORDER BY repo", [source]
            ).fetchall()
        return [
            Reading(
                source=row[0],
                repo=row[1],
                fetched_at=datetime.fromisoformat(row[2]) if row[2] else None,
                n_items=row[3],
                n_expected=row[4],
                is_complete=bool(row[5]),
                reason=row[6],
                cursor=row[7],
            )
            for row in rows
        ]

    def _migrate(self) -> None:
        with self._told():
            self._connection.execute("PRAGMA journal_mode=WAL")
            if self._version() == 0:
                self._make_tables()
        if self._version() > SCHEMA_VERSION:
            raise StoreError(
                f"store {self._path} has schema version {self._version()}, this opsreview knows "
                f"{SCHEMA_VERSION}: upgrade opsreview"
            )

    def _make_tables(self) -> None:
        with self.page():
            if self._version() > 0:  # another process has made them since
                return
            for statement in _TABLES.split(";"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _version(self) -> int:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite cannot do, told as a StoreError; mistakes in how it is called stay."""
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) is None:
                raise
            raise _cannot_be_used(self._path, error) from error


def _holder(file: IO[str]) -> str:
    return file.read().strip() or "another process"


def _cannot_be_used(path: Path, error: Exception) -> OpsReviewError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the code is detail
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(f"store {path} is damaged ({error}): move the file away and fetch again")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoppedError(
            f"store {path} is being written by another process: run this again when it has ended"
        )
    return StoreError(
        f"store {path} cannot be used ({error}): check that the folder can be written and the "
        "disk has room, or name another folder with --outputs"
    )
