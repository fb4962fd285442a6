"""What chance alone does to the busiest person: the same clusters, dealt at random.

A team of four never splits twelve pages three each. Whether the busiest person's load is more
than bad luck is answered by dealing the same work again, many times, and looking at who got most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

DEALS = 10_000
SEED = 20_260_101
MANY_CLUSTERS = 200
UNLIKELY = 0.05
FOUND_IN = 0.9  # of cases in which it is there, an imbalance has to be found
MOST_CLUSTERS = 100_000

Chances = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """Clusters that the same people could have had.

    Of each cluster ``profiles`` holds how many interruptions each person had who was touched by
    it: ``(3,)`` where one person had all three, ``(2, 1)`` where two shared them. ``weights`` holds
    one number per person (hours held, or equal numbers): a person's chance of a cluster is their
    weight's share of the sum.
    """

    profiles: Sequence[Sequence[int]]
    weights: Sequence[float]


@dataclass(frozen=True)
class BusiestShare:
    """The busiest person's load, and the load the busiest has when the work is dealt by chance.

    ``chance_median`` and ``chance_upper`` (95th percentile) are counts, like ``count``. ``mid_p``
    is the chance of a busier busiest person, plus half the chance of an equally busy one.
    """

    count: int
    total: int
    person_count: int
    cluster_count: int
    chance_median: int
    chance_upper: int
    mid_p: float

    @property
    def share(self) -> float:
        """The busiest person's share of all interruptions."""
        return self.count / self.total

    @property
    def chance_median_share(self) -> float:
        """The share the busiest has in the middle deal."""
        return self.chance_median / self.total

    @property
    def chance_upper_share(self) -> float:
        """The share the busiest exceeds in at most one deal of twenty."""
        return self.chance_upper / self.total


def busiest_share(
    pools: Sequence[Pool], *, observed_count: int, deals: int = DEALS
) -> BusiestShare | None:
    """The busiest person's interruptions against the chance band; None when there were none.

    Clusters are dealt, not interruptions: pages that belong to one trouble land on the same
    person, and dealing them one by one would call a fair team unfair.

    Args:
        pools: As ``dealt_counts``.
        observed_count: Interruptions of the person who had most.
        deals: How many; fewer are quicker, and their band is coarser.

    Raises:
        ValueError: As ``dealt_counts``, or an observed count that is not between 0 and the sum.

    Source:
        Ours. A Monte Carlo test with 10,000 deals and a fixed seed, so the same work gives the
        same answer; the mid-p follows Lancaster (1961), JASA 56:223-234.
    """
    total = sum(sum(profile) for pool in pools for profile in pool.profiles)
    if not 0 <= observed_count <= total:
        raise ValueError(f"busiest_share: {observed_count} of {total} interruptions is impossible")
    if total == 0:
        return None
    dealt = dealt_counts(pools, deals)
    busiest = dealt.max(axis=1)
    above = np.count_nonzero(busiest > observed_count)
    level = np.count_nonzero(busiest == observed_count)
    ordered = np.sort(busiest)
    return BusiestShare(
        count=observed_count,
        total=total,
        person_count=int(np.count_nonzero(dealt.any(axis=0))),
        cluster_count=sum(len(pool.profiles) for pool in pools),
        chance_median=int(ordered[deals // 2 - 1]),
        chance_upper=int(ordered[deals * 95 // 100 - 1]),
        mid_p=(above + level / 2) / deals,
    )


def dealt_counts(pools: Sequence[Pool], deals: int = DEALS) -> Counts:
    """Interruptions per person in each of the deals: one row a deal, one column a person.

    A cluster that touched one person goes whole to one person; one that touched two goes to two,
    one after the other by their chances, the larger part first. Clusters are dealt independently.

    Args:
        pools: All with weights of the same people, in the same order.

    Raises:
        ValueError: a count below 1, or weights that are negative, sum to 0, or are of fewer people
            than a cluster touched.
    """
    generator = np.random.default_rng(SEED)
    counts = np.zeros((deals, len(pools[0].weights)), dtype=np.int64)
    for pool in pools:
        chances = _chances(pool)
        alone = Counter(profile[0] for profile in pool.profiles if len(profile) == 1)
        for size, cluster_count in sorted(alone.items()):
            counts += size * _deal(generator, cluster_count, chances, deals)
        for profile in sorted(tuple(each) for each in pool.profiles if len(each) > 1):
            largest_first = sorted(profile, reverse=True)
            counts += _deal_to_several(generator, largest_first, chances, deals)
    return counts


def gini(counts: Counts) -> Chances:
    """Half the mean difference between two people, over the mean: 0 is equal; a value a row.

    Raw: not corrected for how few the people are, so that few interruptions alone raise it.

    Source:
        Gini (1912); https://en.wikipedia.org/wiki/Gini_coefficient (the discrete form).
    """
    ordered = np.sort(counts, axis=-1)
    people = counts.shape[-1]
    ranks = 2 * np.arange(1, people + 1) - people - 1
    found: Chances = (ordered @ ranks) / (people * ordered.sum(axis=-1))
    return found


def clusters_needed(person_count: int, share: float) -> int | None:
    """How many independent clusters would show that one of several has this share of them.

    As many as find it in nine of ten cases, where one in twenty fair teams would be called unfair.
    None where the share is no more than a fair one, or so near to it that none will do.

    Args:
        person_count: People who are otherwise alike, 2 or more.
        share: Of all clusters, on the busiest.

    Source:
        Ours: the binomial chance of the busiest, and for a fair team the sum of everybody's, which
        is the chance that anybody has so many but for the rare deals in which two have.
    """
    fair = 1 / person_count
    if share <= fair:
        return None
    few, many = 1, 1
    while not _is_found(many, person_count, share):
        few, many = many, 2 * many
        if many > MOST_CLUSTERS:
            return None
    while few < many:  # whole numbers make the chance jump: the last miss below is what counts
        middle = (few + many) // 2
        few, many = (few, middle) if _is_found(middle, person_count, share) else (middle + 1, many)
    return many


def share_of_triple(person_count: int) -> float:
    """The share of one who has three times what each of the others has: half, among four."""
    return 3 / (person_count + 2)


def _is_found(cluster_count: int, person_count: int, share: float) -> bool:
    least = np.arange(cluster_count + 1)
    by_chance = person_count * bdtrc(least - 1.0, cluster_count, 1 / person_count)
    enough = least[1:][by_chance[1:] <= UNLIKELY]
    return bool(enough.size) and float(bdtrc(enough[0] - 1.0, cluster_count, share)) >= FOUND_IN


def _deal(
    generator: np.random.Generator, cluster_count: int, chances: Chances, deals: int
) -> Counts:
    if cluster_count > MANY_CLUSTERS:  # below that, one draw a cluster is several times faster
        return generator.multinomial(cluster_count, chances, size=deals)
    drawn = generator.random((cluster_count, deals), dtype=np.float32)
    upto = [np.count_nonzero(drawn < edge, axis=0) for edge in np.cumsum(chances)[:-1]]
    upto.append(np.full(deals, cluster_count))
    return np.diff(np.array(upto), axis=0, prepend=0).T


def _deal_to_several(
    generator: np.random.Generator, profile: Sequence[int], chances: Chances, deals: int
) -> Counts:
    """People in the order in which they would be drawn, none twice: by exponential clocks."""
    with np.errstate(divide="ignore"):
        waits = generator.standard_exponential((deals, len(chances)), dtype=np.float32) / chances
    counts = np.zeros((deals, len(chances)), dtype=np.int64)
    rows = np.arange(deals)
    for size in profile:
        drawn = waits.argmin(axis=1)
        counts[rows, drawn] = size
        waits[rows, drawn] = np.inf
    return counts


def _chances(pool: Pool) -> Chances:
    held = np.asarray(pool.weights, dtype=np.float64)
    if held.size == 0 or not np.all(held >= 0) or not 0 < held.sum() < np.inf:
        raise ValueError(f"busiest_share: weights {list(held)}; none below 0, some above")
    if min((min(profile, default=0) for profile in pool.profiles), default=1) < 1:
        raise ValueError("busiest_share: a cluster of nothing; the least is one interruption")
    most = max(map(len, pool.profiles), default=0)
    if most > np.count_nonzero(held):
        raise ValueError(f"busiest_share: weights {list(held)}; a cluster touched {most} people")
    chances: Chances = held / held.sum()
    return chances
