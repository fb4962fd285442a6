"""A repository's discussions: read once to the end, then refreshed, then counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.sources.github.client import Client
from opsreview.sources.github.discussions.pages import DiscussionReader, forum_of
from opsreview.sources.github.discussions.rows import Support, category_of
from opsreview.sources.github.pages import Page, flattened, place_after
from opsreview.sources.github.place import UNDER_WAY, Place
from opsreview.sources.github.progress import ListProgress, Progress
from opsreview.sources.terms import Terms, Watch
from opsreview.store import Node

_LIST = "discussions"


class DiscussionHistory:
    """Reads one repository's discussions on from where the store stands.

    Raises:
        Fault: GitHub gives no whole answer, or it is another repository than the one stored.
    """

    def __init__(self, place: Place, client: Client, watch: Watch) -> None:
        self._place, self._client, self._watch = place, client, watch
        forum = forum_of(client, place)
        self._is_enabled = bool(forum["hasDiscussionsEnabled"])
        self._spoken_for = client.answered_at
        self._progress = self._known_progress(forum)
        self._listed = self._progress.lists[_LIST]
        self._reader = DiscussionReader(client, self._progress)
        self._count = place.reading.n_expected
        self._just_read: set[str] = set()

    def read(self, support: Support, terms: Terms, zone: ZoneInfo) -> None:
        """Everything there is, once; then what changed, what waits, and what is gone.

        GitHub does not say whether a reply counts as a change of its discussion: support requests
        that wait for a response are read in every fetch. Where discussions are turned off there
        are none; what there was before stays.

        Raises:
            Fault: GitHub gives no whole answer.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """
        if self._is_enabled:
            now = self._client.answered_at.astimezone(zone)
            today = f"{now:%Y-%m-%d}"
            self._read_on(support, today)
            is_due = not self._progress.is_swept(now)
            if terms.is_sweep or is_due or len(self._held()) != self._count:
                self._sweep(today)
        else:
            self._listed.ends()
            self._count = len(self._held())
        missing = self._missing()
        with self._place.store.page():
            self._note(self._spoken_for, reason=missing)

    def _known_progress(self, forum: Mapping[str, Any]) -> Progress:
        """How far this repository was read.

        Raises:
            Refused: It is another one than the one stored, or is read under another name too.
        """
        place, number = self._place, forum["databaseId"]
        if (cursor := place.reading.cursor) is not None:
            progress = Progress.from_json(cursor)
        else:
            lists = {_LIST: ListProgress()}
            new = Progress(number, forum["nameWithOwner"], lists=lists)
            progress = place.under_another_name(number) or new
        place.identified(progress, forum, self._watch)
        return progress

    def _read_on(self, support: Support, today: str) -> None:
        """The first reading to its end, else what changed since the last one."""
        if not self._listed.is_whole:
            self._walk()
            self._progress.swept_on = today
        else:
            if self._listed.after is not None:  # a refresh that was stopped
                self._walk()
            self._walk()
            self._reread(self._waiting(support))
        self._reread(list(self._progress.incomplete))

    def _walk(self) -> None:
        """The list page by page, from its cursor to its end or to what is known."""
        listed = self._listed
        while True:
            is_refresh = listed.is_whole
            asked = {"after": listed.after, "direction": "DESC" if is_refresh else "ASC"}
            data = self._reader.ask("discussions", self._place.owner_and_name | asked)["repository"]
            found = data["discussions"]
            if not is_refresh or listed.after is None:
                self._spoken_for = self._client.answered_at
            self._count = found["totalCount"]
            nodes = [each for each in found["nodes"] if not (is_refresh and self._is_stored(each))]
            page = self._reader.whole({**found, "nodes": nodes})
            changes = [node["updatedAt"] for node in found["nodes"]]
            listed.goes_on(changes, place_after(found), is_latest_first=True)
            self._keep(page, data["discussionCategories"]["nodes"])
            if listed.after is None:
                return

    def _is_stored(self, node: Mapping[str, Any]) -> bool:
        """Whether a discussion is stored as GitHub lists it."""
        body = self._place.body(_LIST, str(node["number"]))
        if body is None or node["id"] in self._progress.incomplete:
            return False
        is_same_place: bool = body["category"]["id"] == node["category"]["id"]
        has_all_comments = len(body["threads"]) == node["threads"]["totalCount"]
        is_unchanged = all(body[name] == node[name] for name in ("id", "updatedAt"))
        return is_same_place and has_all_comments and is_unchanged

    def _waiting(self, support: Support) -> list[str]:
        """The ids of open support requests that nobody has responded to, as far as we know."""
        place, gone = self._place, self._place.gone()
        categories = {
            (node.repo, node.key): node.body
            for node in place.store.nodes(place.source, "categories", place.repo)
        }
        accounts = self._accounts()
        return [
            node.body["id"]
            for node in place.store.nodes(place.source, _LIST, place.repo)
            if node.body["closedAt"] is None
            and node.key not in gone
            and node.body["id"] not in self._just_read
            and support.is_request(category_of(node, categories))
            and support.first_response(node.body, accounts) is None
        ]

    def _reread(self, ids: list[str]) -> None:
        for page in self._reader.items(ids):
            self._keep(page)

    def _sweep(self, today: str) -> None:
        """Compare all that GitHub lists with all that is stored.

        What is not listed any more is gone; what is not stored as it is listed is read again.
        Accounts get the logins they have today.
        """
        listed, accounts = self._everything()
        if len(listed) != self._count:  # it changed while it was listed: nothing can be said
            return
        self._reread([node["id"] for node in listed.values() if not self._is_stored(node)])
        self._take_names(accounts)
        # Last: where this is not reached, the counts differ still, and the next fetch looks again.
        self._mark_gone(listed)
        self._progress.swept_on = today

    def _mark_gone(self, listed: Collection[str]) -> None:
        """Mark what is stored and not listed, and take the mark off what is listed again."""
        place = self._place
        numbers = self._held().difference(listed)
        bodies = [place.body(_LIST, number) or {} for number in numbers]
        seen = {"seen_at": self._client.answered_at.isoformat()}
        with place.store.page():
            place.store.put(place.source, (Node(place.repo, "gone", n, seen) for n in numbers))
            place.store.drop(place.source, place.repo, "gone", place.gone().intersection(listed))
            for body in bodies:
                self._progress.incomplete.pop(body.get("id", ""), None)
            self._note()

    def _everything(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, str]]]:
        """All discussions as GitHub lists them, by number, and the accounts they name."""
        listed: dict[str, dict[str, Any]] = {}
        accounts: dict[str, dict[str, str]] = {}
        after: str | None = None
        while True:
            data = self._reader.ask(
                "sweep_discussions", self._place.owner_and_name | {"after": after}
            )
            found = data["repository"]["discussions"]
            listed |= {str(node["number"]): node for node in found["nodes"]}
            flattened(found, accounts)
            self._count = found["totalCount"]
            after = place_after(found)
            if after is None:
                return listed, accounts

    def _take_names(self, accounts: dict[str, dict[str, str]]) -> None:
        """The logins that all known accounts have today; one deleted since keeps its last."""
        known = self._accounts()
        for nodes in self._reader.nodes("accounts", sorted(known.keys() - accounts.keys())):
            flattened({"nodes": nodes}, accounts)
        place = self._place
        with place.store.page():
            place.store.put(place.source, (Node("", "accounts", k, b) for k, b in accounts.items()))

    def _accounts(self) -> dict[str, dict[str, str]]:
        place = self._place
        return {node.key: node.body for node in place.store.nodes(place.source, "accounts", "")}

    def _held(self) -> set[str]:
        """The numbers of what is stored and still there on GitHub."""
        return self._place.held(_LIST)

    def _missing(self) -> str | None:
        """What GitHub counts and the store does not hold, in words; None where they agree."""
        held, counted = len(self._held()), self._count
        told = [] if held == counted else [f"{held:,} of {counted:,} discussions"]
        return ", ".join([*told, *self._progress.incomplete.values()]) or None

    def _keep(self, page: Page, categories: Iterable[Mapping[str, Any]] = ()) -> None:
        """Store a page and how far it brings us, at once."""
        place = self._place
        items = {str(item["number"]): item for item in page.items}
        nodes = [
            *(Node(place.repo, _LIST, key, item) for key, item in items.items()),
            *(Node("", "accounts", key, account) for key, account in page.accounts.items()),
            *(Node(place.repo, "categories", each["id"], dict(each)) for each in categories),
        ]
        with place.store.page():
            place.store.put(place.source, nodes)
            place.store.drop(place.source, place.repo, "gone", items)
            for item in page.items:
                self._just_read.add(item["id"])
                self._progress.incomplete.pop(item["id"], None)
            self._progress.incomplete |= page.incomplete
            self._note()

    def _note(self, fetched_at: datetime | None = None, *, reason: str | None = UNDER_WAY) -> None:
        held = len(self._held())
        self._place.note(
            self._progress,
            fetched_at=fetched_at,
            n_items=held,
            n_expected=self._count,
            reason=reason,
        )
        told = f"{self._place.repo} discussions"
        self._watch.reads(told, held, self._count, self._client.points_left)
