"""Writes: sent once, classed by what GitHub answers, looked at before they are sent again."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from github_stand_in import GithubStandIn
from github_team import REPO, Asking, served

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.github.answers import written
from opsreview.sources.github.faults import Fault, Limited, Refused, Unauthorized, Uncertain
from opsreview.sources.github.issues import issue_plan, issue_with
from opsreview.sources.github.writing import (
    ISSUES,
    Plan,
    carry_out,
    repo_today,
    step,
)

PATH = f"repos/{REPO}/issues"
BODY = {"title": "A title", "body": "A body"}
REFUSALS: dict[str, tuple[int, dict[str, Any], dict[str, str], type[Fault], str]] = {
    "scope": (
        403,
        {"message": "Resource not accessible by integration"},
        {"x-accepted-github-permissions": "issues=write"},
        Refused,
        "issues=write; it needs Issues: write",
    ),
    "sso": (403, {}, {"x-github-sso": "required; url=https://sso"}, Refused, "single sign-on"),
    "archived": (
        403,
        {"message": "Repository was archived so is read-only."},
        {},
        Refused,
        "archived",
    ),
    "not found": (404, {"message": "Not Found"}, {}, Refused, "Issues: write"),
    "disabled": (410, {"message": "Issues are disabled"}, {}, Refused, "turn issues on"),
    "invalid": (
        422,
        {"message": "Validation Failed", "errors": [{"message": "too long"}]},
        {},
        Refused,
        "Validation Failed (too long)",
    ),
    "there already": (422, {"message": "Reference already exists"}, {}, Uncertain, "meanwhile"),
    "changed": (409, {"message": "does not match"}, {}, Uncertain, "meanwhile"),
    "token": (401, {"message": "Bad credentials"}, {}, Unauthorized, "does not accept the token"),
    "server": (502, {}, {}, Uncertain, "502"),
    "away": (503, {}, {"retry-after": "30"}, Uncertain, "503"),
    "limit": (403, {"message": "secondary rate limit"}, {"retry-after": "9"}, Limited, "secondary"),
    "moved": (307, {}, {"location": "https://x"}, Refused, "elsewhere"),
    "odd": (400, {"message": "Problems parsing JSON"}, {}, Fault, "Problems parsing"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_became_of_a_write_is_told_by_its_answer(case: str) -> None:
    status, body, headers, kind, part = REFUSALS[case]
    with pytest.raises(kind, match=part.replace("(", "\\(").replace(")", "\\)")):
        written(httpx2.Response(status, json=body, headers=headers), needs=ISSUES)


def test_an_answer_that_cannot_be_read_leaves_it_open_whether_it_was_done() -> None:
    for answer in (
        httpx2.Response(201, text="<html>", headers={"content-type": "text/html"}),
        httpx2.Response(201, content=b'{"num', headers={"content-type": "application/json"}),
    ):
        with pytest.raises(Uncertain):
            written(answer, needs=ISSUES)
    assert written(httpx2.Response(201, json={"number": 3}), needs=ISSUES) == {"number": 3}


@pytest.mark.parametrize("kind", ["reset", "server_error", "truncate", "bad_json_200"])
def test_a_write_is_sent_once_by_the_client_itself(
    kind: str, github: GithubStandIn, asking: Asking
) -> None:
    github.fail(kind)
    with pytest.raises(Uncertain):
        asking().write("POST", PATH, BODY, needs=ISSUES)
    assert [each.method for each in github.requests] == ["POST"]


def test_a_write_goes_to_no_other_host_and_follows_no_redirect(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"location": "https://elsewhere.example/"}
    requests = served(monkeypatch, lambda _: httpx2.Response(307, headers=headers))
    with pytest.raises(Refused):
        asking("https://api.github.com").write("POST", PATH, BODY, needs=ISSUES)
    assert [str(request.url) for request in requests] == [f"https://api.github.com/{PATH}"]


def test_a_write_waits_for_the_limits_that_reading_met(
    github: GithubStandIn, asking: Asking
) -> None:
    client = asking(max_wait=10)
    github.fail("secondary_403", seconds=600)
    with pytest.raises(StoppedError):
        client.write("POST", PATH, BODY, needs=ISSUES)
    assert github.violations == 0


def test_a_plan_is_made_again_before_anything_is_sent_again(
    github: GithubStandIn, asking: Asking
) -> None:
    client, looks = asking(), []

    def plan() -> Plan:
        looks.append(len(github.requests))
        found = issue_with(client, place, "A body", known=None)
        return issue_plan(place, found, BODY["title"], BODY["body"])

    place = repo_today(client, REPO)
    github.fail("reset", at=1, of="/issues")
    done = carry_out(client, plan)
    made = [item for item in github.world.repository.items.values() if item.body]
    assert len(made) == 1
    assert (done.number, len(done.steps), len(looks)) == (made[0].number, 1, 2)


def test_what_never_becomes_sure_is_told(github: GithubStandIn, asking: Asking) -> None:
    client = asking()
    github.fail("server_error", every=1)
    due = Plan((step("POST", PATH, BODY, ISSUES),))
    with pytest.raises(SourceError, match="not sure that everything was written"):
        carry_out(client, lambda: due)
    assert len(github.requests) == 4


def test_no_secret_is_in_what_is_sent_or_shown(github: GithubStandIn) -> None:
    told = step("POST", PATH, {"title": f"of {github.token}", "draft": True}, ISSUES)
    assert told.body == {"title": "of [secret]", "draft": True}
