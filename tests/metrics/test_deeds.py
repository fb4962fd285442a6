"""Who triages, reviews, merges and releases, where the team is yet to be found."""

from __future__ import annotations

from typing import Any

import factories as made
import polars as pl
import pytest

from opsreview.metrics.work import by_label, by_person, deeds, maintainers, work_to_do

OCTOBER = made.window("2026-10-01", "2026-11-01")
TEAM = {"ada", "ben"}


def frames(**given: pl.DataFrame) -> dict[str, pl.DataFrame]:
    tables = ("issues", "pull_requests", "comments", "reviews", "events", "releases", "people")
    return {name: given.get(name, getattr(made, name)()) for name in tables}


def counts(work: str, people: set[str] = TEAM, **given: pl.DataFrame) -> list[tuple[str, int]]:
    done = deeds(frames(**given), window=OCTOBER, people=people)
    return by_person(done, work).select("person_id", "count").rows()


def test_who_touches_an_issue_first_has_triaged_it():
    found = counts(
        "triage",
        issues=made.issues({}, {}),
        comments=made.comments({"author": "ben", "created_at": "2026-10-03"}),
        events=made.events({"event": "labeled", "actor": "ada", "created_at": "2026-10-02"}),
    )
    assert found == [("ada", 1)]


@pytest.mark.parametrize("speaker", ["rae", "helper[bot]", "ghost", None])
def test_users_bots_and_the_unknown_triage_nothing(speaker):
    said = made.comments({"author": speaker, "created_at": "2026-10-02"})
    assert counts("triage", issues=made.issues({}), comments=said) == []


def test_nobody_triages_answers_or_reviews_what_they_opened():
    given = {
        "issues": made.issues({"author": "ada"}),
        "pull_requests": made.pull_requests({"number": 2, "author": "ada"}),
        "comments": made.comments({"author": "ada"}),
        "reviews": made.reviews({"number": 2, "author": "ada"}),
    }
    assert [counts(work, **given) for work in ("triage", "answer", "review")] == [[], [], []]


def test_an_assignment_may_name_who_was_assigned_as_its_actor():
    own = made.events({"event": "assigned", "actor": "ada", "assignee": "ada"})
    assert counts("triage", issues=made.issues({}), events=own) == []


def test_a_second_review_of_a_pull_request_counts_once():
    pulls, twice = made.pull_requests({}), made.reviews({"author": "ben"}, {"author": "ben"})
    assert counts("review", pull_requests=pulls, reviews=twice) == [("ben", 1)]


def test_a_merge_is_its_mergers_or_where_only_an_event_says_so_its_actors():
    pulls = made.pull_requests(
        {"merged_at": "2026-10-05", "merged_by": "ada"},
        {"merged_at": "2026-10-05", "merged_by": None},
        {"merged_at": "2026-10-05", "merged_by": "merger[bot]"},
    )
    events = made.events({"number": 2, "event": "merged", "actor": "ben"})
    assert counts("merge", pull_requests=pulls, events=events) == [("ada", 1), ("ben", 1)]


def test_prereleases_drafts_and_what_lies_outside_the_window_are_no_releases():
    releases = made.releases(
        {}, {"kind": "prerelease"}, {"is_draft": True}, {"published_at": "2026-11-01"}
    )
    assert counts("release", releases=releases) == [("ada", 1)]
    assert work_to_do(frames(releases=releases), window=OCTOBER)["release"] == 1


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"events": made.events({"actor": "rae", "event": "labeled"})}, {"rae"}),
        ({"events": made.events({"actor": "mia", "event": "assigned"})}, set()),
        (
            {"pull_requests": made.pull_requests({"merged_at": "2026-10-02", "merged_by": "rae"})},
            {"rae"},
        ),
    ],
)
def test_who_handles_what_others_opened_is_a_maintainer(given: dict[str, Any], found: set[str]):
    people = made.people({"person_id": "ada"}, {"person_id": "rae", "is_team": False})
    tables = frames(issues=made.issues({"author": "mia"}), people=people, **given)
    assert maintainers(tables, window=OCTOBER) == {"ada"} | found


def test_work_is_told_by_the_labels_it_was_done_on():
    items = made.issues({"labels": ["area/author"]}, {"labels": ["area/author", "bug"]})
    said = made.comments({"number": 1}, {"number": 2}, {"number": 2, "author": "ben"})
    tables = frames(issues=items, comments=said)
    found = by_label(deeds(tables, window=OCTOBER, people=TEAM), tables)
    assert found.rows() == [
        ("area/author", "ada", 2),
        ("area/author", "ben", 1),
        ("bug", "ada", 1),
        ("bug", "ben", 1),
    ]


def test_nothing_done_is_no_rows():
    done = deeds(frames(), window=OCTOBER, people=TEAM)
    assert done.is_empty()
    assert by_person(done, "triage").is_empty()
    assert by_label(done, frames()).is_empty()
    assert set(work_to_do(frames(), window=OCTOBER).values()) == {0}
