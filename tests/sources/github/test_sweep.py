"""A look at everything: what GitHub changes without a new time of change."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from github_stand_in import small_world
from github_team import GithubTeam, MakeTeam
from github_world import Comment, Event, Item, Repository, World
from polars.testing import assert_frame_equal

from opsreview.errors import SourceError

HOUR, DAY = 3600, 24 * 3600
SWEEP = ["refresh", "sweep_issues", "sweep_pulls", "accounts", "releases"]


@pytest.fixture
def team(github_team: MakeTeam) -> GithubTeam:
    """Three issues labelled bug, and a pull request of ben's with a comment of cleo's."""
    team = github_team()
    at = "2026-10-04T00:00:00Z"
    pull = Item(is_pull=True, author="ben", created_at=at, comments=[Comment("cleo", at)])
    team.repository.add(pull)
    return team.fetch()


def rejected(team: GithubTeam) -> dict[str, str]:
    return {f"{row.table} {row.key}": row.reason for row in team.rows().rejected}


def authors(team: GithubTeam, table: str = "issues") -> list[str]:
    return sorted(team.table(table)["author_account"])


# When it is made


def test_everything_is_looked_at_when_asked_for(team: GithubTeam) -> None:
    assert team.asked(is_sweep=True)[:5] == SWEEP
    assert team.asked() == ["refresh"]


def test_everything_is_looked_at_once_in_a_month_of_the_teams_calendar(team: GithubTeam) -> None:
    midnight_in_madrid = 10 * DAY + 23 * HOUR  # the first of December
    team.github.clock = midnight_in_madrid - 1
    assert team.asked() == ["refresh"]
    team.github.clock = midnight_in_madrid
    assert team.asked()[:5] == SWEEP
    assert team.asked() == ["refresh"]


def test_a_look_that_failed_is_made_again(team: GithubTeam) -> None:
    team.github.clock = 20 * DAY
    team.github.fail("not_found", of="sweep_pulls")
    with pytest.raises(SourceError):
        team.fetch()
    assert "sweep_pulls" in team.asked()


def test_what_is_as_stored_is_not_read_again(github_team: MakeTeam) -> None:
    team = github_team(World(Repository("team/product")))
    for day in range(1, 9):
        team.repository.add(Item(created_at=f"2026-10-0{day}T00:00:00Z", labels=["bug"]))
    team.fetch()
    assert "items" not in team.asked(is_sweep=True)


def test_a_large_history_is_as_it_was_after_a_look_at_everything(github_team: MakeTeam) -> None:
    team = github_team(small_world()).fetch()
    before = team.rows().tables
    after = team.fetch(is_sweep=True).rows().tables
    for name, frame in before.items():
        assert_frame_equal(after[name], frame)
    assert team.reading().is_complete


# Gone


def test_a_deleted_item_is_set_aside_with_the_day_it_was_missed(team: GithubTeam) -> None:
    team.repository.delete(2, 4)
    reading = team.fetch().reading()
    assert (reading.n_items, reading.n_expected, reading.is_complete) == (2, 2, True)
    assert rejected(team) == {
        "issues team/product#2": "deleted on GitHub, seen on 2026-11-20",
        "pull_requests team/product#4": "deleted on GitHub, seen on 2026-11-20",
    }
    assert team.table("issues")["number"].to_list() == [1, 3]
    assert team.table("pull_requests").is_empty()
    assert team.table("comments").is_empty(), "what was said on it is set aside with it"
    assert set(team.stored("issues")) == {"1", "2", "3"}, "it is kept all the same"


def test_what_is_gone_is_asked_for_once(team: GithubTeam) -> None:
    team.repository.delete(2)
    assert "/repos/team/product/issues/2" in team.asked()
    assert team.asked() == ["refresh"]
    assert "/repos/team/product/issues/2" not in team.asked(is_sweep=True)


def test_a_deleted_and_a_new_item_do_not_hide_each_other_for_long(team: GithubTeam) -> None:
    team.repository.delete(1)
    team.github.clock += HOUR
    team.repository.create()
    team.fetch()
    assert team.table("issues")["number"].to_list() == [2, 3, 5]


def test_an_item_that_moved_says_where_to(team: GithubTeam) -> None:
    team.repository.transfer(1, "team/other#7")
    team.fetch()
    (reason,) = rejected(team).values()
    assert reason == (
        f"moved to {team.github.url}/repos/team/other/issues/7 on GitHub, seen on 2026-11-20"
    )


def test_an_item_that_moved_between_two_of_ours_is_counted_once(github_team: MakeTeam) -> None:
    world = World(Repository("team/product"), Repository("team/docs", id=2))
    for repository in world.repositories:
        for _ in range(2):
            repository.add(Item(created_at="2026-10-01T00:00:00Z"))
    team = github_team(world).fetch()
    world.repository.transfer(1, world.repositories[1])
    team.fetch()
    issues = team.table("issues").sort("repo", "number")
    assert issues.select("repo", "number").rows() == [
        ("team/docs", 1),
        ("team/docs", 2),
        ("team/docs", 3),
        ("team/product", 2),
    ]
    assert list(rejected(team)) == ["issues team/product#1"]
    assert all(team.reading(each.name).is_complete for each in world.repositories)


def test_an_item_that_came_back_belongs_again(team: GithubTeam) -> None:
    item = team.repository.items[2]
    team.repository.delete(2)
    team.fetch()
    team.repository.items[2] = item
    team.fetch()
    assert rejected(team) == {}
    assert team.table("issues")["number"].to_list() == [1, 2, 3]
    assert team.reading().is_complete


def test_an_item_that_came_back_and_changed_belongs_again_at_once(team: GithubTeam) -> None:
    item = team.repository.items[2]
    team.repository.delete(2)
    team.fetch()
    team.repository.items[2] = item
    team.github.clock += HOUR
    team.repository.update(2)
    assert team.asked() == ["refresh"]
    assert team.table("issues")["number"].to_list() == [1, 2, 3]


def test_a_failure_by_number_marks_nothing_as_gone(team: GithubTeam) -> None:
    team.repository.delete(2)
    team.github.fail("legal", of="/issues/2")
    assert "legal reasons" in team.refused()
    assert rejected(team) == {}
    team.fetch()
    assert list(rejected(team)) == ["issues team/product#2"]


def test_an_issue_that_became_a_pull_request_is_one_of_both(team: GithubTeam) -> None:
    team.github.clock += HOUR
    item = team.repository.items[2]
    item.is_pull, item.updated_at = True, team.world.clock.moment
    reading = team.fetch().reading()
    assert team.table("issues")["number"].to_list() == [1, 3]
    assert sorted(team.table("pull_requests")["number"]) == [2, 4]
    assert (reading.n_items, reading.is_complete) == (4, True)
    assert rejected(team) == {}


# Renamed


def test_a_renamed_label_is_taken_over_and_its_past_stays(team: GithubTeam) -> None:
    team.github.clock += HOUR
    team.repository.label("old", 1)
    team.fetch()
    team.repository.rename_label("old", "new")
    team.repository.rename_label("bug", "defect")
    team.fetch(is_sweep=True)
    assert team.table("issues")["labels"].to_list() == [["defect", "new"], ["defect"], ["defect"]]
    assert team.table("events")["label"].to_list() == ["old"]


def test_a_label_that_was_taken_away_from_the_repository_is_off_its_items(
    team: GithubTeam,
) -> None:
    for item in team.repository.items.values():
        item.labels.clear()
    assert "items" not in team.asked(is_sweep=True)
    assert team.table("issues")["labels"].to_list() == [[], [], []]


def test_more_labels_than_a_page_tells_are_read_with_the_item(github_team: MakeTeam) -> None:
    team = github_team(small_world()).fetch()
    team.repository.rename_label("area/24", "area/last")
    team.fetch(is_sweep=True)
    labels = team.table("issues").filter(number=3)["labels"].item()
    assert labels.to_list() == [*(f"area/{number:02d}" for number in range(24)), "area/last"]


def test_a_renamed_login_is_one_person_everywhere(team: GithubTeam) -> None:
    team.world.rename_user("rae", "rae-now")
    team.world.rename_user("cleo", "cleo-now")
    team.fetch(is_sweep=True)
    assert authors(team) == ["rae-now"] * 3
    assert authors(team, "comments") == ["cleo-now"], "no list tells of who only commented"
    assert sorted(team.table("accounts")["account"]) == ["ada", "ben", "cleo-now", "rae-now"]


def test_a_renamed_login_is_one_person_though_only_one_item_was_read_again(
    team: GithubTeam,
) -> None:
    team.world.rename_user("rae", "rae-now")
    team.github.clock += HOUR
    team.repository.update(1)
    team.fetch()
    assert authors(team) == ["rae-now"] * 3


def test_a_login_that_somebody_else_took_is_not_mixed_up(team: GithubTeam) -> None:
    team.world.rename_user("rae", "rae-now")
    team.world.rename_user("newcomer", "rae")
    team.github.clock += HOUR
    team.repository.create(author="newcomer")
    team.fetch(is_sweep=True)
    assert authors(team) == ["rae", "rae-now", "rae-now", "rae-now"]


# Deleted accounts


def test_a_deleted_account_keeps_its_name_on_what_was_read(team: GithubTeam) -> None:
    team.world.delete_user("rae")
    team.world.delete_user("cleo")
    team.fetch(is_sweep=True)
    assert authors(team) == ["rae"] * 3
    assert authors(team, "comments") == ["cleo"]


def test_a_deleted_account_is_a_ghost_on_what_is_read_afterwards(team: GithubTeam) -> None:
    team.world.delete_user("rae")
    team.github.clock += HOUR
    team.repository.update(1)
    team.fetch()
    assert authors(team) == ["ghost", "rae", "rae"]


def test_an_author_who_came_to_light_is_taken_over(team: GithubTeam) -> None:
    team.repository.items[1].author = "grace"
    team.fetch(is_sweep=True)
    assert authors(team) == ["grace", "rae", "rae"]


# Releases


def test_a_release_that_was_edited_long_after_is_as_it_is_now(
    team: GithubTeam, tmp_path: Path
) -> None:
    team.repository.edit_release("v1", name="Long ago", is_prerelease=True)
    team.fetch(is_sweep=True)
    told = team.table("releases").sort("tag").select("tag", "name", "is_prerelease")
    assert told.rows() == [("v1", "Long ago", True), ("v2", None, False)]


def test_events_that_came_without_a_time_of_change_come_with_the_next_one(
    team: GithubTeam,
) -> None:
    item = team.repository.items[1]
    item.events.append(Event("assigned", "ada", "2026-11-19T00:00:00Z", assignee="ada", id=9))
    team.fetch(is_sweep=True)
    assert team.table("events").is_empty(), "GitHub stamps an item whenever such an event happens"
    team.github.clock += HOUR
    team.repository.update(1)
    team.fetch()
    assert team.table("events").select(pl.col("event")).to_series().to_list() == ["assigned"]
