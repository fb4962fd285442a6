"""Releases by kind, and the train's rhythm."""

import polars as pl
import pytest
from factories import at, releases

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.releases import (
    frequency_measured,
    interval_measured,
    release_frequency,
    release_interval,
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


@pytest.mark.parametrize("kind", ["hotfix", "prerelease", "nightly", "moving", "other"])
def test_nothing_but_a_stable_release_makes_or_ends_a_gap(kind: str) -> None:
    known = releases(
        {"published_at": "2026-10-01"},
        {"published_at": "2026-10-03", "kind": kind},
        {"published_at": "2026-10-15"},
        {"published_at": "2026-11-05", "kind": kind},
    )

    measured = interval_measured(view(releases=known))
    assert value(measured, "open") == 24 * 24  # from October 15 to November 8

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


def test_year_of_intervals_ends_where_the_data_ends() -> None:
    known = published("2025-10-20", "2025-10-25", "2026-10-01")
    measured = interval_measured(view(releases=known, as_of=at("2026-10-21")))

    year = Window(at("2025-10-21"), at("2026-10-21"))
    assert measured.rows.equals(release_interval(known, window=year))
    assert measured.rows.height == 2
