"""Whether chance alone could have dealt the interruptions as they fell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import numpy as np
import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.chance import (
    BusiestShare,
    Counts,
    Pool,
    busiest_share,
    clusters_needed,
    dealt_counts,
    gini,
    share_of_triple,
)
from opsreview.metrics.duty import oncall_share
from opsreview.metrics.eligibility import fair_hours
from opsreview.metrics.interruptions import interruptions_of
from opsreview.metrics.turns import turns, uncovered
from opsreview.metrics.view import Measured, View
from opsreview.window import Window, literal

# Six cycles: long enough for about 48 clusters at two a week, too short for a rota of last year.
CUMULATED = timedelta(weeks=26)
SHARES = ("share", "chance_median", "chance_upper", "mid_p")
NEEDED = ("clusters", "clusters_needed", "clusters_for_triple", "weeks")
GINIS = ("value", "chance_mean", "chance_upper")
_NOBODY = "no interruption of a known person in the window"
_NO_MORE_THAN_FAIR = "the busiest has no more than a fair share"
_ALONE = "only one person could have been interrupted"


@dataclass(frozen=True)
class Dealing:
    """Interruptions of known people, and who could have had each cluster of them. Ours.

    A cluster that began while somebody was primary is dealt by the hours of primary duty that each
    person held; one that began while nobody was, or that touched more people than held duty, by
    the hours for which each was eligible, times the part of full time they work.
    """

    rows: pl.DataFrame
    on_duty: Mapping[str, float]
    eligible: Mapping[str, float]
    unheld: frozenset[int]  # clusters that began while nobody was primary

    @cached_property
    def people(self) -> list[str]:
        """All who had some, or could have had."""
        return sorted({*self.rows["person"], *self.on_duty, *self.eligible})

    @cached_property
    def pools(self) -> list[Pool]:
        counted = self.rows.group_by("cluster", "person").len().sort("cluster", "len", "person")
        held: list[Sequence[int]] = []
        others: list[Sequence[int]] = []
        for (cluster,), part in counted.group_by(["cluster"], maintain_order=True):
            profile = part["len"].to_list()
            is_held = cluster not in self.unheld and len(profile) <= len(self.on_duty)
            (held if is_held else others).append(profile)
        pools = [(held, self.on_duty), (others, self.eligible)]
        return [Pool(profiles, self._weights(whose)) for profiles, whose in pools if profiles]

    @cached_property
    def per_person(self) -> pl.DataFrame:
        """One row per person: person, count, chance_share (expected, of all), most first."""
        dealt = self.dealt
        shares = dealt.mean(axis=0) / dealt[0].sum()
        counts = dict(self.rows["person"].value_counts().iter_rows())
        return pl.DataFrame(
            {
                "person": self.people,
                "count": [counts.get(person, 0) for person in self.people],
                "chance_share": shares,
            },
            schema_overrides={"count": pl.Int64},
        ).sort("count", "person", descending=[True, False])

    @cached_property
    def dealt(self) -> Counts:
        return dealt_counts(self.pools)

    @cached_property
    def busiest(self) -> BusiestShare:
        found = busiest_share(self.pools, observed_count=int(self.per_person["count"][0]))
        assert found is not None  # noqa: S101  there are interruptions
        return found

    @property
    def method(self) -> str:
        clusters, people = self.busiest.cluster_count, self.busiest.person_count
        return f"{clusters} clusters dealt among {people} people"

    @property
    def problem(self) -> str | None:
        """Why nothing can be compared with chance."""
        if self.rows.is_empty():
            return _NOBODY
        return _ALONE if len(self.people) < 2 else None

    def _weights(self, whose: Mapping[str, float]) -> list[float]:
        return [whose.get(person, 0.0) for person in self.people]


def dealing(view: View, found: pl.DataFrame | None = None) -> Dealing:
    """What fell on whom in the view's window, and who could have had it.

    Args:
        view: What is looked at.
        found: Its ``interruptions_of``, where they are known already.
    """
    touched_by = interruptions_of(view) if found is None else found
    rows = touched_by.filter(pl.col("person").is_not_null())
    known = view.covered(("shifts",), view.window)
    window = replace(view, window=known.window or view.window).seen or view.window
    on_duty = {} if known.window is None else _on_duty(view, window)
    touched = rows["person"].unique().to_list()
    people, leave, seen = view["people"], view["leave"], view.seen or view.window
    eligible = dict(fair_hours(people, leave, [*touched, *on_duty], window=seen).iter_rows())
    # Who acted could act, whatever people.yaml says of their leaving.
    could_act = {person: seen.hours for person in touched if person not in eligible}
    return Dealing(rows, on_duty, eligible | could_act, _unheld(rows, view, on_duty, window))


def busiest_measured(view: View) -> Measured:
    """The registry's way in: observed interruptions by person, against the same clusters dealt."""
    found = dealing(view)
    if found.problem:
        return _nothing(found, found.problem, SHARES)
    return Measured(found.per_person, _shares(found))


def cumulated_measured(view: View) -> Measured:
    """The registry's way in: as ``busiest_measured``, over the 26 weeks to the window's end.

    ``clusters_needed`` is how many would show the share that the busiest has, were it no accident;
    ``clusters_for_triple`` how many show one who has three times what each other has.
    """
    wanted = Window(view.window.end_at - CUMULATED, view.window.end_at)
    known = view.covered(("incidents", "incident_events"), wanted)
    found = dealing(replace(view, window=known.window or view.window))
    if found.problem:
        return _nothing(found, found.problem, SHARES + NEEDED)
    busiest = found.busiest
    weeks = round((known.window or view.window).weeks)
    counts: tuple[int | None, ...] = (
        busiest.cluster_count,
        clusters_needed(busiest.person_count, busiest.share),
        clusters_needed(busiest.person_count, share_of_triple(busiest.person_count)),
        weeks,
    )
    method = f"{found.method}, over {weeks} weeks"
    estimates = [replace(each, method=method) for each in _shares(found)]
    for name, count in zip(NEEDED, counts, strict=True):
        if count is None:
            estimates.append(not_measurable(name, "count", _NO_MORE_THAN_FAIR))
            continue
        n = busiest.cluster_count
        estimates.append(Estimate(name, float(count), "count", n, method=method))
    return Measured(found.per_person, estimates)


def gini_measured(view: View) -> Measured:
    """The registry's way in: how unequal the interruptions are, beside what chance gives.

    There is no interval: a bootstrap of it covers next to nothing where loads are equal.
    """
    found = dealing(view)
    if found.problem:
        return _nothing(found, found.problem, GINIS)
    by_chance = gini(found.dealt)
    values = (
        float(gini(found.per_person["count"].to_numpy())),
        float(by_chance.mean()),
        float(np.quantile(by_chance, 0.95)),
    )
    return Measured(
        found.per_person,
        [
            Estimate(name, value, "share", found.busiest.total, method=found.method)
            for name, value in zip(GINIS, values, strict=True)
        ],
    )


def _shares(found: Dealing) -> list[Estimate]:
    busiest = found.busiest
    values = (
        busiest.share,
        busiest.chance_median_share,
        busiest.chance_upper_share,
        busiest.mid_p,
    )
    return [
        Estimate(name, value, "share", busiest.total, method=found.method)
        for name, value in zip(SHARES, values, strict=True)
    ]


def _nothing(found: Dealing, reason: str, statistics: Sequence[str]) -> Measured:
    per_person = found.rows["person"].value_counts().sort("person")
    missing = [
        not_measurable(name, "count" if name in NEEDED else "share", reason) for name in statistics
    ]
    return Measured(per_person, missing)


def _on_duty(view: View, window: Window) -> dict[str, float]:
    """Hours of primary duty that each person held in the window."""
    primary = view["shifts"].filter(pl.col("role") == "primary")
    held = oncall_share(primary, view["people"], view["leave"], window=window)
    held_some = held.filter(pl.col("held_hours") > 0).sort("person")
    return dict(held_some.select("person", "held_hours").iter_rows())


def _unheld(
    rows: pl.DataFrame, view: View, on_duty: Mapping[str, float], window: Window
) -> frozenset[int]:
    """The clusters that began while nobody was primary, or nobody knows who was."""
    began = rows.group_by("cluster").agg(pl.col("opened_at").min())
    if not on_duty:
        return frozenset(began["cluster"])
    gaps = uncovered(turns(view["shifts"], window=window), window=window)
    is_held = window.has("opened_at")
    for start_at, end_at in gaps.iter_rows():
        is_held &= ~pl.col("opened_at").is_between(literal(start_at), literal(end_at), "left")
    return frozenset(began.filter(~is_held)["cluster"])
