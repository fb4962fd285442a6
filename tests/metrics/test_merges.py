"""Whether pull requests are merged, by whom, reviewed by others, and with how many approvals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from factories import at, comments, events, pull_requests, reviews

from metrics.views import AS_OF, OCTOBER, stated, value, view
from opsreview.metrics.merges import (
    acceptance_measured,
    merges,
    self_merge_measured,
    unreviewed_measured,
)
from opsreview.metrics.view import Measured, View

MERGED = {"author": "ada", "merged_at": "2026-10-05", "merged_by": "ben"}


def merged(pulls: pl.DataFrame, given: pl.DataFrame | None = None) -> list[tuple[Any, ...]]:
    found = merges(pulls, reviews() if given is None else given, window=OCTOBER, as_of=AS_OF)
    return found.select("number", "is_self_merged", "approval_count").rows()


def test_merge_of_ones_own_is_told_from_anothers_and_from_nobody_knows() -> None:
    pulls = pull_requests(
        MERGED, {**MERGED, "merged_by": "ada"}, {**MERGED, "merged_by": None}, {"author": "ada"}
    )

    assert merged(pulls) == [(1, False, 0), (2, True, 0), (3, None, 0)]


def test_what_a_bot_proposed_is_left_out() -> None:
    assert merged(pull_requests({**MERGED, "author": "renovate[bot]"})) == []


def test_approvals_count_people_once_and_only_before_the_merge() -> None:
    given = reviews(
        {"author": "ben", "submitted_at": "2026-10-02"},
        {"author": "ben", "submitted_at": "2026-10-03"},
        {"author": "cleo", "submitted_at": "2026-10-06"},
        {"author": "dev", "state": "dismissed"},
        {"author": "ada"},
        {"author": "helper[bot]"},
        {"author": "ghost"},
    )

    assert merged(pull_requests(MERGED), given) == [(1, False, 1)]


def test_merge_after_as_of_or_outside_the_window_is_none() -> None:
    september = {"opened_at": "2026-09-01", "merged_at": "2026-09-30"}
    pulls = pull_requests({**MERGED, "merged_at": "2026-11-01"}, MERGED | september)

    assert merged(pulls) == []


# Decided


def decided(pulls: pl.DataFrame, happened: pl.DataFrame | None = None, **seen: Any) -> Measured:
    known = events() if happened is None else happened
    return acceptance_measured(view(pull_requests=pulls, events=known, **seen))


def test_acceptance_is_the_merged_among_the_decided_and_not_among_the_opened() -> None:
    pulls = pull_requests(
        {"merged_at": "2026-10-05"},
        {"opened_at": "2026-07-01", "closed_at": "2026-10-06"},
        {},
        {"closed_at": "2026-11-02"},
        {"opened_at": "2026-09-01", "merged_at": "2026-09-30"},
    )

    measured = decided(pulls)
    assert value(measured, "share") == 0.5
    assert stated(measured)["share"].n == 2
    assert measured.rows["decided_at"].to_list() == [at("2026-10-05"), at("2026-10-06")]


def test_decision_is_final_as_far_as_as_of_knows() -> None:
    # Closed in October, reopened and merged in November: a close, then undecided, then a merge.
    pulls = pull_requests({"merged_at": "2026-11-05"})
    happened = events(
        {"created_at": "2026-10-20"}, {"event": "reopened", "created_at": "2026-11-02"}
    )

    ratios = [
        value(decided(pulls, happened, as_of=at(moment)), "share")
        for moment in ("2026-11-01", "2026-11-03", "2026-11-08")
    ]
    assert ratios == [0, None, None]


def test_bots_proposals_stand_apart_and_unknown_authors_are_counted_as_left_out() -> None:
    merged_at = {"merged_at": "2026-10-05"}
    pulls = pull_requests(
        *({**merged_at, "author": author} for author in ("ada", "renovate[bot]", "ghost", None))
    )

    for measured in (decided(pulls), unreviewed_measured(view(pull_requests=pulls))):
        assert stated(measured)["share"].n == 2
        assert stated(measured)["share"].n_excluded == 2
        assert measured.excluded().select("key", "reason").rows() == [
            ("2", "proposed by a bot"),
            ("4", "the author is unknown"),
        ]


def test_closes_at_unknown_moments_are_not_read_as_everything_merged() -> None:
    pulls = pull_requests({"merged_at": "2026-10-05"}, {"state": "closed"})
    measured = decided(pulls)

    assert value(measured, "share") is None
    assert stated(measured)["share"].reason == (
        "what was not merged was closed at a moment nobody knows"
    )


# Reviewed or not


@pytest.mark.parametrize(
    ("given", "is_unreviewed"),
    [
        ({}, False),
        ({"state": "commented"}, False),
        ({"state": "dismissed"}, False),
        ({"state": "pending"}, True),
        ({"author": "rae"}, True),
        ({"author": "copilot[bot]"}, True),
        ({"submitted_at": "2026-10-06"}, True),
    ],
)
def test_merge_is_reviewed_by_a_review_that_another_person_submitted_before_it(
    given: dict[str, Any], is_unreviewed: bool
) -> None:
    found = view(
        pull_requests=pull_requests({"author": "rae", "merged_at": "2026-10-05"}),
        reviews=reviews(given),
        comments=comments({"author": "ada", "created_at": "2026-10-04"}),
    )

    assert value(unreviewed_measured(found), "share") == float(is_unreviewed)


def test_comment_is_no_review() -> None:
    found = view(
        pull_requests=pull_requests({"merged_at": "2026-10-05"}),
        comments=comments({"created_at": "2026-10-04"}),
    )

    assert value(unreviewed_measured(found), "share") == 1


# By whom


def test_share_merged_by_their_own_author_leaves_out_what_nobody_knows() -> None:
    pulls = pull_requests(
        {**MERGED, "merged_by": "ada"},
        MERGED,
        {**MERGED, "merged_by": None},
        {**MERGED, "merged_by": "merger[bot]"},
        {**MERGED, "author": "ghost"},
    )

    measured = self_merge_measured(view(pull_requests=pulls))
    found = stated(measured)["share"]
    assert (found.value, found.n, found.n_excluded) == (0.5, 2, 3)
    assert "merged by a bot" in measured.excluded()["reason"].to_list()


def test_merger_that_only_an_event_tells_of_is_known() -> None:
    pulls = pull_requests({**MERGED, "merged_by": None})
    happened = events({"event": "merged", "actor": "ada", "created_at": "2026-10-05"})

    assert value(self_merge_measured(view(pull_requests=pulls, events=happened)), "share") == 1


def test_where_no_merger_is_known_nobody_is_said_to_merge_their_own() -> None:
    pulls = pull_requests({**MERGED, "merged_by": None})
    found = stated(self_merge_measured(view(pull_requests=pulls)))["share"]

    assert (found.value, found.n) == (None, 0)
    assert found.reason == "nobody knows who merged 1 of people's pull requests"


@pytest.mark.parametrize("measure", [acceptance_measured, unreviewed_measured, self_merge_measured])
def test_merge_after_as_of_did_not_happen(measure: Callable[[View], Measured]) -> None:
    pulls = pull_requests({**MERGED, "merged_at": "2026-10-20"})
    found = stated(measure(view(pull_requests=pulls, as_of=at("2026-10-15"))))["share"]

    assert (found.value, found.n) == (None, 0)
