"""Pages of discussions, each whole: with all comments, and all replies to each."""

from __future__ import annotations

from typing import Any

from opsreview.sources.github.client import Client
from opsreview.sources.github.pages import Reader
from opsreview.sources.github.place import Place
from opsreview.sources.github.queries import query_text


class DiscussionReader(Reader):
    """Reads one repository's discussions. ``threads`` are the comments, each with ``replies``.

    Replies are asked for by the ids of their comments: nested in a page of discussions they would
    cost ten points and more, so they cost one for a hundred comments.
    """

    items_query = "discussion_items"

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


def forum_of(client: Client, place: Place) -> dict[str, Any]:
    """Which repository it is, and whether it has discussions.

    Raises:
        Fault: GitHub gives no answer.
    """
    data = client.query(query_text("forum"), place.owner_and_name, is_small=True)
    return dict(data["repository"])


def _with_comments(discussion: dict[str, Any]) -> list[str]:
    """The ids of a discussion and of its comments."""
    return [discussion["id"], *(comment["id"] for comment in discussion["threads"]["nodes"])]
