"""Pages of a repository's lists, each whole: no holes, and every item with all that hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from opsreview.sources.github.client import TRIES, Client
from opsreview.sources.github.faults import Refused, TooLarge
from opsreview.sources.github.progress import Progress
from opsreview.sources.github.queries import query_text, text_for_many

# Pages as large as GitHub answers them: of 100 pull requests it leaves holes. 49 cost a point
# less than 50, because points are rounded.
SIZES: Mapping[str, int] = {
    "issues": 100,
    "pulls": 49,
    "releases": 100,
    "refresh": 50,
    "items": 25,
    "sweep_issues": 100,
    "sweep_pulls": 100,
    "accounts": 100,
}
NESTED = ("labels", "assignees", "comments", "reviews", "timelineItems")
WORDS = {"timelineItems": "events", "threads": "comments"}  # where ours are not GitHub's
_ACCOUNTS = {"author", "mergedBy", "actor", "assignee", "requestedReviewer"}
_MORE = 100
_AT_ONCE = 20  # items whose nested lists are followed in one request


@dataclass
class Page:
    """Items as the store keeps them, the accounts they name, and where the list goes on.

    ``incomplete`` says, by an item's id, what GitHub counts of it but did not give.
    """

    items: list[dict[str, Any]]
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)
    after: str | None = None
    incomplete: dict[str, str] = field(default_factory=dict)


class Reader:
    """Reads one repository's pages, smaller ones where GitHub cannot answer large ones."""

    items_query = "items"

    def __init__(self, client: Client, progress: Progress) -> None:
        self._client = client
        self._progress = progress

    def ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """A query's data. ``first`` is filled in: halved until GitHub answers, and remembered.

        Raises:
            Fault: GitHub gives no whole answer.
        """

        def sized(size: int) -> dict[str, Any]:
            pulls = {"pulls": max(1, size // 2)} if query == "refresh" else {}
            return {"first": size} | pulls | dict(variables)

        return self._smaller(query, query_text(query), sized)

    def nodes(self, query: str, ids: list[str]) -> Iterator[list[dict[str, Any]]]:
        """What a query gives for ids, as many at once as GitHub answers; what is gone is left out.

        Raises:
            Fault: GitHub gives no whole answer.
        """
        while ids:
            data = self._of_first(query, ids)
            ids = ids[self.size(query) :]
            yield [node for node in data["nodes"] if node]

    def _of_first(self, query: str, ids: list[str]) -> dict[str, Any]:
        def sized(size: int) -> dict[str, Any]:
            return {"ids": ids[:size]}

        return self._smaller(query, query_text(query), sized, most=len(ids), may_miss=True)

    def _smaller(
        self,
        query: str,
        text: str,
        sized: Callable[[int], dict[str, Any]],
        *,
        most: int = _MORE,
        may_miss: bool = False,
    ) -> dict[str, Any]:
        """A query's data, asked with ``sized`` variables: ``most`` at first, then ever less."""
        tries = 0
        while True:
            size = min(self.size(query), most)
            try:
                return dict(self._client.query(text, sized(size), may_miss=may_miss))
            except TooLarge as fault:
                if size == 1:
                    tries += 1
                    self._client.back_off(tries)
                if tries == TRIES:
                    raise Refused(f"{fault}, even for a page of one ({query})") from fault
                self._progress.sizes[query] = max(1, size // 2)

    def size(self, query: str) -> int:
        """The page size a query is asked with."""
        return self._progress.sizes.get(query, SIZES.get(query, _MORE))

    def whole(self, connection: Mapping[str, Any]) -> Page:
        """A connection's items as the store keeps them, each with everything nested in it.

        Raises:
            Fault: What is nested cannot be read to its end.
        """
        nodes = connection["nodes"]
        page = Page([], after=place_after(connection), incomplete=self._complete(nodes))
        page.items += [flattened(node, page.accounts) for node in nodes]
        return page

    def items(self, ids: list[str]) -> Iterator[Page]:
        """Items by their ids; those that are gone are left out."""
        for nodes in self.nodes(self.items_query, ids):
            yield self.whole({"nodes": nodes, "pageInfo": {}})

    def _complete(self, nodes: list[dict[str, Any]]) -> dict[str, str]:
        """Follow what is nested in items to its end, in place.

        Returns:
            By an item's id, what GitHub counts of it but does not give.
        """
        problems: dict[str, list[str]] = {}
        for name in NESTED:
            with_it = [node for node in nodes if name in node]
            for key, lacking in self._followed(name, with_it).items():
                problems.setdefault(key, []).append(lacking)
        return {
            node["id"]: f"{', '.join(problems[node['id']])} of #{node['number']}"
            for node in nodes
            if node["id"] in problems
        }

    def _followed(self, name: str, parents: list[dict[str, Any]]) -> dict[str, str]:
        """Follow a list of each parent to its end, in place; says by id what is missing of it."""
        lists = {parent["id"]: _Nested(parent[name]) for parent in parents}
        while ends := {key: each.after for key, each in lists.items() if each.after}:
            for key, more in self._more(name, dict(islice(ends.items(), _AT_ONCE))):
                lists[key].join(more)
        for parent in parents:
            parent[name] = {"nodes": list(lists[parent["id"]].nodes.values())}
        return {
            key: f"{len(each.nodes)} of {each.counted} {WORDS.get(name, name)}"
            for key, each in lists.items()
            if each.counted not in (None, len(each.nodes))
        }

    def _more(self, name: str, ends: dict[str, str]) -> Iterator[tuple[str, Any]]:
        """The next page of a nested list of several items; None for one that is gone meanwhile."""
        query = f"more_{name}"
        variables = {
            f"{field}{place}": value
            for place, (key, after) in enumerate(ends.items())
            for field, value in (("id", key), ("after", after))
        }
        text = text_for_many(query, len(ends))
        data = self._smaller(query, text, lambda size: {"first": size} | variables, may_miss=True)
        for place, key in enumerate(ends):
            found = data[f"item{place}"]
            yield key, found[name] if found else None


class _Nested:
    """A nested list as it grows: its entries, how many GitHub counts, and where it goes on."""

    def __init__(self, connection: Mapping[str, Any] | None) -> None:
        self.nodes: dict[Any, Any] = {}
        self.counted: int | None = None
        self.after: str | None = None
        self.join(connection)

    def join(self, connection: Mapping[str, Any] | None) -> None:
        """Add a page; what comes twice, because the list moved while it was read, counts once."""
        self.after = place_after(connection)
        if connection is None:
            return
        start = len(self.nodes)
        for place, each in enumerate(connection["nodes"]):
            self.nodes[_identity(each, start + place)] = each
        self.counted = connection.get("totalCount")


def place_after(connection: Mapping[str, Any] | None) -> str | None:
    """Where a list goes on; None at its end, and where GitHub gives none."""
    info = connection["pageInfo"] if connection else {}
    return info["endCursor"] if info.get("hasNextPage") else None


def flattened(node: Mapping[str, Any], accounts: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A node as the store keeps it: lists without their pages, accounts by their ids.

    A login may be given to somebody else, an id never: what an id is called is kept once, in
    ``accounts``.
    """
    return {name: _flat(value, accounts) for name, value in node.items()}


def _flat(value: Any, accounts: dict[str, dict[str, str]]) -> Any:
    if isinstance(value, list):
        return [_flat(each, accounts) for each in value]
    if not isinstance(value, dict):
        return value
    if "login" in value:
        accounts[value["id"]] = {"login": value["login"], "type": value["__typename"]}
        return value["id"]
    if "nodes" in value:
        return _flat(value["nodes"], accounts)
    return {name: _flat(each, accounts) for name, each in value.items()}


def is_stored_as(body: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
    """Whether an item is stored as a page gives it; of lists that go on, their beginning and count.

    Accounts aside: of one that was deleted since, the store knows more.
    """
    given = flattened(node, {})
    goes_on = [name for name in NESTED if name in node and place_after(node[name])]
    shown = {**body} | {name: body[name][: len(given[name])] for name in goes_on}
    counted = {name: node[name].get("totalCount", len(body[name])) for name in goes_on}
    return _is_alike(shown, given) and all(len(body[name]) == counted[name] for name in goes_on)


def _is_alike(stored: Any, given: Any) -> bool:
    if isinstance(stored, dict) and isinstance(given, dict):
        return all(_is_alike(stored.get(name), given[name]) for name in given.keys() - _ACCOUNTS)
    if isinstance(stored, list) and isinstance(given, list):
        return len(stored) == len(given) and all(map(_is_alike, stored, given))
    return bool(stored == given)


def _identity(each: Mapping[str, Any], place: int) -> Any:
    """What tells the entries of a nested list apart; events have nothing but their place."""
    return (
        each.get("fullDatabaseId")
        or each.get("id")
        or each.get("name")
        or each.get("login")
        or place
    )
