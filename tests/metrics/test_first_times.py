"""Who does a kind of work for the first time, and how those who are new are answered."""

from __future__ import annotations

from typing import Any

import pytest
from factories import (
    REPO,
    at,
    comments,
    issues,
    pull_requests,
    releases,
    reviews,
    shifts,
    window,
)

from metrics.views import AS_OF, OCTOBER, TABLES, TARGETS, stated, subject, value, view
from opsreview.metrics.first_times import first_time_measured
from opsreview.metrics.reading import read_metric

BEFORE = "2026-03-01"


def said(*acts: tuple[str, str], **seen: Any) -> Any:
    """Comments of a person at a moment, each on the same old issue."""
    rows = ({"author": author, "created_at": moment} for author, moment in acts)
    return first_time_measured(
        view(issues=issues({"opened_at": "2026-01-01"}), comments=comments(*rows), **seen)
    )


def test_who_answers_for_the_first_time_ever_is_told_from_who_did_before() -> None:
    measured = said(("ada", BEFORE), ("ada", "2026-10-02"), ("ben", "2026-10-03"))

    assert (value(measured, "share"), stated(measured)["share"].n) == (0.5, 2)
    assert value(measured, "share", "work:answer") == 0.5
    assert measured.rows.rows() == [
        ("answer", "ada", at(BEFORE), False),
        ("answer", "ben", at("2026-10-03"), True),
    ]


def test_who_did_nothing_in_the_window_is_not_among_them() -> None:
    measured = said(("ada", BEFORE), ("ben", "2026-11-02"), ("cleo", "2026-10-05"))

    assert measured.rows["person"].to_list() == ["cleo"]


def test_first_time_after_as_of_did_not_happen() -> None:
    measured = said(("ada", "2026-10-02"), ("ben", "2026-10-20"), as_of=at("2026-10-15"))

    assert measured.rows["person"].to_list() == ["ada"]


def test_one_person_new_to_one_kind_of_work_counts_once_of_all() -> None:
    measured = first_time_measured(
        view(
            issues=issues({"opened_at": "2026-01-01"}),
            comments=comments({"author": "ada", "created_at": BEFORE}, {"author": "ada"}),
            pull_requests=pull_requests({}),
            reviews=reviews({"author": "ada"}),
            releases=releases({"author": "ada", "published_at": "2026-10-09"}),
            shifts=shifts(
                {"person": "ben", "start_at": BEFORE, "end_at": "2026-03-08"}, {"person": "ben"}
            ),
        )
    )

    assert (value(measured, "share"), stated(measured)["share"].n) == (0.5, 2)
    by_work = {
        work: value(measured, "share", f"work:{work}")
        for work in ("answer", "review", "release", "duty")
    }
    assert by_work == {"answer": 0, "review": 1, "release": 1, "duty": 0}


def test_nobody_at_work_is_no_share() -> None:
    assert stated(said())["share"].reason == "nobody did any of it in the window"


def test_nobody_is_called_new_before_half_a_year_is_known() -> None:
    known = window("2026-05-01", "2030-01-01")
    covers = {(table, REPO): known for table in TABLES} | {
        ("reviews", REPO): window("2026-01-01", "2030-01-01"),
        ("pull_requests", REPO): window("2026-01-01", "2030-01-01"),
    }
    team = subject(
        covers=covers,
        issues=issues({}),
        comments=comments({}),
        pull_requests=pull_requests({}),
        reviews=reviews({}),
    )
    measured = read_metric("first_time_share", team, window=OCTOBER, as_of=AS_OF, targets=TARGETS)

    reason = (
        "known from 2026-05-01 to 2026-11-01 only; the 180 days before the window are needed too"
    )
    assert stated(measured, "work:answer")["share"].reason == reason
    assert stated(measured, "relation:newcomer")["median"].reason == reason
    assert value(measured, "share") == 1  # of who reviews, which is known for long enough
    assert stated(measured)["share"].n == 1


# Those who come anew


def answered(opened: Any, **changed: Any) -> dict[str, float | None]:
    measured = first_time_measured(
        view(
            issues=opened,
            comments=comments(
                {"number": 1, "created_at": "2026-10-01 06:00"},
                {"number": 2, "created_at": "2026-10-02"},
            ),
            **changed,
        )
    )
    return {
        relation: value(measured, "median", f"relation:{relation}")
        for relation in ("newcomer", "returning")
    }


@pytest.mark.parametrize("earlier", ["issue", "pull_request"])
def test_author_of_an_earlier_issue_or_pull_request_is_no_newcomer(earlier: str) -> None:
    before = {"number": 9, "author": "mia", "opened_at": BEFORE}
    opened = [{"number": 1, "author": "new"}, {"number": 2, "author": "mia"}]

    if earlier == "issue":
        found = answered(issues(*opened, before))
    else:
        found = answered(issues(*opened), pull_requests=pull_requests(before))
    assert found == {"newcomer": 6, "returning": 24}


def test_second_issue_of_a_newcomer_is_that_of_somebody_seen_before() -> None:
    opened = issues({"author": "new"}, {"author": "new", "opened_at": "2026-10-01 00:01"})

    assert answered(opened)["newcomer"] == 6


@pytest.mark.parametrize("author", ["ghost", "helper[bot]", None])
def test_whose_earlier_work_nobody_can_know_is_neither(author: str | None) -> None:
    assert answered(issues({"author": author})) == {"newcomer": None, "returning": None}


def test_what_nobody_answered_yet_is_in_the_newcomers_median() -> None:
    opened = issues({"author": "new"}, {"author": "mia"}, {"author": "nat"}, {"author": "zoe"})
    measured = first_time_measured(view(issues=opened, comments=comments({"number": 1})))

    found = stated(measured, "relation:newcomer")["median"]
    assert (found.value, found.n, found.n_censored) == (None, 4, 3)
