"""Who held duty, who was interrupted, and whether chance alone could deal it so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.chance import busiest_share
from opsreview.metrics.intervals import count
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import Measured, View, duration_curves, hours_between
from opsreview.window import Window, literal
from opsreview.working_time import WorkingCalendar

CLUSTER_GAP_HOURS = 6  # an incident of a service this soon after the last belongs to its cluster
DAY_PARTS = ("working", "off_hours", "sleep")
INCIDENT = ["source", "incident_id"]
_NOT_BEGUN = "the window has not begun"


def oncall_share(shifts: pl.DataFrame, people: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Hours each person held duty, against a fair share of the time they were eligible. Ours.

    Eligible is who is listed in people.yaml, from joining to leaving, weighed by the part of full
    time they work; without a list, everyone who held a shift. Roles are apart.

    Args:
        shifts: SHIFTS.
        people: PEOPLE.
        window: Hours within it count.

    Returns:
        One row per role and person: role, person, held_hours, share, fair_share.
    """
    start_at, end_at = literal(window.start_at), literal(window.end_at)
    within = (pl.max_horizontal("start_at", start_at), pl.min_horizontal("end_at", end_at))
    held = (
        shifts.lazy()
        .filter((pl.col("start_at") < end_at) & (pl.col("end_at") > start_at))
        .group_by("role", "person")
        .agg(held_hours=hours_between(*within).sum())
        .collect()
    )
    fair = fair_hours(people, held["person"].to_list(), window=window)
    everyone = held.lazy().select("role").unique().join(fair.lazy(), how="cross")
    return (
        everyone.join(held.lazy(), on=["role", "person"], how="left")
        .with_columns(pl.col("held_hours").fill_null(0.0))
        .with_columns(
            share=pl.col("held_hours") / pl.col("held_hours").sum().over("role"),
            fair_share=pl.col("eligible_hours") / pl.col("eligible_hours").sum().over("role"),
        )
        .select("role", "person", "held_hours", "share", "fair_share")
        .sort("role", "held_hours", "person", descending=[False, True, False])
        .collect()
    )


def fair_hours(people: pl.DataFrame, seen: list[str], *, window: Window) -> pl.DataFrame:
    """The hours for which each person could have held duty in the window.

    Args:
        people: PEOPLE; who has a ``share`` is listed.
        seen: Persons who took part; they are eligible too.
        window: The stretch looked at.

    Returns:
        One row per eligible person: person, eligible_hours.
    """
    listed = people.lazy().filter(pl.col("share").is_not_null()).unique("person_id")
    joined_at = pl.col("joined_on").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    left_at = pl.col("left_on").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    from_at = pl.max_horizontal(joined_at, literal(window.start_at))
    to_at = pl.min_horizontal(left_at, literal(window.end_at))
    eligible_hours = pl.max_horizontal(hours_between(from_at, to_at), 0.0) * pl.col("share")
    eligible = (
        listed.select(person="person_id", eligible_hours=eligible_hours)
        .filter(pl.col("eligible_hours") > 0)
        .collect()
    )
    others = sorted(set(seen) - set(eligible["person"]))
    unlisted = pl.DataFrame(
        {"person": others, "eligible_hours": [window.hours] * len(others)}, schema=eligible.schema
    )
    return pl.concat([eligible, unlisted]).sort("person")


def interruptions(
    incidents: pl.DataFrame,
    incident_events: pl.DataFrame,
    shifts: pl.DataFrame,
    *,
    window: Window,
    as_of: datetime,
    calendars: Mapping[str, WorkingCalendar],
    otherwise: WorkingCalendar,
) -> pl.DataFrame:
    """One incident touching one person. Ours.

    Touched is who is recorded as having acted on it; where nobody is, who was on primary duty when
    it opened; where nobody was, the person is null. Several acts of one person count once.
    Incidents of one service that open within six hours of the one before are one cluster.

    Args:
        incidents: INCIDENTS.
        incident_events: INCIDENT_EVENTS.
        shifts: SHIFTS.
        window: Incidents opened in it count.
        as_of: Acts after it do not count.
        calendars: By person, for the part of the day.
        otherwise: The calendar of who has none.

    Returns:
        One row per interruption: source, incident_id, url, severity, service, opened_at, person,
        evidence (``acted on it``, ``on duty``, ``nobody known``), day_part, cluster.
    """
    opened = _clustered(incidents, window, as_of)
    acts = (
        incident_events.lazy()
        .filter(pl.col("person").is_not_null() & (pl.col("at") <= literal(as_of)))
        .select(*INCIDENT, "person", evidence=pl.lit("acted on it"))
        .unique()
    )
    on_duty = _on_duty(opened.join(acts, on=INCIDENT, how="anti"), shifts.lazy())
    touched = (
        opened.join(pl.concat([acts, on_duty]), on=INCIDENT, how="left")
        .with_columns(pl.col("evidence").fill_null("nobody known"))
        .sort("opened_at", *INCIDENT, "person")
        .collect()
    )
    day_parts = [
        calendars.get(person or "", otherwise).day_part(opened_at)
        for person, opened_at in touched.select("person", "opened_at").iter_rows()
    ]
    return touched.with_columns(day_part=pl.Series(day_parts, dtype=pl.String))


def time_to_resolve(incidents: pl.DataFrame, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """Hours from an incident's opening to its resolution; unresolved ones stay in, censored.

    Returns:
        One row per incident opened in the window: source, incident_id, url, severity, service,
        opened_at, waited_hours, is_censored.

    Source:
        Google SRE, https://sre.google/resources/practices-and-processes/incident-metrics-in-sre/
        (why the mean of it misleads).
    """
    opened = incidents.filter(window.has("opened_at") & (pl.col("opened_at") <= as_of))
    resolved_at = pl.when(pl.col("resolved_at") <= as_of).then("resolved_at")
    return opened.select(
        *INCIDENT,
        "url",
        "severity",
        "service",
        "opened_at",
        waited_hours=hours_between("opened_at", resolved_at.fill_null(as_of)),
        is_censored=resolved_at.is_null(),
    ).sort("opened_at", *INCIDENT)


def share_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable("hours", "hours", _NOT_BEGUN)])
    rows = oncall_share(view["shifts"], view["people"], window=view.seen)
    if rows["held_hours"].sum() == 0:
        reason = "no shift is recorded in the window"
        return Measured(rows, [not_measurable("hours", "hours", reason)])
    estimates = [_primary_hours(rows)]
    for role, person, held_hours, share, fair_share in rows.iter_rows():
        suffix = "" if role == "primary" else f"_{role}"
        found = {"hours": held_hours, "share": share, "fair_share": fair_share}
        estimates += [
            Estimate(
                name + suffix,
                value,
                "hours" if name == "hours" else "share",
                rows.filter(pl.col("role") == role).height,
                method="sum of shift hours",
                group=f"person:{person}",
            )
            for name, value in found.items()
        ]
    return Measured(rows, estimates)


def interruptions_measured(view: View) -> Measured:
    """The registry's way in: all, by person, and by part of the day, those with none included."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable("count", "count", _NOT_BEGUN)])
    rows = _interruptions(view)
    persons, day_parts = (Counter(rows[name].drop_nulls()) for name in ("person", "day_part"))
    return Measured(
        rows,
        [
            count(rows.height),
            *(count(persons[name]).of(f"person:{name}") for name in sorted(persons)),
            *(count(day_parts[name]).of(f"day_part:{name}") for name in DAY_PARTS),
        ],
    )


def busiest_measured(view: View) -> Measured:
    """The registry's way in: observed interruptions by person, against the same clusters dealt."""
    statistics = ("share", "chance_median", "chance_upper", "mid_p")
    rows = _interruptions(view).filter(pl.col("person").is_not_null())
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


def resolve_measured(view: View) -> Measured:
    """The registry's way in."""
    rows = time_to_resolve(view["incidents"], window=view.window, as_of=view.as_of)
    reason = "no incident was opened in the window"
    estimate = median_to_end(rows["waited_hours"], rows["is_censored"], reason=reason)
    waits = (rows["waited_hours"], rows["is_censored"])
    return Measured(rows, [estimate], lambda: [duration_curves(kaplan_meier(*waits))])


def _primary_hours(rows: pl.DataFrame) -> Estimate:
    held = rows.filter((pl.col("role") == "primary") & (pl.col("held_hours") > 0))
    if held.is_empty():
        return not_measurable("hours", "hours", "no primary shift is recorded in the window")
    hours = float(held["held_hours"].sum())
    return Estimate("hours", hours, "hours", held.height, method="sum of shift hours")


def _interruptions(view: View) -> pl.DataFrame:
    return interruptions(
        view["incidents"],
        view["incident_events"],
        view["shifts"],
        window=view.window,
        as_of=view.as_of,
        calendars=view.calendars,
        otherwise=view.calendar(None),
    )


def _chances(view: View, seen: list[str]) -> dict[str, float]:
    """Each eligible person's weight: hours on primary duty where there were any, or fair hours."""
    window = view.seen or view.window
    held = oncall_share(
        view["shifts"].filter(pl.col("role") == "primary"), view["people"], window=window
    )
    on_duty = dict(held.filter(pl.col("held_hours") > 0).select("person", "held_hours").iter_rows())
    if len(on_duty) > 1 and set(seen) <= set(on_duty):
        return on_duty
    return dict(fair_hours(view["people"], seen, window=window).iter_rows())


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


def _clustered(incidents: pl.DataFrame, window: Window, as_of: datetime) -> pl.LazyFrame:
    gap_hours = hours_between(pl.col("opened_at").shift(1).over("service"), "opened_at")
    is_first = (gap_hours > CLUSTER_GAP_HOURS).fill_null(True)
    return (
        incidents.lazy()
        .filter(window.has("opened_at") & (pl.col("opened_at") <= literal(as_of)))
        .sort("service", "opened_at", *INCIDENT)
        .with_columns(cluster=is_first.cum_sum().cast(pl.Int64))
        .select(*INCIDENT, "url", "severity", "service", "opened_at", "cluster")
    )


def _on_duty(incidents: pl.LazyFrame, shifts: pl.LazyFrame) -> pl.LazyFrame:
    primary = shifts.filter(pl.col("role") == "primary").select("person", "start_at", "end_at")
    is_held = (pl.col("opened_at") >= pl.col("start_at")) & (pl.col("opened_at") < pl.col("end_at"))
    return (
        incidents.select(*INCIDENT, "opened_at")
        .join(primary, how="cross")
        .filter(is_held)
        .select(*INCIDENT, "person", evidence=pl.lit("on duty"))
        .unique()
    )
