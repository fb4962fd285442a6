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

DEALS = 10_000
SEED = 20_260_101
MANY_CLUSTERS = 200

Chances = npt.NDArray[np.float64]


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
    cluster_sizes: Sequence[int], weights: Sequence[float], *, observed_count: int
) -> BusiestShare | None:
    """The busiest person's interruptions against the chance band; None when there were none.

    Clusters are dealt, not interruptions: pages that belong to one trouble land on the same
    person, and dealing them one by one would call a fair team unfair.

    Args:
        cluster_sizes: Interruptions in each cluster of one trouble, each at least 1.
        weights: One number per eligible person: hours held, or equal numbers. A person's chance
            of a cluster is their weight's share of the sum.
        observed_count: Interruptions of the person who had most.

    Raises:
        ValueError: a size below 1, weights that are negative or sum to 0, or an observed count
            that is not between 0 and the sum of the sizes.

    Source:
        Ours. A Monte Carlo test with 10,000 deals and a fixed seed, so the same work gives the
        same answer; the mid-p follows Lancaster (1961), JASA 56:223-234.
    """
    total = sum(cluster_sizes)
    if not 0 <= observed_count <= total:
        raise ValueError(f"busiest_share: {observed_count} of {total} interruptions is impossible")
    if total == 0:
        return None
    busiest = dealt_counts(cluster_sizes, weights).max(axis=1)
    above = np.count_nonzero(busiest > observed_count)
    level = np.count_nonzero(busiest == observed_count)
    ordered = np.sort(busiest)
    return BusiestShare(
        count=observed_count,
        total=total,
        person_count=len(weights),
        cluster_count=len(cluster_sizes),
        chance_median=int(ordered[DEALS // 2 - 1]),
        chance_upper=int(ordered[DEALS * 95 // 100 - 1]),
        mid_p=(above + level / 2) / DEALS,
    )


def dealt_counts(cluster_sizes: Sequence[int], weights: Sequence[float]) -> npt.NDArray[np.int64]:
    """Interruptions per person in each of 10,000 deals: one row a deal, one column a person.

    Every cluster goes whole to one person, independently of the others.

    Raises:
        ValueError: a size below 1, or weights that are negative or sum to 0.
    """
    chances = _chances(weights)
    if min(cluster_sizes, default=1) < 1:
        raise ValueError(f"busiest_share: a cluster of {min(cluster_sizes)}; the least is 1")
    generator = np.random.default_rng(SEED)
    counts = np.zeros((DEALS, len(chances)), dtype=np.int64)
    for size, cluster_count in sorted(Counter(cluster_sizes).items()):
        counts += size * _deal(generator, cluster_count, chances)
    return counts


def _deal(
    generator: np.random.Generator, cluster_count: int, chances: Chances
) -> npt.NDArray[np.int64]:
    if cluster_count > MANY_CLUSTERS:  # below that, one draw a cluster is several times faster
        return generator.multinomial(cluster_count, chances, size=DEALS)
    drawn = generator.random((cluster_count, DEALS), dtype=np.float32)
    upto = [np.count_nonzero(drawn < edge, axis=0) for edge in np.cumsum(chances)[:-1]]
    upto.append(np.full(DEALS, cluster_count))
    return np.diff(np.array(upto), axis=0, prepend=0).T


def _chances(weights: Sequence[float]) -> Chances:
    held = np.asarray(weights, dtype=np.float64)
    if held.size == 0 or not np.all(held >= 0) or not 0 < held.sum() < np.inf:
        raise ValueError(f"busiest_share: weights {list(weights)}; none below 0, some above")
    chances: Chances = held / held.sum()
    return chances
