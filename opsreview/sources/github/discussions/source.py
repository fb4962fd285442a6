"""GitHub Discussions as a source: one entry of ``sources:`` in ``review.yaml``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from opsreview.sources import SourceRows
from opsreview.sources.github.discussions.rows import (
    Support,
    category_of,
    folded,
    gone_requests,
    support_requests,
)
from opsreview.sources.github.progress import Progress
from opsreview.sources.github.repos import GithubRepos
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store
from opsreview.window import Window

CategoryName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_TABLE = "support_requests"


class GithubDiscussions(GithubRepos):
    """``{kind: github_discussions, categories: [Q&A, Help]}``: a support request a discussion.

    ``categories`` are written as GitHub shows them; without them all count in which GitHub lets
    an answer be chosen. ``where`` is asked of a discussion: number, url, ….
    """

    kind: Literal["github_discussions"]
    categories: tuple[CategoryName, ...] = ()

    @property
    def support(self) -> Support:
        """Which discussions are support, and who is no person."""
        return Support(self.categories, self._team_bots)

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Bring the discussions of every repository up to date.

        A repository that cannot be read does not stop the others; its reading says why. So do all
        readings when a category is named that no repository has.

        Raises:
            SourceError: There is no token or it is not accepted, or no repository can be read.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """
        from opsreview.sources.github.discussions.fetching import fetch_discussions

        with self._asked(store, terms) as (places, client):
            fetch_discussions(places, client, terms, self.support, zone=self.zone)
        if unknown := self._unknown_categories(store):
            with store.page():
                for reading in self._readings(store):
                    told = "; ".join(filter(None, [reading.reason, unknown]))
                    store.note(replace(reading, is_complete=False, reason=told))

    def forecast(self, store: Store, terms: Terms = DEFAULT_TERMS) -> str:
        """How many requests and points a fetch would take.

        Raises:
            SourceError: There is no token or it is not accepted.
        """
        from opsreview.sources.github.discussions.fetching import forecast

        with self._asked(store, terms) as (places, client):
            return forecast(places, client)

    def rows(self, store: Store) -> SourceRows:
        """One support request a discussion of the categories; what is gone is set aside.

        They are known from the first discussion, of whatever category, to the last fetch: as soon
        as all repositories were read once and have, together, all categories that are named.
        """
        readings = self._readings(store)
        if not readings:
            return SourceRows({}, {})
        categories = {(node.repo, node.key): node.body for node in self._nodes(store, "categories")}
        accounts = {node.key: node.body for node in store.nodes(self.key, "accounts")}
        marks = {(node.repo, node.key): node.body for node in self._nodes(store, "gone")}
        stored = self._nodes(store, "discussions")
        found = [node for node in stored if self.keeps(node.body)]
        held = [node for node in found if (node.repo, node.key) not in marks]
        gone = [
            node
            for node in found
            if (node.repo, node.key) in marks
            and self.support.is_request(category_of(node, categories))
        ]
        frame, rejected = support_requests(held, categories, accounts, self.support, self.zone)
        spoken = None if self._unknown_categories(store) else self._spoken(readings, stored)
        fetched = [reading.fetched_at for reading in readings if reading.fetched_at]
        return SourceRows(
            {_TABLE: frame},
            {(_TABLE, ""): spoken} if spoken else {},
            rejected + gone_requests(gone, marks),
            fetched_at=max(fetched, default=None),
        )

    def _unknown_categories(self, store: Store) -> str | None:
        """What is wrong with the categories that are named, in words; None where all are known."""
        names = sorted({node.body["name"] for node in self._nodes(store, "categories")})
        known = [folded(name) for name in names]
        unknown = [name for name in self.categories if folded(name) not in known]
        if not names or not unknown:  # a repository has none where discussions are turned off
            return None
        there = ", ".join(names)
        return f"no discussion category is called {', '.join(unknown)}; there are {there}"

    def _spoken(self, readings: Collection[Reading], nodes: Collection[Node]) -> Window | None:
        """From the first discussion to the moment up to which every repository was read."""
        ends = [each.fetched_at for each in readings if each.fetched_at and _is_read(each)]
        if len(ends) < len(self.repos):
            return None
        opened = filter(None, map(_opened_at, nodes))
        return self.covered(min(opened, default=min(ends)), min(ends))


def _is_read(reading: Reading) -> bool:
    """Whether everything there was has been read once."""
    if reading.cursor is None:
        return False
    return Progress.from_json(reading.cursor).lists["discussions"].is_whole


def _opened_at(node: Node) -> datetime | None:
    try:
        return datetime.fromisoformat(node.body["createdAt"])
    except ValueError:
        return None
