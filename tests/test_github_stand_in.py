"""The stand-in behaves as GitHub does, so that a test of the client means something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
from github_asker import ISSUES, Asker, three_issues
from github_stand_in import GithubStandIn, small_world
from github_world import Comment, Item, Repository, World

HOUR = 3600
COMMENTS = """
query comments($id: ID!, $after: String) {
  node(id: $id) {
    ... on Issue { comments(first: 100, after: $after) {
      totalCount nodes { fullDatabaseId } pageInfo { hasNextPage endCursor }
    } }
  }
}
"""
CLOSED = """
query closed($id: ID!) {
  node(id: $id) {
    ... on Issue { timelineItems(first: 9, itemTypes: [CLOSED_EVENT]) {
      nodes { __typename ... on ClosedEvent { stateReason } }
    } }
  }
}
"""


@pytest.fixture
def world() -> World:
    return three_issues()


@pytest.fixture
def ask(world: World) -> Iterator[Asker]:
    with GithubStandIn(world) as github, Asker(github) as ask:
        yield ask


def test_a_list_does_not_drift_when_an_item_moves_to_its_end(ask: Asker, world: World) -> None:
    first = ask.issues(first=2)
    world.repository.update(1)
    rest = ask.numbers(first=2, after=first["pageInfo"]["endCursor"])
    assert [node["number"] for node in first["nodes"]] == [1, 2]
    assert rest == [3, 1]


def test_a_list_may_run_from_the_latest_change(ask: Asker) -> None:
    first = ask.issues(first=2, direction="DESC")
    rest = ask.numbers(first=2, direction="DESC", after=first["pageInfo"]["endCursor"])
    assert [node["number"] for node in first["nodes"]] + rest == [3, 2, 1]


def test_items_changed_at_the_very_moment_belong_and_are_counted(ask: Asker) -> None:
    changed = ask.issues(since="2026-10-02T00:00:00+00:00")
    assert [node["number"] for node in changed["nodes"]] == [2, 3]
    assert changed["totalCount"] == 2


def test_what_is_nested_goes_on_behind_its_first_page() -> None:
    moments = [
        f"2026-10-01T{hour:02d}:{minute:02d}:00Z" for hour in range(5) for minute in range(50)
    ]
    repository = Repository("team/product")
    repository.add(Item(comments=[Comment("ada", moment) for moment in moments]))
    with GithubStandIn(World(repository)) as github, Asker(github) as ask:
        found, after = [], None
        while True:
            page = ask.data(COMMENTS, id="I_1_1", after=after)["node"]["comments"]
            found += [node["fullDatabaseId"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
    assert len(found) == len(set(found)) == page["totalCount"] == 250


def test_only_the_kinds_of_event_asked_for_are_given(ask: Asker, world: World) -> None:
    world.repository.close(1)
    world.repository.label("later", 1)
    nodes = ask.data(CLOSED, id="I_1_1")["node"]["timelineItems"]["nodes"]
    assert nodes == [{"__typename": "ClosedEvent", "stateReason": "COMPLETED"}]


def test_a_node_that_is_gone_is_null_with_an_error(ask: Asker, world: World) -> None:
    world.repository.delete(2)
    query = "query q($ids: [ID!]!) { nodes(ids: $ids) { ... on Issue { number } } }"
    told = ask.post(query, ids=["I_1_1", "I_1_2"]).json()
    assert told["data"]["nodes"] == [{"number": 1}, None]
    assert told["errors"][0]["type"] == "NOT_FOUND"
    assert told["errors"][0]["path"] == ["nodes", 1]


def test_a_renamed_repository_is_found_under_its_old_name(ask: Asker, world: World) -> None:
    world.rename_repository("team/product", "team/better")
    found = ask.data()["repository"]
    moved = ask.get("repos/team/product/tags?per_page=1")
    assert (found["nameWithOwner"], found["databaseId"]) == ("team/better", 1)
    assert moved.status_code == 301
    assert moved.headers["location"] == f"{ask.github.url}/repositories/1/tags?per_page=1"


def test_a_repository_that_is_not_there_is_null_with_an_error(ask: Asker) -> None:
    told = ask.post('query q { repository(owner: "no", name: "body") { id } }').json()
    assert told["data"] == {"repository": None}
    assert told["errors"][0]["type"] == "NOT_FOUND"
    assert told["errors"][0]["path"] == ["repository"]


def test_bots_lose_their_suffix_and_the_deleted_their_name(ask: Asker, world: World) -> None:
    world.repository.create(author="stale[bot]")
    world.repository.create(author="leaver")
    world.rename_user("rae", "rae-now")
    world.delete_user("leaver")
    authors = [node["author"] for node in ask.issues()["nodes"]][2:]
    assert authors[1:] == [{"__typename": "Bot", "login": "stale"}, None]
    assert authors[0] == {"__typename": "User", "login": "rae-now"}


CHANGES: dict[str, tuple[Any, bool]] = {
    "update": (lambda world: world.repository.update(1), True),
    "close": (lambda world: world.repository.close(1), True),
    "reopen": (lambda world: world.repository.reopen(1), True),
    "label": (lambda world: world.repository.label("later", 1), True),
    "delete_comments": (lambda world: world.repository.delete_comments(1), True),
    "rename_label": (lambda world: world.repository.rename_label("bug", "defect"), False),
    "rename_user": (lambda world: world.rename_user("rae", "rae-now"), False),
    "delete_user": (lambda world: world.delete_user("rae"), False),
    "delete": (lambda world: world.repository.delete(2), False),
    "rename_repository": (lambda world: world.rename_repository("team/product", "a/b"), False),
    "edit_release": (lambda world: world.repository.edit_release("v1", name="One"), False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_github_stamps_some_changes_and_not_others(change: str, world: World) -> None:
    make, is_stamped = CHANGES[change]
    world.clock.offset = HOUR
    make(world)
    last = max(item.updated_at for item in world.repository.items.values())
    assert (last == "2026-11-20T01:00:00Z") == is_stamped


def test_a_renamed_label_keeps_its_old_name_in_past_events(world: World) -> None:
    world.repository.label("old", 1)
    world.repository.rename_label("old", "new")
    item = world.repository.items[1]
    assert (item.labels[-1], item.events[-1].label) == ("new", "old")


def test_a_transferred_item_has_a_new_number_and_its_old_history(world: World) -> None:
    other = world.add(Repository("team/other", id=2))
    other.add(Item())
    before = world.repository.items[1].updated_at
    world.repository.transfer(1, other)
    assert 1 not in world.repository.items
    assert (other.items[2].updated_at, other.items[2].events[-1].kind) == (before, "transferred")


def test_an_item_asked_for_by_number_says_where_it_is(ask: Asker, world: World) -> None:
    world.repository.delete(1)
    world.repository.transfer(2, "else/where#7")
    answers = {number: ask.get(f"repos/team/product/issues/{number}") for number in (1, 2, 3, 4)}
    assert [answer.status_code for answer in answers.values()] == [410, 301, 200, 404]
    assert answers[2].headers["location"] == f"{ask.github.url}/repos/else/where/issues/7"
    assert answers[3].json()["number"] == 3


def test_tags_are_paged_by_links_to_the_repositorys_number(ask: Asker) -> None:
    first = ask.get("repos/team/product/tags?per_page=1")
    second = ask.http.get(first.links["next"]["url"])
    assert "/repositories/1/tags?" in first.links["next"]["url"]
    assert [tag["name"] for tag in first.json() + second.json()] == ["v2", "v1"]
    assert "next" not in second.links


def test_an_enterprise_server_has_other_paths(ask: Asker) -> None:
    ask.github.tokens.add("ghp_canary1111")
    url = ask.github.enterprise_url
    tags = ask.http.get(f"{url}/repos/team/product/tags?per_page=1")
    body = {"query": '{ repository(owner: "team", name: "product") { databaseId } }'}
    data = ask.http.post(f"{url.removesuffix('/v3')}/graphql", json=body)
    assert tags.links["next"]["url"].startswith(f"{url}/repositories/1/")
    assert data.json() == {"data": {"repository": {"databaseId": 1}}}


def test_a_token_that_is_not_known_is_refused(ask: Asker) -> None:
    ask.github.tokens.clear()
    assert (ask.get("repos/team/product").status_code, ask.post().status_code) == (401, 401)


def test_queries_are_charged_what_they_may_cost_apart_from_requests(ask: Asker) -> None:
    answer = ask.post()
    tags = ask.get("repos/team/product/tags")
    assert (limits(answer)["used"], limits(answer)["remaining"]) == (1, 4999)
    assert (limits(tags)["used"], tags.headers["x-ratelimit-resource"]) == (1, "core")


def test_a_used_up_budget_comes_back_after_the_hour(ask: Asker) -> None:
    ask.github.budgets["graphql"].limit = 1
    assert ask.post().status_code == 200
    refused = ask.post()
    assert refused.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert limits(refused)["remaining"] == 0
    ask.github.clock = limits(refused)["reset"] - ask.github.requests[0].at
    assert ask.numbers() == [1, 2, 3]
    assert ask.github.violations == 0


def limits(answer: httpx2.Response) -> Mapping[str, int]:
    names = ("limit", "remaining", "used", "reset")
    return {name: int(answer.headers[f"x-ratelimit-{name}"]) for name in names}


def test_the_date_is_that_of_the_worlds_clock(ask: Asker) -> None:
    ask.github.clock = 2 * HOUR
    assert ask.get("repos/team/product").headers["date"] == "Fri, 20 Nov 2026 02:00:00 GMT"


REFUSED = {
    ISSUES.replace("updatedAt", "changedAt"): "undefinedField",
    ISSUES.replace("labels(first: 20)", "labels"): "MISSING_PAGINATION_BOUNDARIES",
    ISSUES.replace("first: 20", "first: 101"): "EXCESSIVE_PAGINATION",
    ISSUES + "{": "Parse error",
}


@pytest.mark.parametrize("query", REFUSED, ids=REFUSED.values())
def test_a_query_that_github_would_not_run_is_refused(query: str, ask: Asker) -> None:
    told = ask.post(query)
    assert "data" not in told.json()
    assert REFUSED[query] in told.text


def test_what_the_stand_in_does_not_know_ends_the_test(world: World) -> None:
    query = 'query q { repository(owner: "team", name: "product") { diskUsage } }'
    with pytest.raises(NotImplementedError, match="diskUsage"), GithubStandIn(world) as github:
        httpx2.post(
            f"{github.url}/graphql",
            json={"query": query},
            headers={"Authorization": f"Bearer {github.token}"},
            verify=False,
        )


def test_the_small_world_is_the_same_for_the_same_seed() -> None:
    assert small_world().repository.items == small_world().repository.items
    assert small_world().repository.items != small_world(seed=2).repository.items


def test_the_small_world_holds_what_is_hard_to_read() -> None:
    world = small_world()
    items = world.repository.items.values()
    stamps = [item.updated_at for item in items]
    events = [event for item in items for event in item.events]
    assert len(items) == 60
    assert max(len(item.comments) for item in items) == 250
    assert max(len(item.labels) for item in items) > 20
    assert max(len(item.assignees) for item in items) > 10
    assert max(len(item.reviews) for item in items) > 50
    assert max(len(item.events) for item in items if item.is_pull) > 100
    assert max(len(item.events) for item in items if not item.is_pull) > 60
    assert max(stamps.count(stamp) for stamp in stamps) == 3
    assert {"transferred", "reopened", "convert_to_draft"} <= {event.kind for event in events}
    assert {item.state_reason for item in items} >= {"DUPLICATE", "NOT_PLANNED", "REOPENED"}
    assert {item.author for item in items} >= {"leaver", "stale[bot]"}
    assert [release.is_draft for release in world.repository.releases].count(True) == 1
