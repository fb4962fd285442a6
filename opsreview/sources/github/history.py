"""A repository's history: read once to the end, then refreshed, then counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.sources.github.client import Client
from opsreview.sources.github.pages import Page, Reader, is_stored_as, place_after
from opsreview.sources.github.place import UNDER_WAY, Place
from opsreview.sources.github.progress import Progress
from opsreview.sources.github.queries import query_text
from opsreview.sources.terms import Watch
from opsreview.store import Node

FIELDS = {"issues": "issues", "pulls": "pullRequests", "releases": "releases"}
WORDS = {"issues": "issues", "pulls": "pull requests", "releases": "releases"}
_KEYS = {"issues": "number", "pulls": "number", "releases": "id"}
_OTHER = {"issues": "pulls", "pulls": "issues"}  # an issue may be made a pull request


class History:
    """Reads one repository on from where the store stands. Every ``yield`` is a stored page."""

    def __init__(self, place: Place, client: Client, watch: Watch) -> None:
        self.place, self.client = place, client
        self.counts: dict[str, int] = {}
        self.has_issues = True
        self._numbers = place.numbers()
        self.progress = self._last_progress()
        self.reader = Reader(client, self.progress)
        self._spoken_for = place.reading.fetched_at
        self._watch = watch

    def _last_progress(self) -> Progress:
        """How far it was read; a repository new to us is asked which one it is.

        Raises:
            Refused: Its history is stored under another name that is still read.
        """
        if (cursor := self.place.reading.cursor) is not None:
            return Progress.from_json(cursor)
        data = self._asked_for()
        if known := self.place.under_another_name(data["databaseId"]):
            return known
        self.counts = {kind: data[field]["totalCount"] for kind, field in FIELDS.items()}
        return Progress(data["databaseId"], data["nameWithOwner"])

    def _asked_for(self) -> Mapping[str, Any]:
        """Which repository it is today, and how much it holds."""
        data = self.client.query(query_text("repository"), self.place.owner_and_name, is_small=True)
        return dict(data["repository"])

    def read_on(self, zone: ZoneInfo) -> Iterator[None]:
        """Every list to its end, from where the last fetch stopped.

        The first time it is a look at everything, on a day in ``zone``.

        Raises:
            Fault: GitHub gives no whole answer.
        """
        under_way = [kind for kind in FIELDS if self.progress.lists[kind].is_under_way]
        if under_way and not self.counts:
            self._identify(self._asked_for())
        for kind in under_way:
            yield from self._walk(kind)
        if not self.progress.has_tags:
            tags = self._checked_tags()
            self.progress.swept_on = f"{self.client.answered_at.astimezone(zone):%Y-%m-%d}"
            self._keep_tags(tags)
            yield

    def refresh(self) -> Iterator[None]:
        """What changed since it was last read, and GitHub's own counts of what there is now.

        Raises:
            Fault: GitHub gives no whole answer.
        """
        asked = self.place.owner_and_name | {"since": self.progress.lists["issues"].known_before}
        data = self.reader.ask("refresh", asked)["repository"]
        self._spoken_for = self.client.answered_at
        self._identify(data)
        self.counts = {
            "issues": data["everyIssue"]["totalCount"],
            "pulls": data["everyPullRequest"]["totalCount"],
            "releases": data["releases"]["totalCount"],
        }
        if not self.has_issues:
            self.counts["issues"] = len(self.place.held("issues"))
        pages = {kind: self._changed(kind, data[field]) for kind, field in FIELDS.items()}
        for kind in ("issues", "pulls"):
            self._advance(kind, data[FIELDS[kind]])
        self._keep(pages)
        yield
        for kind in ("issues", "pulls"):
            if self.progress.lists[kind].after is not None:
                yield from self._walk(kind)
        if len(self.place.held("releases")) != self.counts["releases"]:
            self.read_releases()
            self.read_tags()
            yield

    def reread(self, ids: Iterable[str]) -> Iterator[None]:
        """Items anew and whole, whatever is stored of them.

        Raises:
            Fault: GitHub gives no whole answer.
        """
        wanted = set(ids)
        for page in self.reader.items(sorted(wanted)):
            kinds = {"Issue": "issues", "PullRequest": "pulls"}
            pages = {kind: replace(page, items=[]) for kind in kinds.values()}
            for item in page.items:
                pages[kinds[item["__typename"]]].items.append(item)
            self._keep(pages)
            wanted -= {item["id"] for item in page.items}
            yield
        for key in wanted:
            self.progress.incomplete.pop(key, None)  # what is gone lacks nothing

    def read_releases(self) -> None:
        """All releases anew, in place of those stored."""
        whole, after = Page([]), None
        while True:
            data = self.reader.ask("releases", self.place.owner_and_name | {"after": after})[
                "repository"
            ]
            page = self.reader.whole(data["releases"])
            whole.items += page.items
            whole.accounts |= page.accounts
            after = page.after
            if after is None:
                break
        self._keep({"releases": whole}, instead=("releases",))

    def read_tags(self) -> None:
        """All tags anew, in place of those stored.

        A list in which tags of published releases are missing is read once more.
        """
        self._keep_tags(self._checked_tags())

    def _checked_tags(self) -> list[Node]:
        tags = self._tags()
        return self._tags() if self._without_tag(tags) else tags

    def _keep_tags(self, tags: list[Node]) -> None:
        place = self.place
        self.progress.has_tags = True
        self.progress.untagged = len(self._without_tag(tags))
        with place.store.page():
            place.store.drop(place.source, place.repo, "tags")
            place.store.put(place.source, tags)
            self._note()

    def _tags(self) -> list[Node]:
        return [
            Node(self.place.repo, "tags", tag["name"], {"sha": tag["commit"]["sha"]})
            for page in self.client.pages(f"repos/{self.progress.name}/tags?per_page=100")
            for tag in page
        ]

    def _without_tag(self, tags: Iterable[Node]) -> set[str]:
        """The published releases that no tag stands for; GitHub lets none be without."""
        place = self.place
        releases = place.store.nodes(place.source, "releases", place.repo)
        published = {node.body["tagName"] for node in releases if not node.body["isDraft"]}
        return published - {tag.key for tag in tags}

    def missing(self) -> str | None:
        """What GitHub counts and the store does not hold, in words; None where they agree."""
        told = [
            f"{held:,} of {counted:,} {WORDS[kind]}"
            for kind, counted in self.counts.items()
            if (held := len(self.place.held(kind))) != counted
        ]
        if self.progress.untagged:
            told.append(f"{self.progress.untagged} releases without their tag")
        return ", ".join([*told, *self.progress.incomplete.values()]) or None

    def _identify(self, data: Mapping[str, Any]) -> None:
        """Check that it is the repository we know.

        Where issues are switched off GitHub lists none, but keeps them: what is stored stays.

        Raises:
            Refused: It is another one under the same name.
        """
        self.place.identified(self.progress, data, self._watch)
        self.has_issues = data["hasIssuesEnabled"]

    def end(self) -> None:
        """The reading came to its end: it speaks for now, whole or with what is missing."""
        missing = self.missing()
        self._numbers = self.place.numbers()
        with self.place.store.page():
            self._note(self._spoken_for, reason=missing)

    def _walk(self, kind: str) -> Iterator[None]:
        """One list page by page, from its cursor to its end."""
        listed = self.progress.lists[kind]
        while True:
            asked: dict[str, Any] = self.place.owner_and_name | {"after": listed.after}
            if kind == "issues":
                asked |= {"since": listed.known_before}
            if kind == "pulls":
                asked |= {"direction": "DESC" if listed.is_whole else "ASC"}
            data = self.reader.ask(kind, asked)["repository"][FIELDS[kind]]
            if not listed.is_whole:
                self.counts[kind] = data["totalCount"]
            page = self._changed(kind, data) if listed.is_whole else self.reader.whole(data)
            self._advance(kind, data)
            self._keep({kind: page})
            yield
            if listed.after is None:
                return

    def _changed(self, kind: str, connection: Mapping[str, Any]) -> Page:
        """A page without the items that are stored as they are."""
        nodes = [node for node in connection["nodes"] if not self._is_stored(kind, node)]
        return self.reader.whole({**connection, "nodes": nodes})

    def _is_stored(self, kind: str, node: Mapping[str, Any]) -> bool:
        """Whether an item is stored as GitHub gives it, with all that is counted of it.

        Its time of change alone cannot tell: it may have changed twice in a second.
        """
        body = None if kind == "releases" else self.place.body(kind, str(node["number"]))
        if body is None or node["id"] in self.progress.incomplete:
            return False
        return is_stored_as(body, node)

    def _advance(self, kind: str, connection: Mapping[str, Any]) -> None:
        """Where the list goes on after this page, or that it is at its end."""
        changes = [node["updatedAt"] for node in connection["nodes"] if "updatedAt" in node]
        listed, after = self.progress.lists[kind], place_after(connection)
        listed.goes_on(changes, after, is_latest_first=kind == "pulls")

    def _keep(self, pages: Mapping[str, Page], instead: Iterable[str] = ()) -> None:
        """Store pages and how far they bring us, at once; ``instead``: in place of what was."""
        place = self.place
        with place.store.page():
            for kind in instead:
                place.store.drop(place.source, place.repo, kind)
            for kind, page in pages.items():
                keys = [str(item[_KEYS[kind]]) for item in page.items]
                items = zip(keys, page.items, strict=True)
                place.store.put(place.source, (Node(place.repo, kind, k, b) for k, b in items))
                if kind in _OTHER:
                    self._numbers.update(keys)
                    for elsewhere in ("gone", _OTHER[kind]):
                        place.store.drop(place.source, place.repo, elsewhere, keys)
                accounts = page.accounts.items()
                place.store.put(place.source, (Node("", "accounts", k, b) for k, b in accounts))
                for item in page.items:
                    self.progress.incomplete.pop(item["id"], None)
                self.progress.incomplete |= page.incomplete
            self._note()

    def _note(self, fetched_at: datetime | None = None, *, reason: str | None = UNDER_WAY) -> None:
        counted = [self.counts[kind] for kind in ("issues", "pulls") if kind in self.counts]
        before = self.place.reading
        expected = sum(counted) if len(counted) == 2 else before.n_expected
        # until the first reading ends, the moment it began: no later one is known whole
        spoken_for = fetched_at or before.fetched_at or self.client.answered_at
        held = len(self._numbers)
        self.place.note(
            self.progress,
            fetched_at=spoken_for,
            n_items=held,
            n_expected=expected,
            reason=reason,
        )
        self._watch.reads(self.place.repo, held, expected, self.client.points_left)
