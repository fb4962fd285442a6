"""Curves and medians under censoring, worked by hand, from published tables, and against scipy."""

import warnings

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import CensoredData, ecdf

from opsreview.metrics.intervals import wilson
from opsreview.metrics.survival import (
    Median,
    ShareBy,
    aalen_johansen,
    kaplan_meier,
    median_of,
    median_to_end,
    median_with_rivals,
    share_by,
)

# Weeks in remission of 42 children with leukaemia: Freireich et al. (1963), Blood 21:699-716.
# A plus in the paper is True here: still in remission.
ON_6MP_WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ON_6MP_CENSORED = [False, False, False, True, False, True, False, True, True, False, False]
ON_6MP_CENSORED += [True, True, True, False, False, True, True, True, True, True]
ON_PLACEBO_WEEKS = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def random_waits(n: int, seed: int) -> tuple[np.ndarray, list[str | None]]:
    generator = np.random.default_rng(seed)
    hours = np.ceil(generator.lognormal(2, 1.5, size=n))
    endings = np.array(["answered", "closed", None], dtype=object)
    return hours, endings[generator.choice(3, size=n, p=[0.5, 0.25, 0.25])].tolist()


def shares_of(curves: pl.DataFrame, name: str) -> list[float]:
    return curves.filter(pl.col("curve") == name)["value"].to_list()


# Published and independent answers


def test_remission_under_6mp_is_the_published_table() -> None:
    curve = kaplan_meier(ON_6MP_WEEKS, ON_6MP_CENSORED)
    ended = curve.filter(pl.col("n_ended") > 0)

    assert ended["hours"].to_list() == [6, 7, 10, 13, 16, 22, 23]
    assert ended["n_at_risk"].to_list() == [21, 17, 15, 12, 11, 7, 6]
    assert ended["n_ended"].to_list() == [3, 1, 1, 1, 1, 1, 1]
    remission = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert (1 - ended["value"]).round(3).to_list() == remission


def test_remission_medians_are_the_published_23_and_8_weeks() -> None:
    assert median_of(kaplan_meier(ON_6MP_WEEKS, ON_6MP_CENSORED)) == Median(23, 13, None, 35)
    assert median_of(kaplan_meier(ON_PLACEBO_WEEKS, [False] * 21)) == Median(8, 4, 11, 23)


@pytest.mark.parametrize("seed", range(8))
def test_curve_and_band_are_scipys(seed: int) -> None:
    hours, endings = random_waits(40, seed)
    is_censored = np.array([ending is None for ending in endings])
    curve = kaplan_meier(hours, is_censored).filter(pl.col("hours") > 0)
    theirs = ecdf(CensoredData.right_censored(hours, is_censored)).cdf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        band = theirs.confidence_interval(method="log-log")

    np.testing.assert_array_equal(curve["hours"], theirs.quantiles)
    np.testing.assert_allclose(curve["value"], theirs.probabilities, atol=1e-12)
    is_inside = ((curve["value"] > 0) & (curve["value"] < 1)).to_numpy()
    for bound, expected in (("lower", band.low), ("upper", band.high)):
        ours = curve[bound].to_numpy()[is_inside]
        np.testing.assert_allclose(ours, expected.probabilities[is_inside], atol=1e-12)


def test_zero_length_waits_count_as_ended_at_once_as_in_scipy() -> None:
    curve = kaplan_meier([0, 0, 1, 2], [False, True, False, False])

    assert curve["value"].to_list() == pytest.approx([1 / 4, 5 / 8, 1])
    theirs = ecdf(CensoredData([0, 1, 2], right=[0])).cdf
    assert curve["value"].to_list() == pytest.approx(theirs.probabilities.tolist())


# The shape of the curves


def test_curve_starts_at_0_hours_with_everything_waiting() -> None:
    first = kaplan_meier([3.0, 5.0], [False, True]).row(0, named=True)

    assert (first["hours"], first["n_at_risk"], first["n_ended"], first["value"]) == (0, 2, 0, 0)


def test_nothing_started_gives_empty_curves_with_their_columns() -> None:
    curve = kaplan_meier([], [])
    curves = aalen_johansen([], [], endings=("answered", "closed"))

    assert curve.height == curves.height == 0
    assert curve.schema == kaplan_meier([1.0], [True]).schema
    assert curves.schema == aalen_johansen([1.0], [None], endings=("answered",)).schema
    assert median_of(curve) == Median(None, None, None, None)
    assert share_by(curve, 24) == ShareBy(None, None, None)


@pytest.mark.parametrize("seed", range(8))
def test_rival_curves_rise_and_add_up_to_one_with_the_waiting(seed: int) -> None:
    hours, endings = random_waits(60, seed)
    curves = aalen_johansen(hours, endings, endings=("answered", "closed"))

    for name in ("answered", "closed"):
        assert np.all(np.diff(shares_of(curves, name)) >= 0)
    assert np.all(np.diff(shares_of(curves, "waiting")) <= 0)
    sums = curves.group_by("hours").agg(pl.col("value").sum())["value"]
    np.testing.assert_allclose(sums, 1, atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_bands_hold_their_curve_between_0_and_1(seed: int) -> None:
    hours, endings = random_waits(30, seed)
    curves = aalen_johansen(hours, endings, endings=("answered", "closed"))

    assert curves.select(
        (pl.col("lower") >= 0).all()
        & (pl.col("lower") <= pl.col("value") + 1e-12).all()
        & (pl.col("value") <= pl.col("upper") + 1e-12).all()
        & (pl.col("upper") <= 1).all()
    ).item()


def test_order_of_the_rows_does_not_matter() -> None:
    hours, endings = random_waits(50, 3)
    shuffled = np.random.default_rng(1).permutation(50)
    again = aalen_johansen(
        hours[shuffled], [endings[row] for row in shuffled], endings=("answered", "closed")
    )

    assert_frame_equal(again, aalen_johansen(hours, endings, endings=("answered", "closed")))


def test_one_censored_at_0_hours_changes_no_later_step_and_no_median() -> None:
    curve = kaplan_meier(ON_6MP_WEEKS, ON_6MP_CENSORED)
    with_one_more = kaplan_meier([0, *ON_6MP_WEEKS], [True, *ON_6MP_CENSORED])

    assert_frame_equal(with_one_more.slice(1), curve.slice(1))
    assert median_of(with_one_more) == median_of(curve)


def test_with_one_way_to_end_incidence_is_kaplan_meier() -> None:
    curve = kaplan_meier(ON_6MP_WEEKS, ON_6MP_CENSORED)
    ending = [None if censored else "relapse" for censored in ON_6MP_CENSORED]
    incidence = aalen_johansen(ON_6MP_WEEKS, ending, endings=("relapse",))

    assert shares_of(incidence, "relapse") == pytest.approx(curve["value"].to_list())


def test_three_ways_to_end_are_three_curves_in_the_order_named() -> None:
    curves = aalen_johansen([1, 2, 3, 4], ["c", "a", "b", None], endings=("a", "b", "c"))

    assert curves["curve"].unique(maintain_order=True).to_list() == ["a", "b", "c", "waiting"]
    assert shares_of(curves, "c") == [0, 0.25, 0.25, 0.25, 0.25]


def test_frames_columns_are_taken_as_they_are() -> None:
    issues = pl.DataFrame({"waited_hours": [2.0, 8.0], "ending": ["answered", None]})
    issues = issues.with_columns(is_censored=pl.col("ending").is_null())

    assert median_to_end(issues["waited_hours"], issues["is_censored"]).n_censored == 1
    assert median_with_rivals(issues["waited_hours"], issues["ending"], "answered").value == 2


# Where the log-log band does not exist


def test_nothing_ended_yet_has_the_wilson_band_of_those_at_risk() -> None:
    curve = kaplan_meier([5.0] * 4 + [9.0] * 6, [True] * 10)

    assert curve["value"].to_list() == [0, 0, 0]
    assert curve["lower"].to_list() == [0, 0, 0]
    expected = [wilson(0, 10)[1], wilson(0, 10)[1], wilson(0, 6)[1]]
    assert curve["upper"].to_list() == pytest.approx(expected)


def test_all_ended_has_the_wilson_band_of_all_of_them() -> None:
    last = kaplan_meier([1.0, 2.0, 3.0, 4.0], [False] * 4).row(-1, named=True)

    assert (last["lower"], last["value"], last["upper"]) == pytest.approx((wilson(4, 4)[0], 1, 1))


def test_a_way_nothing_ended_counts_those_that_ended_otherwise_in_its_band() -> None:
    curves = aalen_johansen([1.0, 2.0, 3.0], ["closed"] * 3, endings=("answered", "closed"))
    answered = curves.filter(pl.col("curve") == "answered")

    assert answered["value"].to_list() == [0, 0, 0, 0]
    assert answered["upper"].to_list() == pytest.approx([wilson(0, 3)[1]] * 4)


def test_all_ended_one_way_is_exactly_one() -> None:
    curves = aalen_johansen(np.arange(1.0, 50.0), ["answered"] * 49, endings=("answered", "closed"))

    assert shares_of(curves, "answered")[-1] == 1.0


# Medians


@pytest.mark.parametrize("n", range(1, 60))
def test_median_of_complete_waits_is_the_lower_middle_one(n: int) -> None:
    assert median_of(kaplan_meier(np.arange(1.0, n + 1), [False] * n)).value == (n + 1) // 2


def test_median_is_where_half_of_all_had_ended_not_half_of_the_ended() -> None:
    hours = [1.0, 2.0, 3.0, 40.0, 50.0, 60.0, 70.0]
    estimate = median_to_end(hours, [False, False, False, True, False, True, True])

    assert estimate.value == 50
    assert (estimate.n, estimate.n_censored) == (7, 3)
    assert (estimate.unit, estimate.method) == ("hours", "Kaplan-Meier, log-log 95 %")


def test_closing_unanswered_is_an_end_and_not_a_missing_answer() -> None:
    hours, ending = [1.0, 2.0, 2.0, 2.0, 3.0], ["answered", *["closed"] * 3, "answered"]

    rivals = median_with_rivals(hours, ending, "answered")
    as_censoring = median_to_end(hours, [end != "answered" for end in ending])

    assert as_censoring.value == 3  # the known wrong way: as if nothing were ever closed
    assert rivals.value is None
    curves = aalen_johansen(hours, ending, endings=("answered", "closed"))
    assert shares_of(curves, "answered") == pytest.approx([0, 0.2, 0.2, 0.4])
    assert shares_of(curves, "closed") == pytest.approx([0, 0, 0.6, 0.6])
    assert rivals.reason == ("half not reached within 3 h of follow-up: 60 % ended another way")


def test_half_not_reached_says_how_far_the_data_went() -> None:
    estimate = median_to_end([24.0, 48.0, *[888.0] * 18], [False, False, *[True] * 18])

    assert (estimate.value, estimate.lower, estimate.upper) == (None, 888, None)
    assert (estimate.n, estimate.n_censored) == (20, 18)
    assert estimate.reason == "half not reached within 37 d of follow-up"


def test_half_not_reached_starts_its_interval_where_the_band_crosses() -> None:
    estimate = median_to_end([5.0, 6.0, 7.0, *[90.0] * 9], [False] * 3 + [True] * 9)

    assert (estimate.value, estimate.lower, estimate.upper) == (None, 6, None)


def test_interval_without_an_upper_end_says_so() -> None:
    estimate = median_to_end(ON_6MP_WEEKS, ON_6MP_CENSORED)

    assert (estimate.value, estimate.lower, estimate.upper) == (23, 13, None)
    assert estimate.reason == (
        "the interval has no upper end: 35 h of follow-up cannot rule out longer"
    )


def test_a_whole_interval_needs_no_reason() -> None:
    assert median_to_end(ON_PLACEBO_WEEKS, [False] * 21).reason is None


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_the_step_where_all_have_ended_is_no_upper_bound(n: int) -> None:
    assert median_to_end(np.arange(1.0, n + 1), [False] * n).upper is None


@pytest.mark.parametrize("is_censored", [True, False])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_three_or_fewer_can_rule_out_no_short_median(n: int, is_censored: bool) -> None:
    assert median_to_end([500.0] * n, [is_censored] * n).lower == 0


def test_waits_cut_short_rule_out_no_more_than_they_saw() -> None:
    estimate = median_to_end([1.0] * 59 + [1000.0], [True] * 60)

    assert (estimate.value, estimate.lower, estimate.upper) == (None, 1, None)


def test_an_unknown_band_never_counts_as_reached() -> None:
    nan = float("nan")
    curve = pl.DataFrame({"hours": [0.0, 3.0], "value": [0.0, 1.0]})
    curve = curve.with_columns(lower=pl.Series([nan, nan]), upper=pl.Series([nan, nan]))

    assert median_of(curve) == Median(3, 3, None, 3)


def test_nothing_to_measure_is_null_with_the_callers_reason() -> None:
    for estimate in (
        median_to_end([], [], reason="no incident was opened"),
        median_with_rivals([], [], "answered", reason="no incident was opened"),
    ):
        assert (estimate.value, estimate.n) == (None, 0)
        assert estimate.reason == "no incident was opened"


def test_the_statistic_carries_the_name_it_is_given() -> None:
    assert median_to_end([1.0], [False], statistic="median_to_final_close").statistic == (
        "median_to_final_close"
    )


def test_intervals_of_the_median_cover_the_truth_as_often_as_they_say() -> None:
    generator = np.random.default_rng(2026)
    missed_count, draws = 0, 2000
    for _ in range(draws):
        waits = generator.lognormal(np.log(20), 1.5, size=30)
        followed = generator.uniform(0, 120, size=30)
        estimate = median_to_end(np.minimum(waits, followed), followed < waits)
        is_below = estimate.upper is not None and estimate.upper < 20
        missed_count += is_below or estimate.lower > 20

    assert 0.935 <= 1 - missed_count / draws <= 0.985


# A share by a time


def test_share_by_a_time_is_the_last_step_at_or_before_it() -> None:
    curve = kaplan_meier([1.0, 2.0, 3.0, 9.0], [False, False, False, True])

    shares = [share_by(curve, hours).value for hours in (0, 1, 1.5, 2, 9)]
    assert shares == pytest.approx([0, 0.25, 0.25, 0.5, 0.75])
    step = share_by(curve, 2.5)
    assert step.lower < step.value < step.upper


def test_share_is_unknown_past_the_follow_up_unless_all_had_ended() -> None:
    assert share_by(kaplan_meier([1.0, 2.0], [False, True]), 3) == ShareBy(None, None, None)
    assert share_by(kaplan_meier([1.0, 2.0], [False, False]), 3).value == 1


# What is refused


@pytest.mark.parametrize("hours", [[-1.0], [float("nan")], [float("inf")], pl.Series([1, None])])
def test_a_wait_that_is_no_wait_is_refused(hours) -> None:
    with pytest.raises(ValueError, match="unknown, endless or below 0"):
        kaplan_meier(hours, [False] * len(hours))


def test_an_unknown_truth_is_refused() -> None:
    with pytest.raises(ValueError, match="not true or false"):
        kaplan_meier([1.0, 2.0], pl.Series([True, None]))


def test_waits_and_endings_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="2 waits and 1 endings"):
        kaplan_meier([1.0, 2.0], [False])
    with pytest.raises(ValueError, match="0 waits and 1 endings"):
        median_with_rivals([], ["answered"], "answered")


def test_an_ending_that_was_not_named_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'withdrawn'.*name every rival way"):
        aalen_johansen([1.0], ["withdrawn"], endings=("answered",))
    with pytest.raises(ValueError, match="called waiting"):
        aalen_johansen([1.0], [None], endings=("answered", "waiting"))
