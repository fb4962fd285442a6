"""The outside: where history comes from, one module a source behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import polars as pl

from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Store
from opsreview.window import Window

# A clock that is ahead of the reader's by more is wrong: a source stamps the moment its reading
# began, or its day alone, and reading takes its time.
CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True)
class Rejected:
    """A row that is set aside: which table, which row, why, and the row itself.

    ``at`` is when it says it happened, as far as that can be read. ``is_doubted`` is false where
    nothing is missing without it: it is not ours, is gone, or is there already.
    """

    table: str
    key: str
    reason: str
    row: dict[str, Any]
    at: datetime | None = None
    is_doubted: bool = True


@dataclass(frozen=True)
class SourceRows:
    """What a source knows, in our words, before accounts are resolved.

    ``tables`` holds frames with the columns of ``tables.schemas`` that the source knows, moments
    in UTC. An account that was deleted is ``ghost``; an account the source never gave is null.
    ``accounts`` (account, type: ``User``/``Bot``) is one of the tables.
    ``covers`` says, by (table, repo), the stretch the source speaks for; repo is "" where the
    table knows of none. A table that is not in it is unknown, whatever ``tables`` holds.
    ``latest_at`` is the moment after which nothing that it knows can have happened; None where it
    names none, as with what is read over days.
    ``remarks`` say what a reader should know of how the rows were made.
    """

    tables: dict[str, pl.DataFrame]
    covers: dict[tuple[str, str], Window]
    rejected: list[Rejected] = field(default_factory=list)
    assumed_zone_count: int = 0
    fetched_at: datetime | None = None
    latest_at: datetime | None = None
    remarks: Sequence[str] = ()


class Source(Protocol):
    """One place history comes from. ``key`` names its nodes in the store."""

    kind: str
    key: str

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Bring the store up to date: the only step that reads files or the network.

        What could not be read whole is said in its reading: not complete, and why.

        Raises:
            SourceError: What the source names cannot be read; the store is as it was.
            StoppedError: A limit needs a longer wait than the terms allow; the next fetch resumes.
        """

    def forecast(self, store: Store, terms: Terms = DEFAULT_TERMS) -> str:
        """What a fetch would take, in a line. Stores nothing.

        Raises:
            SourceError: What the source names cannot be asked.
        """

    def rows(self, store: Store) -> SourceRows:
        """What the store holds of this source, in our words. No network, no files."""
