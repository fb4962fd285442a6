"""One repository in the store: what is held of it, and how far it was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsreview.sources.github.faults import Refused
from opsreview.sources.github.progress import Progress
from opsreview.sources.terms import Watch
from opsreview.store import Reading, Store

UNDER_WAY = "its reading has not come to the end"


@dataclass(frozen=True)
class Place:
    """One repository of one source in the store; ``listed`` are all that the source reads."""

    store: Store
    source: str
    repo: str
    listed: Collection[str]

    @property
    def reading(self) -> Reading:
        """How far it was read; not at all where the store knows nothing of it."""
        readings = {reading.repo: reading for reading in self.store.readings(self.source)}
        unread = Reading(self.source, self.repo, None, 0, is_complete=False)
        return readings.get(self.repo, unread)

    @property
    def owner_and_name(self) -> dict[str, str]:
        """The repository as every query wants it."""
        owner, _, name = self.repo.partition("/")
        return {"owner": owner, "name": name}

    def note(
        self,
        progress: Progress,
        *,
        fetched_at: datetime | None,
        n_items: int,
        n_expected: int | None,
        reason: str | None,
    ) -> None:
        """Write down how far it was read: whole where no ``reason`` says why not. Inside ``page``.

        Where ``fetched_at`` is None, it speaks for the moment it spoke for before.
        """
        before = self.reading
        self.store.note(
            replace(
                before,
                fetched_at=fetched_at or before.fetched_at,
                n_items=n_items,
                n_expected=n_expected,
                is_complete=reason is None,
                reason=reason,
                cursor=progress.to_json(),
            )
        )

    def lacks(self, reason: str) -> None:
        """What is stored stays as it is; that it is not up to date is said, and why."""
        with self.store.page():
            self.store.note(replace(self.reading, is_complete=False, reason=reason))

    def held(self, kind: str) -> set[str]:
        """The keys of what is stored and still there on GitHub."""
        found = self.store.keys(self.source, self.repo, kind)
        return found if kind == "releases" else found - self.gone()

    def numbers(self) -> set[str]:
        """The numbers of all issues and pull requests that are stored and still there."""
        return self.held("issues") | self.held("pulls")

    def under_another_name(self, repository_id: int) -> Progress | None:
        """What is known of a repository under the name it had; it goes on under the new one.

        Raises:
            Refused: Both names are read.
        """
        for reading in self.store.readings(self.source):
            progress = Progress.from_json(reading.cursor) if reading.cursor else None
            if progress and progress.repository_id == repository_id:
                if reading.repo in self.listed:
                    raise Refused(f"is the same repository as {reading.repo}: name one in `repos`")
                with self.store.page():
                    self.store.rename(self.source, reading.repo, self.repo)
                return progress
        return None

    def identified(self, progress: Progress, data: Mapping[str, Any], watch: Watch) -> None:
        """Check that GitHub's is the repository we know, and take its name of today.

        Raises:
            Refused: It is another one under the same name.
        """
        if data["databaseId"] != progress.repository_id:
            raise Refused(
                "is another repository now than the one whose history is stored: its number was "
                f"{progress.repository_id} and is {data['databaseId']}; what is stored is kept "
                "and not mixed. Take it out of `repos`, or start with a new --outputs folder"
            )
        progress.name = data["nameWithOwner"]
        if progress.name.lower() != self.repo.lower():
            watch.say(
                f"{self.repo} is called {progress.name} now: write that in `repos`, its history "
                "stays"
            )

    def body(self, kind: str, key: str) -> dict[str, Any] | None:
        """One stored node, None where there is none."""
        node = self.store.node(self.source, self.repo, kind, key)
        return node.body if node else None

    def gone(self) -> set[str]:
        """The numbers of what was deleted or moved away."""
        return self.store.keys(self.source, self.repo, "gone")
