"""Who did which kind of work: one act is one person on one thing, as far as the data speak."""

from __future__ import annotations

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
    pull_requests,
    releases,
    reviews,
    support_requests,
)

from metrics.views import AS_OF, OCTOBER, frames
from opsreview.metrics.work import NEEDS, first_touches, labels_borne, presence, work_done


def touched(opened: pl.DataFrame, **stated: pl.DataFrame) -> list[tuple[Any, ...]]:
    found = first_touches(
        opened, stated.get("said", comments()), stated.get("done", events()), as_of=AS_OF
    )
    return found.select("number", "touched_at", "person").rows()


def done(kind: str, **stated: pl.DataFrame) -> list[tuple[Any, ...]]:
    found = work_done(frames(**stated), kind, window=OCTOBER, as_of=AS_OF)
    return found.select("thing", "person").rows()


def test_first_touch_is_the_teams_first_word_label_or_close() -> None:
    said = comments({"author": "ben", "created_at": "2026-10-04"})
    labelled = events({"event": "labeled", "label": "bug", "created_at": "2026-10-03"})

    assert touched(issues({}), said=said, done=labelled) == [(1, at("2026-10-03"), "ada")]


@pytest.mark.parametrize("author", ["rae", "helper[bot]", "ghost", None])
def test_word_of_an_outsider_a_bot_or_nobody_known_touches_nothing(author: str | None) -> None:
    said = comments({"author": author, "created_at": "2026-10-04"})

    assert touched(issues({}), said=said) == [(1, None, None)]


def test_issue_of_the_team_or_of_a_bot_is_not_there_to_be_triaged() -> None:
    assert touched(issues({"author": "ben"}, {"author": "helper[bot]"}, {"author": "ghost"})) == [
        (3, None, None)
    ]


def test_touch_after_as_of_did_not_happen() -> None:
    assert touched(issues({}), said=comments({"created_at": "2026-11-09"})) == [(1, None, None)]


def test_assignment_that_names_the_assigned_as_its_actor_tells_of_nobodys_act() -> None:
    own = events({"event": "assigned", "assignee": "ada", "created_at": "2026-10-02"})
    given = events({"event": "assigned", "assignee": "ben", "created_at": "2026-10-02"})

    assert touched(issues({}), done=own) == [(1, None, None)]
    assert touched(issues({}), done=given) == [(1, at("2026-10-02"), "ada")]


def test_answer_is_the_first_word_of_the_team_other_than_the_authors() -> None:
    opened = issues({"author": "ada"}, {})
    said = comments(
        {"number": 1, "author": "ada"},
        {"number": 1, "author": "ben", "created_at": "2026-10-02"},
        {"number": 2, "author": "rae"},
        {"number": 2, "author": "cleo", "created_at": "2026-10-03"},
        {"number": 2, "author": "dev", "created_at": "2026-10-04"},
    )

    assert done("answer", issues=opened, comments=said) == [
        ("team/product#1", "ben"),
        ("team/product#2", "cleo"),
    ]


def test_answer_to_a_question_asked_elsewhere_counts() -> None:
    asked = support_requests({"answered_at": "2026-10-02", "answered_by": "ben"}, {})

    tables = {**frames(), "support_requests": asked}
    found = work_done(tables, "answer", window=OCTOBER, as_of=AS_OF)

    assert found.select("thing", "person").rows() == [("support:1", "ben")]


def test_two_reviews_of_one_pull_request_are_one_act() -> None:
    given = reviews({}, {"submitted_at": "2026-10-02"}, {"author": "ben"}, {"author": "x[bot]"})

    found = done("review", pull_requests=pull_requests({}), reviews=given)

    assert sorted(found) == [("team/product#1", "ada"), ("team/product#1", "ben")]


def test_draft_moving_tag_and_bots_release_are_nobodys_work() -> None:
    published = releases(
        {}, {"is_draft": True}, {"kind": "moving"}, {"author": "x[bot]"}, {"kind": "hotfix"}
    )

    assert done("release", releases=published) == [
        ("team/product v1.1.0", "ada"),
        ("team/product v1.5.0", "ada"),
    ]


def test_incident_is_worked_on_by_each_person_once() -> None:
    acts = incident_events({}, {"at": "2026-10-02"}, {"person": "ben"}, {"person": None})

    found = done("incident", incidents=incidents({}), incident_events=acts)

    assert sorted(found) == [("pager:1", "ada"), ("pager:1", "ben")]


@pytest.mark.parametrize("kind", NEEDS)
def test_nothing_recorded_is_no_work_of_any_kind(kind: str) -> None:
    assert done(kind) == []


def test_work_outside_the_window_does_not_count() -> None:
    published = releases({"published_at": "2026-09-30 23:59"}, {"published_at": "2026-11-01"})

    assert done("release", releases=published) == []


def test_any_trace_is_presence_but_a_mention_and_an_assignment() -> None:
    opened = issues({"author": "cleo"})
    happened = events(
        {"event": "mentioned", "actor": "ada"},
        {"event": "assigned", "actor": "ben", "assignee": "ben"},
        {"event": "closed", "actor": "dev"},
    )

    found = presence(
        frames(issues=opened, events=happened),
        ["ada", "ben", "cleo", "dev"],
        window=OCTOBER,
        as_of=AS_OF,
    )

    assert sorted(found["person"]) == ["cleo", "dev"]


def test_labels_are_those_borne_then() -> None:
    later = events({"event": "labeled", "label": "bug", "created_at": "2026-11-09"})
    tables = frames(issues=issues({"labels": ["bug"]}), pull_requests=pull_requests(), events=later)

    assert labels_borne(tables, as_of=AS_OF).is_empty()
