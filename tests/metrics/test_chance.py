"""The dealing, against exact chances and against the figures that the definitions promise."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from opsreview.metrics import chance
from opsreview.metrics.chance import (
    Pool,
    busiest_share,
    clusters_needed,
    dealt_counts,
    gini,
    share_of_triple,
)

FOUR = [1, 1, 1, 1]


def pool(sizes: list[int], weights: list[float]) -> list[Pool]:
    """Clusters that touched one person each."""
    return [Pool([[size] for size in sizes], weights)]


def test_twelve_pages_among_four_have_the_known_gini() -> None:
    found = gini(dealt_counts(pool([1] * 12, FOUR)))

    assert found.mean() == pytest.approx(0.24, abs=0.005)
    assert np.quantile(found, 0.95) == pytest.approx(0.42, abs=0.005)


def test_every_deal_hands_out_everything() -> None:
    counts = dealt_counts(pool([3, 1, 1, 2], [0.5, 0.25, 0.25]))

    assert counts.shape == (chance.DEALS, 3)
    assert np.all(counts.sum(axis=1) == 7)


def test_a_cluster_lands_whole_on_one_person() -> None:
    assert set(dealt_counts(pool([5], FOUR)).max(axis=1)) == {5}


def test_people_get_their_weights_share_on_average() -> None:
    counts = dealt_counts(pool([1] * 30 + [2] * 10, [100, 300, 0]))

    assert counts.mean(axis=0) == pytest.approx([12.5, 37.5, 0], abs=0.2)


def test_busiest_of_two_is_the_exact_binomial_within_the_error_of_the_deals() -> None:
    band = busiest_share(pool([1] * 20, [1, 1]), observed_count=14)
    exact_mid_p = 2 * binom.sf(14, 20, 0.5) + binom.pmf(14, 20, 0.5)

    assert band.mid_p == pytest.approx(exact_mid_p, abs=0.01)
    assert (band.chance_median, band.chance_upper) == (11, 14)


def test_uneven_clusters_and_shares_match_all_deals_counted_out() -> None:
    sizes, chances = [4, 2, 2, 1, 1], [0.5, 0.3, 0.2]
    above = level = 0.0
    for people in product(range(3), repeat=5):
        weight = np.prod([chances[person] for person in people])
        most = max(np.bincount(people, weights=sizes, minlength=3))
        above += weight * (most > 7)
        level += weight * (most == 7)

    band = busiest_share(pool(sizes, chances), observed_count=7)

    assert band.mid_p == pytest.approx(above + level / 2, abs=0.015)


def test_clustered_pages_make_a_busy_person_likelier_than_single_ones() -> None:
    single = busiest_share(pool([1] * 24, FOUR), observed_count=14)
    clustered = busiest_share(pool([4] * 6, FOUR), observed_count=14)

    assert single.mid_p < 0.01
    assert clustered.mid_p > 0.1
    assert clustered.chance_upper > single.chance_upper


def test_who_holds_most_hours_is_expected_to_be_busiest() -> None:
    even = busiest_share(pool([1] * 24, FOUR), observed_count=16)
    uneven = busiest_share(pool([1] * 24, [500, 80, 80, 80]), observed_count=16)

    assert even.mid_p < 0.01
    assert uneven.mid_p > 0.4


def test_band_and_shares_are_told_in_counts_and_shares() -> None:
    band = busiest_share(pool([1] * 24, FOUR), observed_count=14)

    assert (band.count, band.total, band.person_count, band.cluster_count) == (14, 24, 4, 24)
    assert (band.chance_median, band.chance_upper) == (8, 11)
    assert band.share == pytest.approx(14 / 24)
    assert band.chance_median_share == pytest.approx(8 / 24)
    assert band.chance_upper_share == pytest.approx(11 / 24)


def test_the_same_work_gives_the_same_answer_in_any_order() -> None:
    first = busiest_share(pool([1, 3, 1, 2, 1], [2, 1, 1]), observed_count=5)

    assert first == busiest_share(pool([3, 2, 1, 1, 1], [2, 1, 1]), observed_count=5)


def test_a_team_of_one_has_no_chance_to_be_unfair() -> None:
    band = busiest_share(pool([1, 2], [160]), observed_count=3)

    assert (band.chance_median, band.chance_upper, band.mid_p) == (3, 3, 0.5)


def test_many_clusters_are_dealt_by_the_same_chances(monkeypatch: pytest.MonkeyPatch) -> None:
    few = busiest_share(pool([1] * 150, [3, 2, 1]), observed_count=85)
    monkeypatch.setattr(chance, "MANY_CLUSTERS", 10)
    many = busiest_share(pool([1] * 150, [3, 2, 1]), observed_count=85)

    assert many.mid_p == pytest.approx(few.mid_p, abs=0.015)
    assert many.chance_median == pytest.approx(few.chance_median, abs=1)


def test_no_interruption_has_no_busiest_person() -> None:
    assert busiest_share(pool([], FOUR), observed_count=0) is None


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [float("nan"), 1], [float("inf"), 1]])
def test_weights_that_are_no_chances_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        busiest_share(pool([1], weights), observed_count=1)


@pytest.mark.parametrize(("sizes", "observed_count"), [([1, 2], 4), ([1, 2], -1), ([2, 0], 2)])
def test_impossible_counts_and_empty_clusters_are_refused(
    sizes: list[int], observed_count: int
) -> None:
    with pytest.raises(ValueError, match="busiest_share"):
        busiest_share(pool(sizes, FOUR), observed_count=observed_count)


def test_a_cluster_that_touched_two_goes_to_two() -> None:
    counts = dealt_counts([Pool([[2, 1]], FOUR)])

    assert set(map(tuple, np.sort(counts, axis=1))) == {(0, 0, 1, 2)}


def test_who_is_drawn_second_has_the_chances_that_are_left() -> None:
    # The first is drawn by 1/2, 1/4 and 1/4; the second of the two left, by their own weights:
    # 0 second after 1 or 2: 2 · 1/4 · 2/3 = 1/3; 1 second: 1/2 · 1/2 + 1/4 · 1/3 = 1/3.
    counts = dealt_counts([Pool([[2, 1]], [2, 1, 1])])

    assert (counts == 2).mean(axis=0) == pytest.approx([1 / 2, 1 / 4, 1 / 4], abs=0.02)
    assert (counts == 1).mean(axis=0) == pytest.approx([1 / 3, 1 / 3, 1 / 3], abs=0.02)


def test_who_has_no_weight_is_never_drawn() -> None:
    assert not dealt_counts([Pool([[1, 1]], [1, 0, 1])])[:, 1].any()
    with pytest.raises(ValueError, match="a cluster touched 2 people"):
        dealt_counts([Pool([[1, 1]], [1, 0, 0])])


def test_each_pool_is_dealt_among_its_own_people() -> None:
    counts = dealt_counts([Pool([[1]] * 3, [1, 0]), Pool([[1]] * 2, [0, 1])])

    assert set(map(tuple, counts)) == {(3, 2)}


def test_two_who_always_share_a_cluster_are_never_busier_than_half() -> None:
    shared = busiest_share([Pool([[1, 1]] * 12, [1, 1])], observed_count=12)
    lumped = busiest_share(pool([2] * 12, [1, 1]), observed_count=12)

    assert (shared.chance_upper, shared.mid_p) == (12, 0.5)
    assert lumped.chance_upper > 12


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([3, 3, 3], 0.0), ([0, 0, 9], 2 / 3), ([1, 2, 3], 2 / 9), ([0, 1], 0.5)],
)
def test_gini_is_the_mean_difference_by_hand(counts: list[int], expected: float) -> None:
    # |1−2|, |1−3| and |2−3|, each twice, are 8 over 9 pairs; half of that over the mean 2 is 2/9.
    assert gini(np.array(counts)) == pytest.approx(expected)


def test_half_on_one_of_four_needs_about_48_clusters() -> None:
    assert share_of_triple(4) == 0.5
    assert 38 <= clusters_needed(4, 0.5) <= 50


@pytest.mark.parametrize(("people", "share"), [(2, 0.75), (3, 0.6), (4, 0.5), (6, 0.35)])
def test_so_many_clusters_find_it_in_nine_of_ten_deals(people: int, share: float) -> None:
    needed = clusters_needed(people, share)
    others = [(1 - share) / (people - 1)] * (people - 1)
    busiest = dealt_counts(pool([1] * needed, [share, *others])).max(axis=1)
    fair = np.sort(dealt_counts(pool([1] * needed, [1] * people)).max(axis=1))
    mid_p = 1 - (
        np.searchsorted(fair, busiest, "left") + np.searchsorted(fair, busiest, "right")
    ) / (2 * chance.DEALS)

    assert np.mean(mid_p <= 0.05) >= 0.88


def test_no_number_of_clusters_shows_a_fair_share() -> None:
    assert clusters_needed(4, 0.25) is None
    assert clusters_needed(4, 0.2501) is None
