"""What the stand-in for GitHub knows: repositories, their items, and how they change.

An account is named by a key that never changes (the login it began with, ``dependabot[bot]`` for a
bot, ``@team/core`` for a team); ``world.accounts[key]`` says what it is called today. Moments are
text as GitHub writes it: ``2026-10-03T12:00:00Z``. Ids are given when something is added, the same
ones every time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

STARTS_AT = "2026-11-20T00:00:00Z"


class Clock:
    """The world's time. It stands still but for ``offset``, the seconds since it began."""

    def __init__(self, starts_at: str = STARTS_AT) -> None:
        self._start = datetime.fromisoformat(starts_at).timestamp()
        self.offset = 0.0

    @property
    def now(self) -> float:
        return self._start + self.offset

    @property
    def moment(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Account:
    """A user, bot, or team (which is no actor); deleted, it is null wherever it stood."""

    id: str
    login: str
    kind: str = "User"
    is_deleted: bool = False


@dataclass
class Comment:
    author: str
    created_at: str
    association: str = "NONE"
    id: int = 0


@dataclass
class Review:
    author: str
    submitted_at: str
    state: str = "APPROVED"
    association: str = "MEMBER"
    id: int = 0


@dataclass
class Event:
    """An entry of a timeline; ``kind`` is ``closed``, ``labeled``, ``review_requested`` …."""

    kind: str
    actor: str
    created_at: str
    label: str | None = None
    assignee: str | None = None
    reviewer: str | None = None
    milestone: str | None = None
    state_reason: str | None = None
    id: int = 0


@dataclass
class Item:
    """An issue or pull request. ``updated_at`` is its last moment unless it is given."""

    number: int = 0
    is_pull: bool = False
    title: str = "A title"
    author: str = "rae"
    association: str = "NONE"
    created_at: str = "2026-10-01T00:00:00Z"
    updated_at: str = ""
    closed_at: str | None = None
    state_reason: str | None = None
    is_draft: bool = False
    merged_at: str | None = None
    merged_by: str | None = None
    merge_commit: str | None = None
    milestone: str | None = None
    labels: list[str] = field(default_factory=list)
    body: str = ""
    assignees: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def last_moment(self) -> str:
        moments = [self.created_at, self.closed_at, self.merged_at]
        moments += [comment.created_at for comment in self.comments]
        moments += [event.created_at for event in self.events]
        moments += [review.submitted_at for review in self.reviews]
        return max(moment for moment in moments if moment)


@dataclass
class Release:
    tag: str
    published_at: str | None
    created_at: str = ""
    name: str | None = None
    author: str = "ada"
    is_draft: bool = False
    is_prerelease: bool = False
    id: int = 0


@dataclass
class Branches:
    """What git holds: the texts of files by branch, and which branches pull requests offer.

    ``allowed`` are the parts that the token may write: issues, contents, pull_requests.
    """

    files: dict[str, dict[str, str]] = field(default_factory=lambda: {"main": {}})
    offered: dict[int, tuple[str, str]] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=lambda: {"issues", "contents", "pull_requests"})
    is_archived: bool = False


@dataclass
class Repository:
    """One repository; the methods change it as people do, at the world's time.

    ``tags`` are those of the published releases unless they are given.
    """

    name: str
    id: int = 1
    items: dict[int, Item] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    own_tags: list[str] | None = None
    has_issues: bool = True
    former_names: list[str] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    moved: dict[int, str] = field(default_factory=dict)
    branches: Branches = field(default_factory=Branches)
    clock: Clock = field(default_factory=Clock)
    last_number: int = 0
    last_id: int = 0

    @property
    def tags(self) -> list[str]:
        """The newest release's first."""
        if self.own_tags is not None:
            return self.own_tags
        published = (each for each in self.releases if not each.is_draft)
        return [each.tag for each in sorted(published, key=_created, reverse=True)]

    def add(self, item: Item) -> Item:
        """An item as it stands; numbered after the last one unless it has a number."""
        item.number = item.number or self.last_number + 1
        self.last_number = max(self.last_number, item.number)
        item.updated_at = item.updated_at or item.last_moment
        item.comments.sort(key=lambda comment: comment.created_at)
        item.reviews.sort(key=lambda review: review.submitted_at)
        item.events.sort(key=lambda event: event.created_at)
        parts: list[Comment | Review | Event] = [*item.comments, *item.reviews, *item.events]
        for part in parts:
            part.id = part.id or self._next_id()
        self.items[item.number] = item
        return item

    def add_release(self, release: Release) -> Release:
        release.created_at = release.created_at or release.published_at or self.clock.moment
        release.id = release.id or self._next_id()
        self.releases.append(release)
        return release

    def create(self, *, is_pull: bool = False, author: str = "rae", title: str = "New") -> Item:
        now = self.clock.moment
        return self.add(Item(is_pull=is_pull, author=author, title=title, created_at=now))

    def update(self, *numbers: int, author: str = "ada") -> None:
        """A comment on each."""
        for item in self._stamped(numbers):
            item.comments.append(Comment(author, self.clock.moment, id=self._next_id()))

    def close(self, *numbers: int, actor: str = "ada", reason: str = "COMPLETED") -> None:
        for item in self._stamped(numbers):
            item.closed_at = self.clock.moment
            item.state_reason = None if item.is_pull else reason
            self._happened(item, "closed", actor, state_reason=item.state_reason)

    def reopen(self, *numbers: int, actor: str = "ada") -> None:
        for item in self._stamped(numbers):
            item.closed_at = None
            item.state_reason = None if item.is_pull else "REOPENED"
            self._happened(item, "reopened", actor)

    def label(self, label: str, *numbers: int, actor: str = "ada") -> None:
        for item in self._stamped(numbers):
            item.labels.append(label)
            self._happened(item, "labeled", actor, label=label)

    def delete_comments(self, *numbers: int) -> None:
        for item in self._stamped(numbers):
            item.comments.clear()

    def delete(self, *numbers: int) -> None:
        """The items are gone, and nothing tells so."""
        for number in numbers:
            del self.items[number]
            self.deleted.add(number)

    def transfer(self, number: int, to: Repository | str, actor: str = "ada") -> None:
        """Moved to another repository, under a new number and id, without a new time of change.

        ``to`` is a repository of the world, or ``owner/name#number`` of one outside it.
        """
        item = self.items.pop(number)
        if isinstance(to, str):
            self.moved[number] = to
            return
        item.number = 0
        to.add(item)
        to._happened(item, "transferred", actor)
        self.moved[number] = f"{to.name}#{item.number}"

    def rename_label(self, old: str, new: str) -> None:
        """On the items alone: past events keep the name of their time. No time of change."""
        for item in self.items.values():
            item.labels = [new if label == old else label for label in item.labels]

    def edit_release(self, tag: str, **changes: object) -> None:
        """GitHub shows no time of it that we ask for."""
        release = next(each for each in self.releases if each.tag == tag)
        for name, value in changes.items():
            if not hasattr(release, name):
                raise AttributeError(f"a release has no {name}")
            setattr(release, name, value)

    def delete_release(self, tag: str) -> None:
        self.releases = [each for each in self.releases if each.tag != tag]

    def _stamped(self, numbers: Sequence[int]) -> Iterator[Item]:
        for number in numbers:
            item = self.items[number]
            item.updated_at = max(self.clock.moment, item.updated_at)
            yield item

    def _happened(self, item: Item, kind: str, actor: str, **what: str | None) -> None:
        moment = self.clock.moment
        item.events.append(Event(kind, actor, moment, **what, id=self._next_id()))

    def _next_id(self) -> int:
        self.last_id += 1
        return self.id * 1_000_000 + self.last_id


class World:
    """Repositories on one clock, and the accounts that they name."""

    def __init__(self, *repositories: Repository) -> None:
        self.clock = Clock()
        self.accounts: dict[str, Account] = {}
        self.repositories: list[Repository] = []
        for repository in repositories:
            self.add(repository)

    @property
    def repository(self) -> Repository:
        """The first one."""
        return self.repositories[0]

    def add(self, repository: Repository) -> Repository:
        repository.clock = self.clock
        self.repositories.append(repository)
        return repository

    def named(self, name: str) -> Repository | None:
        """By its name of today, else by one it once had."""
        wanted = name.lower()
        today = [each for each in self.repositories if each.name.lower() == wanted]
        once = [
            each
            for each in self.repositories
            if wanted in [former.lower() for former in each.former_names]
        ]
        return next(iter(today + once), None)

    def account_keys(self) -> set[str]:
        """All that the repositories name, or have named."""
        keys: set[str | None] = {*self.accounts}
        for item in (item for each in self.repositories for item in each.items.values()):
            keys |= {item.author, item.merged_by, *item.assignees}
            keys |= {comment.author for comment in item.comments}
            keys |= {review.author for review in item.reviews}
            for event in item.events:
                keys |= {event.actor, event.assignee, event.reviewer}
        keys |= {release.author for each in self.repositories for release in each.releases}
        return {key for key in keys if key}

    def account(self, key: str) -> Account | None:
        """None where it was deleted."""
        known = self._known(key)
        return None if known.is_deleted else known

    def rename_user(self, key: str, login: str) -> None:
        """The id stays."""
        self._known(key).login = login

    def delete_user(self, key: str) -> None:
        self._known(key).is_deleted = True

    def rename_repository(self, old: str, new: str) -> None:
        repository = self.named(old)
        assert repository is not None, f"there is no {old}"
        repository.former_names.append(repository.name)
        repository.name = new

    def _known(self, key: str) -> Account:
        if key not in self.accounts:
            self.accounts[key] = _account(key)
        return self.accounts[key]


def _account(key: str) -> Account:
    number = zlib.crc32(key.encode())
    if key.startswith("@"):
        return Account(f"T_{number}", key.rpartition("/")[2], "Team")
    if key.endswith("[bot]"):
        return Account(f"BOT_{number}", key.removesuffix("[bot]"), "Bot")
    return Account(f"U_{number}", key)


def _created(release: Release) -> str:
    return release.created_at
