"""Limits of GitHub's: waited out, and a part of the budget left to others."""

from __future__ import annotations

import httpx2
import pytest
from github_stand_in import GithubStandIn
from github_team import Asking, Told, served, which

from opsreview.errors import StoppedError

LIMITS = (
    *("primary_403", "primary_429", "gql_rate_limited", "retry_after_date"),
    *("secondary_403", "secondary_429", "secondary_bare", "gql_secondary"),
)


@pytest.mark.parametrize("kind", LIMITS)
def test_a_limit_is_waited_out_and_the_request_sent_again(
    kind: str, github: GithubStandIn, asking: Asking, told: Told
) -> None:
    github.fail(kind)
    assert which(asking())["databaseId"] == 1
    assert (len(github.requests), github.violations) == (2, 0)
    assert told.waiting[0][0] == pytest.approx(60 if kind == "secondary_bare" else 2, abs=1)
    assert told.waiting[-1][0] == 0


@pytest.mark.parametrize("kind", LIMITS)
def test_a_limit_beyond_what_may_be_waited_stops_without_another_request(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind, seconds=600)
    ask = asking(max_wait=30)
    for _ in range(2):
        with pytest.raises(StoppedError, match="longer than --max-wait"):
            which(ask)
    assert len(github.requests) == 1


def test_limits_that_answers_follow_never_end_a_fetch(
    github: GithubStandIn, asking: Asking
) -> None:
    github.fail("secondary_403", every=2)
    ask = asking()
    for _ in range(10):
        which(ask)
    assert (len(github.requests), github.violations) == (20, 0)


def test_the_budget_is_waited_for_whoever_used_it_up(github: GithubStandIn, asking: Asking) -> None:
    ask = asking(reserve=0)
    which(ask)
    github.budgets["graphql"].used = 5000
    assert which(ask)["databaseId"] == 1
    assert github.violations == 0
    assert github.clock >= 3600


def test_a_part_of_the_budget_is_left_to_others(github: GithubStandIn, asking: Asking) -> None:
    github.budgets["graphql"].limit = 10
    ask = asking(reserve=0.5)
    for _ in range(5):
        which(ask)
    assert (ask.points_left, github.clock) == (5, 0)
    which(ask)
    assert github.clock == 3601


def test_who_waits_for_the_budget_is_told_what_is_kept(
    github: GithubStandIn, asking: Asking
) -> None:
    github.budgets["graphql"].limit = 10
    ask = asking(reserve=0.5, max_wait=60)
    for _ in range(5):
        which(ask)
    with pytest.raises(StoppedError, match="5 of 10 requests an hour are left, and 5 are kept"):
        which(ask)


def test_an_answer_that_tells_no_limits_changes_nothing(
    github: GithubStandIn, asking: Asking
) -> None:
    ask = asking()
    which(ask)
    github.fail("norate")
    which(ask)
    assert ask.points_left == 4999


def test_a_reset_that_is_no_moment_stops_the_fetch_and_breaks_nothing(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"remaining": "0", "limit": "5000", "reset": "1790000000000000"}
    headers = {f"x-ratelimit-{name}": value for name, value in limits.items()}
    served(monkeypatch, lambda _: httpx2.Response(200, json={"data": {"a": 1}}, headers=headers))
    ask = asking("https://api.github.com", max_wait=60)
    ask.query("{ a }", {})
    with pytest.raises(StoppedError):
        ask.query("{ a }", {})
