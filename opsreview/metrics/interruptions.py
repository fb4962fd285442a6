"""Who was interrupted by which incident, and when in their day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import polars as pl

from opsreview.estimate import not_measurable
from opsreview.metrics.day_parts import DAY_PARTS, in_their_day
from opsreview.metrics.intervals import count
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.window import Window, literal
from opsreview.working_time import WorkingCalendar

CLUSTER_GAP_HOURS = 6  # an incident of a service this soon after the last belongs to its cluster
INCIDENT = ["source", "incident_id"]


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
    opened = clustered(incidents, window, as_of)
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
    placed = in_their_day(touched.with_columns(at="opened_at"), calendars, otherwise)
    return placed.drop("at", "weekday", "hour")


def clustered(incidents: pl.DataFrame, window: Window, as_of: datetime) -> pl.LazyFrame:
    """The incidents opened in the window, told to which burst each belongs. Ours.

    Incidents of one service that open within six hours of the one before are one cluster: they
    are taken to have one cause.

    Returns:
        One row per incident: source, incident_id, url, severity, service, opened_at, cluster.
    """
    gap_hours = hours_between(pl.col("opened_at").shift(1).over("service"), "opened_at")
    is_first = (gap_hours > CLUSTER_GAP_HOURS).fill_null(True)
    return (
        incidents.lazy()
        .filter(window.has("opened_at") & (pl.col("opened_at") <= literal(as_of)))
        .sort("service", "opened_at", *INCIDENT)
        .with_columns(cluster=is_first.cum_sum().cast(pl.Int64))
        .select(*INCIDENT, "url", "severity", "service", "opened_at", "cluster")
    )


def interruptions_of(view: View) -> pl.DataFrame:
    """``interruptions`` of what a view looks at."""
    return interruptions(
        view["incidents"],
        view["incident_events"],
        view["shifts"],
        window=view.window,
        as_of=view.as_of,
        calendars=view.calendars,
        otherwise=view.calendar(None),
    )


def interruptions_measured(view: View) -> Measured:
    """The registry's way in: all, by person, and by part of the day, those with none included."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable("count", "count", NOT_BEGUN)])
    rows = interruptions_of(view)
    persons, day_parts = (Counter(rows[name].drop_nulls()) for name in ("person", "day_part"))
    return Measured(
        rows,
        [
            count(rows.height),
            *(count(persons[name]).of(f"person:{name}") for name in sorted(persons)),
            *(count(day_parts[name]).of(f"day_part:{name}") for name in DAY_PARTS),
        ],
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
