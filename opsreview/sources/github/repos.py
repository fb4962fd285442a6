"""What every source that asks GitHub about repositories has in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field

from opsreview.sources.api_url import ApiUrl
from opsreview.sources.declared import DeclaredSource
from opsreview.sources.github.place import Place
from opsreview.sources.github.token import github_token
from opsreview.sources.terms import Terms
from opsreview.store import Node, Reading, Store

if TYPE_CHECKING:
    from opsreview.sources.github.client import Client


class GithubRepos(DeclaredSource):
    """Base of the sources that ask GitHub: all of the team's repositories, or ``repo`` alone.

    ``api_url`` is ``https://HOST/api/v3`` for GitHub Enterprise. ``reserve`` is the share of the
    token's budget that a fetch leaves to others.
    """

    kind: str
    api_url: ApiUrl = "https://api.github.com"
    reserve: float = Field(0.1, ge=0, lt=1)

    @property
    def key(self) -> str:
        return ":".join(filter(None, [self.kind, self.api_url, self.repo]))

    @property
    def repos(self) -> tuple[str, ...]:
        """The repositories this source reads."""
        return (self.repo,) if self.repo else self._team_repos

    @contextmanager
    def _asked(self, store: Store, terms: Terms) -> Iterator[tuple[list[Place], Client]]:
        """The places of the repositories, and who asks about them.

        Raises:
            SourceError: There is no token.
        """
        # It brings ghapi, which no other command waits for.
        from opsreview.sources.github.client import Client

        places = [Place(store, self.key, repo, self.repos) for repo in self.repos]
        token = github_token(self.api_url)
        with Client(self.api_url, token, terms, reserve_share=self.reserve) as client:
            yield places, client

    def _readings(self, store: Store) -> list[Reading]:
        return [each for each in store.readings(self.key) if each.repo in self.repos]

    def _nodes(self, store: Store, kind: str) -> list[Node]:
        return [node for node in store.nodes(self.key, kind) if node.repo in self.repos]
