"""Histories with next to nothing in them, or with what real ones have at their edges."""

from __future__ import annotations

import polars as pl
import pytest
from dump_factory import UNKNOWN, later, small_team, value_of, write_csv
from factories import at

from opsreview.errors import CycleError
from opsreview.review import Review

OCTOBER, NOVEMBER = "2026-10-01 00:00", "2026-11-01 00:00"  # the team's days are UTC here


def reason_of(review: Review, metric: str, statistic: str, group: str = "all") -> str:
    """Why a number is missing; it must be null over nothing."""
    estimate = review.estimate(metric, statistic, group=group)
    assert (estimate.value, estimate.n) == (None, 0)
    return estimate.reason or ""


def test_empty_repository_is_built_and_counts_nothing(tmp_path):
    review = small_team(tmp_path).build()
    assert value_of(review, "issues_new", "count") is None
    assert reason_of(review, "time_to_first_response", "median")
    assert review.findings() == []
    assert review.waiting.is_empty()


def test_month_without_anything_new_counts_zero_not_unknown(tmp_path):
    review = small_team(tmp_path, issues=[{"opened_at": "2026-08-03 12:00"}]).build()
    assert value_of(review, "issues_new", "count") == 0
    assert value_of(review, "backlog", "at_end") == 1
    assert reason_of(review, "time_to_first_response", "median") == (
        "no issue was opened in the window"
    )


def test_first_run_of_a_plain_dump_is_whole_and_names_three_things_to_fill_in(tmp_path):
    team = small_team(tmp_path, issues=[{}], releases=None)
    review = team.build()
    assert review.model is None
    assert not (review.folder / "operating_model.json").exists()
    assert review.held == review.proposals == review.release_slots == []
    assert value_of(review, "issues_new", "count") == 1
    for metric, statistic in (("interruptions", "count"), ("oncall_share", "hours")):
        assert reason_of(review, metric, statistic).startswith("no source gives ")
    assert reason_of(review, "release_frequency", "count") == "no source gives releases"
    asked = [line["what"] for line in review.next["fill_in"]]
    assert asked == ["Who is in the team", "What should happen", "Releases"]


def test_releases_that_are_known_and_none_count_zero(tmp_path):
    review = small_team(tmp_path, issues=[{}]).build()
    assert value_of(review, "release_frequency", "count") == 0
    assert reason_of(review, "change_lead_time", "median").startswith("no stable release is known")


def test_one_person_is_never_called_unfair(tmp_path):
    write_csv(
        tmp_path / "incidents.csv",
        {"id": "i1", "started_at": "2026-10-03T12:00Z", "person": "ada"},
        {"id": "i2", "started_at": "2026-10-09T12:00Z", "person": "ada"},
    )
    columns = {"incident_id": "id", "opened_at": "started_at"}
    happened = {"incident_id": "id", "at": "started_at", "person": "person"}
    common = {"kind": "csv", "path": "../../incidents.csv"}
    review = small_team(
        tmp_path,
        issues=[{}],
        comments=[{"created_at": later("2026-10-05 09:00", hours=5)}],
        people={"ada": {"accounts": ["ada"]}},
        sources=[
            common | {"table": "incidents", "columns": columns},
            common | {"table": "incident_events", "columns": happened},
        ],
    ).build()
    assert value_of(review, "interruptions", "count", "person:ada") == 2
    assert reason_of(review, "busiest_share", "share").startswith(
        "only one person could have been interrupted"
    )


def test_deleted_author_is_someone_and_a_deleted_commenter_is_no_answer(tmp_path):
    review = small_team(
        tmp_path,
        issues=[{"author": "ghost"}, {"author": "rae"}],
        comments=[
            {"number": 1, "author": "ada", "created_at": later("2026-10-05 09:00", hours=4)},
            {"number": 2, "author": "ghost", "created_at": later("2026-10-05 09:00", hours=1)},
        ],
    ).build()
    answers = review.measured("time_to_first_response").select("number", "ending", "is_censored")
    assert answers.rows() == [(1, "answered", False), (2, None, True)]
    issues = review.table("issues")
    assert issues.filter(number=1).select("author_account", "author_kind").row(0) == (None, "ghost")


def test_issue_closed_at_birth_takes_no_time_and_is_never_open(tmp_path):
    review = small_team(
        tmp_path, issues=[{"opened_at": "2026-10-05 09:00", "closed_at": "2026-10-05 09:00"}]
    ).build()
    assert value_of(review, "issue_resolution_duration", "median") == 0
    assert value_of(review, "backlog", "at_end") == 0
    assert (
        value_of(review, "issues_new", "count") == value_of(review, "issues_closed", "count") == 1
    )


def test_issue_reopened_twice_closes_three_times_and_is_one_issue(tmp_path):
    days = [("closed", 6), ("reopened", 8), ("closed", 9), ("reopened", 12), ("closed", 20)]
    review = small_team(
        tmp_path,
        issues=[{"opened_at": "2026-10-05 09:00", "closed_at": "2026-10-20 09:00"}],
        events=[{"event": what, "created_at": f"2026-10-{day:02} 09:00"} for what, day in days],
    ).build()
    assert value_of(review, "issues_new", "count") == 1
    assert value_of(review, "issues_closed", "count") == 3
    assert value_of(review, "backlog", "change") == 0
    assert value_of(review, "issue_resolution_duration", "median") == 24
    assert value_of(review, "issue_resolution_duration", "median_to_final_close") == 15 * 24
    by_day = review.curve("backlog", group="kind:issue").sort("at")["value"].to_list()
    assert sum(by_day) == 1 + 1 + 8  # the nights after the 5th, the 8th, and the 12th to the 19th


def test_start_of_the_window_belongs_to_it_and_the_end_does_not(tmp_path):
    review = small_team(
        tmp_path, issues=[{"opened_at": OCTOBER}, {"opened_at": NOVEMBER}, {"opened_at": OCTOBER}]
    ).build()
    assert value_of(review, "issues_new", "count") == 2
    assert review.measured("issues_new")["number"].to_list() == [1, 3]
    assert value_of(review, "backlog", "at_start") == 0
    assert value_of(review, "backlog", "at_end") == 2


def test_cycle_before_the_data_begins_is_unknown_not_zero(tmp_path):
    review = small_team(tmp_path, issues=[{}]).build("2026-03")
    assert reason_of(review, "issues_new", "count").startswith("issues are known from 2026-10-05")
    assert review.metrics["value"].drop_nulls().is_empty()
    assert review.findings() == []


def test_cycle_read_early_says_so(tmp_path):
    review = small_team(tmp_path, issues=[{}], fetched_at="2026-11-03 00:00").build()
    assert (review.run["is_over"], review.run["is_mature"]) == (True, False)
    assert review.as_of == at("2026-11-03")
    assert "**The cycle is not mature yet.**" in (review.folder / "summary.md").read_text("utf-8")


def test_cycle_not_over_counts_what_has_happened_and_says_so(tmp_path):
    team = small_team(
        tmp_path,
        issues=[{"opened_at": "2026-10-05 09:00"}, {"opened_at": "2026-10-18 09:00"}],
        fetched_at="2026-10-15 00:00",
    )
    review = team.build()
    assert review.run["is_over"] is False
    assert value_of(review, "issues_new", "count") == 1
    assert value_of(review, "issues_new", "rate_per_week") == pytest.approx(1 / (10 / 7), rel=0.1)
    assert "**The cycle is not over.**" in (review.folder / "summary.md").read_text("utf-8")


def test_as_of_makes_a_past_reading_as_it_was_then(tmp_path):
    comments = [{"created_at": "2026-10-20 09:00"}]
    team = small_team(tmp_path, issues=[{}], comments=comments)
    assert value_of(team.build(), "time_to_first_response", "median") == 15 * 24
    then = team.build(as_of=at("2026-10-19"))
    assert value_of(then, "time_to_first_response", "median") is None
    assert then.run["as_of"] == "2026-10-19T00:00:00+00:00"


def test_as_of_later_than_the_data_is_refused(tmp_path):
    team = small_team(tmp_path, issues=[{}])
    with pytest.raises(CycleError, match="the data speaks until 2026-11-20 00:00 UTC; fetch first"):
        team.build(as_of=at("2026-12-01"))


def test_without_an_earlier_cycle_nothing_is_usual(tmp_path):
    review = small_team(tmp_path, issues=[{"opened_at": OCTOBER}]).build()
    assert pl.read_parquet(review.folder / "history.parquet").is_empty()
    assert all(found.usual_low is None for found in review.findings())
    assert "earlier cycles" not in (review.folder / "summary.md").read_text("utf-8")


def test_one_earlier_cycle_is_the_whole_range(tmp_path):
    opened = [{"opened_at": "2026-09-01 00:00"}, {"opened_at": "2026-09-09 09:00"}, {}]
    review = small_team(tmp_path, issues=opened).build()
    usual = review.usual("issues_new", "count")
    assert (usual.low, usual.high, usual.cycle_count) == (2, 2, 1)


def test_history_without_authors_and_comments_counts_but_does_not_judge(tmp_path):
    nobody = {"author": UNKNOWN}
    review = small_team(
        tmp_path,
        issues=[nobody, nobody | {"closed_at": "2026-10-09 09:00"}],
        pulls=None,
        comments=None,
        reviews=None,
        events=None,
        releases=None,
    ).build()
    assert value_of(review, "issues_new", "count", "kind:issue") == 2
    assert value_of(review, "issue_resolution_duration", "median") == 4 * 24
    for metric, statistic in (
        ("time_to_first_response", "median"),
        ("response_attainment", "share_answered"),
        ("waiting_on_team", "count"),
    ):
        assert reason_of(review, metric, statistic) == "no source gives comments"
    topics = {found.metric for found in review.findings()}
    assert topics == {"issues_new", "issues_closed", "backlog", "issue_age"} | {
        "issue_resolution_duration"
    }


def test_authors_unknown_where_comments_are_known_are_excluded_with_the_reason(tmp_path):
    review = small_team(
        tmp_path,
        issues=[{"author": UNKNOWN}],
        comments=[{"created_at": later("2026-10-05 09:00", hours=5)}],
    ).build()
    assert "the author is unknown" in reason_of(review, "time_to_first_response", "median")
    excluded = review.excluded.filter(metric="time_to_first_response")
    assert excluded.select("key", "reason").rows() == [("1", "the author is unknown")]


def test_quarter_is_three_months_and_stands_beside_quarters(tmp_path):
    months = ["2026-04", "2026-05", "2026-07", "2026-08", "2026-09"]
    review = small_team(
        tmp_path, issues=[{"opened_at": f"{month}-01 00:00"} for month in months]
    ).build("2026-q3")
    assert review.title == "third quarter of 2026"
    assert value_of(review, "issues_new", "count") == 3
    usual = review.usual("issues_new", "count")
    assert (usual.low, usual.high, usual.cycle_count) == (2, 2, 1)


def test_without_a_name_the_last_full_month_is_built(tmp_path):
    assert small_team(tmp_path, issues=[{}]).build(None).cycle == "2026-10"
