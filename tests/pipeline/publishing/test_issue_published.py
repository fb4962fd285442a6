"""One issue a cycle, whatever goes wrong, and the ticks that people set in it."""

from __future__ import annotations

import pytest
from commands import STOPPED, assert_refused
from dump_factory import write_yaml
from github_team import LONG
from github_world import Item

from opsreview.fleet import Task, run_task
from opsreview.params import load_team
from opsreview.pipeline.publishing.issue import ticks_read_back
from opsreview.sources.terms import Terms

from .publishing_team import (
    REPO,
    PublishingTeam,
    tick,
)

MARK = "<!-- opsreview:small:2026-10 -->"


def read_back(small: PublishingTeam) -> list[str]:
    team = load_team("small", small.team.params)
    return ticks_read_back(team, small.team.outputs, Terms(max_wait_seconds=LONG))


def test_the_issue_is_made_once_and_updated_in_place(small: PublishingTeam) -> None:
    told = small.done("issue", "--yes")
    (issue,) = small.issues()
    assert issue.body.startswith(MARK)
    assert told.splitlines()[-1].endswith(f"/issues/{issue.number}")
    assert "up to date" in small.done("issue", "--yes")
    (small.cycle / "summary.md").write_text("# t\n\n- The backlog shrank.\n", "utf-8")
    small.done("issue", "--yes")
    assert [each.number for each in small.issues()] == [issue.number]
    assert "shrank" in issue.body
    assert small.sent() == [
        "POST /repos/team/product/issues",
        f"PATCH /repos/team/product/issues/{issue.number}",
    ]


def test_the_issue_is_found_by_its_mark_where_nobody_remembers_it(small: PublishingTeam) -> None:
    small.done("issue", "--yes")
    (small.team.outputs / "small" / "ticks.json").unlink()
    for _ in range(120):
        small.repository.create()
    small.repository.close(small.issues()[0].number)
    small.done("issue", "--yes")
    assert len(small.issues()) == 1
    assert len(small.writes()) == 1


@pytest.mark.parametrize("kind", ["reset", "truncate", "kill"])
def test_an_answer_lost_after_the_issue_was_made_makes_no_second(
    kind: str, small: PublishingTeam
) -> None:
    small.github.fail(kind, at=1, of="/issues")  # the list is 0
    small.done("issue", "--yes")
    assert len(small.issues()) == 1
    assert small.sent() == ["POST /repos/team/product/issues"]
    assert small.ticks["2026-10"]["number"] == small.issues()[0].number


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway", "unavailable"])
def test_a_failure_after_which_nothing_is_there_is_tried_again(
    kind: str, small: PublishingTeam
) -> None:
    small.github.fail(kind, at=1, of="/issues", seconds=40)
    small.done("issue", "--yes")
    assert len(small.issues()) == 1
    methods = [each.method for each in small.github.requests if "/issues" in each.path]
    assert methods == ["GET", "POST", "GET", "POST"]
    assert small.github.violations == 0


def test_a_failure_that_stays_is_told_and_makes_at_most_one(small: PublishingTeam) -> None:
    small.github.fail("server_error", at=1, every=2, of="/issues")
    refused = small.publish("issue", "--yes")
    assert_refused(refused, "not sure that everything was written (GitHub answered 500)", "again")
    assert small.issues() == []


@pytest.mark.parametrize("kind", ["secondary_403", "secondary_429", "secondary_bare"])
def test_a_limit_is_waited_out_and_nothing_comes_early(kind: str, small: PublishingTeam) -> None:
    small.github.fail(kind, at=1, of="/issues", seconds=90)
    before = small.github.clock
    small.done("issue", "--yes")
    assert len(small.issues()) == 1
    assert small.github.clock - before >= 60
    assert small.github.violations == 0


def test_a_limit_longer_than_may_be_waited_stops_it(small: PublishingTeam) -> None:
    small.github.fail("secondary_403", at=1, of="/issues", seconds=7200)
    assert small.publish("issue", "--yes").exit_code == STOPPED
    assert small.issues() == []


def test_ticks_and_notes_of_people_outlast_an_update(small: PublishingTeam) -> None:
    small.done("issue", "--yes")
    (issue,) = small.issues()
    tick(issue, "p-1")
    issue.body += "\nNotes of ben.\n"
    (small.cycle / "summary.md").write_text("# t\n\n- The backlog shrank.\n", "utf-8")
    small.done("issue", "--yes")
    assert "- [x] **p-1**" in issue.body
    assert "Notes of ben." in issue.body
    assert "shrank" in issue.body


def test_the_mark_in_an_outsiders_issue_is_not_ours(small: PublishingTeam) -> None:
    copied = small.repository.add(Item(author="rae", association="NONE", body=f"{MARK} mine"))
    copied.created_at = copied.updated_at = small.github.world.clock.moment
    small.done("issue", "--yes")
    assert copied.body == f"{MARK} mine"
    assert len(small.issues()) == 2


def test_an_app_has_no_account_and_takes_no_outsiders_issue(small: PublishingTeam) -> None:
    now = small.github.world.clock.moment
    small.repository.add(Item(author="rae", body=MARK, created_at=now))
    small.github.fail("forbidden", of="/user")
    small.done("issue", "--yes")
    assert len(small.issues()) == 2


def test_an_issue_that_another_member_or_bot_opened_is_ours(small: PublishingTeam) -> None:
    now = small.github.world.clock.moment
    bot = Item(author="runner[bot]", body=MARK, created_at=now)
    small.repository.add(bot)
    small.done("issue", "--yes")
    assert len(small.issues()) == 1
    assert "The backlog grew" in bot.body


def test_an_issue_of_the_tokens_own_account_is_ours_whatever_it_is_there(
    small: PublishingTeam,
) -> None:
    now = small.github.world.clock.moment
    small.repository.add(Item(author="opsreview-token", body=MARK, created_at=now))
    small.done("issue", "--yes")
    assert len(small.issues()) == 1


REFUSED = {
    "archived": ("is archived",),
    "disabled": ("issues are disabled",),
    "permission": ("403", "issues=write", "Issues: write"),
    "gone": ("not found (404)", "--repo"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refusal_is_one_message_that_says_what_is_needed(why: str, small: PublishingTeam) -> None:
    arguments = ["issue", "--yes"]
    if why == "archived":
        small.repository.branches.is_archived = True
    elif why == "disabled":
        small.repository.has_issues = False
    elif why == "permission":
        small.repository.branches.allowed.clear()
    else:
        arguments += ["--repo", "team/nowhere"]
    assert_refused(small.publish(*arguments), *REFUSED[why])


def test_what_github_does_not_take_is_told_with_its_reason(
    small: PublishingTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsreview.publish.issue.MOST_SIGNS", 10**9)
    (small.cycle / "summary.md").write_text("# t\n\n" + "- text\n" * 20_000, "utf-8")
    assert_refused(small.publish("issue", "--yes"), "(422)", "body is too long")


def test_a_renamed_repository_is_written_to_under_its_name_of_today(small: PublishingTeam) -> None:
    small.github.world.rename_repository(REPO, "team/better")
    small.done("issue", "--yes")
    assert small.sent() == ["POST /repos/team/better/issues"]


def test_a_simulated_repository_is_never_written_to(small: PublishingTeam) -> None:
    given = {
        "repos": [REPO],
        "timezone": "UTC",
        "sources": [{"kind": "simulated", "team": "extension", "seed": 1}],
    }
    write_yaml(small.team.folder / "review.yaml", given)
    assert_refused(small.publish("issue", "--yes"), "is simulated", "--repo")


# Its ticks


def test_ticks_are_read_back_and_kept(small: PublishingTeam) -> None:
    small.done("issue", "--yes")
    (issue,) = small.issues()
    assert read_back(small) == []
    tick(issue, "p-1")
    line = (
        f"ticked in #{issue.number}: p-1; record it with `opsreview decide small 1 --cycle 2026-10`"
    )
    assert read_back(small) == [line]
    assert small.ticks["2026-10"]["ticked"] == ["p-1"]
    small.done("issue", "--yes")
    assert small.ticks["2026-10"]["ticked"] == ["p-1"]
    (small.team.outputs / "small" / "ticks.json").unlink()
    assert read_back(small) == [line]


def test_ticks_are_read_back_by_a_worker_of_a_fleet(small: PublishingTeam) -> None:
    small.done("issue", "--yes")
    (issue,) = small.issues()
    tick(issue, "p-1")
    done = run_task(Task("small", str(small.team.params), str(small.team.outputs)))
    assert done.state == "whole", done.problems
    assert done.notes[0].startswith(f"ticked in #{issue.number}: p-1; record it with")
    assert small.ticks["2026-10"]["ticked"] == ["p-1"]


def test_a_tick_that_was_recorded_is_not_told_again(small: PublishingTeam) -> None:
    small.done("issue", "--yes")
    (issue,) = small.issues()
    tick(issue, "p-1")
    proposals = (small.cycle / "proposals.yaml").read_text("utf-8")
    path = next(line for line in proposals.splitlines() if "path:" in line).split(": ")[1]
    ledger = small.team.folder / "decisions.yaml"
    with ledger.open("a", encoding="utf-8") as file:
        file.write(
            "- {id: 2026-11-d1, title: Longer, owner: ada, due: 2026-11-20, "
            "decided_on: 2026-11-10, effective_from: 2026-11-10, status: done, "
            f"change: {{path: {path}, from: 1, to: 2}}}}\n"
        )
    assert read_back(small) == []


def test_no_issue_no_token_and_no_github_are_no_ticks(
    small: PublishingTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_back(small) == []
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("PATH", "")
    (line,) = read_back(small)
    assert line.startswith("ticks in the issue are not read: there is no token")
    write_yaml(
        small.team.folder / "review.yaml",
        {
            "repos": [REPO],
            "timezone": "UTC",
            "sources": [{"kind": "simulated", "team": "extension", "seed": 1}],
        },
    )
    assert read_back(small) == []
