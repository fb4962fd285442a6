"""The estimates of a metric once more, over the items of one area, priority, label or relation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.metric import Metric
from opsreview.metrics.view import ITEM, STRATUM_MINIMUM, Measured, View
from opsreview.window import MOMENT

MOST_LABELS = 12
# Who was silent for half a year before the data begins looks new; nobody is called so until then.
NEWCOMERS_KNOWN_AFTER_DAYS = 180


@dataclass(frozen=True)
class Strata:
    """Which item belongs to what: ``groups`` by the name of a priority or area, and for the others
    one row an item and ``label``, and one row an item with its ``relation``."""

    groups: Mapping[str, pl.DataFrame]
    labels: pl.DataFrame
    relations: pl.DataFrame

    def of(self, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """The rows of each stratum, declared groups first; each row may be in several."""
        for group, items in self.groups.items():
            yield group, rows.join(items, on=ITEM, how="semi")
        for kind, places in (("label", self.labels), ("relation", self.relations)):
            placed = rows.select(ITEM).unique().join(places, on=ITEM)
            counts = placed[kind].value_counts().sort("count", kind, descending=[True, False])
            for (name,) in counts.select(kind).head(MOST_LABELS).iter_rows():
                items = placed.filter(pl.col(kind) == name)
                yield f"{kind}:{name}", rows.join(items, on=ITEM, how="semi")


def strata_of(view: View, known_since: Mapping[str, datetime]) -> Strata:
    """What every issue and pull request belongs to, by the labels borne at ``as_of``.

    Args:
        view: Its tables and groups.
        known_since: By repository, the moment since which its issues and pull requests are known.
    """
    labels, groups = view["labels"], view.groups.labelled()
    is_of_a_group = pl.any_horizontal(pl.lit(False), *groups.values())
    return Strata(
        {group: labels.filter(is_labelled).select(ITEM) for group, is_labelled in groups.items()},
        labels.filter(~is_of_a_group),
        author_relations(
            view["issues"], view["pull_requests"], view["people"], known_since=known_since
        ),
    )


def author_relations(
    issues: pl.DataFrame,
    pull_requests: pl.DataFrame,
    people: pl.DataFrame,
    *,
    known_since: Mapping[str, datetime],
) -> pl.DataFrame:
    """What the author of each item was to the team when opening it. Ours.

    A newcomer has opened nothing before in any of the team's repositories, as far as these are
    known. The relation that a source gives of its own (``author_association``) is today's, and is
    not used where ``people.yaml`` lists the team. Bots, deleted and unknown authors have none; nor
    has anyone where nothing says who is in the team.

    Args:
        issues: ISSUES.
        pull_requests: PULL_REQUESTS.
        people: PEOPLE; who joined later or had left is not of the team then.
        known_since: By repository, the moment since which its items are known: a first item within
            180 days of it may not be the author's first, so its relation is unknown.

    Returns:
        One row per item whose relation is known: repo, number, relation (``team``, ``returning``,
        ``newcomer``).
    """
    columns = (*ITEM, "opened_at", "author_id", "author_kind", "author_is_team")
    items = pl.concat([issues.lazy().select(columns), pull_requests.lazy().select(columns)])
    stays = people.select("joined_on", "left_on", author_id="person_id").unique("author_id")
    places = stays.lazy()
    opened_on = pl.col("opened_at").dt.date()
    is_in_time = (opened_on >= pl.col("joined_on")).fill_null(True) & (
        opened_on <= pl.col("left_on")
    ).fill_null(True)
    is_first = pl.col("opened_at") == pl.col("opened_at").min().over("author_id")
    since_at = pl.col("repo").replace_strict(
        dict(known_since), default=None, return_dtype=MOMENT
    ) + pl.duration(days=NEWCOMERS_KNOWN_AFTER_DAYS)
    relation = (
        pl.when(pl.col("author_is_team") & is_in_time)
        .then(pl.lit("team"))
        .when(~is_first)
        .then(pl.lit("returning"))
        .when(pl.col("opened_at") >= since_at)
        .then(pl.lit("newcomer"))
    )
    is_known = (
        (pl.col("author_kind") == "human")
        & pl.col("author_id").is_not_null()
        & pl.col("author_is_team").is_not_null()
    )
    return (
        items.filter(is_known)
        .join(places, on="author_id", how="left")
        .select(*ITEM, relation=relation)
        .drop_nulls("relation")
        .collect()
    )


def stratum_estimates(metric: Metric, found: Measured, strata: Strata) -> list[Estimate]:
    """The metric's estimates over the rows of each stratum that it does not state by itself.

    A stratum under ten is left out; a priority or area under ten says that it is small.
    """
    if metric.of_rows is None or not set(ITEM) <= set(found.rows.columns):
        return []
    stated = {estimate.group for estimate in found.estimates}
    return [
        estimate.of(group)
        for group, rows in strata.of(found.rows)
        if group not in stated
        for estimate in _of_stratum(metric.of_rows(rows), is_declared=group in strata.groups)
    ]


def _of_stratum(estimates: list[Estimate], *, is_declared: bool) -> Iterator[Estimate]:
    for estimate in (each for each in estimates if each.group == "all"):
        if estimate.n >= STRATUM_MINIMUM:
            yield estimate
        elif is_declared:
            yield estimate if estimate.n == 0 else _too_small(estimate)


def _too_small(estimate: Estimate) -> Estimate:
    reason = f"{estimate.n} in the group: groups under {STRATUM_MINIMUM} are not shown"
    return not_measurable(estimate.statistic, estimate.unit, reason)
