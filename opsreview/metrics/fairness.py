"""Whether chance alone could have dealt the interruptions as they fell."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.chance import busiest_share
from opsreview.metrics.duty import oncall_share
from opsreview.metrics.eligibility import fair_hours
from opsreview.metrics.interruptions import interruptions_of
from opsreview.metrics.view import Measured, View


def busiest_measured(view: View) -> Measured:
    """The registry's way in: observed interruptions by person, against the same clusters dealt."""
    statistics = ("share", "chance_median", "chance_upper", "mid_p")
    rows = interruptions_of(view).filter(pl.col("person").is_not_null())
    per_person = rows["person"].value_counts().sort("count", "person", descending=[True, False])
    if rows.is_empty():
        reason = "no interruption of a known person in the window"
        return Measured(per_person, [not_measurable(name, "share", reason) for name in statistics])
    weights = _chances(view, per_person["person"].to_list())
    if len(weights) < 2:
        reason = "only one person could have been interrupted"
        return Measured(per_person, [not_measurable(name, "share", reason) for name in statistics])
    sizes = rows["cluster"].value_counts()["count"].to_list()
    found = busiest_share(sizes, list(weights.values()), observed_count=int(per_person["count"][0]))
    assert found is not None  # noqa: S101  there are interruptions
    method = f"{found.cluster_count} clusters dealt among {found.person_count} people"
    values = (found.share, found.chance_median_share, found.chance_upper_share, found.mid_p)
    estimates = [
        Estimate(name, value, "share", found.total, method=method)
        for name, value in zip(statistics, values, strict=True)
    ]
    return Measured(_with_chances(per_person, weights), estimates)


def _chances(view: View, seen: list[str]) -> dict[str, float]:
    """Each eligible person's weight: hours on primary duty where there were any, or fair hours."""
    window = view.seen or view.window
    primary = view["shifts"].filter(pl.col("role") == "primary")
    held = oncall_share(primary, view["people"], view["leave"], window=window)
    on_duty = dict(held.filter(pl.col("held_hours") > 0).select("person", "held_hours").iter_rows())
    if len(on_duty) > 1 and set(seen) <= set(on_duty):
        return on_duty
    return dict(fair_hours(view["people"], view["leave"], seen, window=window).iter_rows())


def _with_chances(per_person: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    total = sum(weights.values())
    chances = pl.DataFrame(
        {"person": list(weights), "chance_share": [weight / total for weight in weights.values()]}
    )
    return (
        chances.join(per_person, on="person", how="left")
        .with_columns(pl.col("count").fill_null(0).cast(pl.Int64))
        .sort("count", "person", descending=[True, False])
    )
