"""A repository's history: read once to its end, then refreshed, then counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from github_stand_in import small_world
from github_team import MakeTeam, same
from github_world import Comment, Item, Release, Repository, World

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.github import pages
from opsreview.sources.github.client import Client

HOUR = 3600
FIRST = ["repository", "issues", "pulls", "releases", "/repos/team/product/tags?per_page=100"]
NOTHING_NEW = ["refresh"]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two items a page, so that a few items make many pages."""
    for name in ("issues", "pulls", "refresh", "items", "sweep_issues", "sweep_pulls", "accounts"):
        monkeypatch.setitem(pages.SIZES, name, 2)


def repository(issue_count: int = 0, pull_count: int = 0) -> Repository:
    """Issues, then pull requests, one a day from the first of October."""
    made = Repository("team/product")
    for number in range(issue_count + pull_count):
        day = f"2026-10-{number + 1:02d}T00:00:00Z"
        made.add(Item(is_pull=number >= issue_count, created_at=day))
    return made


# The first reading


def test_a_first_reading_holds_all_there_is_to_the_end_of_every_list(github_team: MakeTeam) -> None:
    team = github_team(small_world()).fetch()
    for number, item in team.repository.items.items():
        body = team.stored("pulls" if item.is_pull else "issues")[str(number)]
        deleted = ["leaver"] if "leaver" in item.assignees else []
        assert len(body["comments"]) == len(item.comments)
        assert len(body["labels"]) == len(item.labels)
        assert len(body["assignees"]) == len(item.assignees) - len(deleted)
        assert len(body["timelineItems"]) == len(item.events)
        assert len(body.get("reviews", [])) == len(item.reviews)
    reading = team.reading()
    assert (reading.n_items, reading.n_expected, reading.is_complete) == (60, 60, True)


def test_nothing_is_asked_of_search_or_of_the_lists_of_events(github_team: MakeTeam) -> None:
    team = github_team().fetch(is_sweep=True).fetch()
    paths = {request.path for request in team.github.requests}
    assert paths == {"/graphql", "/repos/team/product/tags?per_page=100"}


def test_a_first_reading_asks_for_every_issue_without_a_since(github_team: MakeTeam) -> None:
    team = github_team()
    assert team.asked() == [*FIRST, "refresh"]
    asked = [each.variables for each in team.github.requests if each.query == "issues"]
    assert [variables["since"] for variables in asked] == [None]


def test_a_reading_speaks_for_the_moment_of_githubs_answer(github_team: MakeTeam) -> None:
    team = github_team()
    team.github.clock = HOUR
    fetched_at = team.fetch().reading().fetched_at
    assert fetched_at is not None
    assert fetched_at.isoformat() == "2026-11-20T01:00:00+00:00"


def test_an_empty_repository_is_complete(github_team: MakeTeam) -> None:
    team = github_team(World(Repository("team/product"))).fetch()
    reading = team.reading()
    assert (reading.n_items, reading.n_expected, reading.is_complete) == (0, 0, True)


def test_progress_is_told_as_pages_are_stored(github_team: MakeTeam, small_pages: None) -> None:
    team = github_team(World(repository(issue_count=5))).fetch()
    assert [done for _, done, _, _ in team.told.readings][:3] == [2, 4, 5]
    assert {(repo, expected) for repo, _, expected, _ in team.told.readings} == {
        ("team/product", 5)
    }
    assert all(points_left for _, _, _, points_left in team.told.readings)


MEANWHILE: dict[str, Callable[[Repository], object]] = {
    "an issue is changed": lambda repository: repository.update(1),
    "an issue is opened": lambda repository: repository.create(),
    "an issue is closed": lambda repository: repository.close(2),
    "an issue is deleted": lambda repository: repository.delete(1),
    "a pull request is changed": lambda repository: repository.update(5),
    "a pull request is opened": lambda repository: repository.create(is_pull=True),
    "a pull request is deleted": lambda repository: repository.delete(6),
}


@pytest.mark.parametrize("at", range(0, 9, 2))
@pytest.mark.parametrize("change", MEANWHILE)
def test_what_changes_while_it_is_read_is_read_once_more(
    change: str, at: int, github_team: MakeTeam, small_pages: None, tmp_path: Path
) -> None:
    team = github_team(World(repository(issue_count=4, pull_count=4)))
    team.github.clock = HOUR
    team.github.fail("meanwhile", at=at, call=lambda: MEANWHILE[change](team.repository))
    team.fetch()
    team.github.clock += HOUR
    team.fetch()
    same(team.rows(), team.again(tmp_path / "again.sqlite"))
    assert team.reading().is_complete


def test_comments_that_are_added_while_they_are_read_are_read(github_team: MakeTeam) -> None:
    team = github_team(small_world())
    team.github.fail("meanwhile", of="more_comments", call=lambda: team.repository.update(1))
    team.fetch()
    assert len(team.stored("issues")["1"]["comments"]) == 251
    assert team.reading().is_complete


# Refreshing

CHANGES: dict[str, Callable[[Repository], object]] = MEANWHILE | {
    "a pull request is closed": lambda repository: repository.close(6),
    "an issue is closed and reopened": lambda it: [it.close(1), it.reopen(1)],
    "an issue is labelled": lambda repository: repository.label("bug", 3),
    "comments are deleted": lambda repository: repository.delete_comments(4),
    "a release is published": lambda it: it.add_release(Release("v3", it.clock.moment)),
    "a release is edited": lambda it: it.edit_release("v1", name="One"),
    "a release is deleted": lambda it: it.delete_release("v2"),
    "a release is replaced": lambda it: [
        it.delete_release("v1"),
        it.add_release(Release("v3", it.clock.moment)),
    ],
}


@pytest.mark.parametrize("seconds", [0, HOUR])
@pytest.mark.parametrize("change", CHANGES)
def test_a_refresh_finds_every_kind_of_change(
    change: str, seconds: int, github_team: MakeTeam, tmp_path: Path
) -> None:
    made = repository(issue_count=4, pull_count=4)
    made.items[4].comments.append(Comment("ada", "2026-10-04T00:00:00Z", id=1))
    for tag in ("v1", "v2"):
        made.add_release(Release(tag, "2026-10-01T00:00:00Z"))
    team = github_team(World(made)).fetch()
    team.github.clock += seconds
    CHANGES[change](made)
    before = team.rows()
    right = team.again(tmp_path / "again.sqlite")
    with pytest.raises(AssertionError):
        same(before, right)
    team.fetch()
    same(team.rows(), right)
    assert team.reading().is_complete


def test_what_has_not_changed_costs_one_request(github_team: MakeTeam) -> None:
    team = github_team(small_world()).fetch()
    kinds = ("issues", "pulls", "releases", "accounts")
    before = {kind: team.stored(kind) for kind in kinds}
    team.github.clock += HOUR
    assert team.asked() == NOTHING_NEW
    assert {kind: team.stored(kind) for kind in kinds} == before
    fetched_at = team.reading().fetched_at
    assert fetched_at is not None
    assert fetched_at.hour == 1


def test_changes_just_before_the_last_one_are_asked_for_again(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.github.clock += HOUR
    late = replace(team.repository.items[1], title="A late copy", updated_at="2026-10-02T23:56:00Z")
    team.repository.items[1] = late
    team.fetch()
    assert team.github.requests[-1].variables["since"] == "2026-10-02T23:55:00Z"
    assert team.stored("issues")["1"]["title"] == "A late copy"


@pytest.mark.parametrize(
    "change",
    [
        lambda repository: repository.update(1),
        lambda repository: repository.close(1),
        lambda repository: repository.label("bug", 1),
        lambda repository: repository.create(),
        lambda repository: repository.update(2),
    ],
)
def test_a_change_in_the_second_in_which_it_was_read_is_not_lost(
    change: Callable[[Repository], object], github_team: MakeTeam, tmp_path: Path
) -> None:
    team = github_team(World(repository(issue_count=1, pull_count=1)))
    team.repository.update(1, 2)
    team.fetch()
    change(team.repository)
    team.fetch()
    same(team.rows(), team.again(tmp_path / "again.sqlite"))


def test_an_item_that_shows_up_long_after_its_time_is_found_by_counting(
    github_team: MakeTeam,
) -> None:
    team = github_team().fetch()
    team.repository.add(Item(created_at="2026-10-01T12:00:00Z"))
    assert team.asked()[:2] == ["refresh", "sweep_issues"]
    assert "4" in team.stored("issues")
    assert team.reading().is_complete


def test_pull_requests_are_read_up_to_what_is_known(
    github_team: MakeTeam, small_pages: None
) -> None:
    team = github_team(World(repository(pull_count=8))).fetch()
    team.github.clock += HOUR
    team.repository.update(1, 2, 3)
    assert team.asked() == ["refresh", "pulls", "pulls"]
    assert team.progress().lists["pulls"].since == team.world.clock.moment
    assert all(len(team.stored("pulls")[number]["comments"]) == 1 for number in "123")


def test_a_release_that_is_deleted_costs_the_list_of_releases_alone(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.repository.delete_release("v1")
    assert team.asked() == ["refresh", *FIRST[-2:]]
    assert team.table("releases")["tag"].to_list() == ["v2"]


def test_what_is_read_after_a_refresh_does_not_make_it_later(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.github.fail(
        "meanwhile", of="sweep_issues", call=lambda: setattr(team.github, "clock", HOUR)
    )
    fetched_at = team.fetch(is_sweep=True).reading().fetched_at
    assert fetched_at is not None
    assert fetched_at.hour == 0


def test_more_issues_than_a_refresh_gives_are_read_to_the_end(
    github_team: MakeTeam, small_pages: None
) -> None:
    team = github_team(World(repository(issue_count=7))).fetch()
    team.github.clock += HOUR
    team.repository.update(1, 2, 3, 4, 5)
    assert team.asked() == ["refresh", "issues", "issues"]
    assert all(len(team.stored("issues")[number]["comments"]) == 1 for number in "12345")


# Stopped on the way


def test_a_first_reading_goes_on_where_it_was_stopped(
    github_team: MakeTeam, small_pages: None, tmp_path: Path
) -> None:
    team = github_team(World(repository(issue_count=6, pull_count=2)))
    team.github.fail("primary_403", at=3, seconds=HOUR)
    with pytest.raises(StoppedError) as stop:
        team.fetch(max_wait_seconds=60)
    assert stop.value.until is not None
    assert sorted(team.stored("issues")) == ["1", "2", "3", "4"]
    assert not team.reading().is_complete
    assert "longer than --max-wait allows" in str(team.reading().reason)
    team.github.clock += HOUR
    assert team.asked()[:4] == ["repository", "issues", "pulls", "releases"]
    assert team.github.violations == 0
    same(team.rows(), team.again(tmp_path / "again.sqlite"))


@pytest.mark.parametrize("pages_stored", range(1, 9))
def test_a_fetch_that_is_killed_goes_on_where_it_was(
    pages_stored: int, github_team: MakeTeam, small_pages: None, tmp_path: Path
) -> None:
    team = github_team(World(repository(issue_count=5, pull_count=3)))
    reads, told = team.told.reads, team.told.readings

    def killed(what: str, done: int, expected: int | None, points_left: int | None) -> None:
        reads(what, done, expected, points_left)
        if len(told) == pages_stored:
            raise KeyboardInterrupt

    team.told.reads = killed
    with pytest.raises(KeyboardInterrupt):
        team.fetch()
    team.fetch()
    same(team.rows(), team.again(tmp_path / "again.sqlite"))
    assert team.reading().is_complete


def test_a_refresh_goes_on_where_it_was_stopped(
    github_team: MakeTeam, small_pages: None, tmp_path: Path
) -> None:
    team = github_team(World(repository(issue_count=6, pull_count=6))).fetch()
    team.github.clock += HOUR
    team.repository.update(*range(1, 13))
    for at in (1, 2):
        team.github.fail("primary_403", at=at, seconds=HOUR)
        with pytest.raises(StoppedError):
            team.fetch(max_wait_seconds=60)
        team.github.heal()
        team.github.clock += HOUR
        team.repository.update(1, 7)
    team.fetch()
    same(team.rows(), team.again(tmp_path / "again.sqlite"))
    assert team.reading().is_complete


def test_a_token_that_expires_on_the_way_keeps_what_was_read(
    github_team: MakeTeam, small_pages: None
) -> None:
    team = github_team(World(repository(issue_count=6)))
    team.github.fail("unauthorized", at=3)
    assert "does not accept the token" in team.refused()
    assert len(team.stored("issues")) == 4
    assert "does not accept the token" in str(team.reading().reason)
    assert team.fetch().reading().is_complete


def test_what_is_known_up_to_is_moved_on_by_whole_readings_alone(
    github_team: MakeTeam, small_pages: None
) -> None:
    team = github_team(World(repository(issue_count=6))).fetch()
    since = team.progress().lists["issues"].since
    team.github.clock += HOUR
    team.repository.update(1, 2, 3, 4)
    team.github.fail("not_found", at=1)
    with pytest.raises(SourceError):
        team.fetch()
    assert team.progress().lists["issues"].since == since


def test_what_is_known_up_to_stays_though_the_last_changed_item_is_gone(
    github_team: MakeTeam,
) -> None:
    team = github_team().fetch()
    team.repository.delete(1, 2, 3)
    team.fetch().fetch()
    assert team.progress().lists["issues"].since == "2026-10-03T00:00:00Z"


# Counted


def test_what_github_counts_and_does_not_give_is_said_until_it_does(github_team: MakeTeam) -> None:
    team = github_team()
    item = team.repository.items[1]
    item.comments = [Comment("ada", item.created_at, id=7), Comment("ada", item.created_at, id=7)]
    reading = team.fetch().reading()
    assert (reading.is_complete, reading.reason) == (False, "1 of 2 comments of #1")
    item.comments[1].id = 8
    assert team.asked() == ["refresh", "items"]
    assert team.reading().is_complete


def test_an_item_that_is_deleted_while_it_is_read_is_not_missed_for_ever(
    github_team: MakeTeam,
) -> None:
    team = github_team(small_world())
    team.github.fail("meanwhile", of="more_comments", call=lambda: team.repository.delete(1))
    assert team.fetch().reading().is_complete
    assert team.asked() == NOTHING_NEW


def test_an_item_that_is_counted_no_more_but_still_given_is_said(
    github_team: MakeTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = github_team().fetch()
    team.repository.delete(1)
    monkeypatch.setattr(Client, "is_gone", lambda self, path: (False, None))
    reading = team.fetch().reading()
    assert (reading.is_complete, reading.reason) == (False, "3 of 2 issues")
    assert (reading.n_items, reading.n_expected) == (3, 2)


def test_releases_whose_tags_are_missing_are_asked_for_twice_and_said(
    github_team: MakeTeam,
) -> None:
    team = github_team()
    team.repository.own_tags = ["v1"]
    assert team.asked().count(FIRST[-1]) == 4
    assert team.reading().reason == "1 releases without their tag"
    team.repository.own_tags = None
    assert team.fetch(is_sweep=True).reading().is_complete
