"""Pages as large as GitHub can answer, and no larger than it can answer whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_stand_in import Request, small_world
from github_team import MakeTeam, same
from github_world import Item

from opsreview.sources.github.client import TRIES


def sizes(requests: list[Request], query: str) -> list[int]:
    """How much a query asked for, each time."""
    return [each.variables["first"] for each in requests if each.query == query]


@pytest.mark.parametrize("kind", ["too_many_nodes", "bad_gateway", "gateway_timeout", "holes"])
def test_a_page_that_is_too_large_is_halved_until_it_is_answered_whole(
    kind: str, github_team: MakeTeam, tmp_path: Path
) -> None:
    team = github_team()
    team.github.fail(kind, of="issues", over=4000, every=1)
    team.fetch()
    assert sizes(team.github.requests, "issues") == [100, 50, 25, 12]
    assert team.progress().sizes["issues"] == 12
    assert team.reading().is_complete


def test_the_size_that_worked_is_remembered_until_everything_is_looked_at(
    github_team: MakeTeam,
) -> None:
    team = github_team().fetch()
    team.github.fail("bad_gateway", of="refresh", times=2)
    for _ in range(2):
        team.fetch()
    assert sizes(team.github.requests, "refresh") == [50, 50, 25, 12, 12]
    team.fetch(is_sweep=True)
    assert team.progress().sizes == {}


def test_a_page_of_one_that_fails_is_waited_for_and_asked_a_few_times(
    github_team: MakeTeam,
) -> None:
    team = github_team()
    team.github.fail("bad_gateway", of="issues", every=1)
    assert "even for a page of one (issues)" in team.refused()
    assert sizes(team.github.requests, "issues")[-TRIES - 1 :] == [3, *[1] * TRIES]
    assert team.github.clock > 10


@pytest.mark.parametrize("query", ["more_comments", "more_labels", "more_timelineItems"])
def test_what_is_nested_is_asked_for_in_smaller_parts_too(
    query: str, github_team: MakeTeam
) -> None:
    team = github_team(small_world())
    team.github.fail("bad_gateway", of=query, times=3)
    assert team.fetch().reading().is_complete
    assert sizes(team.github.requests, query)[:4] == [100, 50, 25, 12]


@pytest.mark.parametrize("query", ["items", "accounts", "sweep_issues", "releases"])
@pytest.mark.parametrize("kind", ["bad_gateway", "server_error"])
def test_a_look_at_everything_survives_what_passes(
    kind: str, query: str, github_team: MakeTeam, tmp_path: Path
) -> None:
    team = github_team().fetch()
    team.repository.add(Item(created_at="2026-10-01T12:00:00Z"))
    team.github.fail(kind, of=query, times=3)
    team.fetch(is_sweep=True)
    same(team.rows(), team.again(tmp_path / "again.sqlite"))
    assert team.reading().is_complete
