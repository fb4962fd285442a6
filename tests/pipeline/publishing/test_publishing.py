"""``opsreview publish``: nothing is written unasked, and no secret is told or sent."""

from __future__ import annotations

import pytest
from commands import OUR_ERROR, STOPPED, assert_refused, everything_in
from github_stand_in import TOKEN

from .publishing_team import (
    REPO,
    PublishingTeam,
)


def test_without_yes_nothing_is_written_and_the_request_is_shown_whole(
    small: PublishingTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSREVIEW_PSEUDONYM_KEY", "a key")  # else one is made in params
    before = everything_in(small.team.root)
    for part in ("issue", "pull-request", "runbook"):
        small.done(part)
    assert small.writes() == []
    assert everything_in(small.team.root) == before
    told = small.done("issue")
    assert f"POST repos/{REPO}/issues" in told
    assert "Issues: write" in told
    assert "  title: Operating-model retrospective: October 2026" in told
    small.done("issue", "--yes")
    (issue,) = small.issues()
    for line in issue.body.splitlines():
        assert line.strip() in told


@pytest.mark.parametrize("part", ["issue", "pull-request"])
def test_a_plan_is_printed_without_a_token_and_says_what_it_cannot_know(
    part: str, small: PublishingTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("PATH", "")
    told = small.done(part)
    assert "not looked up: there is no token" in told
    assert "POST repos/team/product/" in told
    assert small.github.requests == []
    assert_refused(small.publish(part, "--yes"), "there is no token", ": write")


def test_a_plan_is_printed_where_github_does_not_answer(small: PublishingTeam) -> None:
    small.github.fail("reset", every=1)
    assert "not looked up: no answer from GitHub" in small.done("issue")


def test_the_token_is_in_no_output_and_in_nothing_that_is_sent(small: PublishingTeam) -> None:
    (small.cycle / "summary.md").write_text(f"# t\n\n- {TOKEN} leaked\n", "utf-8")
    told = small.done("issue", "--yes") + small.done("issue")
    assert "[secret] leaked" in small.issues()[0].body
    for fault in ("forbidden", "not_found", "server_error", "reset"):
        small.github.fail(fault, every=1)
        done = small.publish("pull-request", "--yes")
        assert done.exit_code in (OUR_ERROR, STOPPED)
        told += done.output
        small.github.heal()
    files = {path: path.read_bytes() for path in small.team.root.rglob("*") if path.is_file()}
    for path, content in files.items():
        assert TOKEN.encode() not in content or path.name == "summary.md"
    assert TOKEN not in told


def test_a_file_with_a_token_in_it_is_not_sent(small: PublishingTeam) -> None:
    with (small.team.folder / "decisions.yaml").open("a", encoding="utf-8") as file:
        file.write(f"# {TOKEN}\n")
    assert_refused(small.publish("pull-request", "--yes"), "looks like a token")
    assert small.writes() == []
