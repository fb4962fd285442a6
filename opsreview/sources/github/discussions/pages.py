"""Pages of discussions, each whole: with all comments, and all replies to each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from opsreview.sources.github.client import TRIES, Client
from opsreview.sources.github.faults import Refused, TooLarge
from opsreview.sources.github.pages import _AT_ONCE, Page, Reader, _Nested
from opsreview.sources.github.queries import query_text

_WORDS = {"threads": "comments", "replies": "replies"}


class DiscussionReader(Reader):
    """Reads one repository's discussions. ``threads`` are the comments, each with ``replies``.

    Replies are asked for by the ids of their comments: nested in a page of discussions they would
    cost ten points and more, so they cost one for a hundred comments.
    """

    def items(self, ids: list[str]) -> Iterator[Page]:
        """Discussions by their ids; those that are gone are left out."""
        for nodes in self.nodes("discussion_items", ids):
            yield self.whole({"nodes": nodes, "pageInfo": {}})

    def nodes(self, query: str, ids: list[str]) -> Iterator[list[dict[str, Any]]]:
        """What a query gives for ids, as many at once as GitHub answers; what is gone is left out.

        Raises:
            Fault: GitHub gives no whole answer.
        """
        tries = 0
        while ids:
            now, ids = ids[: self.size(query)], ids[self.size(query) :]
            try:
                data = self._client.query(query_text(query), {"ids": now}, may_miss=True)
            except TooLarge as fault:
                tries += len(now) == 1
                if tries == TRIES:
                    raise Refused(f"{fault}, even for one item ({query})") from fault
                self._progress.sizes[query] = max(1, len(now) // 2)
                ids = now + ids
            else:
                tries = 0
                yield [node for node in data["nodes"] if node]

    def _complete(self, nodes: list[dict[str, Any]]) -> dict[str, str]:
        """Follow comments and replies to their end, in place.

        Returns:
            By a discussion's id, what GitHub counts of it but does not give.
        """
        lacking = self._followed("threads", nodes)
        comments = {each["id"]: each for node in nodes for each in node["threads"]["nodes"]}
        given = {
            each["id"]: each["replies"]
            for found in self.nodes("replies", list(comments))
            for each in found
        }
        for key, comment in comments.items():
            comment["replies"] = given.get(key)
        gone = dict.fromkeys(comments.keys() - given.keys(), "the replies to a comment")
        lacking |= gone | self._followed("replies", list(comments.values()))
        return {
            node["id"]: f"{', '.join(told)} of #{node['number']}"
            for node in nodes
            if (told := [lacking[key] for key in _with_comments(node) if key in lacking])
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
            key: f"{len(each.nodes)} of {each.counted} {_WORDS[name]}"
            for key, each in lists.items()
            if each.counted not in (None, len(each.nodes))
        }


def forum_of(client: Client, repo: str) -> dict[str, Any]:
    """Which repository it is, and whether it has discussions.

    Raises:
        Fault: GitHub gives no answer.
    """
    owner, _, name = repo.partition("/")
    asked = {"owner": owner, "name": name}
    for _ in range(TRIES - 1):
        with suppress(TooLarge):  # there is nothing to make smaller: GitHub was only slow
            return dict(client.query(query_text("forum"), asked)["repository"])
    return dict(client.query(query_text("forum"), asked)["repository"])


def _with_comments(discussion: dict[str, Any]) -> list[str]:
    """The ids of a discussion and of its comments."""
    return [discussion["id"], *(comment["id"] for comment in discussion["threads"]["nodes"])]
