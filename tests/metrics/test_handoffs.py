"""Where work falls between two people."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from factories import at, comments, events, issues, people, pull_requests, reviews, spells

from metrics.views import AS_OF, OCTOBER, frames
from opsreview.metrics.handoffs import (
    assigned_at,
    passed_around,
    unanswered_mentions,
    unanswered_requests,
    unassigned,
)
from opsreview.metrics.quiet import quiet_issues


def assigned(*names: str, number: int = 1, first_day: int = 2) -> list[dict[str, Any]]:
    return [
        {
            "event": "assigned",
            "number": number,
            "assignee": name,
            "created_at": f"2026-10-{first_day + n:02}",
        }
        for n, name in enumerate(names)
    ]


def passed(*happened: dict[str, Any], **item: Any) -> list[tuple[Any, ...]]:
    tables = frames(issues=issues(item, {}), events=events(*happened))
    found = passed_around(tables, window=OCTOBER, as_of=AS_OF)
    return found.select("number", "turn_count", "person_count").rows()


def test_assigned_back_to_who_had_it_is_passed_around() -> None:
    assert passed(*assigned("ada", "ben", "ada")) == [(1, 3, 2)]


def test_three_people_in_turn_are_passed_around_and_two_are_a_handoff() -> None:
    assert passed(*assigned("ada", "ben", "cleo")) == [(1, 3, 3)]
    assert passed(*assigned("ada", "ben")) == []


def test_assigned_twice_to_one_person_is_no_ping_pong() -> None:
    assert passed(*assigned("ada", "ada", "ada")) == []


def test_bot_is_nobody_to_pass_work_to() -> None:
    listed = people({"person_id": "ada"}, {"person_id": "x[bot]", "kind": "bot"})
    happened = assigned("ada", "x[bot]", "ada")
    tables = frames(issues=issues({}), events=events(*happened), people=listed)

    assert passed_around(tables, window=OCTOBER, as_of=AS_OF).is_empty()


def test_assignment_after_as_of_did_not_happen_and_an_old_story_is_over() -> None:
    later = {"event": "assigned", "assignee": "ada", "created_at": "2026-11-09"}
    old = [
        row | {"created_at": f"2026-09-0{n}"} for n, row in enumerate(assigned("a", "b", "a"), 1)
    ]

    assert passed(*assigned("ada", "ben"), later) == []
    assert passed(*old) == []


def test_longest_from_first_assignment_to_the_close_comes_first() -> None:
    happened = events(
        *assigned("ada", "ben", "ada"), *assigned("ada", "ben", "ada", number=2, first_day=10)
    )
    tables = frames(issues=issues({"closed_at": "2026-10-06"}, {}), events=happened)

    found = passed_around(tables, window=OCTOBER, as_of=AS_OF)

    assert found.select("number", "waited_hours").rows() == [(2, 29 * 24.0), (1, 4 * 24.0)]


def nobodys(opened: pl.DataFrame, happened: pl.DataFrame | None = None) -> list[int]:
    known = events() if happened is None else happened
    quiet = quiet_issues(opened, comments(), known, spells(opened, known), as_of=AS_OF)
    triaged = opened.filter(pl.col("labels").list.len() > 0).select("repo", "number")
    found = unassigned(quiet, assigned_at(opened, known, moment=AS_OF), triaged)
    return found["number"].to_list()


def test_triaged_silent_and_nobodys_is_told_and_the_rest_is_not() -> None:
    opened = issues(
        {"labels": ["bug"]},
        {"labels": ["bug"], "assignees": ["ada"]},
        {"labels": []},
        {"labels": ["bug"], "opened_at": "2026-11-02"},
        {"labels": ["bug"], "assignees": None},
    )

    assert nobodys(opened) == [1]


def test_who_was_assigned_is_rebuilt_as_of_then() -> None:
    opened = issues({"labels": ["bug"], "assignees": ["ada"]}, {"labels": ["bug"], "assignees": []})
    later = events(
        {"number": 1, "event": "assigned", "assignee": "ada", "created_at": "2026-11-09"},
        {"number": 2, "event": "unassigned", "assignee": "ada", "created_at": "2026-11-09"},
    )

    assert nobodys(opened, later) == [1]


def mention(person: str | None = "ada", day: str = "2026-10-05") -> dict[str, Any]:
    return {"event": "mentioned", "actor": person, "created_at": day}


def mentions(*happened: dict[str, Any], **stated: pl.DataFrame) -> list[bool | None]:
    tables = frames(**({"issues": issues({})} | stated), events=events(*happened))
    return unanswered_mentions(tables, window=OCTOBER, as_of=AS_OF)["is_answered"].to_list()


@pytest.mark.parametrize(("day", "is_answered"), [("2026-10-12", True), ("2026-10-13", False)])
def test_mention_is_answered_by_a_word_within_a_week(day: str, is_answered: bool) -> None:
    assert mentions(mention(), comments=comments({"created_at": day})) == [is_answered]


def test_word_of_another_or_before_the_mention_is_no_answer() -> None:
    said = comments(
        {"author": "ben", "created_at": "2026-10-06"}, {"author": "ada", "created_at": "2026-10-04"}
    )

    assert mentions(mention(), comments=said) == [False]


def test_label_and_close_are_acts_too_and_a_second_mention_is_none() -> None:
    labelled = {"event": "labeled", "label": "x", "created_at": "2026-10-06"}
    closed = issues({"closed_at": "2026-10-08"})

    assert mentions(mention(), labelled) == [True]
    assert mentions(mention(), issues=closed) == [True]
    assert mentions(mention(), mention(day="2026-10-06")) == [False]


def test_close_that_a_reopening_followed_still_answered() -> None:
    happened = (
        {"event": "closed", "actor": "ben", "created_at": "2026-10-06"},
        {"event": "reopened", "actor": "rae", "created_at": "2026-10-07"},
    )

    assert mentions(mention(), *happened) == [True]


def test_week_that_is_not_over_is_pending() -> None:
    assert mentions(mention(day="2026-10-31 23:00")) == [False]
    tables = frames(issues=issues({}), events=events(mention()))
    found = unanswered_mentions(tables, window=OCTOBER, as_of=at("2026-10-08"))
    assert found["is_answered"].to_list() == [None]


@pytest.mark.parametrize("person", ["rae", "helper[bot]", "ghost", None])
def test_mention_of_an_outsider_a_bot_or_nobody_known_asks_nothing_of_us(
    person: str | None,
) -> None:
    assert mentions(mention(person)) == []


def request(reviewer: str | None = "ada", day: str = "2026-10-05") -> dict[str, Any]:
    return {"event": "review_requested", "actor": "ben", "reviewer": reviewer, "created_at": day}


def requests(*happened: dict[str, Any], **stated: pl.DataFrame) -> list[bool | None]:
    tables = frames(**({"pull_requests": pull_requests({})} | stated), events=events(*happened))
    return unanswered_requests(tables, window=OCTOBER, as_of=AS_OF)["is_answered"].to_list()


def test_request_is_answered_by_the_review_of_who_was_asked() -> None:
    theirs = reviews({"author": "ada", "submitted_at": "2026-10-06"})
    anothers = reviews({"author": "cleo", "submitted_at": "2026-10-06"})

    assert requests(request(), reviews=theirs) == [True]
    assert requests(request("ADA"), reviews=theirs) == [True]
    assert requests(request(), reviews=anothers) == [False]


def test_request_taken_back_within_the_week_asks_no_more_and_one_later_did() -> None:
    back = {"event": "review_request_removed", "actor": "ben", "reviewer": "ada"}

    assert requests(request(), back | {"created_at": "2026-10-06"}) == []
    assert requests(request(), back | {"created_at": "2026-10-20"}) == [False]


def test_request_of_a_team_or_of_nobody_known_is_left_out() -> None:
    assert requests(request(None), request("nobody-listed")) == []


def test_merge_within_the_week_ends_the_wait() -> None:
    assert requests(request(), pull_requests=pull_requests({"merged_at": "2026-10-07"})) == [True]
