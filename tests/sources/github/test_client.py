"""Requests and what becomes of them: one connection, one host, one policy for all failures."""

from __future__ import annotations

import socket
from typing import Any

import httpx2
import pytest
from github_stand_in import TOKEN, GithubStandIn
from github_team import NAME, Asking, served, which

from opsreview.sources.github import client
from opsreview.sources.github.client import TRIES, Client
from opsreview.sources.github.faults import Fault, Refused, TooLarge, Transient, Unauthorized
from opsreview.sources.github.queries import query_text

TAGS = "repos/team/product/tags?per_page=1"
PASSES = (
    *("server_error", "unavailable", "reset", "truncate", "kill"),
    *("bad_json_200", "html_200", "empty_200", "gql_wrong_200"),
)
STAYS: dict[str, type[Fault]] = {
    "unauthorized": Unauthorized,
    **dict.fromkeys(("forbidden", "sso", "not_found", "gone", "legal", "redirect"), Refused),
    **dict.fromkeys(("gql_null_repo", "gql_forbidden"), Refused),
    **dict.fromkeys(("bad_gateway", "gateway_timeout"), TooLarge),
}


def tags(asking: Client) -> list[str]:
    return [tag["name"] for page in asking.pages(TAGS) for tag in page]


# One connection, one host, one token


def test_every_request_bears_the_token_and_says_who_asks(
    github: GithubStandIn, asking: Asking
) -> None:
    ask = asking()
    which(ask)
    tags(ask)
    for request in github.requests:
        assert request.headers["authorization"].endswith(f" {TOKEN}")
        assert request.headers["user-agent"].startswith("opsreview/")


def test_the_token_is_ours_whatever_else_the_environment_holds(
    github: GithubStandIn, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_JWT_TOKEN", "of-some-other-program")
    assert which(asking())["databaseId"] == 1


def test_one_connection_is_kept_for_all_requests(
    github: GithubStandIn, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = counted_connections(monkeypatch)
    ask = asking()
    for _ in range(3):
        which(ask)
    tags(ask)
    assert (len(github.requests), len(connected)) == (5, 1)


def test_a_lost_connection_is_replaced_by_one(
    github: GithubStandIn, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = counted_connections(monkeypatch)
    github.fail("reset")
    which(asking())
    assert len(connected) == 2


def test_a_server_that_is_not_there_is_tried_by_our_policy_alone(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    connected = counted_connections(monkeypatch)
    with pytest.raises(Transient, match="no answer from GitHub"):
        which(asking(nowhere))
    assert len(connected) == TRIES


def counted_connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    connected: list[Any] = []
    connect = socket.create_connection

    def connecting(address: Any, *arguments: Any, **named: Any) -> socket.socket:
        connected.append(address)
        return connect(address, *arguments, **named)

    monkeypatch.setattr(socket, "create_connection", connecting)
    return connected


@pytest.mark.parametrize(
    ("api_url", "asked"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://git.example/api/v3", "https://git.example/api/graphql"),
        ("https://git.example/api/v3/", "https://git.example/api/graphql"),
        ("https://api.team.ghe.com", "https://api.team.ghe.com/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
    ],
)
def test_queries_go_to_where_the_server_takes_them(
    api_url: str, asked: str, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = served(monkeypatch, lambda _: httpx2.Response(200, json={"data": {"a": 1}}))
    asking(api_url).query("{ a }", {})
    assert [str(request.url) for request in requests] == [asked]


def test_an_enterprise_server_is_asked_under_its_own_paths(
    github: GithubStandIn, asking: Asking
) -> None:
    ask = asking(github.enterprise_url)
    assert which(ask)["nameWithOwner"] == "team/product"
    assert tags(ask) == ["v2", "v1"]


# Links and redirects


def test_a_list_goes_on_where_github_links_to_and_nowhere_else(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = {"": "after=abc", "after=abc": "after=xyz"}

    def serve(request: httpx2.Request) -> httpx2.Response:
        following = links.get(request.url.query.decode())
        link = f'<https://api.github.com/repositories/1/tags?{following}>; rel="next"'
        return httpx2.Response(200, json=[1], headers={"link": link} if following else {})

    requests = served(monkeypatch, serve)
    pages = list(asking("https://api.github.com").pages("repos/team/product/tags"))
    assert pages == [[1], [1], [1]]
    assert [request.url.query.decode() for request in requests] == ["", "after=abc", "after=xyz"]


ELSEWHERE = [
    "https://elsewhere.example/tags",
    "http://api.github.com/tags",
    "https://api.github.com:8443/tags",
    "https://api.github.com.elsewhere.example/tags",
    "https://user@api.github.com/tags",
    "//elsewhere.example/tags",
    "https://[bad/tags",
]


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("by", ["link", "location"])
def test_no_other_host_is_asked_and_none_gets_the_token(
    by: str, url: str, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != "/repos/team/product/tags":
            return httpx2.Response(200, json=[2])
        if by == "location":
            return httpx2.Response(302, headers={"location": url})
        return httpx2.Response(200, json=[1], headers={"link": f'<{url}>; rel="next"'})

    requests = served(monkeypatch, serve)
    with pytest.raises(Refused, match="another host"):
        list(asking("https://api.github.com").pages("repos/team/product/tags"))
    assert len(requests) == 1


def test_the_redirect_of_a_renamed_repository_is_followed(
    github: GithubStandIn, asking: Asking
) -> None:
    github.world.rename_repository("team/product", "team/better")
    assert tags(asking()) == ["v2", "v1"]
    paths = [request.path for request in github.requests]
    assert paths == [f"/{TAGS}", "/repositories/1/tags?per_page=1", paths[-1]]


def test_a_circle_of_redirects_ends(github: GithubStandIn, asking: Asking) -> None:
    github.fail("redirect", every=1, to=f"{github.url}/{TAGS}")
    with pytest.raises(Refused, match="in a circle"):
        tags(asking())
    assert len(github.requests) == 5


# Failures that pass, and failures that stay


@pytest.mark.parametrize("kind", PASSES)
def test_a_failure_that_may_pass_is_tried_again(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind, times=TRIES - 1)
    assert which(asking())["databaseId"] == 1
    assert len(github.requests) == TRIES


@pytest.mark.parametrize("kind", PASSES)
def test_a_failure_that_does_not_pass_is_tried_a_few_times_alone(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind, every=1)
    with pytest.raises(Transient):
        which(asking())
    assert len(github.requests) == TRIES


def test_an_answer_that_stalls_is_asked_for_again(
    github: GithubStandIn, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.2))
    github.fail("stall")
    assert which(asking())["databaseId"] == 1
    assert len(github.requests) >= 2


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(
    github: GithubStandIn, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.05))
    github.fail("stall", every=1)
    with pytest.raises(Transient, match="ReadTimeout"):
        which(asking())


def test_no_request_is_without_a_time_it_may_take() -> None:
    assert all(seconds and seconds <= 60 for seconds in client.TIMEOUT.as_dict().values())


@pytest.mark.parametrize("kind", STAYS)
def test_a_failure_that_stays_is_asked_once(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind, to=f"{github.url}/elsewhere")
    with pytest.raises(STAYS[kind]):
        which(asking())
    assert len(github.requests) == 1


@pytest.mark.parametrize("kind", ["partial", "holes"])
def test_an_answer_with_holes_is_asked_for_less_and_not_again(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind)
    with pytest.raises(TooLarge):
        asking().query(query_text("issues"), NAME | {"first": 3})
    assert len(github.requests) == 1


def test_an_empty_page_in_the_middle_of_a_list_is_not_its_end(
    github: GithubStandIn, asking: Asking
) -> None:
    github.fail("empty_200", at=1)
    assert tags(asking()) == ["v2", "v1"]
    assert len(github.requests) == 3


def test_a_list_may_be_empty(github: GithubStandIn, asking: Asking) -> None:
    github.world.repository.own_tags = []
    assert tags(asking()) == []


# Items by their number


def test_an_item_is_there_or_deleted_or_moved(github: GithubStandIn, asking: Asking) -> None:
    github.world.repository.delete(1)
    github.world.repository.transfer(2, "else/where#7")
    ask = asking()
    found = [ask.is_gone(f"repos/team/product/issues/{number}") for number in (1, 2, 3, 4)]
    assert found == [
        (True, None),
        (True, f"{github.url}/repos/else/where/issues/7"),
        (False, None),
        (True, None),
    ]


@pytest.mark.parametrize("kind", ["server_error", "bad_json_200", "html_200", "empty_200"])
def test_a_failure_does_not_say_that_an_item_is_gone(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind)
    assert asking().is_gone("repos/team/product/issues/1") == (False, None)
