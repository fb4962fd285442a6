"""How long closing takes, and what issues are closed as."""

import polars as pl
import pytest
from factories import at, events, issues, spells

from metrics.views import OCTOBER, stated, view
from opsreview.metrics.resolution import (
    issue_resolution_duration,
    resolution_measured,
    resolution_of_rows,
)

REOPENED = events(
    {"created_at": "2026-10-05"},
    {"created_at": "2026-10-08", "event": "reopened"},
    {"created_at": "2026-10-20"},
)


def durations(items: pl.DataFrame, happened: pl.DataFrame, as_of: str) -> dict[str, object]:
    rows = issue_resolution_duration(
        items, spells(items, happened), window=OCTOBER, as_of=at(as_of)
    )
    assert rows.height == 1
    return rows.row(0, named=True)


@pytest.mark.parametrize(
    ("as_of", "first", "final"),
    [
        ("2026-10-04", (72, True), (72, True)),
        ("2026-10-05", (96, False), (96, False)),
        ("2026-10-09", (96, False), (192, True)),
        ("2026-10-21", (96, False), (456, False)),
    ],
)
def test_first_and_final_close_stand_as_they_stood_then(
    as_of: str, first: tuple[float, bool], final: tuple[float, bool]
) -> None:
    # Closed on the 5th, reopened on the 8th, closed for good on the 20th.
    row = durations(issues({"closed_at": "2026-10-20"}), REOPENED, as_of)

    assert (row["first_hours"], row["is_first_censored"]) == first
    assert (row["final_hours"], row["is_final_censored"]) == final


def test_closed_as_it_opened_took_zero_hours() -> None:
    row = durations(issues({"closed_at": "2026-10-01"}), events(), "2026-11-08")

    assert (row["first_hours"], row["is_first_censored"]) == (0, False)


def test_cohort_and_flow_are_different_numbers() -> None:
    # Opened in October and still open: in the cohort. Opened in September and closed: in the flow.
    measured = resolution_measured(
        view(issues=issues({}, {"opened_at": "2026-09-21", "closed_at": "2026-10-01"}))
    )

    parts = stated(measured)
    assert (parts["median"].n, parts["median"].n_censored, parts["median"].value) == (1, 1, None)
    assert (parts["median_of_closed"].n, parts["median_of_closed"].value) == (1, 240)


def test_open_issues_keep_the_median_from_being_that_of_the_closed() -> None:
    # Closed after 1 and 3 days of five: half is not reached. The closed alone would say 2 days.
    rows = [{"closed_at": "2026-10-02"}, {"closed_at": "2026-10-04"}, {}, {}, {}]
    median = stated(resolution_measured(view(issues=issues(*rows))))["median"]

    assert (median.value, median.n, median.n_censored) == (None, 5, 3)


def test_issue_closed_at_an_unknown_moment_is_left_out_of_the_cohort_and_counted() -> None:
    rows = [{"state": "closed"}, {}, {"state": "closed", "opened_at": "2026-09-01"}]
    measured = resolution_measured(view(issues=issues(*rows)))

    assert (stated(measured)["median"].n, stated(measured)["median"].n_excluded) == (1, 1)
    assert measured.excluded()["key"].to_list() == ["1"]


def test_only_unknown_closes_say_why_there_is_no_median() -> None:
    median = stated(resolution_measured(view(issues=issues({"state": "closed"}))))["median"]

    assert median.reason == "the issues opened were closed at a moment nobody knows"


def test_no_issue_gives_no_median_of_any_kind() -> None:
    parts = stated(resolution_measured(view()))

    assert {part.value for part in parts.values()} == {None}
    assert {part.n for part in parts.values()} == {0}
    assert parts["median_of_closed"].reason == "no issue was closed in the window"


# What issues are closed as


def closed_as(*rows: dict[str, object], happened: pl.DataFrame | None = None) -> dict[str, float]:
    known = events() if happened is None else happened
    measured = resolution_measured(view(issues=issues(*rows), events=known))
    return {
        part.group: part.value
        for part in measured.estimates
        if part.statistic == "first_closes" and part.value
    }


@pytest.mark.parametrize("reason", ["completed", "not_planned", "duplicate"])
def test_first_closes_are_counted_by_what_they_were(reason: str) -> None:
    row = {"closed_at": "2026-10-05", "state_reason": reason}

    assert closed_as(row, row, {}) == {"all": 2, f"closed_as:{reason}": 2}


def test_close_by_a_bot_is_a_bots_whatever_it_says() -> None:
    row = {"closed_at": "2026-10-05", "state_reason": "not_planned"}
    stale = events({"actor": "stale[bot]", "created_at": "2026-10-05"})

    assert closed_as(row, happened=stale) == {"all": 1, "closed_as:bot": 1}


def test_close_that_says_nothing_is_unknown_and_not_completed() -> None:
    assert closed_as({"closed_at": "2026-10-05"}) == {"all": 1, "closed_as:unknown": 1}


def test_todays_reason_is_that_of_the_last_close_and_not_of_the_first() -> None:
    row = {"closed_at": "2026-10-20", "state_reason": "completed"}

    assert closed_as(row, happened=REOPENED) == {"all": 1, "closed_as:unknown": 1}


def test_close_after_as_of_is_none_yet() -> None:
    row = {"closed_at": "2026-11-20", "state_reason": "completed"}

    assert closed_as(row) == {}


def test_closing_in_working_hours_stands_beside_the_clocks() -> None:
    # Opened on Friday the 2nd at 16:00, closed on Monday at 10:00.
    row = {"opened_at": "2026-10-02 16:00", "closed_at": "2026-10-05 10:00"}
    parts = stated(resolution_measured(view(issues=issues(row))))

    assert (parts["median"].value, parts["median_working_hours"].value) == (66, 2)


def test_some_of_the_rows_give_the_estimates_over_them() -> None:
    measured = resolution_measured(view(issues=issues({"closed_at": "2026-10-02"}, {}, {})))

    some = {p.statistic: p for p in resolution_of_rows(measured.rows.head(1)) if p.group == "all"}
    assert set(some) == set(stated(measured)) - {"median_of_closed"}
    assert (some["median"].value, some["median"].n) == (24, 1)
