"""All items as if they came in the mix of before: Simpson's paradox; what intervals cover."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from factories import comments, events, issues
from scipy.stats import chi2_contingency

from metrics.views import AS_OF, OCTOBER, TARGETS, subject
from opsreview.metrics.reading import read_cycle
from opsreview.metrics.standardised import _independence_p, median_at_mix, share_at_mix
from opsreview.metrics.view import Groups

PRIORITIES = Groups(priorities={"p1": ["urgent"], "p2": ["normal"]})
NOW, BEFORE = "2026-10-05", "2026-05-05"
DRAWS = 400


class Items:
    """Issues with answers, counted up."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []

    def add(self, count: int, answered: int, *, day: str, label: str = "") -> "Items":
        """So many issues of a day, the first of them answered after an hour."""
        for place in range(count):
            number = len(self.issues) + 1
            labels = [label] if label else []
            self.issues.append({"number": number, "opened_at": day, "labels": labels})
            if place < answered:
                self.comments.append({"number": number, "created_at": f"{day} 01:00"})
        return self

    def read(
        self,
        groups: Groups = PRIORITIES,
        metric: str = "response_attainment",
        **stated: pl.DataFrame,
    ) -> dict[str, Any]:
        """The statistics of a metric for all, by name."""
        team = subject(
            groups=groups, issues=issues(*self.issues), comments=comments(*self.comments), **stated
        )
        metrics = read_cycle(team, window=OCTOBER, as_of=AS_OF, targets=TARGETS).metrics
        is_asked = (pl.col("metric") == metric) & (pl.col("group") == "all")
        rows = metrics.filter(is_asked & (pl.col("scope") == "all")).to_dicts()
        return {row["statistic"]: row for row in rows}


def simpson(urgent: str = "urgent", normal: str = "normal") -> Items:
    """Before: 60 % of 20 and 90 % of 80 answered; now: 70 % of 40 and 95 % of 20."""
    before = Items().add(20, 12, day=BEFORE, label=urgent).add(80, 72, day=BEFORE, label=normal)
    return before.add(40, 28, day=NOW, label=urgent).add(20, 19, day=NOW, label=normal)


def test_each_stratum_better_and_the_whole_worse_is_seen_through() -> None:
    found = simpson().read()

    assert found["share_answered"]["value"] == pytest.approx(47 / 60)  # less than 84 % before
    same_mix = found["share_answered_standardised"]
    assert same_mix["value"] == pytest.approx(0.2 * 0.70 + 0.8 * 0.95)  # 90 %: more than 84 %
    assert same_mix["lower"] < same_mix["value"] < same_mix["upper"]
    assert same_mix["n"] == 60
    assert same_mix["reason"] == "mix moved: p1 20 % -> 67 %"


def test_wait_is_told_at_the_mix_of_before_too() -> None:
    # Urgent issues wait an hour now, others for ever: at the mix of before the half is not reached.
    items = Items().add(20, 20, day=BEFORE, label="urgent").add(80, 0, day=BEFORE, label="normal")
    items.add(40, 40, day=NOW, label="urgent").add(20, 0, day=NOW, label="normal")
    found = items.read(metric="time_to_first_response")

    assert (found["median"]["value"], found["median"]["n"]) == (1, 60)
    same_mix = found["median_standardised"]
    assert (same_mix["value"], same_mix["n"], same_mix["n_censored"]) == (None, 60, 20)
    assert same_mix["reason"].startswith("mix moved: p1 20 % -> 67 %; half not reached within ")


def test_where_the_mix_stayed_there_is_no_second_number() -> None:
    items = Items().add(40, 20, day=BEFORE, label="urgent").add(40, 40, day=BEFORE, label="normal")
    items.add(12, 1, day=NOW, label="urgent").add(12, 12, day=NOW, label="normal")

    assert "share_answered_standardised" not in items.read()


def test_small_stratum_that_cannot_be_pooled_gives_no_second_number() -> None:
    items = Items().add(20, 10, day=BEFORE, label="urgent").add(80, 40, day=BEFORE, label="normal")
    items.add(40, 20, day=NOW, label="urgent").add(9, 5, day=NOW, label="normal")

    assert "share_answered_standardised" not in items.read()


def test_without_earlier_items_there_is_no_mix_to_go_by() -> None:
    items = Items().add(40, 20, day=NOW, label="urgent").add(20, 5, day=NOW, label="normal")

    assert "share_answered_standardised" not in items.read()


def test_items_are_told_apart_by_area_where_there_are_no_priorities() -> None:
    areas = Groups(areas={"preview": ["urgent"], "sync": ["normal"]})

    reason = simpson().read(areas)["share_answered_standardised"]["reason"]
    assert reason == "mix moved: preview 20 % -> 67 %"


def test_items_are_told_apart_by_their_labels_where_the_model_names_no_groups() -> None:
    found = simpson().read(Groups())["share_answered_standardised"]

    assert found["value"] == pytest.approx(0.90)
    assert found["reason"] == "mix moved: urgent 20 % -> 67 %"


def test_earlier_items_bear_the_labels_of_their_own_time() -> None:
    # Relabelled in a sweep after their cycle: by today's labels all were urgent then.
    items = simpson(normal="urgent")
    swept = [
        {"number": number, "event": event, "label": label, "created_at": "2026-09-15"}
        for number in range(21, 101)
        for event, label in (("unlabeled", "normal"), ("labeled", "urgent"))
    ]
    for item in items.issues[140:]:
        item["labels"] = ["normal"]

    found = items.read(events=events(*swept))["share_answered_standardised"]
    assert found["reason"] == "mix moved: p1 20 % -> 67 %"


def test_shares_all_or_nothing_still_have_an_interval() -> None:
    every = share_at_mix([(0.5, 10, 10), (0.5, 20, 20)], reason="")
    split = share_at_mix([(0.5, 10, 10), (0.5, 0, 20)], reason="")

    assert (every.value, every.upper) == (1, 1)
    assert 0.75 < (every.lower or 0) < 0.9
    assert 0.1 < (split.lower or 0) < 0.45
    assert 0.55 < (split.upper or 1) < 0.9


def test_one_stratum_of_all_weight_is_its_own_median() -> None:
    hours = np.array([1.0, 2.0, 3.0, 50.0])
    all_of_it = np.full(4, True)
    found = median_at_mix([(1.0, hours, all_of_it, all_of_it)], reason="mix moved")

    assert (found.value, found.n, found.n_censored) == (2.0, 4, 0)


def test_median_not_reached_at_the_mix_says_so_beside_the_mix() -> None:
    hours, nobody = np.array([5.0, 8.0]), np.full(2, False)
    found = median_at_mix([(1.0, hours, nobody, nobody)], reason="mix moved: p1 1 % -> 9 %")

    assert (found.value, found.n, found.n_censored) == (None, 2, 2)
    assert found.reason == "mix moved: p1 1 % -> 9 %; half not reached within 8 h of follow-up"


def test_curve_ends_where_the_first_stratum_is_not_followed_any_more() -> None:
    short = (0.5, np.array([1.0, 2.0]), np.full(2, False), np.full(2, False))
    long = (0.5, np.array([1.0, 90.0]), np.full(2, True), np.full(2, True))
    found = median_at_mix([short, long], reason="mix moved")

    assert found.value is None
    assert found.upper is None or found.upper <= 2


@pytest.mark.parametrize(
    ("weights", "shares", "sizes"),
    [([0.8, 0.2], [0.5, 0.9], [12, 40]), ([0.5, 0.3, 0.2], [0.9, 0.5, 0.1], [10, 10, 10])],
)
def test_interval_of_the_share_covers_what_is_true(
    weights: Sequence[float], shares: Sequence[float], sizes: Sequence[int]
) -> None:
    dice, true = np.random.default_rng(5), float(np.dot(weights, shares))
    covered = 0
    for _ in range(DRAWS):
        counts = dice.binomial(sizes, shares).tolist()
        found = share_at_mix(zip(weights, counts, sizes, strict=True), reason="")
        covered += (found.lower or 0) <= true <= (found.upper or 1)
    assert covered / DRAWS >= 0.925


@pytest.mark.parametrize("sizes", [(12, 40), (30, 30)])
def test_interval_of_the_median_covers_what_is_true(sizes: tuple[int, int]) -> None:
    # Both strata the same exponential, a rival as likely at every moment, half censored by 30 h:
    # answered(t) = (1 - exp(-rate t)) * 3/4 for every mix.
    dice = np.random.default_rng(6)
    rate, answered_share = 0.1, 0.75
    true = -np.log(1 - 0.5 / answered_share) / rate
    covered = 0
    for _ in range(DRAWS):
        parts = []
        for weight, size in zip((0.8, 0.2), sizes, strict=True):
            ends = dice.exponential(1 / rate, size)
            until = dice.uniform(10, 50, size)
            is_ended, is_main = ends <= until, dice.random(size) < answered_share
            parts.append((weight, np.minimum(ends, until), is_ended & is_main, is_ended))
        found = median_at_mix(parts, reason="")
        upper = np.inf if found.upper is None else found.upper
        covered += (found.lower or 0) <= true <= upper
    assert covered / DRAWS >= 0.925


@pytest.mark.parametrize("counts", [[[12, 30], [40, 25]], [[3, 9], [9, 3], [50, 51]]])
def test_mix_is_compared_by_pearson_s_chi_square(counts) -> None:

    outside = chi2_contingency(counts, correction=False).pvalue
    assert _independence_p(np.array(counts, dtype=float)) == pytest.approx(outside)
