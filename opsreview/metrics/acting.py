"""How much of some work rests on how few people: shares and the absence factor of acts."""

from __future__ import annotations

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import share

_NONE = "nothing was done in the window"


def per_person(people: pl.Series) -> list[tuple[str, int]]:
    """How many acts each person did, the busiest first; ``people`` names one an act."""
    counted = people.rename("person").value_counts().sort("person")
    return counted.sort("count", descending=True, maintain_order=True).rows()


def top_share(people: pl.Series, *, reason: str = _NONE) -> Estimate:
    """The share of the acts that the busiest person did, with its Wilson interval."""
    return _share_of_first(people, 1, "top_share", reason)


def top_two_share(people: pl.Series, *, reason: str = _NONE) -> Estimate:
    """The share of the acts that the busiest two people did, with its Wilson interval."""
    return _share_of_first(people, 2, "top_two_share", reason)


def absence_factor(people: pl.Series, *, reason: str = _NONE) -> Estimate:
    """The smallest number of people who together did half of the acts; n is the acts.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-contributor-absence-factor/
    """
    if people.is_empty():
        return not_measurable("count", "count", reason)
    done = people.value_counts()["count"].sort(descending=True).cast(pl.Int64).cum_sum()
    factor = int((2 * done < people.len()).sum()) + 1
    return Estimate("count", float(factor), "count", people.len(), method="count")


def _share_of_first(people: pl.Series, first: int, statistic: str, reason: str) -> Estimate:
    done = sum(found for _, found in per_person(people)[:first])
    return share(done, people.len(), statistic=statistic, reason=reason)
