"""How far a repository has been read: what the store remembers between two fetches."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

# GitHub's copies lag behind each other, so changes just before the last one seen are read again.
OVERLAP = timedelta(minutes=5)
LISTS = ("issues", "pulls", "releases")


@dataclass
class ListProgress:
    """How far one list has been read.

    ``since`` is the latest change that was seen when the list was last read to its end; None
    until then. ``after`` is GitHub's cursor while a reading is under way, ``seen`` the latest
    change seen by it so far.
    """

    since: str | None = None
    after: str | None = None
    seen: str | None = None
    is_whole: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether it was not read to its end yet, or is being read again."""
        return not self.is_whole or self.after is not None

    @property
    def known_before(self) -> str | None:
        """All changes before this moment are known; None until the list was read to its end."""
        if self.since is None or not self.is_whole:
            return None
        return f"{datetime.fromisoformat(self.since) - OVERLAP:%Y-%m-%dT%H:%M:%SZ}"

    def goes_on(self, changes: list[str], after: str | None, *, is_latest_first: bool) -> None:
        """A page was read: when its items changed, and where the list goes on.

        Read latest first, the list ends for us where what is known begins.
        """
        self.seen = max([*filter(None, [self.seen]), *changes], default=None)
        known = self.known_before
        is_known = is_latest_first and known is not None and min(changes, default="") < known
        self.after = None if is_known else after
        if self.after is None:
            self.ends()

    def ends(self) -> None:
        """The list was read to its end: what was seen counts."""
        self.since = max(filter(None, [self.since, self.seen]), default=None)
        self.after = self.seen = None
        self.is_whole = True


@dataclass
class Progress:
    """What is remembered of a repository, beside its nodes.

    ``repository_id`` is GitHub's own and outlives a new name. ``sizes`` holds, by query, the page
    size that worked where the usual one was too large; ``incomplete``, by an item's id, what
    GitHub counts of it but did not give; ``untagged``, how many releases have no tag in the list
    of tags. ``swept_on`` is the day of the last look at everything.
    """

    repository_id: int
    name: str
    lists: dict[str, ListProgress] = field(
        default_factory=lambda: {name: ListProgress() for name in LISTS}
    )
    sizes: dict[str, int] = field(default_factory=dict)
    incomplete: dict[str, str] = field(default_factory=dict)
    has_tags: bool = False
    untagged: int = 0
    swept_on: str | None = None

    def is_swept(self, at: datetime) -> bool:
        """Whether everything was looked at in the month of ``at``."""
        return (self.swept_on or "").startswith(f"{at:%Y-%m}")

    @property
    def is_read(self) -> bool:
        """Whether everything there was has been read once."""
        return self.has_tags and all(each.is_whole for each in self.lists.values())

    @classmethod
    def from_json(cls, text: str) -> Progress:
        said = json.loads(text)
        said["lists"] = {name: ListProgress(**each) for name, each in said["lists"].items()}
        return cls(**said)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)
