"""How long merged work waits for a release, and how much of it a release brings."""

import polars as pl
import pytest
from factories import at, pull_requests, releases, window

from metrics.views import AS_OF, LONG, OCTOBER, stated, subject, value, view
from opsreview.metrics.reading import read_metric
from opsreview.metrics.released import (
    IN_THE_FIRST,
    ON_NO_LINE,
    OUT_BEFORE,
    batch_measured,
    batch_size,
    change_lead_time,
    lead_time_measured,
    released_changes,
    unreleased_changes,
    unreleased_measured,
)

FIRST = {"published_at": "2020-01-01"}


def published(*days: str, kind: str = "stable") -> pl.DataFrame:
    """v1.1.0, long ago, and v1.2.0, ... on these days."""
    return releases(FIRST, *[{"published_at": day, "kind": kind} for day in days])


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
        releases({"published_at": "2026-11-20"}),
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


# As a clone tells


def told(day: str, tag: str | None, *, on_line: bool = True, **said: object) -> dict[str, object]:
    return {"merged_at": day, "released_in": tag, "is_on_release_line": on_line} | said


def test_release_that_holds_the_merge_counts_and_not_the_next_one() -> None:
    merged = pull_requests(told("2026-10-03", "v1.3.0"), {"merged_at": "2026-10-03"})

    rows = lead_times(merged, published("2026-10-05", "2026-10-09"))
    assert rows.select("released_in", "told_by", "waited_hours").rows() == [
        ("v1.3.0", "ancestry", 144),
        ("v1.2.0", "time", 48),
    ]


def test_merge_that_no_release_holds_waits_whatever_came_out_since() -> None:
    merged = pull_requests(told("2026-10-29", None))
    known = published("2026-10-30")

    rows = lead_times(merged, known)
    assert rows.select("released_in", "waited_hours", "is_censored").rows() == [(None, 240, True)]
    assert unreleased_changes(merged, known, as_of=AS_OF)["waiting_hours"].to_list() == [240]


def test_release_after_as_of_holds_nothing_yet() -> None:
    merged = pull_requests(told("2026-10-03", "v1.2.0"))

    rows = lead_times(merged, published("2026-10-09"), as_of="2026-10-08")
    assert rows.select("released_in", "waited_hours", "is_censored").rows() == [(None, 120, True)]


def test_dead_branch_is_left_out_and_not_unreleased_for_three_years() -> None:
    merged = pull_requests(
        told("2023-10-03", None, on_line=False, opened_at="2023-10-01"),
        told("2026-10-03", None, on_line=False),
        told("2026-10-03", "v1.2.0"),
    )
    seen = view(pull_requests=merged, releases=published("2026-10-04"))

    waiting, lead = unreleased_measured(seen), lead_time_measured(seen)
    assert (value(waiting, "count"), stated(waiting)["count"].n_excluded) == (0, 2)
    assert (value(lead, "median"), stated(lead)["median"].n_excluded) == (24, 1)
    assert waiting.excluded()["key"].to_list() == ["1", "2"]
    assert lead.excluded().rows() == [("team/product", "2", ON_NO_LINE)]


@pytest.mark.parametrize("how", [{}, {"released_in": "v1.1.0", "is_on_release_line": True}])
def test_first_release_known_swallows_nothing(how: dict[str, object]) -> None:
    merged = pull_requests({"opened_at": "2020-10-01", "merged_at": "2026-10-03"} | how)
    only = releases({"published_at": "2026-10-20"})
    measured = lead_time_measured(view(pull_requests=merged, releases=only))

    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_excluded) == (None, 0, 1)
    assert median.reason == f"1 of 1 {IN_THE_FIRST}"
    assert measured.excluded()["reason"].to_list() == [IN_THE_FIRST]


def test_release_dated_before_the_merge_by_more_than_a_day_is_no_lead_time() -> None:
    merged = pull_requests(told("2026-10-05", "v1.2.0"), told("2026-10-04", "v1.2.0"))
    measured = lead_time_measured(
        view(pull_requests=merged, releases=published("2026-10-03", "2026-10-09"))
    )

    assert measured.rows.select("number", "waited_hours").rows() == [(2, 0)]
    assert measured.excluded().rows() == [("team/product", "1", OUT_BEFORE)]


def test_two_releases_at_one_second_are_told_apart_by_the_clone() -> None:
    merged = pull_requests(told("2026-10-03", "v1.3.0"))

    rows = lead_times(merged, published("2026-10-04", "2026-10-04"))
    assert rows.select("released_in", "waited_hours").rows() == [("v1.3.0", 24)]


@pytest.mark.parametrize(
    ("kinds", "how"),
    [
        ("c", "Kaplan-Meier, log-log 95 %; by commits"),
        ("t", "Kaplan-Meier, log-log 95 %; by merge times alone"),
        ("ct", "Kaplan-Meier, log-log 95 %; by commits, where none is known by merge times"),
    ],
)
def test_method_says_how_releases_were_told(kinds: str, how: str) -> None:
    rows = {"c": told("2026-10-03", "v1.2.0"), "t": {"merged_at": "2026-10-03"}}
    merged = pull_requests(*[rows[kind] for kind in kinds])
    measured = lead_time_measured(view(pull_requests=merged, releases=published("2026-10-04")))

    assert stated(measured)["median"].method == how


def test_lead_time_from_the_first_commit_is_of_those_that_have_one() -> None:
    merged = pull_requests(
        told("2026-10-03", "v1.2.0", first_commit_at="2026-09-20"),
        told("2026-10-03", "v1.2.0"),
        told("2026-10-03", None, first_commit_at="2026-10-02"),
    )
    measured = lead_time_measured(view(pull_requests=merged, releases=published("2026-10-04")))

    since = stated(measured)["median_from_first_commit"]
    assert (since.value, since.n, since.n_censored, since.n_excluded) == (14 * 24, 2, 1, 1)
    assert value(measured, "median") == 24


def test_no_first_commit_is_no_lead_time_of_zero() -> None:
    merged = pull_requests({"merged_at": "2026-10-03"})
    measured = lead_time_measured(view(pull_requests=merged, releases=published("2026-10-04")))

    since = stated(measured)["median_from_first_commit"]
    assert (since.value, since.n) == (None, 0)
    assert str(since.reason).startswith("no first commit is known")


# How much a release brings


def test_batch_is_what_came_out_first_in_each_stable_release() -> None:
    merged = pull_requests(
        *[{"merged_at": day} for day in ("2026-10-01", "2026-10-02", "2026-10-06", "2026-10-20")],
        told("2026-10-02", "v1.4.0"),
        told("2026-10-02", None, on_line=False),
    )
    known = releases(
        FIRST,
        {"published_at": "2026-10-05"},
        {"published_at": "2026-10-07", "kind": "hotfix"},
        {"published_at": "2026-10-12"},
        {"published_at": "2026-10-19"},
    )

    rows = batch_size(merged, known, window=OCTOBER, as_of=AS_OF)
    assert rows.select("tag", "change_count").rows() == [
        ("v1.2.0", 2),
        ("v1.4.0", 1),
        ("v1.5.0", 0),
    ]
    measured = batch_measured(view(pull_requests=merged, releases=known))
    assert (value(measured, "median"), value(measured, "largest")) == (1, 2)
    assert stated(measured)["median"].n == 3


def test_batches_have_bounds_from_six_releases_on() -> None:
    days = [f"2026-10-{day:02}" for day in range(2, 8)]
    merged = pull_requests(
        *[{"merged_at": day} for place, day in enumerate(days, 1) for _ in range(place)]
    )

    measured = batch_measured(view(pull_requests=merged, releases=published(*days)))
    median = stated(measured)["median"]
    assert (median.value, median.lower, median.upper, median.n) == (3.5, 1, 6, 6)


def test_first_release_known_has_no_batch() -> None:
    merged = pull_requests({"merged_at": "2026-10-01"})
    known = releases({"published_at": "2026-10-05"})

    measured = batch_measured(view(pull_requests=merged, releases=known))
    assert {part.value for part in measured.estimates} == {None}


def test_release_after_the_first_known_keeps_its_batch_where_all_its_merges_are_known() -> None:
    merged = pull_requests({"merged_at": "2026-10-04"}, {"merged_at": "2026-10-10"})
    known = releases({"published_at": "2026-10-05"}, {"published_at": "2026-10-12"})
    covers = {
        ("releases", "team/product"): LONG,
        ("pull_requests", "team/product"): window("2026-10-03", "2026-11-08"),
    }
    team = subject(pull_requests=merged, releases=known, covers=covers)

    measured = read_metric("batch_size", team, window=OCTOBER, as_of=AS_OF, targets=view().targets)
    assert measured.rows["change_count"].to_list() == [1]


def test_release_before_which_merges_are_not_known_has_no_batch() -> None:
    merged = pull_requests({"merged_at": "2026-10-04"}, {"merged_at": "2026-10-10"})
    known = published("2026-10-05", "2026-10-12")
    covers = {
        ("releases", "team/product"): LONG,
        ("pull_requests", "team/product"): window("2026-10-03", "2026-11-08"),
    }
    team = subject(pull_requests=merged, releases=known, covers=covers)
    seen = view()

    measured = read_metric("batch_size", team, window=OCTOBER, as_of=AS_OF, targets=seen.targets)
    assert measured.rows.select("tag", "change_count").rows() == [("v1.3.0", 1)]


def test_nothing_merged_and_nothing_released_are_no_changes() -> None:
    assert released_changes(pull_requests({}), published(), as_of=AS_OF).collect().is_empty()
    merged = pull_requests({"merged_at": "2026-10-01"})
    assert released_changes(merged, releases(), as_of=AS_OF).collect().is_empty()
    assert {part.value for part in batch_measured(view(pull_requests=merged)).estimates} == {None}
