"""What came in, what went out, what stayed, how old it is, and how long closing takes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, events, issues, pull_requests, spells, window
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.backlog import (
    age_measured,
    backlog,
    backlog_measured,
    closed_measured,
    index_measured,
    issue_age,
    issues_closed,
    issues_new,
    new_measured,
)

REOPENED = events(
    {"created_at": "2026-10-05"},
    {"created_at": "2026-10-08", "event": "reopened"},
    {"created_at": "2026-10-20"},
)


# Opened and closed


def test_counts_come_for_all_for_issues_and_for_pull_requests() -> None:
    found = view(
        issues=issues({"closed_at": "2026-10-03"}, {}),
        pull_requests=pull_requests(
            {"number": 3, "merged_at": "2026-10-09"}, {"number": 4}, {"number": 5}
        ),
    )

    groups = ("all", "kind:issue", "kind:pull_request")
    assert [value(new_measured(found), "count", group) for group in groups] == [5, 2, 3]
    assert [value(closed_measured(found), "count", group) for group in groups] == [2, 1, 1]


def test_window_holds_its_start_and_not_its_end() -> None:
    items = issues(
        {"opened_at": "2026-09-30 23:59:59", "closed_at": "2026-10-01"},
        {"opened_at": "2026-10-01", "closed_at": "2026-11-01"},
        {"opened_at": "2026-11-01"},
    )

    assert issues_new(spells(items), window=OCTOBER)["number"].to_list() == [2]
    assert issues_closed(spells(items), window=OCTOBER)["number"].to_list() == [1]


def test_reopening_is_not_opening() -> None:
    found = spells(issues({"closed_at": "2026-10-20"}), REOPENED)

    assert issues_new(found, window=OCTOBER).height == 1


def test_last_closed_at_taken_as_the_only_close_is_a_known_wrong_way() -> None:
    items = issues({"closed_at": "2026-10-20"})

    closed = issues_closed(spells(items, REOPENED), window=OCTOBER)
    assert closed["closed_at"].to_list() == [at("2026-10-05"), at("2026-10-20")]
    assert closed["open_hours"].to_list() == [4 * 24, 19 * 24]


def test_item_closed_as_it_opens_is_counted_in_both() -> None:
    measured = view(issues=issues({"opened_at": "2026-10-02", "closed_at": "2026-10-02"}))

    assert value(new_measured(measured), "count") == 1
    assert value(closed_measured(measured), "count") == 1
    assert [stated(backlog_measured(measured))[n].value for n in ("at_start", "at_end")] == [0, 0]


def test_nothing_known_counts_none_and_that_is_zero() -> None:
    for measured in (new_measured(view()), closed_measured(view())):
        assert (value(measured, "count"), value(measured, "rate_per_week")) == (0, 0)
        # The exact Poisson bound of none seen is -ln(0.025) = 3.689 in 31 / 7 weeks.
        assert stated(measured)["rate_per_week"].upper == pytest.approx(3.6889 * 7 / 31, abs=1e-4)


def test_what_lies_after_as_of_is_neither_opened_nor_closed_yet() -> None:
    found = view(
        issues=issues({"closed_at": "2026-10-20"}, {"opened_at": "2026-10-20"}),
        as_of=at("2026-10-15"),
    )

    assert value(new_measured(found), "count") == 1
    assert value(closed_measured(found), "count") == 0
    assert value(backlog_measured(found), "at_end") == 1


def test_monthly_totals_compared_across_months_of_different_length_is_a_known_wrong_way() -> None:
    # 62 issues in the 31 days of October and 56 in the 28 of February are 14 a week in both.
    for month, days in ((OCTOBER, 31), (window("2026-02-01", "2026-03-01"), 28)):
        opened = [{"opened_at": month.start_at + timedelta(hours=12 * n)} for n in range(2 * days)]
        measured = new_measured(view(issues=issues(*opened), window=month, as_of=at("2026-11-08")))
        assert value(measured, "rate_per_week") == pytest.approx(14)


def test_rate_of_a_cycle_under_way_is_over_the_time_seen() -> None:
    measured = new_measured(view(issues=issues({}, {}), as_of=at("2026-10-08")))

    assert value(measured, "rate_per_week") == 2


@pytest.mark.parametrize(
    "measure", [new_measured, closed_measured, backlog_measured, index_measured]
)
def test_window_that_has_not_begun_is_not_measurable(measure) -> None:  # type: ignore[no-untyped-def]
    measured = measure(view(issues=issues({"opened_at": "2026-09-01"}), as_of=at("2026-10-01")))

    assert {part.value for part in measured.estimates} == {None}
    assert {part.reason for part in measured.estimates} == {"the window has not begun"}


def test_close_by_a_bot_a_ghost_or_nobody_known_counts_like_any() -> None:
    items = issues(*[{"author": None, "closed_at": "2026-10-05"}] * 3)
    closers = ("stale[bot]", "ghost", None)
    happened = events(
        *[
            {"number": n, "actor": who, "created_at": "2026-10-05"}
            for n, who in enumerate(closers, 1)
        ]
    )

    assert value(closed_measured(view(issues=items, events=happened)), "count") == 3


# The backlog


def test_backlog_is_what_was_open_before_and_what_is_open_after() -> None:
    measured = backlog_measured(
        view(
            issues=issues(
                {"opened_at": "2026-09-01", "closed_at": "2026-10-05"},
                {"opened_at": "2026-09-01"},
                {"opened_at": "2026-10-10"},
                {"opened_at": "2026-10-10"},
            )
        )
    )

    parts = stated(measured)
    assert [parts[n].value for n in ("at_start", "at_end", "change")] == [2, 3, 1]
    # n of the change: the two open before and the two opened since.
    assert [parts[n].n for n in ("at_start", "at_end", "change")] == [2, 3, 4]


def test_emptied_backlog_is_still_a_measured_change() -> None:
    items = issues({"opened_at": "2026-09-01", "closed_at": "2026-10-05"})

    change = stated(backlog_measured(view(issues=items)))["change"]
    assert (change.value, change.n) == (-1, 1)


def test_item_opened_or_closed_on_the_windows_edge_belongs_to_the_window_it_begins() -> None:
    # Opened as October begins: not there before. Closed as November begins: still there at the end.
    items = issues(
        {"opened_at": "2026-10-01"}, {"opened_at": "2026-09-01", "closed_at": "2026-11-01"}
    )

    parts = stated(backlog_measured(view(issues=items)))
    assert [parts[n].value for n in ("at_start", "at_end", "change")] == [1, 2, 1]


def test_item_closed_at_a_moment_nobody_knows_is_left_out_and_said() -> None:
    measured = backlog_measured(view(issues=issues({"state": "closed"}, {})))

    assert value(measured, "at_end") == 1
    assert measured.excluded()["key"].to_list() == ["1"]


def test_moments_may_come_in_any_order_and_may_be_none() -> None:
    found = spells(issues({"opened_at": "2026-10-02"}))

    counts = backlog(found, moments=[at("2026-10-03"), at("2026-10-01")])
    assert counts["open_count"].to_list() == [1, 0]
    assert backlog(found, moments=[]).is_empty()


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2026-10-24", "2026-10-27", [24, 25, 24]), ("2026-03-28", "2026-03-31", [24, 23, 24])],
)
def test_days_are_local_and_are_longer_or_shorter_when_the_clock_changes(
    start: str, end: str, hours: list[int]
) -> None:
    madrid = ZoneInfo("Europe/Madrid")
    first, last = (datetime.fromisoformat(day).replace(tzinfo=madrid) for day in (start, end))
    local = window(first.isoformat(), last.isoformat())
    measured = backlog_measured(view(window=local, as_of=local.end_at, zone=madrid))

    ends = measured.rows["at"]
    assert ends.diff().drop_nulls().dt.total_hours().to_list() == hours
    assert (ends[0], ends[-1]) == (local.start_at, local.end_at)


def test_day_whose_midnight_does_not_exist_still_has_one_end() -> None:
    # In Beirut the clock went from 00:00 to 01:00 on March 29, 2026.
    beirut = ZoneInfo("Asia/Beirut")
    days = window("2026-03-27T22:00+00:00", "2026-03-30T21:00+00:00")

    measured = backlog_measured(view(window=days, as_of=days.end_at, zone=beirut))
    assert measured.rows["at"].diff().drop_nulls().dt.total_hours().to_list() == [24, 23, 24]


def test_days_end_where_the_data_ends() -> None:
    measured = backlog_measured(view(as_of=at("2026-10-03 15:00")))

    assert measured.rows["at"].to_list() == [
        at(day) for day in ("2026-10-01", "2026-10-02", "2026-10-03", "2026-10-03 15:00")
    ]


def test_curve_has_a_point_a_day_for_each_kind() -> None:
    curves = pl.concat(backlog_measured(view(issues=issues({}))).curves())

    assert curves.group_by("group").len().sort("group").rows() == [
        ("all", 32),
        ("kind:issue", 32),
        ("kind:pull_request", 32),
    ]


moves = st.lists(st.integers(0, 80), min_size=1, max_size=6, unique=True).map(sorted)


@settings(max_examples=60, deadline=None)
@given(st.lists(moves, min_size=1, max_size=6), st.integers(0, 40), st.integers(1, 40))
def test_opened_and_reopened_less_closed_is_the_change(
    histories: list[list[int]], first: int, length: int
) -> None:
    """Histories are the half-days on which an item opens, closes, opens again, and so on."""

    def moment(half_day: int) -> datetime:
        return at("2026-09-10") + timedelta(hours=12 * half_day)

    def closes(history: list[int]) -> list[int]:
        return history[1::2]

    items = issues(
        *[
            {
                "opened_at": moment(history[0]),
                "closed_at": moment(history[-1]) if len(history) % 2 == 0 else None,
            }
            for history in histories
        ]
    )
    happened = events(
        *[
            {
                "number": n,
                "created_at": moment(step),
                "event": "closed" if k % 2 == 0 else "reopened",
            }
            for n, history in enumerate(histories, 1)
            for k, step in enumerate(history[1:])
        ]
    )
    stretch = window(moment(first).isoformat(), moment(first + length).isoformat())
    found = view(issues=items, events=happened, window=stretch, as_of=at("2027-01-01"))

    reopened = sum(first <= step < first + length for h in histories for step in h[2::2])
    opened = value(new_measured(found), "count") or 0
    closed = value(closed_measured(found), "count") or 0
    assert closed == sum(first <= step < first + length for h in histories for step in closes(h))
    assert opened + reopened - closed == value(backlog_measured(found), "change")


# Closed for each opened


def test_index_is_closings_by_openings_of_each_kind() -> None:
    old = {"opened_at": "2026-09-01"}
    measured = index_measured(
        view(
            issues=issues({}, {}, old | {"closed_at": "2026-10-05"}),
            pull_requests=pull_requests({"number": 8, "merged_at": "2026-10-09"}),
        )
    )

    ratios = {group: stated(measured, group)["ratio"] for group in ("all", "kind:issue")}
    assert (ratios["all"].value, ratios["all"].n) == (pytest.approx(2 / 3), 3)
    assert (ratios["kind:issue"].value, ratios["kind:issue"].n) == (0.5, 2)
    assert measured.rows.height == 5


def test_index_over_nothing_opened_is_null_and_says_what_was_closed() -> None:
    row = {"opened_at": "2026-09-01", "closed_at": "2026-10-05"}
    ratio = stated(index_measured(view(issues=issues(row))))["ratio"]

    assert (ratio.value, ratio.n) == (None, 0)
    assert ratio.reason == "nothing was opened in the window, 1 closed: no ratio to nothing"


# Ages


def test_age_is_since_the_first_opening_of_what_is_open_then() -> None:
    items = issues({}, {"closed_at": "2026-10-03"}, {"opened_at": "2026-11-20"})
    happened = events(
        {"number": 1, "created_at": "2026-10-05"},
        {"number": 1, "created_at": "2026-10-08", "event": "reopened"},
    )

    ages = issue_age(spells(items, happened), as_of=at("2026-10-11"))
    assert ages.select("number", "age_hours").rows() == [(1, 240)]
    assert issue_age(spells(items, happened), as_of=at("2026-10-06")).is_empty()


def test_pull_requests_have_no_issue_age() -> None:
    measured = age_measured(view(pull_requests=pull_requests({})))

    assert value(measured, "count") == 0
    assert stated(measured)["median"].reason == "no issue is open"


def test_median_age_of_open_issues_is_told_for_each_past_week() -> None:
    measured = age_measured(view(issues=issues({"opened_at": "2026-10-18"})))

    (curve,) = measured.curves()
    assert curve["at"].to_list()[-1] == at("2026-11-08")
    assert curve["value"].to_list() == [0, 7 * 24, 14 * 24, 21 * 24]
