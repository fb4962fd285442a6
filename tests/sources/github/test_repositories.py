"""Several repositories with one token, and what becomes of them: renamed, replaced, taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_asker import three_issues
from github_team import GithubTeam, MakeTeam
from github_world import Item, Repository, World

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.github import pages

PRODUCT, DOCS, SITE = "team/product", "team/docs", "team/site"
HOUR = 3600


def three_repositories() -> World:
    """Ten issues each."""
    world = World()
    for id, name in enumerate((PRODUCT, DOCS, SITE), 1):
        made = world.add(Repository(name, id=id))
        for day in range(1, 11):
            made.add(Item(created_at=f"2026-10-{day:02d}T00:00:00Z"))
    return world


def named(team: GithubTeam, *repos: str) -> GithubTeam:
    """The same team whose review.yaml names other repositories now."""
    said = {"kind": "github", "api_url": team.source.api_url}
    source = type(team.source).model_validate(said, context={"repos": repos})
    return GithubTeam(team.github, source, team.store, team.told)


def issue_numbers(team: GithubTeam, repo: str) -> list[int]:
    issues = team.table("issues")
    return sorted(issues.filter(repo=repo)["number"])


# One token for several


def test_repositories_take_turns_a_page_each(
    github_team: MakeTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pages.SIZES, "issues", 4)
    team = github_team(three_repositories()).fetch()
    asked = [each.variables["name"] for each in team.github.requests if each.query == "issues"]
    assert asked == ["product", "docs", "site"] * 3


def test_a_repository_that_cannot_be_read_does_not_stop_the_others(github_team: MakeTeam) -> None:
    team = github_team(three_repositories()).fetch()
    team.github.clock += HOUR
    for repository in team.world.repositories:
        repository.update(1)
    team.github.fail("legal", of="refresh", at=1)
    team.fetch()
    readings = [team.reading(repo) for repo in (PRODUCT, DOCS, SITE)]
    assert [reading.is_complete for reading in readings] == [True, False, True]
    assert readings[1].reason == "blocked by GitHub for legal reasons (451)"
    assert readings[1].fetched_at is not None
    assert readings[1].fetched_at.hour == 0
    assert issue_numbers(team, DOCS) == list(range(1, 11))
    assert team.told.lines == [f"{DOCS} cannot be read: blocked by GitHub for legal reasons (451)"]


def test_a_repository_that_was_never_read_is_unknown_and_says_why(github_team: MakeTeam) -> None:
    team = github_team(three_repositories(), repos=(PRODUCT, "team/nowhere")).fetch()
    assert "there is no such repository" in str(team.reading("team/nowhere").reason)
    assert {repo for _, repo in team.rows().covers} == {PRODUCT}


def test_when_none_can_be_read_every_reason_is_told(github_team: MakeTeam) -> None:
    team = github_team(repos=("team/nowhere", "team/neither"))
    told = team.refused()
    assert "team/nowhere: not found (404)" in told
    assert "team/neither: not found (404)" in told


@pytest.mark.parametrize("kind", ["not_found", "gql_null_repo", "forbidden", "gql_forbidden"])
def test_a_repository_that_is_hidden_keeps_all_its_history(
    kind: str, github_team: MakeTeam
) -> None:
    team = github_team().fetch()
    before = team.rows()
    team.github.fail(kind)
    team.refused()
    after = team.rows()
    assert after.covers == before.covers
    assert all(after.tables[name].equals(frame) for name, frame in before.tables.items())
    assert not team.reading().is_complete
    assert team.fetch().reading().is_complete


def test_a_stop_is_noted_at_all_that_did_not_come_to_their_end(github_team: MakeTeam) -> None:
    team = github_team(three_repositories()).fetch()
    team.github.clock += HOUR
    team.github.fail("secondary_403", of="refresh", at=1, seconds=HOUR)
    with pytest.raises(StoppedError):
        team.fetch(max_wait_seconds=10)
    reasons = [team.reading(repo).reason for repo in (PRODUCT, DOCS, SITE)]
    assert all("secondary rate limit" in str(reason) for reason in reasons)
    team.github.clock += HOUR
    team.fetch()
    assert all(team.reading(repo).is_complete for repo in (PRODUCT, DOCS, SITE))


def test_a_token_that_is_not_accepted_asks_nothing_of_the_others(github_team: MakeTeam) -> None:
    team = github_team(three_repositories())
    team.github.tokens.clear()
    assert "GitHub does not accept the token (401)" in team.refused()
    assert len(team.github.requests) == 1


def test_accounts_are_one_though_several_repositories_name_them(github_team: MakeTeam) -> None:
    team = github_team(three_repositories()).fetch()
    assert len(team.stored("accounts", "")) == 1


# Renamed


def test_a_renamed_repository_is_read_on_under_its_declared_name(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.world.rename_repository(PRODUCT, "team/better")
    team.github.clock += HOUR
    team.repository.update(1)
    assert team.asked() == ["refresh"]
    assert team.reading().is_complete
    assert issue_numbers(team, PRODUCT) == [1, 2, 3]
    assert team.told.lines == [
        "team/product is called team/better now: write that in `repos`, its history stays"
    ]


def test_the_new_name_of_a_repository_takes_up_its_history(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.repository.delete(3)
    team.fetch()
    team.world.rename_repository(PRODUCT, "team/better")
    team = named(team, "team/better")
    assert team.asked() == ["repository", "refresh"]
    assert [reading.repo for reading in team.store.readings(team.source.key)] == ["team/better"]
    assert issue_numbers(team, "team/better") == [1, 2]
    assert [row.key for row in team.rows().rejected] == ["team/better#3"]
    assert team.told.lines == []


def test_a_new_name_goes_on_where_the_old_one_was_stopped(github_team: MakeTeam) -> None:
    team = github_team()
    team.github.fail("primary_403", of="pulls", seconds=HOUR)
    with pytest.raises(StoppedError):
        team.fetch(max_wait_seconds=10)
    team.github.clock += HOUR
    team.world.rename_repository(PRODUCT, "team/better")
    team = named(team, "team/better")
    assert "issues" not in team.asked()
    assert issue_numbers(team, "team/better") == [1, 2, 3]


def test_one_repository_under_two_names_is_refused(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.world.rename_repository(PRODUCT, "team/better")
    team = named(team, PRODUCT, "team/better").fetch()
    told = team.reading("team/better").reason
    assert told == "is the same repository as team/product: name one in `repos`"
    assert issue_numbers(team, PRODUCT) == [1, 2, 3]
    assert issue_numbers(team, "team/better") == []


# Replaced by another of the same name


def replaced(team: GithubTeam) -> None:
    """The repository is renamed, and another one takes its name."""
    team.world.rename_repository(PRODUCT, "team/old")
    other = team.world.add(Repository(PRODUCT, id=77))
    for _ in range(5):
        other.add(Item(title="Of another", created_at="2026-11-01T00:00:00Z"))


def test_another_repository_of_the_same_name_is_not_mixed_in(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    replaced(team)
    assert "its number was 1 and is 77" in team.refused()
    assert set(team.table("issues")["title"]) == {"A title"}
    assert not team.reading().is_complete


def test_another_repository_is_not_mixed_into_a_reading_that_was_stopped(
    github_team: MakeTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pages.SIZES, "issues", 2)
    team = github_team()
    team.github.fail("primary_403", of="issues", at=1, seconds=HOUR)
    with pytest.raises(StoppedError):
        team.fetch(max_wait_seconds=10)
    team.github.clock += HOUR
    replaced(team)
    assert "another repository now" in team.refused()
    assert {body["title"] for body in team.stored("issues").values()} == {"A title"}


# Switched off


@pytest.mark.parametrize("is_sweep", [False, True])
def test_issues_that_are_switched_off_stay_as_they_were(
    is_sweep: bool, github_team: MakeTeam
) -> None:
    team = github_team()
    team.repository.add(Item(is_pull=True, created_at="2026-10-04T00:00:00Z"))
    team.fetch()
    team.repository.has_issues = False
    team.github.clock += HOUR
    team.repository.update(4)
    reading = team.fetch(is_sweep=is_sweep).reading()
    assert (reading.n_items, reading.n_expected, reading.is_complete) == (4, 4, True)
    assert issue_numbers(team, PRODUCT) == [1, 2, 3]
    assert team.rows().rejected == []
    assert team.table("comments")["number"].to_list() == [4]


def test_issues_that_are_switched_on_again_are_read_on(github_team: MakeTeam) -> None:
    team = github_team().fetch()
    team.repository.has_issues = False
    team.fetch()
    team.repository.has_issues = True
    team.github.clock += HOUR
    team.repository.create()
    assert team.asked() == ["refresh"]
    assert issue_numbers(team, PRODUCT) == [1, 2, 3, 4]


def test_a_repository_without_issues_has_none_and_is_complete(github_team: MakeTeam) -> None:
    team = github_team()
    team.repository.has_issues = False
    team.repository.add(Item(is_pull=True))
    reading = team.fetch().reading()
    assert (reading.n_items, reading.is_complete) == (1, True)
    assert team.table("issues").is_empty()


# Stores of their own


def test_two_sources_of_one_store_do_not_meet(github_team: MakeTeam) -> None:
    one = github_team().fetch()
    other = github_team(three_issues())
    other.repository.delete(1, 2)
    other.fetch()
    assert (issue_numbers(one, PRODUCT), issue_numbers(other, PRODUCT)) == ([1, 2, 3], [3])


def test_the_store_is_as_it_was_when_nothing_can_be_asked(
    github_team: MakeTeam, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    team = github_team().fetch()
    before = team.reading()
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="there is no token"):
        team.fetch()
    assert team.reading() == before
