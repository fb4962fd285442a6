"""The stand-in fails as GitHub does, when it is told to."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from github_asker import Asker, three_issues
from github_faults import HOLES, KINDS, LOST, WHOLE
from github_stand_in import GithubStandIn

ANSWERED = {
    "primary_403": (403, "API rate limit exceeded"),
    "primary_429": (429, "API rate limit exceeded"),
    "gql_rate_limited": (200, "RATE_LIMITED"),
    "secondary_403": (403, "secondary rate limit"),
    "secondary_429": (429, "secondary rate limit"),
    "secondary_bare": (403, "secondary rate limit"),
    "gql_secondary": (200, "secondary rate limit"),
    "retry_after_date": (429, "secondary rate limit"),
    "forbidden": (403, "not accessible by integration"),
    "sso": (403, "SAML"),
    "unauthorized": (401, "Bad credentials"),
    "not_found": (404, "Not Found"),
    "gone": (410, "deleted"),
    "legal": (451, "dmca"),
    "gql_null_repo": (200, "NOT_FOUND"),
    "gql_forbidden": (200, "FORBIDDEN"),
    "bad_gateway": (502, "Something went wrong"),
    "gateway_timeout": (504, "in time"),
    "gql_wrong_200": (200, "Something went wrong"),
    "server_error": (500, ""),
    "unavailable": (503, "<html>"),
    "html_200": (200, "<html>"),
    "bad_json_200": (200, '[{"number"'),
    "empty_200": (200, "[]"),
    "redirect": (301, "Moved"),
}
ASKS_TO_STAY_AWAY = {
    "primary_403": 2,
    "primary_429": 2,
    "gql_rate_limited": 2,
    "secondary_403": 2,
    "secondary_429": 2,
    "gql_secondary": 2,
    "retry_after_date": 2,
    "secondary_bare": 60,
}


@pytest.fixture
def ask() -> Iterator[Asker]:
    with GithubStandIn(three_issues()) as github, Asker(github) as ask:
        yield ask


def test_a_request_before_the_time_asked_for_is_a_violation(ask: Asker) -> None:
    ask.github.fail("secondary_403", seconds=30)
    assert ask.post().headers["retry-after"] == "30"
    ask.github.clock = 29.5
    ask.post()
    assert ask.github.violations == 1
    ask.github.clock = 30
    ask.post()
    assert ask.github.violations == 1


def test_every_kind_of_fault_is_tested_here() -> None:
    assert set(ANSWERED) | HOLES | LOST | WHOLE == KINDS


def test_a_fault_that_does_not_exist_is_refused(ask: Asker) -> None:
    with pytest.raises(ValueError, match="no fault gremlins"):
        ask.github.fail("gremlins")


@pytest.mark.parametrize("kind", ANSWERED)
def test_a_fault_answers_once_and_the_next_answer_is_whole(kind: str, ask: Asker) -> None:
    status, text = ANSWERED[kind]
    fault = ask.github.fail(kind)
    answer = ask.post()
    assert (answer.status_code, fault.met) == (status, 1)
    assert text in answer.text
    ask.github.clock += ASKS_TO_STAY_AWAY.get(kind, 0)
    assert ask.numbers() == [1, 2, 3]
    assert ask.github.violations == 0


@pytest.mark.parametrize("kind", ASKS_TO_STAY_AWAY)
def test_a_fault_that_asks_to_stay_away_means_it(kind: str, ask: Asker) -> None:
    ask.github.fail(kind)
    ask.post()
    ask.github.clock += ASKS_TO_STAY_AWAY[kind] - 1
    ask.post()
    assert ask.github.violations == 1


def test_faults_come_when_they_are_planned(ask: Asker) -> None:
    ask.github.fail("server_error", at=1, times=2)
    assert [ask.post().status_code for _ in range(4)] == [200, 500, 500, 200]
    ask.github.fail("server_error", every=2)
    assert [ask.post().status_code for _ in range(4)] == [500, 200, 500, 200]
    ask.github.heal()
    assert [ask.post().status_code for _ in range(2)] == [200, 200]


def test_faults_may_be_for_one_query_or_path_alone(ask: Asker) -> None:
    ask.github.fail("server_error", of="/tags")
    ask.github.fail("bad_gateway", of="issues")
    ask.github.fail("forbidden", of="sues")
    answers = [ask.get("repos/team/product"), ask.get("repos/team/product/tags"), ask.post()]
    assert [answer.status_code for answer in answers] == [200, 500, 502]


def test_partial_answers_have_holes_and_errors(ask: Asker) -> None:
    ask.github.fail("partial", each=2)
    told = ask.post().json()
    nodes = told["data"]["repository"]["issues"]["nodes"]
    assert [node and node["number"] for node in nodes] == [None, 2, None]
    assert {error["type"] for error in told["errors"]} == {"RESOURCE_LIMITS_EXCEEDED"}
    assert told["errors"][0]["path"] == ["repository", "issues", "nodes", 0]


def test_holes_may_be_silent_and_deep(ask: Asker) -> None:
    ask.github.fail("holes", within="labels")
    told = ask.post().json()
    nodes = told["data"]["repository"]["issues"]["nodes"]
    assert [node["labels"]["nodes"] for node in nodes] == [[None], [None], [None]]
    assert "errors" not in told


def test_queries_for_too_many_nodes_come_back_with_holes(ask: Asker) -> None:
    ask.github.fail("too_many_nodes", over=500)
    too_many, few = ask.post(first=100).json(), ask.post(first=20).json()
    assert [ask.github.requests[place].possible_nodes for place in (0, 1)] == [2100, 420]
    assert ("errors" in too_many, "errors" in few) == (True, False)


@pytest.mark.parametrize("kind", sorted(LOST - {"stall"}))
def test_a_lost_connection_is_an_error_and_the_next_one_works(kind: str, ask: Asker) -> None:
    called: list[str] = []
    ask.github.fail(kind, call=lambda: called.append(kind))
    with pytest.raises(httpx2.TransportError):
        ask.post()
    assert ask.numbers() == [1, 2, 3]
    assert called == [kind]
    assert ask.github.requests[0].status == 0


def test_a_stalled_answer_lasts_as_long_as_the_client_waits(ask: Asker) -> None:
    ask.github.fail("stall")
    ask.http.timeout = httpx2.Timeout(0.05)
    with pytest.raises(httpx2.ReadTimeout):
        ask.post()


def test_an_answer_may_tell_no_limits(ask: Asker) -> None:
    ask.github.fail("norate")
    assert not [name for name in ask.post().headers if name.startswith("x-ratelimit")]


def test_the_world_may_change_between_two_requests(ask: Asker) -> None:
    repository = ask.github.world.repository
    ask.github.fail("meanwhile", at=1, call=lambda: repository.delete(1))
    assert [ask.numbers(), ask.numbers()] == [[1, 2, 3], [2, 3]]
