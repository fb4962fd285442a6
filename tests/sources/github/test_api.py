"""What review.yaml may say of GitHub, the token, and what a fetch would take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from github_stand_in import TOKEN, small_world
from github_team import MakeTeam
from github_world import Item, Repository, World
from pydantic import TypeAdapter, ValidationError

from opsreview.errors import SourceError, StoppedError
from opsreview.params import ReviewParams
from opsreview.sources.github.api import Github
from opsreview.sources.github.token import github_token
from opsreview.sources.table import AnySource
from opsreview.sources.terms import Terms
from opsreview.store import Store

PUBLIC = "https://api.github.com"
Params = dict[str, Any]


def declared(**said: Any) -> Github:
    return Github.model_validate({"kind": "github"} | said, context={"repos": ["o/a", "o/b"]})


# What may be written


def test_github_is_a_kind_of_source() -> None:
    assert isinstance(TypeAdapter(AnySource).validate_python({"kind": "github"}), Github)


def test_all_of_the_teams_repositories_are_read_unless_one_is_named() -> None:
    assert declared().repos == ("o/a", "o/b")
    assert declared(repo="o/c").repos == ("o/c",)


def test_sources_of_other_servers_and_repositories_have_keys_of_their_own() -> None:
    keys = [
        declared().key,
        declared(repo="o/a").key,
        declared(api_url="https://git.example/api/v3").key,
    ]
    assert keys == [
        "github:https://api.github.com",
        "github:https://api.github.com:o/a",
        "github:https://git.example/api/v3",
    ]


def test_the_last_slash_of_an_address_does_not_matter() -> None:
    assert declared(api_url=f"{PUBLIC}/").key == declared().key


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "http://localhost:80", "http://[::1]:80"])
def test_only_this_machine_may_be_asked_without_encryption(url: str) -> None:
    assert declared(api_url=url).api_url == url


WRONG_URLS = {
    "http://api.github.com": "not encrypted",
    "http://localhost.example": "not encrypted",
    "http://127.0.0.1.example": "not encrypted",
    "http://127.0.0.1@git.example": "host and a path alone",
    "http://ghp_canary1111@git.example": "host and a path alone",
    "ftp://api.github.com": "no address",
    "file:///etc/passwd": "no address",
    "api.github.com": "no address",
    "": "no address",
    "https://": "no address",
    "https://[bad": "no address",
    "https://git.example:port": "no address",
    "https://git.example:99999": "no address",
    "https://git example": "no address",
    "https://git.example/\tapi": "no address",
    "https://git.example\\api": "no address",
    "https://name@git.example": "host and a path alone",
    "https://name:ghp_canary1111@git.example": "host and a path alone",
    f"{PUBLIC}?access_token=ghp_canary1111": "host and a path alone",
    f"{PUBLIC}#part": "host and a path alone",
}


@pytest.mark.parametrize("url", WRONG_URLS)
def test_an_address_that_no_token_may_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match=WRONG_URLS[url]) as refusal:
        declared(api_url=url)
    assert all("canary" not in error["msg"] for error in refusal.value.errors())


WRONG_REPOS = {
    "out of its folder": "../../user",
    "the folder above": "o/..",
    "this folder": "o/.",
    "nothing": "",
    "no name": "o/",
    "no owner": "/a",
    "a name alone": "a",
    "deeper": "o/a/b",
    "too long": f"o/{'a' * 300}",
    "too long an owner": f"{'o' * 40}/a",
    "a query": "o/a?page=2",
    "a part": "o/a#1",
    "escaped": "o/%2e%2e",
    "a space": "o/a b",
    "a line": "o/a\n",
    "quotes": 'o/a"}',
    "an address": "https://github.com/o/a",
    "another script": "о/а",
}


@pytest.mark.parametrize("case", WRONG_REPOS)
def test_what_is_no_repository_is_refused_before_anything_is_asked(case: str) -> None:
    name = WRONG_REPOS[case]
    with pytest.raises(ValidationError, match="is not owner/name"):
        declared(repo=name)
    review = {"repos": [name], "timezone": "UTC", "sources": [{"kind": "github"}]}
    with pytest.raises(ValidationError, match="is not owner/name"):
        ReviewParams.model_validate(review)


@pytest.mark.parametrize("said", [{"reserve": -0.1}, {"reserve": 1}, {"token": "ghp_canary1111"}])
def test_what_it_does_not_know_is_refused(said: Params) -> None:
    with pytest.raises(ValidationError):
        declared(**said)


# The token


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without a token, and an empty folder as its PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def write_gh(folder: Path, script: str) -> None:
    """GitHub's command line tool, as a script."""
    gh = folder / "gh"
    gh.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    gh.chmod(0o755)


def test_the_environments_token_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_gh(bare, "echo ghp_canary2222")
    monkeypatch.setenv("GITHUB_TOKEN", " ghp_canary1111\n")
    assert github_token(PUBLIC).reveal() == "ghp_canary1111"


@pytest.mark.parametrize("said", [None, "", "  "])
def test_githubs_own_tool_is_asked_where_the_environment_has_none(
    said: str | None, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if said is not None:
        monkeypatch.setenv("GITHUB_TOKEN", said)
    write_gh(bare, 'echo "ghp_canary2222"')
    assert github_token(PUBLIC).reveal() == "ghp_canary2222"


@pytest.mark.parametrize(
    ("api_url", "host"),
    [(PUBLIC, "github.com"), ("https://git.example/api/v3", "git.example")],
)
def test_the_tool_is_asked_for_the_host_that_is_read(api_url: str, host: str, bare: Path) -> None:
    write_gh(bare, f'test "$*" = "auth token --hostname {host}" && echo ghp_canary3333')
    assert github_token(api_url).reveal() == "ghp_canary3333"


@pytest.mark.parametrize("script", [None, "exit 1", "echo ''", "kill -9 $$", "echo no; exit 4"])
def test_without_any_token_it_says_what_to_do(script: str | None, bare: Path) -> None:
    if script:
        write_gh(bare, script)
    with pytest.raises(SourceError, match="set GITHUB_TOKEN") as refusal:
        github_token(PUBLIC)
    assert "gh auth login" in str(refusal.value)


def test_a_token_is_shown_nowhere(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_canary1111")
    assert "canary" not in repr(github_token(PUBLIC))


def test_without_a_token_nothing_is_asked_and_nothing_stored(
    github_team: MakeTeam, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    team = github_team()
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no token for http://127.0.0.1" in team.refused()
    with pytest.raises(SourceError, match="there is no token"):
        team.source.forecast(team.store)
    assert team.github.requests == []
    assert team.store.readings(team.source.key) == []


def test_the_store_holds_no_token(github_team: MakeTeam, tmp_path: Path) -> None:
    team = github_team(small_world())
    team.github.fail("forbidden", of="pulls")
    team.refused()
    team.fetch()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert all(TOKEN.encode() not in path.read_bytes() for path in written)


def test_an_enterprise_server_is_read_like_githubs_own(github_team: MakeTeam, store: Store) -> None:
    team = github_team()
    said = {"kind": "github", "api_url": team.github.enterprise_url}
    source = Github.model_validate(said, context={"repos": ["team/product"]})
    source.fetch(store)
    assert source.rows(store).tables["issues"].height == 3
    assert {request.path for request in team.github.requests} == {
        "/graphql",
        "/repos/team/product/tags?per_page=100",
    }


# What a fetch would take


def test_a_first_fetch_is_told_before_it_is_made(github_team: MakeTeam) -> None:
    team = github_team()
    told = team.source.forecast(team.store)
    assert told == "about 7 requests, 12 points of 4,999 left this hour, 1 minutes"
    assert [request.query for request in team.github.requests] == ["repository"]
    assert team.store.readings(team.source.key) == []


def test_what_is_told_is_about_what_it_takes(github_team: MakeTeam) -> None:
    repository = Repository("team/product")
    for number in range(220):
        hour = f"2026-10-{number // 24 + 1:02d}T{number % 24:02d}:00:00Z"
        repository.add(Item(is_pull=number % 2 == 0, created_at=hour))
    team = github_team(World(repository))
    words = team.source.forecast(team.store).replace(",", "").split()
    requests, points = int(words[1]), int(words[3])
    before = len(team.github.requests)
    made = len(team.asked())
    spent = sum(each.points for each in team.github.requests[before:])
    assert requests == pytest.approx(made, abs=3)
    assert points == pytest.approx(spent, abs=3)


def test_a_refresh_is_told_to_be_small(github_team: MakeTeam) -> None:
    team = github_team(small_world()).fetch()
    assert team.source.forecast(team.store).startswith("about 1 requests, 3 points of ")


def test_a_fetch_that_will_have_to_wait_is_told_so(github_team: MakeTeam) -> None:
    team = github_team(limit=5)
    assert team.source.forecast(team.store).endswith(" and a wait for the next hour's budget")


def test_a_repository_that_is_not_there_is_told_instead(github_team: MakeTeam) -> None:
    team = github_team(repos=("team/nowhere",))
    with pytest.raises(SourceError, match=r"team/nowhere: not found \(404\)"):
        team.source.forecast(team.store)


@pytest.mark.parametrize("kind", ["bad_gateway", "server_error", "secondary_403"])
def test_a_failure_that_passes_does_not_end_it(kind: str, github_team: MakeTeam) -> None:
    team = github_team()
    team.github.fail(kind)
    terms = Terms(watch=team.told)
    assert team.source.forecast(team.store, terms).startswith("about 7 requests")


def test_it_waits_no_longer_than_a_fetch_may(github_team: MakeTeam) -> None:
    team = github_team()
    team.github.fail("primary_403", seconds=3600)
    with pytest.raises(StoppedError):
        team.source.forecast(team.store, Terms(max_wait_seconds=1))
