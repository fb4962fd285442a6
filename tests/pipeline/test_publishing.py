"""``opsreview publish``: one issue and one pull request, whatever goes wrong, and none unasked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest
import stamina
from commands import NOT_WHOLE, OUR_ERROR, STOPPED, WRONG_USAGE, assert_refused, everything_in
from cycle_factory import write_cycle
from dump_factory import write_yaml
from github_asker import three_issues
from github_stand_in import TOKEN, GithubStandIn
from github_team import LONG, WorldClock
from github_world import Item

from opsreview.params import load_team
from opsreview.pipeline.publishing.issue import ticks_read_back
from opsreview.sources.github import client
from opsreview.sources.terms import Terms

from .publishing_team import (
    LEDGER_PATH,
    MODEL,
    MODEL_PATH,
    REPO,
    PublishingTeam,
    publishing_team,
    tick,
)

MARK = "<!-- opsreview:small:2026-10 -->"
BRANCH = "opsreview/2026-09-d1"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PublishingTeam]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(httpx2, "Client", partial(httpx2.Client, verify=False))
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(5))
    with GithubStandIn(three_issues()) as github, stamina.set_testing(True, attempts=5, cap=True):
        monkeypatch.setattr(client, "SystemClock", lambda: WorldClock(github))
        yield publishing_team(tmp_path, github)


def read_back(small: PublishingTeam) -> list[str]:
    team = load_team("small", small.team.params)
    return ticks_read_back(team, small.team.outputs, Terms(max_wait_seconds=LONG))


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


# The issue


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


# The pull request


def test_a_change_is_offered_with_its_files_diff_and_reason(small: PublishingTeam) -> None:
    told = small.done("pull-request", "--yes")
    branches = small.repository.branches
    assert branches.files[BRANCH][MODEL_PATH] == MODEL
    assert "2026-09-d1" in branches.files[BRANCH][LEDGER_PATH]
    assert branches.files[BRANCH]["README.md"] == "hello\n"
    assert branches.files["main"][MODEL_PATH] != MODEL
    ((number, offered),) = branches.offered.items()
    assert offered == (BRANCH, "main")
    body = small.repository.items[number].body
    for part in (
        "-  release: {every: 1 month,",
        "+  release: {every: 2 weeks,",
        "`1 month` → `2 weeks`",
        "52 % of 61 issues were answered",
        "https://example.org/demo/extension/issues/826",
    ):
        assert part in body
    assert "fixes \\#3" not in body
    assert told.splitlines()[-1].endswith(f"/{number}")


def test_the_plan_of_a_pull_request_shows_every_request(small: PublishingTeam) -> None:
    told = small.done("pull-request")
    heads = [line.partition("    (")[0] for line in told.splitlines() if "(token needs" in line]
    assert heads == [
        "POST repos/team/product/git/refs",
        f"PUT repos/team/product/contents/{MODEL_PATH}",
        f"PUT repos/team/product/contents/{LEDGER_PATH}",
        "POST repos/team/product/pulls",
    ]
    assert "+  release: {every: 2 weeks," in told
    small.done("pull-request", "--yes")
    assert [line.replace(" /", " ") for line in small.sent()] == heads


def test_a_branch_and_pull_request_that_are_there_are_updated(small: PublishingTeam) -> None:
    small.done("pull-request", "--yes")
    assert "up to date" in small.done("pull-request", "--yes")
    model = small.team.folder / "operating_model.yaml"
    model.write_text(MODEL + "# a word more\n", "utf-8")
    small.done("pull-request", "--yes")
    branches = small.repository.branches
    assert branches.files[BRANCH][MODEL_PATH].endswith("# a word more\n")
    assert len(branches.offered) == 1
    assert "+# a word more" in small.repository.items[next(iter(branches.offered))].body
    assert [line.split()[0] for line in small.sent()] == [
        *("POST", "PUT", "PUT", "POST"),
        *("PUT", "PATCH"),
    ]


@pytest.mark.parametrize("kind", ["reset", "truncate", "bad_gateway", "secondary_403"])
@pytest.mark.parametrize("which", [0, 1, 2, 3])
def test_a_fault_at_any_write_doubles_nothing(which: int, kind: str, small: PublishingTeam) -> None:
    reads = 6  # before the first write: repository, pulls, branch, two files, base
    small.github.fail(kind, at=reads + which)
    small.done("pull-request", "--yes")
    faulty = next(each for each in small.github.requests if each.fault)
    assert faulty.method != "GET"
    branches = small.repository.branches
    assert list(branches.offered.values()) == [(BRANCH, "main")]
    assert branches.files[BRANCH][MODEL_PATH] == MODEL
    assert small.github.violations == 0


def test_a_file_that_changes_meanwhile_is_looked_at_again(small: PublishingTeam) -> None:
    small.done("pull-request", "--yes")
    model = small.team.folder / "operating_model.yaml"
    model.write_text(MODEL + "# a word more\n", "utf-8")
    files = small.repository.branches.files[BRANCH]
    small.github.fail(
        "meanwhile",
        of="/contents/params/small/decisions.yaml",
        call=lambda: files.update({MODEL_PATH: "other"}),
    )
    small.done("pull-request", "--yes")
    assert files[MODEL_PATH].endswith("# a word more\n")


def test_a_pull_request_that_people_closed_is_not_opened_again(small: PublishingTeam) -> None:
    small.done("pull-request", "--yes")
    (number,) = small.repository.branches.offered
    small.repository.close(number)
    assert_refused(small.publish("pull-request", "--yes"), "closed without being merged")
    small.repository.items[number].merged_at = "2026-11-20T00:00:00Z"
    assert "merged already" in small.done("pull-request", "--yes")


def test_there_is_nothing_to_offer_where_the_base_says_it(small: PublishingTeam) -> None:
    ledger = (small.team.folder / "decisions.yaml").read_text("utf-8")
    small.repository.branches.files["main"] |= {MODEL_PATH: MODEL, LEDGER_PATH: ledger}
    assert "nothing to offer" in small.done("pull-request", "--yes")
    assert small.writes() == []


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--decision", "2026-08-d1"], ("no decision 2026-08-d1 that changes", "2026-09-d1")),
        (["--base", "nowhere", "--yes"], ("no branch nowhere", "--base")),
        (["--path", "../elsewhere"], ("leaves the repository",)),
        (["--repo", "../../user"], ("is not owner/name",)),
    ],
)
def test_what_cannot_be_offered_is_refused_in_one_message(
    arguments: list[str], parts: tuple[str, ...], small: PublishingTeam
) -> None:
    assert_refused(small.publish("pull-request", *arguments), *parts)


def test_a_decision_that_the_model_does_not_say_is_not_offered(small: PublishingTeam) -> None:
    model = small.team.folder / "operating_model.yaml"
    model.write_text(MODEL.replace("2 weeks", "3 weeks"), "utf-8")
    done = small.publish("pull-request")
    assert_refused(done, "rhythm.release.every does not say what 2026-09-d1 decided")


def test_a_permission_that_lacks_is_named(small: PublishingTeam) -> None:
    small.repository.branches.allowed.discard("contents")
    assert_refused(small.publish("pull-request", "--yes"), "contents=write", "Contents: write")


def test_params_outside_of_a_clone_need_a_path(small: PublishingTeam) -> None:
    (small.team.root / ".git").rename(small.team.root / "not-git")
    assert_refused(small.publish("pull-request"), "lies in no git clone", "--path")
    small.done("pull-request", "--path", "ops", "--yes")
    assert MODEL in small.repository.branches.files[BRANCH]["ops/operating_model.yaml"]


# The runbook


def test_the_runbook_is_written_with_yes_and_held_with_check(small: PublishingTeam) -> None:
    into = small.team.root / "docs"
    missing = small.publish("runbook", "--into", str(into), "--check")
    assert missing.exit_code == NOT_WHOLE
    assert missing.stdout.count(": missing") == 5
    assert "nothing is written without --yes" in small.done("runbook", "--into", str(into))
    assert not into.exists()
    small.done("runbook", "--into", str(into), "--yes")
    assert "all 5 pages" in small.done("runbook", "--into", str(into), "--check")
    model = small.team.folder / "operating_model.yaml"
    model.write_text(MODEL.replace("deputy: ben", "deputy: null"), "utf-8")
    stale = small.publish("runbook", "--into", str(into), "--check")
    assert stale.exit_code == NOT_WHOLE
    assert "stale: the params say something else now" in stale.stdout
    for page in into.iterdir():
        text = page.read_text("utf-8")
        assert "person-" in text or "ada" not in text
        assert " ada" not in text


def test_turns_of_a_cycle_with_other_names_are_not_shown(small: PublishingTeam) -> None:
    assert "heron" in small.done("runbook")
    review = small.team.folder / "review.yaml"
    review.write_text(review.read_text("utf-8").replace("pseudonyms", "roles"), "utf-8")
    told = small.done("runbook")
    assert "heron" not in told
    assert "was built with privacy.names pseudonyms, and review.yaml says roles" in told
    assert_refused(small.publish("issue"), "privacy.names pseudonyms", "opsreview build small")
    assert "No built cycle was at hand." in small.done("pull-request")


def test_options_of_another_part_are_wrong_usage(small: PublishingTeam) -> None:
    for arguments in (["issue", "--check"], ["runbook", "--repo", REPO], ["letter"]):
        assert small.publish(*arguments).exit_code == WRONG_USAGE


def test_a_cycle_that_is_not_built_is_refused(small: PublishingTeam) -> None:
    assert_refused(small.publish("issue", "--cycle", "2026-09"), "2026-09 of small is not built")
    write_cycle(small.team.outputs, team="small", cycle="2026-09")
    assert "September 2026" in small.done("issue", "--cycle", "2026-09")
    assert "October 2026" in small.done("issue")


# Secrets


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
