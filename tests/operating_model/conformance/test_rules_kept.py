"""Rules of reviews, the backlog and severities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from factories import (
    at,
    comments,
    events,
    incident_events,
    incidents,
    issues,
    people,
    pull_requests,
    reviews,
)
from operating_model.conformance.observing import links, observed, told

from opsreview.metrics.view import Groups
from opsreview.operating_model.conformance import Held, Observed, observed_rows
from opsreview.operating_model.conformance.rules import backlog_rows, review_rows, severity_rows
from opsreview.operating_model.document import OperatingModel

Load = Callable[[str], OperatingModel]
MERGED = {"author": "ada", "merged_at": "2026-10-05", "merged_by": "ben"}
P1 = Groups(priorities={"p1": ["priority/p1"]})
SEVERE = "severities: {high: {means: down, priority: p1, %s}}\n"
PAGED = "severities: {high: {means: down, %s}}\n"
LEFT = "backlog: {info: {says: Nothing waits for ever., label: needs-info, %s}}\n"


def review(load: Load, rule: str, seen: Observed) -> Held:
    (row,) = review_rows(load(f"reviews: {{{rule}}}\n"), seen)
    return row


def test_merge_without_enough_approvals_drifts_with_its_link(model_of: Load) -> None:
    seen = observed(
        pull_requests=pull_requests(MERGED, MERGED),
        reviews=reviews({"author": "ben"}, {"author": "ben", "number": 2}, {"author": "cleo"}),
    )

    row = review(model_of, "approvals: 2", seen)

    assert row.says == "A merge needs 2 approvals by others"
    assert told(row) == (
        "drifts",
        "1 of 2 merged pull requests had fewer",
        "1 merge lacked approvals",
    )
    assert links(row) == ["#2"]
    assert review(model_of, "approvals: 1", seen).verdict == "holds"


def test_merge_of_ones_own_drifts_where_it_is_never_done(model_of: Load) -> None:
    seen = observed(pull_requests=pull_requests(MERGED, MERGED | {"merged_by": "ada"}))

    row = review(model_of, "self_merge: never", seen)

    assert told(row) == (
        "drifts",
        "1 of 2 merged pull requests by who opened them",
        "1 merge of one's own",
    )
    assert links(row) == ["#2"]


def test_merge_of_ones_own_that_may_be_a_hotfix_cannot_be_told(model_of: Load) -> None:
    own = observed(pull_requests=pull_requests(MERGED | {"merged_by": "ada"}))
    anothers = observed(pull_requests=pull_requests(MERGED))

    assert review(model_of, "self_merge: hotfix", own).verdict == "cannot tell"
    assert review(model_of, "self_merge: hotfix", anothers).verdict == "holds"


def test_merge_by_nobody_known_stands_apart_and_leaves_it_open(model_of: Load) -> None:
    seen = observed(pull_requests=pull_requests(MERGED, MERGED | {"merged_by": None}))

    row = review(model_of, "self_merge: never", seen)

    assert row.verdict == "cannot tell"
    assert row.happened == (
        "0 of 1 merged pull request by who opened them; of 1 more nobody knows who merged them"
    )


def test_merge_of_ones_own_that_is_allowed_is_no_line_to_hold(model_of: Load) -> None:
    assert review_rows(model_of("reviews: {self_merge: allowed}\n"), observed()) == []


@pytest.mark.parametrize("rule", ["approvals: 1", "self_merge: never", "first_within: 1 day"])
def test_no_merge_no_verdict_and_no_source_neither(model_of: Load, rule: str) -> None:
    nothing = review(model_of, rule, observed())
    unknown = review(model_of, rule, observed(without=["pull_requests"]))

    assert nothing.verdict == unknown.verdict == "cannot tell"
    assert unknown.why == "no source gives pull requests"


def test_first_reviews_count_those_due_and_pending_ones_apart(model_of: Load) -> None:
    days = [f"2026-10-{day:02}" for day in range(1, 7)]
    pulls = pull_requests(*({"opened_at": day} for day in days), {"opened_at": "2026-10-11"})
    given = reviews(*({"number": n, "submitted_at": days[n - 1]} for n in range(1, 7)))
    seen = observed(as_of=at("2026-10-12"), pull_requests=pulls, reviews=given)

    row = review(model_of, "first_within: 2 days", seen)

    assert told(row)[:2] == ("holds", "6 of 6 in time (100 %, 61–100 %, n 6)")
    early = observed(as_of=at("2026-10-12"), pull_requests=pulls, reviews=reviews())
    assert review(model_of, "first_within: 2 days", early).verdict == "drifts"


def marked(*rows: dict[str, Any]) -> pl.DataFrame:
    return issues(*({"labels": ["needs-info"]} | row for row in rows))


def backlog(load: Load, rule: str, seen: Observed) -> list[Held]:
    return backlog_rows(load(LEFT % rule), seen)


def test_issue_quiet_for_longer_than_the_rule_and_open_still_drifts(model_of: Load) -> None:
    opened = marked({}, {}, {"closed_at": "2026-11-01"}, {"labels": []})
    said = comments({"number": 2, "author": "rae", "created_at": "2026-11-05"})

    (row,) = backlog(model_of, "close_after: 7 days", observed(issues=opened, comments=said))

    assert (row.path, row.says) == ("backlog.info.close_after", "Nothing waits for ever")
    assert told(row)[:2] == (
        "drifts",
        "1 of 2 open issues with needs-info had been quiet for more than 7 days",
    )
    assert links(row) == ["#1"]


def test_backlog_is_read_at_as_of_and_not_at_the_end_of_the_cycle(model_of: Load) -> None:
    opened = marked({"opened_at": "2026-10-28"})

    (late,) = backlog(model_of, "close_after: 7 days", observed(issues=opened))
    (early,) = backlog(
        model_of, "close_after: 7 days", observed(as_of=at("2026-11-02"), issues=opened)
    )

    assert (late.verdict, early.verdict) == ("drifts", "holds")


def test_no_issue_with_the_label_holds(model_of: Load) -> None:
    (row,) = backlog(model_of, "close_after: 7 days", observed(issues=issues({})))

    assert told(row)[:2] == ("holds", "no open issue bears needs-info")


@pytest.mark.parametrize(("most", "verdict"), [(1, "drifts"), (2, "holds")])
def test_more_open_than_the_most_drifts(model_of: Load, most: int, verdict: str) -> None:
    opened = marked({}, {}, {"labels": []})

    (row,) = backlog(model_of, f"most_open: {most}", observed(issues=opened))

    assert told(row)[:2] == (verdict, "2 issues open with needs-info")


def test_backlog_without_events_cannot_say_who_was_quiet(model_of: Load) -> None:
    (row,) = backlog(model_of, "close_after: 7 days", observed(without=["events"]))

    assert row.why == "no source gives events"


def severity(load: Load, text: str, seen: Observed) -> Held:
    (row,) = severity_rows(load(text), seen)
    return row


def urgent(count: int, **more: Any) -> pl.DataFrame:
    return issues(*({"labels": ["priority/p1"]} | more for _ in range(count)))


def test_answers_to_issues_of_the_priority_are_held_to_the_deadline(model_of: Load) -> None:
    said = comments(*({"number": n, "created_at": "2026-10-01 01:00"} for n in range(1, 6)))
    seen = observed(groups=P1, issues=urgent(6), comments=said)

    row = severity(model_of, SEVERE % "answer_within: 4 h", seen)

    assert (row.path, row.says) == (
        "severities.high.answer_within",
        "high is answered within 4 h",
    )
    assert told(row)[:2] == ("holds", "5 of 6 in time (83 %, 44–97 %, n 6)")


def test_deadline_mostly_missed_drifts_with_the_longest_waits(model_of: Load) -> None:
    row = severity(model_of, SEVERE % "answer_within: 4 h", observed(groups=P1, issues=urgent(6)))

    assert told(row)[:2] == ("drifts", "0 of 6 in time (0 %, 0–39 %, n 6)")
    assert len(links(row)) == 3


def test_pending_cases_are_said_apart(model_of: Load) -> None:
    opened = pl.concat([urgent(6), urgent(1, number=7, opened_at="2026-10-09")])
    seen = observed(groups=P1, as_of=at("2026-10-10"), issues=opened)

    row = severity(model_of, SEVERE % "answer_within: 2 days", seen)

    assert row.happened == "0 of 6 in time (0 %, 0–39 %, n 6)"
    wide = severity(model_of, SEVERE % "resolve_within: 1 week", seen)
    assert wide.happened.startswith("0 of 6 in time")


def test_three_missed_are_too_few_to_hold_against_anybody(model_of: Load) -> None:
    row = severity(model_of, SEVERE % "answer_within: 4 h", observed(groups=P1, issues=urgent(3)))

    assert told(row)[::2] == ("cannot tell", "fewer than 5 are too few to tell")


def test_resolution_is_the_close(model_of: Load) -> None:
    seen = observed(groups=P1, issues=urgent(5, closed_at="2026-10-03"))

    assert severity(model_of, SEVERE % "resolve_within: 1 week", seen).verdict == "holds"
    assert severity(model_of, SEVERE % "resolve_within: 1 day", seen).verdict == "drifts"


def test_severity_without_a_priority_is_read_on_incidents(model_of: Load) -> None:
    opened = incidents(
        *[{"severity": "HIGH", "resolved_at": "2026-10-01 03:00"}] * 5, {"severity": "low"}
    )
    acts = incident_events(
        *(
            {"incident_id": str(n), "at": "2026-10-01 01:00", "event": "comment"}
            for n in range(1, 6)
        )
    )
    seen = observed(incidents=opened, incident_events=acts)

    for rule in ("answer_within: 1 h", "resolve_within: 4 h"):
        row = severity(model_of, PAGED % rule, seen)
        assert told(row)[:2] == ("holds", "5 of 5 in time (100 %, 57–100 %, n 5)")


def test_severity_of_which_nothing_came_cannot_be_told(model_of: Load) -> None:
    row = severity(model_of, SEVERE % "answer_within: 4 h", observed(groups=P1))

    assert told(row)[::2] == ("cannot tell", "nothing was due in the cycle")


@pytest.mark.parametrize(
    ("text", "stated", "why"),
    [
        (
            SEVERE % "answer_within: 1 h",
            {"groups": Groups()},
            "review.yaml names no label of the priority p1",
        ),
        (SEVERE % "answer_within: 1 h", {"without": ["comments"]}, "no source gives comments"),
        (PAGED % "resolve_within: 1 h", {"without": ["incidents"]}, "no source gives incidents"),
        (
            SEVERE % "answer_within: 1 h",
            {"people": people({"person_id": "ada", "is_team": None})},
            "nothing says who is in the team: list it in people.yaml",
        ),
    ],
)
def test_severity_that_cannot_be_read_says_why(
    model_of: Load, text: str, stated: dict[str, Any], why: str
) -> None:
    row = severity(model_of, text, observed(**({"groups": P1} | stated)))

    assert told(row) == ("cannot tell", "not measurable", why)


def test_model_that_says_nothing_has_nothing_to_hold(model_of: Load) -> None:
    assert observed_rows(model_of(""), observed()) == []


def test_rows_come_in_the_models_order_and_each_path_once(model_of: Load) -> None:
    text = (
        "roles: {lead: {owner: ada}}\nareas: {a: {owner: ben, label: x}}\n"
        "rhythm: {retrospective: {every: month, by: lead}}\n"
        + PAGED % "answer_within: 1 h, resolve_within: 1 day"
        + "reviews: {approvals: 1}\n"
        + LEFT % "close_after: 1 week, most_open: 3"
    )

    rows = observed_rows(model_of(text), observed(), sign_offs=[])

    paths = [row.path for row in rows]
    assert len(set(paths)) == len(paths) == 8
    assert [row.kind for row in rows] == [
        "role",
        "area",
        "rhythm",
        "severity",
        "severity",
        "review",
        "backlog",
        "backlog",
    ]
    assert all(row.verdict != "cannot tell" or row.why for row in rows)
    assert {"kind", "path", "why"} <= set(rows[0].to_json())
    assert "estimate" not in rows[0].to_json()


def test_events_alone_are_no_reviews(model_of: Load) -> None:
    seen = observed(events=events({}), pull_requests=pull_requests(MERGED), without=["reviews"])

    assert review(model_of, "approvals: 1", seen).why == "no source gives reviews"
