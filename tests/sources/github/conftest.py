"""A team on the stand-in for GitHub, and nothing that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import stamina
from github_asker import three_issues
from github_stand_in import TOKEN, GithubStandIn
from github_team import GithubTeam, MakeTeam, WorldClock
from github_world import World

from opsreview.sources.github import client
from opsreview.sources.github.api import Github
from opsreview.store import Store


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[GithubStandIn], None]]:
    """Makes clients of a stand-in that never wait and are quick to make."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr("ghapi.core.pspec", SimpleNamespace(ops=[]))  # a thousand are dear to make
    monkeypatch.setattr(httpx2, "Client", partial(httpx2.Client, verify=False))  # certificates too
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.5))

    def of(github: GithubStandIn) -> None:
        monkeypatch.setattr(client, "SystemClock", lambda: WorldClock(github))

    with stamina.set_testing(True, attempts=client.TRIES, cap=True):
        yield of


@pytest.fixture
def github_team(unhurried: Callable[[GithubStandIn], None], store: Store) -> Iterator[MakeTeam]:
    """Makes a team of a world, three issues and two releases where none is given."""
    with ExitStack() as running:

        def github_team(
            world: World | None = None,
            *,
            labels: tuple[str, ...] = (),
            bots: tuple[str, ...] = (),
            repos: tuple[str, ...] = (),
            limit: int = 5000,
            **said: Any,
        ) -> GithubTeam:
            github = running.enter_context(GithubStandIn(world or three_issues(), limit=limit))
            unhurried(github)
            context = {
                "repos": repos or [each.name for each in github.world.repositories],
                "incident_labels": labels,
                "bots": bots,
                "timezone": "Europe/Madrid",
            }
            declared = {"kind": "github", "api_url": github.url} | said
            return GithubTeam(github, Github.model_validate(declared, context=context), store)

        yield github_team
