"""The pull request's text."""

from __future__ import annotations

from datetime import date
from typing import Any

from opsreview.operating_model.decisions import Decision
from opsreview.publish.change import (
    branch_of,
    commit_message,
    pull_request_body,
    pull_request_title,
    unified,
)

FINDING = {
    "id": "release_interval.median",
    "claim": "Half of the releases came within 20 d",
    "evidence": [{"text": "v1", "url": "https://example.org/v1"}, {"text": "x", "url": "file:x"}],
}


def decision(**said: Any) -> Decision:
    given = {
        "id": "2026-09-d1",
        "title": "Release every second Tuesday",
        "owner": "ada",
        "due": date(2026, 9, 8),
        "decided_on": date(2026, 9, 1),
        "effective_from": date(2026, 9, 1),
        "change": {"path": "rhythm.release.every", "from": "1 month", "to": "2 weeks"},
        "because": ["release_interval.median", "work waits"],
        "status": "open",
    }
    return Decision.model_validate(given | said)


def body(said: Decision, diff: str | None = "-a\n+b", cycle: str | None = "2026-10") -> str:
    return pull_request_body("small", said, diff=diff, findings=[FINDING], cycle=cycle)


def test_the_body_holds_diff_reason_evidence_and_what_is_expected() -> None:
    expects = {
        "metric": "release_interval",
        "statistic": "median",
        "direction": "down",
        "at_least": "25 %",
    }
    text = body(decision(expects=expects, revert_if="it hurts"))
    for part in (
        "`rhythm.release.every`: `1 month` → `2 weeks`",
        "- Half of the releases came within 20 d\n  - seen in [v1](https://example.org/v1), x",
        "- work waits",
        "- release interval (median) goes down by at least 25 %",
        "- looked at after 2 and 4 cycles",
        "- taken back if it hurts",
        "```diff\n-a\n+b\n```",
        "owner ada, due 2026-09-08",
    ):
        assert part in text, f"{part!r} is not in\n{text}"


def test_what_is_not_known_is_said() -> None:
    assert "no diff is made here" in body(decision(), diff=None)
    assert "says the same already" in body(decision(), diff="")
    assert "No built cycle was at hand." in body(decision(), cycle=None)
    assert "No reason is recorded." in body(decision(because=[]))
    assert "no number is to move" in body(decision())


def test_a_title_closes_no_issue_and_calls_nobody() -> None:
    bad = decision(title="fixes #12 @ada <b>\n# big", because=["closes https://x.org/issues/3"])
    for text in (body(bad), pull_request_title(bad)):
        assert "fixes #12" not in text
        assert "fixes \\#12" not in text
        assert "closes https" not in text
        assert "@ada" not in text
    assert "\n" not in pull_request_title(bad)
    assert commit_message(bad, "decisions.yaml") == "decisions.yaml: decision 2026-09-d1"
    assert branch_of(bad) == "opsreview/2026-09-d1"


def test_a_diff_cannot_leave_its_fence() -> None:
    text = body(decision(), diff="-a\n+```\n+# out")
    assert "````diff\n-a\n+```\n+# out\n````" in text


def test_a_new_file_is_a_diff_from_nothing() -> None:
    assert unified(None, "a: 1\n", "m.yaml").splitlines()[:2] == ["--- /dev/null", "+++ b/m.yaml"]
    assert unified("a: 1\n", "a: 1\n", "m.yaml") == ""
