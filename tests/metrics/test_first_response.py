"""Time to a first answer and response attainment, with every way an issue can be passed over."""

import polars as pl
import pytest
from factories import at, comments, events, issues, spells

from metrics.views import AS_OF, OCTOBER, stated, view
from opsreview.metrics.first_response import (
    ENDINGS,
    attainment_measured,
    first_response_measured,
    time_to_first_response,
)

NOON = "2026-10-03 12:00"


def waits(
    opened: pl.DataFrame,
    said: pl.DataFrame | None = None,
    happened: pl.DataFrame | None = None,
    *,
    by_team: bool = False,
    as_of: str = "2026-11-08",
) -> pl.DataFrame:
    return time_to_first_response(
        opened,
        comments() if said is None else said,
        spells(opened, happened),
        window=OCTOBER,
        as_of=at(as_of),
        by_team=by_team,
    )


def only(rows: pl.DataFrame) -> dict[str, object]:
    assert rows.height == 1
    return rows.row(0, named=True)


# The answer


def test_answer_is_the_first_comment_by_another_person() -> None:
    rows = waits(
        issues({"opened_at": NOON}),
        comments(
            {"author": "ben", "created_at": "2026-10-04 12:00"},
            {"author": "ada", "created_at": "2026-10-03 15:30"},
        ),
    )

    row = only(rows)
    assert (row["waited_hours"], row["ending"], row["responder_id"]) == (3.5, "answered", "ada")
    assert row["ended_at"] == at("2026-10-03 15:30")
    assert row["is_censored"] is False


def test_nothing_opened_gives_no_rows() -> None:
    assert waits(issues()).is_empty()


@pytest.mark.parametrize("author", ["rae", "helper[bot]", "ghost", None])
def test_comment_of_the_author_a_bot_a_ghost_or_nobody_known_is_no_answer(
    author: str | None,
) -> None:
    rows = waits(
        issues({"author": "rae", "opened_at": NOON}),
        comments({"author": author, "created_at": "2026-10-03 13:00"}),
    )

    assert only(rows)["ending"] is None


def test_issue_of_a_ghost_is_answered_by_any_person() -> None:
    rows = waits(
        issues({"author": "ghost", "opened_at": NOON}),
        comments({"author": "ada", "created_at": "2026-10-03 13:00"}),
    )

    assert only(rows)["waited_hours"] == 1


def test_unanswered_issue_stays_in_as_censored() -> None:
    row = only(waits(issues({"opened_at": NOON}), as_of="2026-10-05 12:00"))

    assert (row["waited_hours"], row["is_censored"], row["ended_at"]) == (48, True, None)


def test_answer_in_the_same_second_waits_zero_hours() -> None:
    rows = waits(issues({"opened_at": NOON}), comments({"created_at": NOON}))

    assert only(rows)["waited_hours"] == 0
    assert only(rows)["ending"] == "answered"


def test_comment_older_than_its_moved_issue_answers_at_once() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}), comments=comments({"created_at": "2026-10-01"}))
    )

    assert measured.rows["waited_hours"].to_list() == [0]


def test_window_holds_its_start_and_not_its_end() -> None:
    rows = waits(issues({"opened_at": "2026-10-01"}, {"opened_at": "2026-11-01"}))

    assert rows["number"].to_list() == [1]


def test_what_happened_after_as_of_did_not_happen() -> None:
    opened = issues(
        {"opened_at": NOON},
        {"opened_at": NOON, "closed_at": "2026-10-05"},
        {"opened_at": "2026-10-06"},
    )
    rows = waits(opened, comments({"created_at": "2026-10-05"}), as_of="2026-10-04 12:00")

    assert rows["number"].to_list() == [1, 2]
    assert rows["waited_hours"].to_list() == [24, 24]
    assert rows["is_censored"].all()


def test_answer_at_as_of_itself_happened() -> None:
    rows = waits(
        issues({"opened_at": NOON}), comments({"created_at": "2026-10-05"}), as_of="2026-10-05"
    )

    assert only(rows)["ending"] == "answered"


def test_answers_of_another_repository_do_not_count() -> None:
    rows = waits(issues({"opened_at": NOON}), comments({"repo": "team/other", "created_at": NOON}))

    assert only(rows)["ending"] is None


def test_by_team_passes_over_an_outsiders_answer() -> None:
    opened = issues({"author": "rae", "opened_at": NOON})
    said = comments(
        {"author": "sol", "created_at": "2026-10-03 13:00"},
        {"author": "ada", "created_at": "2026-10-03 17:00"},
    )

    assert only(waits(opened, said))["responder_id"] == "sol"
    assert only(waits(opened, said, by_team=True))["waited_hours"] == 5


# The rival: closed without a word


@pytest.mark.parametrize(
    ("closer", "ending"),
    [
        ("rae", "withdrawn"),
        ("ada", "closed_by_team"),
        ("sol", "closed_by_other"),
        ("ghost", "closed_by_other"),
        ("stale[bot]", "closed_by_bot"),
        (None, "closed_by_unknown"),
    ],
)
def test_silent_close_is_told_by_who_closed(closer: str | None, ending: str) -> None:
    closed_at = "2026-10-03 18:00"
    rows = waits(
        issues({"author": "rae", "opened_at": NOON, "closed_at": closed_at}),
        happened=events({"actor": closer, "created_at": closed_at}),
    )

    row = only(rows)
    assert (row["ending"], row["waited_hours"]) == (ending, 6)
    assert row["is_censored"] is False


def test_close_without_an_event_is_by_nobody_known() -> None:
    rows = waits(issues({"opened_at": NOON, "closed_at": "2026-10-03 18:00"}))

    assert only(rows)["ending"] == "closed_by_unknown"


@pytest.mark.parametrize(
    ("said_at", "ending", "hours"),
    [
        ("2026-10-03 17:59:30", "answered", 6 - 30 / 3600),
        ("2026-10-03 18:00:30", "answered", 6 + 30 / 3600),
        ("2026-10-03 18:01:00", "answered", 6 + 60 / 3600),
        ("2026-10-03 18:01:01", "closed_by_team", 6),
    ],
)
def test_comment_within_a_minute_of_the_close_came_with_it(
    said_at: str, ending: str, hours: float
) -> None:
    closed_at = "2026-10-03 18:00"
    rows = waits(
        issues({"opened_at": NOON, "closed_at": closed_at}),
        comments({"created_at": said_at}),
        events({"created_at": closed_at}),
    )

    assert only(rows)["ending"] == ending
    assert only(rows)["waited_hours"] == pytest.approx(hours)


def test_first_silent_close_ends_the_wait_though_reopened_and_answered() -> None:
    rows = waits(
        issues({"opened_at": NOON}),
        comments({"created_at": "2026-10-06"}),
        events(
            {"created_at": "2026-10-04 12:00"},
            {"created_at": "2026-10-05", "event": "reopened"},
        ),
    )

    assert (only(rows)["ending"], only(rows)["waited_hours"]) == ("closed_by_team", 24)


def test_pull_request_of_the_same_number_does_not_close_an_issue() -> None:
    opened = issues({"opened_at": NOON})
    foreign = spells(issues({"opened_at": NOON, "closed_at": "2026-10-04"}), kind="pull_request")
    both = pl.concat([spells(opened), foreign])
    rows = time_to_first_response(
        opened, comments(), both, window=OCTOBER, as_of=AS_OF, by_team=False
    )

    assert only(rows)["ending"] is None


# The median


def test_median_counts_silent_closes_and_the_waiting_among_all() -> None:
    # Four issues: answered after 2 h and 5 h, closed silently after 1 h, one still waiting.
    # Half of all is 2 of 4, reached with the second answer at 5 h.
    measured = first_response_measured(
        view(
            issues=issues(
                {"opened_at": NOON},
                {"opened_at": NOON},
                {"opened_at": NOON, "closed_at": "2026-10-03 13:00"},
                {"opened_at": NOON},
            ),
            comments=comments(
                {"number": 1, "created_at": "2026-10-03 14:00"},
                {"number": 2, "created_at": "2026-10-03 17:00"},
            ),
        )
    )

    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (5, 4, 1)


def test_median_over_the_answered_only_is_a_known_wrong_way() -> None:
    # One of three was answered, after an hour. The median of the answered would be 1 h.
    measured = first_response_measured(
        view(
            issues=issues(*[{"opened_at": NOON}] * 3),
            comments=comments({"created_at": "2026-10-03 13:00"}),
        )
    )

    median = stated(measured)["median"]
    assert median.value is None
    assert (median.n, median.n_censored) == (3, 2)
    assert "half not reached" in (median.reason or "")


def test_null_shown_as_zero_hours_is_a_known_wrong_way() -> None:
    median = stated(first_response_measured(view()))["median"]

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no issue was opened in the window"


def test_median_of_one_value_without_its_n_is_a_known_wrong_way() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}), comments=comments({"created_at": "2026-10-04"}))
    )

    median = stated(measured)["median"]
    assert (median.value, median.n) == (12, 1)
    assert "no upper end" in (median.reason or "")


def test_curves_of_answered_closed_and_waiting_add_up_to_one() -> None:
    measured = first_response_measured(
        view(
            issues=issues({"opened_at": NOON}, {"opened_at": NOON, "closed_at": "2026-10-04"}, {}),
            comments=comments({"created_at": "2026-10-03 13:00"}),
        )
    )

    (curves,) = measured.curves()
    assert set(curves["curve"]) == {*ENDINGS, "waiting"}
    sums = curves.group_by("hours").agg(pl.col("value").sum())["value"].to_list()
    assert sums == pytest.approx([1.0] * len(sums))


def test_issue_whose_author_is_unknown_is_left_out_and_said() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}, {"author": None, "opened_at": NOON}))
    )

    assert (stated(measured)["median"].n, stated(measured)["median"].n_excluded) == (1, 1)
    assert measured.excluded().to_dicts() == [
        {"repo": "team/product", "key": "2", "reason": "the author is unknown"}
    ]


def test_issue_closed_at_a_moment_nobody_knows_is_left_out_and_said() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}, {"opened_at": NOON, "state": "closed"}))
    )

    assert (stated(measured)["median"].n, stated(measured)["median"].n_excluded) == (1, 1)
    assert measured.excluded()["reason"].to_list() == ["closed at a moment nobody knows"]


@pytest.mark.parametrize("measure", [first_response_measured, attainment_measured])
def test_without_any_author_nothing_can_be_measured(measure) -> None:  # type: ignore[no-untyped-def]
    found = measure(view(issues=issues({"author": None, "opened_at": NOON}, {"author": None})))

    reasons = {estimate.reason for estimate in found.estimates}
    # Number 1 is due in October and opened in it; so is number 2, of October 1.
    assert reasons == {"none of 2 issues can be measured: the author is unknown"}
    assert all(e.value is None and e.n == 0 and e.n_excluded == 2 for e in found.estimates)


def test_issue_opened_after_as_of_is_not_counted_as_left_out() -> None:
    measured = first_response_measured(
        view(issues=issues({}, {"author": None, "opened_at": "2026-10-20"}), as_of=at("2026-10-15"))
    )

    assert stated(measured)["median"].n_excluded == 0
