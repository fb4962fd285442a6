"""A team whose support is in GitHub Discussions, on a model of them.

question = forum.ask("rae", ASKED)
team = desk(categories=["Help"]).fetch()
assert team.requests() == [("team/product#1", None)]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from github_forum import Forum, ForumClient, Github

from opsreview.sources import SourceRows
from opsreview.sources.github import client
from opsreview.sources.github.discussions.source import GithubDiscussions
from opsreview.sources.github.progress import Progress
from opsreview.sources.terms import Terms
from opsreview.store import Node, Reading, Store

REPO = "team/product"


@dataclass
class Desk:
    """A source and the store that it fills."""

    source: GithubDiscussions
    store: Store

    def fetch(self, *, is_sweep: bool = False) -> Desk:
        self.source.fetch(self.store, Terms(is_sweep=is_sweep))
        return self

    def told(self) -> SourceRows:
        return self.source.rows(self.store)

    def rows(self) -> list[dict[str, Any]]:
        return self.told().tables["support_requests"].rows(named=True)

    def requests(self) -> list[tuple[str, str | None]]:
        """Which there are, and who answered each."""
        return [(row["request_id"], row["answered_by"]) for row in self.rows()]

    def answer(self) -> tuple[Any, Any]:
        """When the only one was answered, and by whom."""
        (row,) = self.rows()
        return row["answered_at"], row["answered_by"]

    def reading(self, repo: str = REPO) -> Reading:
        (found,) = [each for each in self.store.readings(self.source.key) if each.repo == repo]
        return found

    def lack(self, repo: str = REPO) -> str | None:
        """What is missing of a repository, in words."""
        found = self.reading(repo)
        assert found.is_complete == (found.reason is None)
        return found.reason

    def incomplete(self, repo: str = REPO) -> dict[str, str]:
        """What is missing of discussions, by their ids."""
        return Progress.from_json(self.reading(repo).cursor or "").incomplete

    def held(self) -> list[list[Node]]:
        """All that is stored."""
        kinds = ("discussions", "accounts", "categories", "gone")
        return [self.store.nodes(self.source.key, kind) for kind in kinds]


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Github:
    ForumClient.github = Github()
    monkeypatch.setattr(client, "Client", ForumClient)
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_canary0000")
    return ForumClient.github


@pytest.fixture
def forum(github: Github) -> Forum:
    return github.forum(REPO)


@pytest.fixture
def desk(store: Store) -> Callable[..., Desk]:
    def desk(
        repos: Sequence[str] = (REPO,),
        bots: Sequence[str] = (),
        store: Store = store,
        **said: Any,
    ) -> Desk:
        context = {"repos": repos, "bots": bots, "timezone": "Europe/Madrid"}
        declared = {"kind": "github_discussions"} | said
        return Desk(GithubDiscussions.model_validate(declared, context=context), store)

    return desk
