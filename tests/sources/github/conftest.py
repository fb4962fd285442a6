"""A team on the stand-in for GitHub, and nothing that waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx2
import pytest
import stamina
from github_asker import three_issues
from github_stand_in import TOKEN, GithubStandIn
from github_team import LONG, Asking, GithubTeam, MakeTeam, Told, WorldClock
from github_world import World

from opsreview.secrets import Secret
from opsreview.sources.github import client
from opsreview.sources.github.api import Github
from opsreview.sources.github.client import Client
from opsreview.sources.terms import Terms
from opsreview.store import Store


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[GithubStandIn], None]]:
    """Makes clients of a stand-in that never wait and are quick to make."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(
        httpx2, "Client", partial(httpx2.Client, verify=False)
    )  # certificates are dear
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(5))
    monkeypatch.setattr(sqlite3, "connect", connected(sqlite3.connect))

    def of(github: GithubStandIn) -> None:
        monkeypatch.setattr(client, "SystemClock", lambda: WorldClock(github))

    with stamina.set_testing(True, attempts=client.TRIES, cap=True):
        yield of


def connected(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    """Stores that need not outlast a power cut, and so do not wait for the disk."""

    def connected(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    return connected


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


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def github(unhurried: Callable[[GithubStandIn], None]) -> Iterator[GithubStandIn]:
    """The stand-in alone, with three issues and two releases."""
    with GithubStandIn(three_issues()) as github:
        unhurried(github)
        yield github


@pytest.fixture
def asking(github: GithubStandIn, told: Told) -> Iterator[Asking]:
    """Makes a client of the stand-in, or of another address."""
    made: list[Client] = []

    def asking(url: str = github.url, *, max_wait: float = LONG, reserve: float = 0.1) -> Client:
        terms = Terms(max_wait_seconds=max_wait, watch=told)
        made.append(Client(url, Secret(TOKEN), terms, reserve_share=reserve))
        return made[-1]

    yield asking
    for each in made:
        each.__exit__()
