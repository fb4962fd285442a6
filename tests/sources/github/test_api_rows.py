"""What the store holds of GitHub as rows of our tables, and the stretch they speak for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from factories import at
from github_stand_in import small_world
from github_team import GithubTeam, MakeTeam
from github_world import Comment, Event, Item, Release, Repository, Review, World

from opsreview.errors import StoppedError
from opsreview.sources.columns import SCHEMAS
from opsreview.window import Window

REPO = "team/product"
HOUR = 3600
FETCHED_AT = at("2026-11-20")
ITEM_TABLES = ("issues", "pull_requests", "comments", "reviews", "events", "releases")
T1, T2, T3 = (f"2026-10-0{day}T12:00:00Z" for day in (1, 2, 3))
AT_1, AT_2, AT_3 = (at(f"2026-10-0{day} 12:00") for day in (1, 2, 3))
URL = "https://github.com/team/product"


def team_of(github_team: MakeTeam, *items: Item, **said: Any) -> GithubTeam:
    """A team that has read a repository of these items."""
    repository = Repository(REPO)
    for item in items:
        repository.add(item)
    return github_team(World(repository), **said).fetch()


def row(team: GithubTeam, table: str) -> dict[str, Any]:
    (found,) = team.table(table).rows(named=True)
    return found


# Every table


def test_every_table_has_its_columns_and_types_full_or_empty(github_team: MakeTeam) -> None:
    full, empty = github_team(small_world()).fetch(), team_of(github_team)
    for table in ITEM_TABLES:
        assert dict(full.table(table).schema) == dict(empty.table(table).schema) == SCHEMAS[table]
        assert full.table(table).height > 0
        assert empty.table(table).is_empty()
    assert full.rows().rejected == empty.rows().rejected == []


def test_an_issue_is_a_row(github_team: MakeTeam) -> None:
    issue = Item(
        title="It burns",
        author="rae",
        association="MEMBER",
        created_at=T1,
        closed_at=T3,
        state_reason="NOT_PLANNED",
        milestone="1.0",
        labels=["bug", "docs"],
        assignees=["ada", "ben"],
    )
    assert row(team_of(github_team, issue), "issues") == {
        "repo": REPO,
        "number": 1,
        "opened_at": AT_1,
        "closed_at": AT_3,
        "state": "closed",
        "state_reason": "not_planned",
        "author_account": "rae",
        "author_association": "MEMBER",
        "labels": ["bug", "docs"],
        "assignees": ["ada", "ben"],
        "milestone": "1.0",
        "title": "It burns",
        "url": f"{URL}/issues/1",
    }


def test_a_merged_pull_request_is_closed_and_says_by_whom(github_team: MakeTeam) -> None:
    pull = Item(is_pull=True, created_at=T1, closed_at=T2, merged_at=T2, merged_by="ada")
    told = row(team_of(github_team, pull), "pull_requests")
    assert (told["state"], told["merged_at"], told["merged_by_account"]) == ("closed", AT_2, "ada")
    assert (told["is_draft"], told["state_reason"]) == (False, None)
    assert told["url"] == f"{URL}/pull/1"


def test_a_merged_pull_request_says_which_commit_it_became(github_team: MakeTeam) -> None:
    merged = Item(is_pull=True, closed_at=T2, merged_at=T2, merge_commit="5f8e286")
    assert row(team_of(github_team, merged), "pull_requests")["merge_commit"] == "5f8e286"


def test_trial_merge_of_an_open_pull_request_is_no_commit_of_it(github_team: MakeTeam) -> None:
    trial = Item(is_pull=True, merge_commit="5f8e286")
    assert row(team_of(github_team, trial), "pull_requests")["merge_commit"] is None


def test_an_open_draft_is_neither_closed_nor_merged(github_team: MakeTeam) -> None:
    told = row(team_of(github_team, Item(is_pull=True, is_draft=True)), "pull_requests")
    assert (told["state"], told["is_draft"], told["closed_at"]) == ("open", True, None)
    assert (told["merged_at"], told["merged_by_account"]) == (None, None)


@pytest.mark.parametrize("reason", ["COMPLETED", "NOT_PLANNED", "DUPLICATE"])
def test_the_reason_of_closing_is_told_whatever_it_is(reason: str, github_team: MakeTeam) -> None:
    team = team_of(github_team, Item(created_at=T1, closed_at=T2, state_reason=reason))
    assert row(team, "issues")["state_reason"] == reason.lower()


def test_a_comment_and_a_review_are_rows_of_their_item(github_team: MakeTeam) -> None:
    pull = Item(
        is_pull=True,
        comments=[Comment("ada", T2, "MEMBER", id=71)],
        reviews=[Review("ben", T3, "CHANGES_REQUESTED", "COLLABORATOR", id=72)],
    )
    team = team_of(github_team, pull)
    assert row(team, "comments") == {
        "repo": REPO,
        "number": 1,
        "comment_id": "71",
        "author_account": "ada",
        "author_association": "MEMBER",
        "created_at": AT_2,
    }
    assert row(team, "reviews") == {
        "repo": REPO,
        "number": 1,
        "review_id": "72",
        "author_account": "ben",
        "author_association": "COLLABORATOR",
        "state": "changes_requested",
        "submitted_at": AT_3,
    }


EVENTS = [
    (Event("labeled", "ada", T1, label="bug"), {"label": "bug"}),
    (Event("unlabeled", "ada", T1, label="bug"), {"label": "bug"}),
    (Event("assigned", "ada", T1, assignee="ben"), {"assignee": "ben"}),
    (Event("unassigned", "ada", T1, assignee="ben"), {"assignee": "ben"}),
    (Event("milestoned", "ada", T1, milestone="1.0"), {"milestone": "1.0"}),
    (Event("demilestoned", "ada", T1, milestone="1.0"), {"milestone": "1.0"}),
    (Event("closed", "ada", T1), {}),
    (Event("reopened", "ada", T1), {}),
    (Event("merged", "ada", T1), {}),
    (Event("ready_for_review", "ada", T1), {}),
    (Event("convert_to_draft", "ada", T1), {}),
    (Event("review_requested", "ada", T1, reviewer="cleo"), {"reviewer": "cleo"}),
    (Event("review_request_removed", "ada", T1, reviewer="cleo"), {"reviewer": "cleo"}),
    (Event("review_requested", "ada", T1, reviewer="@team/core"), {"reviewer": None}),
    (Event("review_dismissed", "ada", T1), {}),
]


@pytest.mark.parametrize(("event", "told"), EVENTS, ids=[event.kind for event, _ in EVENTS])
def test_an_event_has_the_name_that_rest_gives_it(
    event: Event, told: dict[str, Any], github_team: MakeTeam
) -> None:
    found = row(team_of(github_team, Item(is_pull=True, events=[event])), "events")
    nothing = dict.fromkeys(("label", "assignee", "reviewer", "milestone"))
    of_all = {"repo": REPO, "number": 1, "event": event.kind, "actor_account": "ada"}
    expected = of_all | {"created_at": AT_1} | nothing | told
    assert {name: value for name, value in found.items() if name != "event_id"} == expected


def test_a_transfer_is_an_event_of_the_issue(github_team: MakeTeam) -> None:
    team = team_of(github_team, Item(events=[Event("transferred", "ada", T1)]))
    assert row(team, "events")["event"] == "transferred"


def test_events_of_one_second_keep_githubs_order_and_have_ids_of_their_own(
    github_team: MakeTeam,
) -> None:
    kinds = ["closed", "reopened", "closed"]
    team = team_of(github_team, Item(events=[Event(kind, "ada", T1) for kind in kinds]))
    events = team.table("events")
    assert events["event"].to_list() == kinds
    assert events["event_id"].n_unique() == 3


def test_a_release_is_a_row_and_a_draft_has_no_time(github_team: MakeTeam) -> None:
    team = github_team(World(Repository(REPO)))
    team.repository.add_release(Release("v1", T1, name="One", is_prerelease=True))
    team.repository.add_release(Release("v2", None, created_at=T2, is_draft=True))
    releases = team.fetch().table("releases").sort("tag").rows(named=True)
    assert releases[0] == {
        "repo": REPO,
        "tag": "v1",
        "name": "One",
        "published_at": AT_1,
        "author_account": "ada",
        "is_prerelease": True,
        "is_draft": False,
        "commit": None,
    }
    assert (releases[1]["published_at"], releases[1]["is_draft"]) == (None, True)


def test_what_people_wrote_in_titles_is_kept_letter_by_letter(github_team: MakeTeam) -> None:
    team = github_team(small_world()).fetch()
    titles = {item.number: item.title for item in team.repository.items.values()}
    for table in ("issues", "pull_requests"):
        for number, title in team.table(table).select("number", "title").iter_rows():
            assert title == titles[number]


# Accounts


def test_an_app_has_the_ending_that_rest_gives_it(github_team: MakeTeam) -> None:
    item = Item(author="dependabot[bot]", comments=[Comment("ada", T2)])
    team = team_of(github_team, item)
    assert row(team, "issues")["author_account"] == "dependabot[bot]"
    assert team.table("accounts").rows() == [("ada", "User"), ("dependabot[bot]", "Bot")]


def test_a_deleted_account_is_a_ghost_and_no_account(github_team: MakeTeam) -> None:
    repository = Repository(REPO)
    repository.add(
        Item(
            author="leaver",
            comments=[Comment("leaver", T2)],
            events=[Event("assigned", "leaver", T2, assignee="leaver")],
            assignees=["leaver", "ada"],
        )
    )
    world = World(repository)
    world.delete_user("leaver")
    team = github_team(world).fetch()
    assert row(team, "issues")["author_account"] == "ghost"
    assert row(team, "issues")["assignees"] == ["ada"]
    assert row(team, "comments")["author_account"] == "ghost"
    assert row(team, "events")["actor_account"] == "ghost"
    assert row(team, "events")["assignee"] is None
    assert "ghost" not in team.table("accounts")["account"].to_list()


# The stretch it speaks for


def test_it_speaks_from_the_first_item_to_the_moment_it_was_read(github_team: MakeTeam) -> None:
    rows = team_of(github_team, Item(created_at=T2), Item(is_pull=True, created_at=T1)).rows()
    spoken = Window(AT_1, FETCHED_AT + timedelta(microseconds=1))
    assert rows.covers == {(table, REPO): spoken for table in ITEM_TABLES}
    assert rows.fetched_at == FETCHED_AT


def test_an_empty_repository_is_known_to_be_empty(github_team: MakeTeam) -> None:
    covers = team_of(github_team).rows().covers
    assert covers[("issues", REPO)] == Window(FETCHED_AT, FETCHED_AT + datetime.resolution)


def test_what_is_declared_to_be_covered_counts(github_team: MakeTeam) -> None:
    covers = {"from": "2026-10-02", "to": "2026-10-31"}
    told = team_of(github_team, Item(created_at=T1), covers=covers).rows().covers
    # Days of a team in Madrid.
    start, end = at("2026-10-01 22:00"), at("2026-10-31 23:00")
    assert told[("issues", REPO)] == Window(start, end)


def test_nothing_read_is_nothing_known(github_team: MakeTeam) -> None:
    rows = github_team().rows()
    assert (rows.tables, rows.covers, rows.fetched_at) == ({}, {}, None)


@pytest.mark.parametrize("of", ["issues", "pulls", "releases", "/tags"])
def test_a_first_reading_without_its_end_is_unknown_however_much_it_holds(
    of: str, github_team: MakeTeam
) -> None:
    team = github_team(small_world())
    team.github.fail("primary_403", of=of, seconds=HOUR)
    with pytest.raises(StoppedError):
        team.fetch(max_wait_seconds=10)
    assert team.rows().covers == {}


def test_a_first_reading_that_was_stopped_at_its_end_speaks_for_when_it_began(
    github_team: MakeTeam,
) -> None:
    team = github_team()
    team.github.fail("meanwhile", of="pulls", call=lambda: setattr(team.github, "clock", HOUR))
    team.github.fail("primary_403", of="refresh", seconds=HOUR)
    with pytest.raises(StoppedError):
        team.fetch(max_wait_seconds=10)
    assert team.rows().covers[("issues", REPO)].end_at == FETCHED_AT + datetime.resolution
    assert not team.reading().is_complete


def test_a_refresh_without_its_end_speaks_for_what_was_read_before(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    before = team.rows().covers
    team.github.clock += HOUR
    team.repository.update(1)
    team.github.fail("unauthorized", of="refresh")
    team.refused()
    assert team.rows().covers == before
    team.fetch()
    (later, *_) = team.rows().covers.values()
    assert later.end_at == FETCHED_AT + timedelta(hours=1, microseconds=1)


def test_a_repository_that_is_read_no_more_is_not_told(github_team: MakeTeam) -> None:
    world = World(Repository(REPO), Repository("team/docs", id=2))
    for repository in world.repositories:
        repository.add(Item())
    team = github_team(world).fetch()
    said = {"kind": "github", "api_url": team.github.url}
    team.source = type(team.source).model_validate(said, context={"repos": ["team/docs"]})
    assert team.table("issues")["repo"].to_list() == ["team/docs"]
    assert {repo for _, repo in team.rows().covers} == {"team/docs"}


def test_rows_ask_nothing(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    before = len(team.github.requests)
    team.rows()
    assert len(team.github.requests) == before


def test_where_keeps_the_items_that_are_as_it_says(github_team: MakeTeam) -> None:
    items = [Item(association=each) for each in ("MEMBER", "NONE", "OWNER")]
    team = team_of(github_team, *items, where={"author_association": ["MEMBER", "OWNER"]})
    assert team.table("issues")["number"].to_list() == [1, 3]


# Incidents


def test_labelled_issues_are_incidents(github_team: MakeTeam) -> None:
    incident = Item(
        author="rae",
        created_at=T1,
        closed_at=T3,
        labels=["incident", "sev-2"],
        comments=[Comment("rae", T1), Comment("ada", T2, "MEMBER")],
        events=[Event("closed", "ada", T3, state_reason="COMPLETED")],
    )
    other = Item(created_at=T2, labels=["bug"])
    team = team_of(github_team, incident, other, labels=("incident*",))
    assert row(team, "incidents") == {
        "source": "github",
        "incident_id": "team/product#1",
        "opened_at": AT_1,
        "acknowledged_at": AT_2,
        "resolved_at": AT_3,
        "severity": "sev-2",
        "service": None,
        "repo": REPO,
        "url": f"{URL}/issues/1",
    }
    assert team.table("incident_events").select("at", "person", "event").rows() == [
        (AT_2, "ada", "comment"),
        (AT_3, "ada", "resolution"),
    ]
    assert team.rows().covers[("incidents", "")].start_at == AT_1


def test_without_labels_of_incidents_there_are_no_tables_of_them(github_team: MakeTeam) -> None:
    assert "incidents" not in team_of(github_team, Item(labels=["incident"])).rows().tables


def test_incidents_are_unknown_until_every_repository_was_read(github_team: MakeTeam) -> None:
    world = World(Repository(REPO), Repository("team/docs", id=2))
    for repository in world.repositories:
        repository.add(Item(labels=["incident"]))
    team = github_team(world, labels=("incident",))
    team.github.fail("legal", of="pulls", at=1)
    team.fetch()
    told = team.rows()
    assert ("issues", REPO) in told.covers
    assert ("incidents", "") not in told.covers


def test_what_review_yaml_calls_a_bot_handles_no_incident(github_team: MakeTeam) -> None:
    item = Item(
        author="rae",
        created_at=T1,
        labels=["incident"],
        comments=[Comment("robot", T1, "MEMBER"), Comment("ada", T2, "MEMBER")],
    )
    team = team_of(github_team, item, labels=("incident",), bots=("robot",))
    assert row(team, "incidents")["acknowledged_at"] == AT_2
