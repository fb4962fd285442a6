"""Stored discussions as support requests: which are, and who answered when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.sources import Rejected
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.github.people import KNOWN_BOTS
from opsreview.store import Node

SOURCE = "discussions"  # what the column ``source`` says
_TABLE = "support_requests"
Body = Mapping[str, Any]
Accounts = Mapping[str, Mapping[str, str]]  # login and type by account id
Categories = Mapping[tuple[str, str], Body]  # as they are called today, by repository and id


@dataclass(frozen=True)
class Support:
    """What a team calls support.

    ``categories`` are those of its discussions, by name; without any, all that GitHub lets an
    answer be chosen in. ``bots`` are machine users that GitHub takes for people.
    """

    categories: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()

    def is_request(self, category: Body) -> bool:
        """Whether discussions of a category are support requests."""
        if not self.categories:
            return bool(category["isAnswerable"])
        return folded(category["name"]) in map(folded, self.categories)

    def first_response(self, discussion: Body, accounts: Accounts) -> tuple[str, str] | None:
        """When a person other than the author first spoke, and that person's login.

        Comments and replies count alike. Those of bots and of deleted accounts do not, nor those
        that were deleted. Whether an answer was chosen does not matter: it is one of them.
        """
        return min(self._responses(discussion, accounts), default=None)

    def _responses(self, discussion: Body, accounts: Accounts) -> Iterator[tuple[str, str]]:
        for thread in discussion["threads"]:
            for said in (thread, *thread["replies"]):
                author = said["author"]
                if author is None or author == discussion["author"] or said["deletedAt"]:
                    continue
                if not self._is_bot(accounts[author]):
                    yield said["createdAt"], accounts[author]["login"]

    def _is_bot(self, account: Mapping[str, str]) -> bool:
        login = account["login"].lower()
        is_named = login in KNOWN_BOTS or login in {bot.lower() for bot in self.bots}
        return is_named or account["type"] == "Bot" or login.endswith("[bot]")


def folded(name: str) -> str:
    """A category's name without what does not tell it from others."""
    return name.strip().casefold()


def category_of(node: Node, categories: Categories) -> Body:
    """A discussion's category, called as it is today: a new name is no change of a discussion."""
    known: Body = node.body["category"]
    return categories.get((node.repo, known["id"]), known)


def support_requests(
    nodes: Iterable[Node],
    categories: Categories,
    accounts: Accounts,
    support: Support,
    zone: ZoneInfo,
) -> tuple[pl.DataFrame, list[Rejected]]:
    """SUPPORT_REQUESTS: one row a discussion in a category of support, and what was rejected.

    ``answered_at`` is the first response (``Support.first_response``), null while there is none.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-time-to-first-response/
    """
    good: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    for node in nodes:
        category = category_of(node, categories)
        if not support.is_request(category):
            continue
        answered_at, answered_by = support.first_response(node.body, accounts) or (None, None)
        row = {
            "source": SOURCE,
            "request_id": request_id(node),
            "channel": category["name"],
            "opened_at": node.body["createdAt"],
            "answered_at": answered_at,
            "answered_by": answered_by,
        }
        try:
            good.append(_believed(typed(_TABLE, row, zone)[0]))
        except ValueError as error:
            rejected.append(Rejected(_TABLE, request_id(node), str(error), node.body))
    return pl.DataFrame(good, schema=SCHEMAS[_TABLE]), rejected


def _believed(row: dict[str, Any]) -> dict[str, Any]:
    """The row.

    Raises:
        ValueError: It was answered before it was opened.
    """
    opened_at, answered_at = row["opened_at"], row["answered_at"]
    if opened_at and answered_at and answered_at < opened_at:
        raise ValueError(
            f"answered at {answered_at:%Y-%m-%d %H:%M} UTC, before it was opened: it was made from "
            "an issue or moved here"
        )
    return row


def gone_requests(nodes: Iterable[Node], gone: Mapping[tuple[str, str], Body]) -> list[Rejected]:
    """Discussions that GitHub does not list any more."""
    return [
        Rejected(
            _TABLE,
            request_id(node),
            "deleted or moved away on GitHub, seen on "
            f"{gone[(node.repo, node.key)]['seen_at'][:10]}",
            node.body,
            is_doubted=False,
        )
        for node in nodes
    ]


def request_id(node: Node) -> str:
    """``owner/name#12``"""
    return f"{node.repo}#{node.key}"
