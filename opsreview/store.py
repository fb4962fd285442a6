"""The store: one SQLite file a team, raw nodes keyed by where they came from.

A node is one object as its source gave it (an issue, a comment, a line of a CSV). Nodes and the
note of how far a source has been read are committed in one transaction, so a reader or a crash
never sees half a page. Readers work while a fetch writes (WAL).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from opsreview.errors import StoreError

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

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the store for fetching, making it when it is not there.

        Raises:
            StoreError: The file cannot be made, is not a store, or is of another version.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"store {path} cannot be opened ({error}): check that the folder can be written, "
                "or name another with --outputs"
            ) from error
        store = cls(connection)
        store._migrate(path)
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

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def page(self) -> Iterator[None]:
        """One transaction: all that is put inside is stored, or nothing is."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

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
        """Write down how far a source has been read. Call inside ``page``."""
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
                reading.reason,
                reading.cursor,
            ],
        )

    def nodes(self, source: str, kind: str) -> list[Node]:
        """A source's nodes of one kind, in the order of their keys."""
        rows = self._connection.execute(
            "SELECT repo, key, body FROM nodes WHERE source = ? AND kind = ?"
            " ORDER BY repo, length(key), key",
            [source, kind],
        )
        return [Node(repo, kind, key, json.loads(body)) for repo, key, body in rows]

    def readings(self, source: str) -> list[Reading]:
        """How far a source has been read, one a repository; empty when it never was."""
        rows = self._connection.execute(
            "SELECT * FROM readings WHERE source = ? ORDER BY repo", [source]
        )
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

    def _migrate(self, path: Path) -> None:
        try:
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                with self.page():
                    for statement in _TABLES.split(";"):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except sqlite3.Error as error:
            raise StoreError(
                f"store {path} cannot be read ({error}): move the file away and fetch again"
            ) from error
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"store {path} has schema version {version}, this opsreview knows "
                f"{SCHEMA_VERSION}: upgrade opsreview"
            )
