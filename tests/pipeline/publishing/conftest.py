"""A team that publishes, and nothing that waits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest
import stamina
from github_asker import three_issues
from github_stand_in import TOKEN, GithubStandIn
from github_team import WorldClock

from opsreview.sources.github import client

from .publishing_team import (
    PublishingTeam,
    publishing_team,
)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PublishingTeam]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(httpx2, "Client", partial(httpx2.Client, verify=False))
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(5))
    with GithubStandIn(three_issues()) as github, stamina.set_testing(True, attempts=5, cap=True):
        monkeypatch.setattr(client, "SystemClock", lambda: WorldClock(github))
        yield publishing_team(tmp_path, github)
