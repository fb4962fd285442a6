"""One branch and one pull request a decision, whatever goes wrong."""

from __future__ import annotations

import pytest
from commands import assert_refused

from .publishing_team import (
    LEDGER_PATH,
    MODEL,
    MODEL_PATH,
    PublishingTeam,
)

BRANCH = "opsreview/2026-09-d1"


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
    assert "owner ada" in body  # as in the files: a pseudonym beside them would be none
    assert "the files name people as the params do" in told
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
