"""A team on the stand-in for GitHub: its source, its store, and what was told while it fetched.

Made by the fixture ``github_team``; waiting lets time pass in its world.

    team = github_team(small_world())
    team.github.fail("bad_gateway", of="issues")
    team.fetch(is_sweep=True)
    assert team.reading().is_complete
    assert team.table("issues").height == 40
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import polars as pl
import pytest
from github_stand_in import GithubStandIn, World
from github_world import Repository
from polars.testing import assert_frame_equal

from opsreview.errors import SourceError
from opsreview.sources import SourceRows
from opsreview.sources.github.api import Github
from opsreview.sources.github.client import Client
from opsreview.sources.github.progress import Progress
from opsreview.sources.github.queries import query_text
from opsreview.sources.terms import Terms
from opsreview.store import Reading, Store

REPO = "team/product"
NAME = {"owner": "team", "name": "product"}
LONG = 100_000.0


class WorldClock:
    """Sleeping lets time pass in the world instead of waiting."""

    def __init__(self, github: GithubStandIn) -> None:
        self.github = github

    def now(self) -> float:
        return self.github.clock

    def sleep(self, seconds: float) -> None:
        self.github.clock += seconds


@dataclass(repr=False)
class Told:
    """A watch that remembers what it was told."""

    lines: list[str] = field(default_factory=list)
    readings: list[tuple[str, int, int | None, int | None]] = field(default_factory=list)
    waiting: list[tuple[float, str]] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def reads(self, what: str, done: int, expected: int | None, points_left: int | None) -> None:
        self.readings.append((what, done, expected, points_left))

    def waits(self, seconds_left: float, reason: str) -> None:
        self.waiting.append((seconds_left, reason))


@dataclass(repr=False)
class GithubTeam:
    """A source, its store and the world it reads."""

    github: GithubStandIn
    source: Github
    store: Store
    told: Told = field(default_factory=Told)

    @property
    def world(self) -> World:
        return self.github.world

    @property
    def repository(self) -> Repository:
        return self.world.repository

    def fetch(self, *, is_sweep: bool = False, max_wait_seconds: float = LONG) -> GithubTeam:
        terms = Terms(max_wait_seconds=max_wait_seconds, is_sweep=is_sweep, watch=self.told)
        self.source.fetch(self.store, terms)
        return self

    def asked(self, *, is_sweep: bool = False) -> list[str]:
        """What a fetch asks for: the names of queries, the paths of others."""
        before = len(self.github.requests)
        self.fetch(is_sweep=is_sweep)
        return [each.query or each.path for each in self.github.requests[before:]]

    def refused(self) -> str:
        """Why a fetch reads nothing."""
        with pytest.raises(SourceError) as refusal:
            self.fetch()
        return str(refusal.value)

    def rows(self) -> SourceRows:
        return self.source.rows(self.store)

    def table(self, name: str) -> pl.DataFrame:
        return self.rows().tables[name]

    def reading(self, repo: str = REPO) -> Reading:
        (found,) = [each for each in self.store.readings(self.source.key) if each.repo == repo]
        return found

    def progress(self, repo: str = REPO) -> Progress:
        return Progress.from_json(self.reading(repo).cursor or "")

    def stored(self, kind: str, repo: str = REPO) -> dict[str, dict[str, Any]]:
        nodes = self.store.nodes(self.source.key, kind, repo)
        return {node.key: node.body for node in nodes}

    def again(self, path: Path) -> SourceRows:
        """What a first fetch of the world of today gives."""
        with Store.open(path) as store:
            self.source.fetch(store, Terms(max_wait_seconds=LONG))
            return self.source.rows(store)


def same(told: SourceRows, right: SourceRows) -> None:
    """Check that two readings hold the same rows."""
    assert set(told.tables) == set(right.tables)
    for name, frame in right.tables.items():
        order = [column for column in frame.columns if column not in ("labels", "assignees")]
        assert_frame_equal(told.tables[name].sort(order), frame.sort(order))


MakeTeam = Callable[..., GithubTeam]
Asking = Callable[..., Client]  # makes a client of the stand-in, or of another address


def which(client: Client) -> Any:
    """Which repository the client is told of: the smallest thing there is to ask."""
    return client.query(query_text("repository"), NAME)["repository"]


def served(
    monkeypatch: pytest.MonkeyPatch, serve: Callable[[httpx2.Request], httpx2.Response]
) -> list[httpx2.Request]:
    """Answers every request itself, so that any host can be asked; the requests it got."""
    requests: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return serve(request)

    transport = httpx2.MockTransport(answer)
    monkeypatch.setattr(httpx2, "Client", partial(httpx2.Client, transport=transport))
    return requests
