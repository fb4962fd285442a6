import polars as pl
import pytest
from factories import at, window

from opsreview.estimate import METRICS_SCHEMA, Estimate, in_words, not_measurable

OCTOBER = window("2026-10-01", "2026-11-01")
AS_OF = at("2026-11-08")


def row_of(estimate: Estimate) -> dict[str, object]:
    return estimate.row("time_to_first_response", "all", OCTOBER, AS_OF)


def test_row_has_the_columns_of_the_metrics_file_in_their_order():
    row = row_of(Estimate("median", 9.5, "hours", 12, lower=4, upper=None, n_censored=3))
    assert list(row) == list(METRICS_SCHEMA)
    (back,) = pl.DataFrame([row], schema=METRICS_SCHEMA).to_dicts()
    assert back == row


def test_row_says_which_window_it_speaks_of_and_as_of_when():
    row = row_of(Estimate("count", 3.0, "count", 3))
    assert (row["window_start_at"], row["window_end_at"]) == (OCTOBER.start_at, OCTOBER.end_at)
    assert row["as_of"] == AS_OF


def test_numbers_are_rounded_to_nine_digits():
    row = row_of(Estimate("share", 1 / 3, "share", 3, lower=0.1 + 0.2, upper=2 / 3))
    assert (row["value"], row["lower"], row["upper"]) == (0.333333333, 0.3, 0.666666667)


def test_estimate_over_nothing_is_null_with_its_reason_never_zero():
    row = row_of(not_measurable("median", "hours", "no source gives comments", group="kind:issue"))
    assert row["value"] is None
    assert row["n"] == 0
    assert row["reason"] == "no source gives comments"
    assert row["group"] == "kind:issue"


def test_median_that_is_not_reached_keeps_its_n_and_lower_bound():
    row = row_of(Estimate("median", None, "hours", 8, lower=700.0, n_censored=6))
    assert (row["value"], row["n"], row["lower"], row["upper"]) == (None, 8, 700.0, None)


def test_estimate_of_a_group_is_otherwise_the_same():
    everyone = Estimate("count", 3.0, "count", 3, reason="known from 2026-10-05")
    assert everyone.of("person:ada").group == "person:ada"
    assert everyone.of("person:ada").of("all") == everyone


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "hours", "unknown"),
        (0.0, "hours", "0 h"),
        (0.5, "hours", "30 min"),
        (1.0, "hours", "1 h"),
        (9.44, "hours", "9.4 h"),
        (9.96, "hours", "10 h"),
        (47.9, "hours", "48 h"),
        (48.0, "hours", "2 d"),
        (100.8, "hours", "4.2 d"),
        (100.8, "working_hours", "101 working h"),
        (0.5, "working_hours", "30 working min"),
        (2.5, "days", "2.5 d"),
        (0.52, "share", "52 %"),
        (1.25, "per_week", "1.2 a week"),
        (12.0, "count", "12"),
        (-3.0, "count", "-3"),
        (0.0, "count", "0"),
    ],
)
def test_value_as_a_person_says_it(value, unit, words):
    assert in_words(value, unit) == words
