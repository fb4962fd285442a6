"""Two samples of waits compared: worked by hand, from a published table, and against scipy."""

import numpy as np
import pytest
from scipy.stats import CensoredData
from scipy.stats import logrank as scipys

from metrics.test_survival import ON_6MP_CENSORED, ON_6MP_WEEKS, ON_PLACEBO_WEEKS
from opsreview.metrics.logrank import UNDEFINED, LogRank, logrank

NOBODY: list[float] = []


def two_samples(seed: int, *, ties: bool, waiting_share: float) -> list[np.ndarray]:
    dice = np.random.default_rng(seed)
    samples = []
    for n, longer in ((50, 1.0), (30, 1.6)):
        hours = longer * dice.lognormal(2, 1.5, n)
        samples += [np.ceil(hours / 8) if ties else hours, dice.random(n) < waiting_share]
    return samples


def test_remission_under_6mp_against_placebo_is_the_published_comparison() -> None:
    # Kleinbaum and Klein, Survival Analysis, table 2.3: 19.25 expected under 6-MP, 9 observed.
    found = logrank(ON_PLACEBO_WEEKS, [False] * 21, ON_6MP_WEEKS, ON_6MP_CENSORED)

    assert found.score == pytest.approx(9 - 19.25, abs=0.01)
    assert found.variance == pytest.approx(6.257, abs=0.001)
    assert found.z is not None
    assert found.z**2 == pytest.approx(16.79, abs=0.01)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("waiting_share", [0.0, 0.3, 0.9])
def test_comparison_is_scipys(ties: bool, waiting_share: float) -> None:
    a, a_waits, b, b_waits = two_samples(7, ties=ties, waiting_share=waiting_share)
    found = logrank(a, a_waits, b, b_waits)
    theirs = scipys(
        CensoredData.right_censored(b, b_waits), CensoredData.right_censored(a, a_waits)
    )

    assert found.z == pytest.approx(theirs.statistic, abs=1e-9)
    assert found.p == pytest.approx(theirs.pvalue, abs=1e-9)


def test_the_longer_waiting_sample_scores_below_nothing_and_its_mirror_above() -> None:
    one, other = ([1.0, 2.0, 3.0], [False] * 3), ([10.0, 20.0, 30.0], [False] * 3)
    found, mirrored = logrank(*one, *other), logrank(*other, *one)

    assert found.score is not None
    assert found.score < 0
    assert mirrored == pytest.approx((-found.score, found.variance, -found.z, found.p))  # type: ignore[operator]


def test_two_waits_are_compared_by_hand() -> None:
    # When the first ends both are at risk: half an end is expected of each.
    found = logrank([1], [False], [2], [False])

    assert found == LogRank(-0.5, 0.25, -1.0, pytest.approx(0.3173, abs=1e-4))


def test_a_wait_censored_as_another_ends_was_at_risk_of_ending_then() -> None:
    assert logrank([5], [False], [5], [True]).score == -0.5
    assert logrank([5], [False], [4.9], [True]) == UNDEFINED


@pytest.mark.parametrize(
    "samples",
    [
        (NOBODY, NOBODY, NOBODY, NOBODY),
        ([1, 2], [False, False], NOBODY, NOBODY),
        (NOBODY, NOBODY, [1, 2], [False, False]),
        ([1, 2], [True, True], [3], [True]),
        ([3, 3], [False, False], [3], [False]),
    ],
    ids=["none", "none after", "none before", "nothing ended", "all ended at once"],
)
def test_what_cannot_be_compared_is_null(samples: tuple) -> None:
    assert logrank(*samples) == UNDEFINED


@pytest.mark.parametrize(
    ("hours", "is_censored", "said"),
    [
        ([1.0, 2.0], [False], "2 waits and 1 endings"),
        ([-1.0], [False], "below 0"),
        ([float("nan")], [True], "unknown"),
        ([1.0], [None], "not true or false"),
    ],
)
def test_waits_that_cannot_be_believed_are_refused(hours, is_censored, said) -> None:
    with pytest.raises(ValueError, match=said):
        logrank([1.0], [False], hours, is_censored)
