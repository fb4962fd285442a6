"""Releases by kind, the train's rhythm, and how long merged work waits for one."""

import polars as pl
import pytest
from factories import at, pull_requests, releases

from metrics.views import AS_OF, OCTOBER, stated, value, view
from opsreview.metrics.releases import (
    change_lead_time,
    frequency_measured,
    interval_measured,
    lead_time_measured,
    release_frequency,
    release_interval,
    unreleased_changes,
    unreleased_measured,
)
from opsreview.window import Window

KINDS = ("stable", "hotfix", "prerelease", "moving", "other")


def published(*days: str, kind: str = "stable") -> pl.DataFrame:
    return releases(*[{"published_at": day, "kind": kind} for day in days])


# How often


def test_kinds_are_apart_and_moving_tags_and_others_are_no_releases() -> None:
    known = releases(*[{"kind": kind} for kind in KINDS])
    measured = frequency_measured(view(releases=known))

    assert value(measured, "count") == 3
    groups = [f"kind:{kind}" for kind in ("stable", "hotfix", "prerelease")]
    assert [value(measured, "count", group) for group in groups] == [1, 1, 1]
    assert value(measured, "rate_per_week") == pytest.approx(3 * 7 / 31)
    assert {part.group for part in measured.estimates} == {"all", *groups}


def test_drafts_and_what_was_never_published_are_left_out() -> None:
    known = releases({"is_draft": True}, {"published_at": None}, {"is_draft": None})

    assert release_frequency(known, window=OCTOBER)["tag"].to_list() == ["v1.3.0"]


def test_window_holds_its_start_and_not_its_end() -> None:
    known = published("2026-09-30 23:59", "2026-10-01", "2026-11-01")

    assert release_frequency(known, window=OCTOBER)["tag"].to_list() == ["v1.2.0"]


def test_release_after_as_of_is_not_published_yet() -> None:
    known = published("2026-10-10", "2026-10-20")

    measured = frequency_measured(view(releases=known, as_of=at("2026-10-15")))
    assert value(measured, "count") == 1
    assert value(measured, "rate_per_week") == 0.5


def test_no_release_is_a_count_of_zero_and_before_the_window_unknown() -> None:
    assert value(frequency_measured(view()), "count") == 0
    early = frequency_measured(view(releases=published("2026-09-01"), as_of=at("2026-10-01")))
    assert {part.statistic: part.value for part in early.estimates} == {
        "count": None,
        "rate_per_week": None,
    }


# The interval


def test_first_release_has_no_interval() -> None:
    rows = release_interval(published("2026-10-01", "2026-10-15"), window=OCTOBER)

    assert rows.select("tag", "previous_tag", "interval_hours").rows() == [
        ("v1.2.0", "v1.1.0", 14 * 24)
    ]


def test_hotfixes_and_prereleases_are_not_on_the_train() -> None:
    known = releases(
        {"published_at": "2026-10-01"},
        {"published_at": "2026-10-03", "kind": "hotfix"},
        {"published_at": "2026-10-08", "kind": "prerelease"},
        {"published_at": "2026-10-15"},
    )

    assert release_interval(known, window=OCTOBER)["interval_hours"].to_list() == [14 * 24]


def test_each_repository_has_its_own_train() -> None:
    known = releases(
        {"published_at": "2026-10-01"},
        {"published_at": "2026-10-02", "repo": "team/other"},
        {"published_at": "2026-10-15"},
    )

    assert release_interval(known, window=OCTOBER)["interval_hours"].to_list() == [14 * 24]


def test_two_releases_at_once_are_zero_hours_apart() -> None:
    rows = release_interval(published("2026-10-01", "2026-10-01"), window=OCTOBER)

    assert rows["interval_hours"].to_list() == [0]


def test_median_has_bounds_from_six_gaps_and_says_so_below() -> None:
    six = published(*[f"2026-{month:02}-01" for month in range(4, 11)])
    five = published(*[f"2026-{month:02}-01" for month in range(5, 11)])

    enough = stated(interval_measured(view(releases=six)))["median"]
    assert (enough.n, enough.lower, enough.upper) == (6, 30 * 24, 31 * 24)
    few = stated(interval_measured(view(releases=five)))["median"]
    assert (few.n, few.lower, few.upper) == (5, None, None)
    assert few.reason == "too few to tell: n = 5, six are needed"


def test_longest_and_the_gap_still_open_are_told() -> None:
    known = published("2026-08-01", "2026-09-01", "2026-09-11", "2026-12-01")
    measured = interval_measured(view(releases=known))

    assert (value(measured, "longest"), stated(measured)["longest"].n) == (31 * 24, 2)
    still_open = stated(measured)["open"]
    # From September 11 to November 8 are 58 days; the release of December is not there yet.
    assert (still_open.value, still_open.n_censored) == (58 * 24, 1)


def test_intervals_of_more_than_a_year_ago_are_forgotten() -> None:
    # The year to the end of October 2026 begins with November 2025.
    known = published("2025-10-01", "2025-10-31", "2025-11-01", "2026-10-31", "2026-11-02")
    measured = interval_measured(view(releases=known))

    assert measured.rows["tag"].to_list() == ["v1.3.0", "v1.4.0"]


def test_no_release_gives_no_interval_of_any_kind() -> None:
    parts = stated(interval_measured(view()))

    assert {part.value for part in parts.values()} == {None}
    assert parts["open"].reason == "no stable release is known"
    one = stated(interval_measured(view(releases=published("2026-10-01"))))
    assert one["median"].reason == (
        "fewer than two stable releases in the twelve months to the cycle's end"
    )
    assert one["open"].value == 38 * 24


# From merge to release


def lead_times(
    merged: pl.DataFrame, known: pl.DataFrame, as_of: str = "2026-11-08"
) -> pl.DataFrame:
    return change_lead_time(merged, known, window=OCTOBER, as_of=at(as_of))


def test_merge_is_released_by_the_first_stable_release_or_hotfix_after_it() -> None:
    known = releases(
        {"published_at": "2026-10-01"},
        {"published_at": "2026-10-04", "kind": "prerelease"},
        {"published_at": "2026-10-05", "kind": "hotfix"},
        {"published_at": "2026-10-09"},
    )

    rows = lead_times(pull_requests({"merged_at": "2026-10-03"}), known)
    assert rows.select("released_in", "waited_hours", "is_censored").rows() == [
        ("v1.3.0", 48, False)
    ]


def test_merge_at_the_moment_of_a_release_is_in_it() -> None:
    rows = lead_times(pull_requests({"merged_at": "2026-10-03"}), published("2026-10-03"))

    assert rows["waited_hours"].to_list() == [0]


def test_unreleased_merge_stays_in_as_censored() -> None:
    merged = pull_requests({"merged_at": "2026-10-29"})

    rows = lead_times(merged, published("2026-10-01", "2026-11-20"))
    assert rows.select("released_in", "waited_hours", "is_censored").rows() == [(None, 240, True)]


def test_merges_are_measured_in_the_window_they_were_merged_in() -> None:
    merged = pull_requests(
        *[
            {"opened_at": "2026-09-01", "merged_at": moment}
            for moment in ("2026-09-30 23:59", "2026-10-01", "2026-11-01")
        ],
        {"closed_at": "2026-10-05"},
        {},
    )

    assert lead_times(merged, published("2026-11-05"))["number"].to_list() == [2]


def test_first_release_swallowing_years_of_old_merges_is_a_known_wrong_way() -> None:
    old = [
        {"opened_at": f"{year}-01-01", "merged_at": f"{year}-06-01"} for year in range(2020, 2026)
    ]
    merged = pull_requests(*old, {"merged_at": "2026-10-19"})
    measured = lead_time_measured(view(pull_requests=merged, releases=published("2026-10-20")))

    assert (value(measured, "median"), stated(measured)["median"].n) == (24, 1)


def test_release_of_another_repository_releases_nothing_here() -> None:
    merged = pull_requests({"merged_at": "2026-10-03"})
    known = releases(
        {"published_at": "2026-09-01"}, {"repo": "team/other", "published_at": "2026-10-04"}
    )

    assert lead_times(merged, known)["is_censored"].to_list() == [True]


def test_repository_that_never_had_a_release_is_left_out() -> None:
    merged = pull_requests(
        {"merged_at": "2026-10-03"}, {"repo": "team/site", "merged_at": "2026-10-03"}
    )

    assert lead_times(merged, published("2026-10-04"))["repo"].to_list() == ["team/product"]
    assert unreleased_changes(merged, published("2026-10-01"), as_of=AS_OF)["repo"].to_list() == [
        "team/product"
    ]


@pytest.mark.parametrize(
    "known",
    [
        releases(),
        releases({"is_draft": True}, {"kind": "moving"}, {"kind": "prerelease"}),
        published("2026-11-20"),
    ],
)
def test_without_a_stable_release_by_then_nothing_can_be_measured(known: pl.DataFrame) -> None:
    found = view(pull_requests=pull_requests({"merged_at": "2026-10-03"}), releases=known)

    for measured in (lead_time_measured(found), unreleased_measured(found)):
        assert {part.value for part in measured.estimates} == {None}
        assert {part.reason for part in measured.estimates} == {"no stable release is known"}


def test_no_merge_gives_no_lead_time() -> None:
    median = stated(lead_time_measured(view(releases=published("2026-10-01"))))["median"]

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no pull request was merged in the window"


# What is not released yet


def test_unreleased_is_what_was_merged_since_the_last_stable_release() -> None:
    merged = pull_requests(
        {"merged_at": "2026-10-09"},
        {"merged_at": "2026-10-10"},
        {"merged_at": "2026-10-29"},
        {"merged_at": "2026-11-03"},
        {"merged_at": "2026-11-09"},
    )
    known = releases(
        {"published_at": "2026-10-10", "kind": "hotfix"},
        {"published_at": "2026-10-30", "kind": "prerelease"},
    )
    measured = unreleased_measured(view(pull_requests=merged, releases=known))

    assert measured.rows.select("number", "waiting_hours").rows() == [(3, 240), (4, 120)]
    assert (value(measured, "count"), value(measured, "median")) == (2, 180)


def test_nothing_unreleased_is_a_count_of_zero_and_no_median() -> None:
    measured = unreleased_measured(view(releases=published("2026-10-01")))

    assert value(measured, "count") == 0
    assert stated(measured)["median"].reason == "nothing is unreleased"


def test_each_repository_is_held_against_its_own_last_release() -> None:
    merged = pull_requests(
        {"merged_at": "2026-10-10"}, {"repo": "team/other", "merged_at": "2026-10-10"}
    )
    known = releases(
        {"published_at": "2026-10-20"}, {"repo": "team/other", "published_at": "2026-10-05"}
    )

    rows = unreleased_changes(merged, known, as_of=AS_OF)
    assert rows["repo"].to_list() == ["team/other"]


def test_year_of_intervals_ends_where_the_data_ends() -> None:
    known = published("2025-10-20", "2025-10-25", "2026-10-01")
    measured = interval_measured(view(releases=known, as_of=at("2026-10-21")))

    year = Window(at("2025-10-21"), at("2026-10-21"))
    assert measured.rows.equals(release_interval(known, window=year))
    assert measured.rows.height == 2
