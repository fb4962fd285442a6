"""Waits for a first review, time to merge, and who reviews."""

import polars as pl
import pytest
from factories import at, events, pull_requests, reviews, spells

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.drafts import ready_for_review
from opsreview.metrics.reviews import (
    change_request_duration,
    duration_measured,
    first_review_measured,
    load_measured,
    review_load,
    time_to_first_review,
)

NOON = "2026-10-03 12:00"
LATER = "2026-10-03 18:00"
READY, BACK = "ready_for_review", "convert_to_draft"


def reviewed(
    pulls: pl.DataFrame,
    said: pl.DataFrame | None = None,
    happened: pl.DataFrame | None = None,
    as_of: str = "2026-11-08",
) -> pl.DataFrame:
    known = events() if happened is None else happened
    return time_to_first_review(
        ready_for_review(pulls, known, as_of=at(as_of)),
        reviews() if said is None else said,
        spells(pulls, known, kind="pull_request"),
        window=OCTOBER,
        as_of=at(as_of),
    )


def merged(
    pulls: pl.DataFrame, happened: pl.DataFrame | None = None, as_of: str = "2026-11-08"
) -> pl.DataFrame:
    known = events() if happened is None else happened
    return change_request_duration(
        ready_for_review(pulls, known, as_of=at(as_of)),
        spells(pulls, known, kind="pull_request"),
        window=OCTOBER,
        as_of=at(as_of),
    )


def end_of(rows: pl.DataFrame) -> tuple[str | None, float]:
    assert rows.height == 1
    row = rows.row(0, named=True)
    assert row["is_censored"] is (row["ending"] is None)
    return row["ending"], row["waited_hours"]


# Ready for review


@pytest.mark.parametrize(
    ("is_draft", "happened", "ready_at"),
    [
        (False, [], NOON),
        (True, [], None),
        (None, [], NOON),
        (False, [(READY, LATER)], LATER),
        (False, [(BACK, LATER), (READY, "2026-10-05")], NOON),
        (True, [(BACK, LATER)], NOON),
        (False, [(READY, LATER), (BACK, "2026-10-05"), (READY, "2026-10-07")], LATER),
    ],
)
def test_ready_is_when_it_opened_or_its_first_draft_ended(
    is_draft: bool | None, happened: list[tuple[str, str]], ready_at: str | None
) -> None:
    pulls = pull_requests({"opened_at": NOON, "is_draft": is_draft})
    changes = events(*[{"event": event, "created_at": moment} for event, moment in happened])

    found = ready_for_review(pulls, changes, as_of=at("2026-11-08"))
    assert found["ready_at"].to_list() == [at(ready_at) if ready_at else None]


def test_draft_made_ready_after_as_of_is_still_a_draft() -> None:
    # Today it is no draft: read from today's column it would have waited since it was opened.
    pulls = pull_requests({"opened_at": NOON, "is_draft": False})
    changes = events({"event": READY, "created_at": "2026-10-20"})

    assert reviewed(pulls, happened=changes, as_of="2026-10-10").is_empty()
    assert reviewed(pulls, happened=changes, as_of="2026-10-20").height == 1


@pytest.mark.parametrize("end", ["merged_at", "closed_at"])
def test_draft_that_was_closed_before_it_was_marked_ready_never_asked_for_a_review(
    end: str,
) -> None:
    changes = events({"event": READY, "created_at": "2026-10-05"})
    pulls = pull_requests({"opened_at": NOON, end: LATER})
    found = view(pull_requests=pulls, events=changes)

    for measured in (first_review_measured(found), duration_measured(found)):
        assert stated(measured)["median"].n == 0
        assert measured.excluded()["reason"].to_list() == ["closed before it was marked ready"]


def test_time_as_a_draft_is_no_wait() -> None:
    pulls = pull_requests({"opened_at": "2026-10-01"})
    changes = events({"event": READY, "created_at": NOON})

    rows = reviewed(pulls, reviews({"submitted_at": LATER}), changes)
    assert end_of(rows) == ("reviewed", 6)


def test_pull_request_belongs_to_the_window_it_became_ready_in() -> None:
    pulls = pull_requests(
        {"opened_at": "2026-09-30 23:59"},
        {"opened_at": "2026-10-01"},
        {"opened_at": "2026-11-01"},
        {"opened_at": "2026-09-01"},
    )
    changes = events({"number": 4, "event": READY, "created_at": "2026-10-20"})

    assert reviewed(pulls, happened=changes)["number"].to_list() == [2, 4]


# The first review


def test_first_review_by_another_person_ends_the_wait() -> None:
    said = reviews(
        {"author": "ben", "submitted_at": "2026-10-04 12:00"},
        {"author": "ada", "submitted_at": LATER},
    )

    assert end_of(reviewed(pull_requests({"opened_at": NOON}), said)) == ("reviewed", 6)


@pytest.mark.parametrize(
    "row",
    [
        {"author": "rae"},
        {"author": "copilot[bot]"},
        {"author": "ghost"},
        {"author": None},
        {"state": "pending"},
        {"submitted_at": None},
        {"submitted_at": "2026-10-03 11:59"},
        {"repo": "team/other"},
    ],
)
def test_own_bot_unknown_unsubmitted_or_draft_reviews_are_none(row: dict[str, object]) -> None:
    said = reviews({"submitted_at": LATER, **row})

    assert end_of(reviewed(pull_requests({"author": "rae", "opened_at": NOON}), said))[0] is None


def test_review_as_it_becomes_ready_waited_zero_hours() -> None:
    rows = reviewed(pull_requests({"opened_at": NOON}), reviews({"submitted_at": NOON}))

    assert end_of(rows) == ("reviewed", 0)


def test_pull_request_of_a_ghost_is_reviewed_by_any_person() -> None:
    pulls = pull_requests({"author": "ghost", "opened_at": NOON})

    assert end_of(reviewed(pulls, reviews({"submitted_at": LATER}))) == ("reviewed", 6)


def test_unreviewed_pull_request_stays_in_as_censored() -> None:
    rows = reviewed(pull_requests({"opened_at": NOON}), as_of="2026-10-04 12:00")

    assert end_of(rows) == (None, 24)


def test_what_happened_after_as_of_did_not_happen() -> None:
    pulls = pull_requests({"opened_at": NOON, "merged_at": "2026-10-06"})
    said = reviews({"submitted_at": "2026-10-05"})

    assert end_of(reviewed(pulls, said, as_of="2026-10-04 12:00")) == (None, 24)
    assert end_of(merged(pulls, as_of="2026-10-04 12:00")) == (None, 24)


def test_merged_without_a_review_is_a_rival_end() -> None:
    pulls = pull_requests({"opened_at": NOON, "merged_at": LATER})

    assert end_of(reviewed(pulls)) == ("merged_unreviewed", 6)


def test_review_after_the_merge_is_too_late() -> None:
    pulls = pull_requests({"opened_at": NOON, "merged_at": LATER})

    assert end_of(reviewed(pulls, reviews({"submitted_at": "2026-10-04"}))) == (
        "merged_unreviewed",
        6,
    )


def test_review_at_the_moment_of_the_merge_came_first() -> None:
    pulls = pull_requests({"opened_at": NOON, "merged_at": LATER})

    assert end_of(reviewed(pulls, reviews({"submitted_at": LATER}))) == ("reviewed", 6)


def test_closed_without_a_review_is_a_rival_end_even_when_it_is_merged_later() -> None:
    pulls = pull_requests({"opened_at": NOON, "merged_at": "2026-10-09"})
    happened = events(
        {"created_at": LATER},
        {"created_at": "2026-10-04", "event": "reopened"},
        {"created_at": "2026-10-09"},
    )

    rows = reviewed(pulls, reviews({"submitted_at": "2026-10-08"}), happened)
    assert end_of(rows) == ("closed_unreviewed", 6)
    assert end_of(merged(pulls, happened)) == ("merged", 5.5 * 24)


def test_draft_that_was_closed_never_asked_for_a_review() -> None:
    closed = pull_requests({"opened_at": NOON, "is_draft": True, "closed_at": LATER})
    measured = first_review_measured(view(pull_requests=closed))

    assert stated(measured)["median"].n == 0
    assert measured.excluded()["reason"].to_list() == ["a draft that was not ready for review yet"]


def test_close_while_a_draft_does_not_end_the_wait_that_began_later() -> None:
    pulls = pull_requests({"opened_at": "2026-10-01"})
    happened = events(
        {"created_at": "2026-10-02"},
        {"created_at": "2026-10-02 12:00", "event": "reopened"},
        {"created_at": NOON, "event": READY},
    )

    assert end_of(reviewed(pulls, reviews({"submitted_at": LATER}), happened)) == ("reviewed", 6)
    assert end_of(merged(pulls, happened))[0] is None


def test_median_of_reviews_has_unreviewed_merges_as_rivals() -> None:
    # Reviewed after 6 h, merged unreviewed at once, still waiting: 1 of 3 were reviewed.
    # Leaving the rival out, half of the two others would be reached at 6 h.
    pulls = pull_requests(
        {"opened_at": NOON}, {"opened_at": NOON, "merged_at": NOON}, {"opened_at": NOON}
    )
    measured = first_review_measured(
        view(pull_requests=pulls, reviews=reviews({"submitted_at": LATER}))
    )

    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (None, 3, 1)
    (curves,) = measured.curves()
    assert set(curves["curve"]) == {"reviewed", "closed_unreviewed", "waiting"}


# To merged


def test_merge_ends_it_and_a_close_unmerged_is_its_rival() -> None:
    assert end_of(merged(pull_requests({"opened_at": NOON, "merged_at": LATER}))) == ("merged", 6)
    assert end_of(merged(pull_requests({"opened_at": NOON, "closed_at": LATER}))) == (
        "closed_unmerged",
        6,
    )


def test_reopened_pull_request_is_open_again() -> None:
    happened = events(
        {"created_at": LATER}, {"created_at": "2026-10-04 12:00", "event": "reopened"}
    )
    pulls = pull_requests({"opened_at": NOON})

    assert end_of(merged(pulls, happened, as_of="2026-10-04")) == ("closed_unmerged", 6)
    assert end_of(merged(pulls, happened, as_of="2026-10-05 12:00")) == (None, 48)


def test_merge_whose_close_nobody_wrote_down_is_still_a_merge() -> None:
    pulls = pull_requests(
        {"opened_at": NOON, "merged_at": LATER, "closed_at": None, "state": "closed"},
    )

    assert end_of(merged(pulls)) == ("merged", 6)
    assert end_of(reviewed(pulls)) == ("merged_unreviewed", 6)


def test_closed_at_a_moment_nobody_knows_is_left_out_and_said() -> None:
    found = view(pull_requests=pull_requests({"opened_at": NOON, "state": "closed"}, {}))

    for measured in (first_review_measured(found), duration_measured(found)):
        assert stated(measured)["median"].n == 1
        assert measured.excluded().rows() == [
            ("team/product", "1", "closed at a moment nobody knows")
        ]


@pytest.mark.parametrize("measure", [first_review_measured, duration_measured])
def test_no_pull_request_gives_no_median(measure) -> None:  # type: ignore[no-untyped-def]
    median = stated(measure(view()))["median"]

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no pull request became ready for review in the window"


def test_draft_opened_after_as_of_is_not_left_out_but_unheard_of() -> None:
    later = pull_requests({"opened_at": "2026-10-20", "is_draft": True})
    measured = duration_measured(view(pull_requests=later, as_of=at("2026-10-15")))

    assert measured.excluded().is_empty()


# Who reviews


def test_reviews_of_people_on_others_work_count_in_their_window() -> None:
    said = reviews(
        {"author": "ada", "submitted_at": "2026-10-01"},
        {"author": "ada", "submitted_at": "2026-10-31 23:59"},
        {"author": "ada", "submitted_at": "2026-11-01"},
        {"author": "ada", "submitted_at": "2026-09-30 23:59"},
        {"author": "rae"},
        {"author": "copilot[bot]"},
        {"author": "ghost"},
        {"author": None},
        {"state": "pending"},
        {"submitted_at": None},
    )

    rows = review_load(pull_requests({"author": "rae"}), said, window=OCTOBER)
    assert rows["review_id"].to_list() == ["1", "2"]


def test_busiest_reviewers_share_and_everyones_own() -> None:
    said = reviews({"author": "ada"}, {"author": "ada"}, {"author": "ada"}, {"author": "ben"})
    measured = load_measured(view(pull_requests=pull_requests({}), reviews=said))

    assert (value(measured, "count"), value(measured, "top_share")) == (4, 0.75)
    assert value(measured, "count", "person:ben") == 1
    assert value(measured, "share", "person:ben") == 0.25
    assert stated(measured)["top_share"].n == 4


def test_reviews_after_as_of_are_not_there_yet() -> None:
    measured = load_measured(
        view(
            pull_requests=pull_requests({}),
            reviews=reviews({}, {"submitted_at": "2026-10-20"}),
            as_of=at("2026-10-15"),
        )
    )

    assert value(measured, "count") == 1


def test_no_review_is_a_count_of_zero_and_no_share() -> None:
    measured = load_measured(view())

    assert (value(measured, "count"), value(measured, "top_share")) == (0, None)
    assert stated(measured)["top_share"].reason == "no review was submitted in the window"


def test_before_the_window_begins_reviews_are_unknown_and_not_zero() -> None:
    measured = load_measured(view(as_of=at("2026-10-01")))

    assert {part.value for part in measured.estimates} == {None}
    assert {part.reason for part in measured.estimates} == {"the window has not begun"}


def test_wait_for_a_review_in_working_hours_leaves_out_nights_weekends_and_drafts() -> None:
    # Ready on Friday 2 October at 09:00, reviewed on Monday at 13:00: 8 h + 4 h, less 2 h in draft.
    drafted = events(
        {"number": 1, "event": "convert_to_draft", "created_at": "2026-10-02 10:00"},
        {"number": 1, "event": "ready_for_review", "created_at": "2026-10-02 12:00"},
    )
    opened = pull_requests({"number": 1, "opened_at": "2026-10-02 09:00"})
    given = reviews({"number": 1, "submitted_at": "2026-10-05 13:00"})
    plain = first_review_measured(view(pull_requests=opened, reviews=given))
    assert value(plain, "median_working_hours") == 12
    less = first_review_measured(view(pull_requests=opened, reviews=given, events=drafted))
    assert value(less, "median_working_hours") == 10
    assert value(less, "median") == 74
    assert "plain week" in stated(less)["median_working_hours"].method
