"""Who was interrupted by which incident, and when in their day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.day_parts import DAY_PARTS, in_their_day
from opsreview.metrics.intervals import count
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.window import Window, literal
from opsreview.working_time import WorkingCalendar

CLUSTER_GAP_HOURS = 6  # an incident of a service this soon after the last belongs to its cluster
INCIDENT = ["source", "incident_id"]
ACTED = ("page", "acknowledgement", "update", "resolution", "comment")  # the strongest first
ON_DUTY, NOBODY = "on duty", "nobody known"
EVIDENCE = (*ACTED, ON_DUTY, NOBODY)
# What sources call an act; whatever else they write is an update.
_EVIDENCE_OF = {
    **dict.fromkeys(("page", "paged", "notify", "notified", "assignment", "assigned"), "page"),
    **dict.fromkeys(("acknowledgement", "acknowledged", "acked", "ack"), "acknowledgement"),
    **dict.fromkeys(("resolution", "resolved", "closed"), "resolution"),
    **dict.fromkeys(("comment", "commented"), "comment"),
}


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

    Touched is who was paged, acknowledged it or worked on it (``touches``); where nobody did, who
    was on primary duty when it opened; where nobody was, the person is null. Several acts and
    channels of one person count once, at the first of them.

    Args:
        incidents: INCIDENTS.
        incident_events: INCIDENT_EVENTS.
        shifts: SHIFTS.
        window: Incidents opened in it count.
        as_of: Acts after it do not count.
        calendars: By person, for the part of the day.
        otherwise: The calendar of who has none.

    Returns:
        One row per interruption: source, incident_id, url, severity, service, opened_at, cluster
        (``clustered``), person, evidence (one of ``EVIDENCE``: the strongest there is of that
        person), at, day_part, night_on (the evening of the night it lies in; null by day).
    """
    opened = clustered(incidents, window, as_of)
    acts = touches(incidents, incident_events, as_of=as_of)
    acted = acts.group_by(*INCIDENT, "person").agg(
        evidence=pl.col("evidence").sort_by(_rank()).first(), at=pl.col("at").min()
    )
    on_duty = _on_duty(opened.join(acted, on=INCIDENT, how="anti"), shifts.lazy())
    touched = (
        opened.join(pl.concat([acted, on_duty]), on=INCIDENT, how="left")
        .with_columns(
            pl.col("evidence").fill_null(NOBODY), pl.col("at").fill_null(pl.col("opened_at"))
        )
        .sort("opened_at", *INCIDENT, "person")
        .collect()
    )
    return in_their_day(touched, calendars, otherwise).drop("weekday", "hour")


def touches(
    incidents: pl.DataFrame, incident_events: pl.DataFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """What people did about incidents while they lasted, as far as it shows an interruption. Ours.

    A page (or an assignment), an acknowledgement, an update (whatever else was done), a resolution
    and a comment are evidence, in that order. Who only commented was not interrupted where somebody
    was paged, acknowledged or worked on it; what was done after the resolution interrupts nobody.

    Returns:
        One row per act: source, incident_id, person, at, evidence.
    """
    known = incidents.lazy().select(*INCIDENT, "resolved_at")
    words = pl.col("event").str.to_lowercase().str.strip_chars()
    is_over = (pl.col("at") > pl.col("resolved_at")).fill_null(False)
    acts = (
        incident_events.lazy()
        .filter(pl.col("person").is_not_null() & (pl.col("at") <= literal(as_of)))
        .join(known, on=INCIDENT)
        .filter(~is_over)
        .select(
            *INCIDENT,
            "person",
            "at",
            evidence=words.replace_strict(
                _EVIDENCE_OF, default="update", return_dtype=pl.String
            ).fill_null("update"),
        )
    )
    is_comment = pl.col("evidence") == "comment"
    has_more = pl.col("evidence").is_in(ACTED[:3]).any().over(INCIDENT)
    return acts.filter(~is_comment | ~has_more)


def clustered(incidents: pl.DataFrame, window: Window, as_of: datetime) -> pl.LazyFrame:
    """The incidents opened in the window, told to which burst each belongs. Ours.

    Incidents of one service that open within six hours of the one before are one cluster: they
    are taken to have one cause. Those of no known service are one service.

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


def incident_clusters(incidents: pl.DataFrame, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """The clusters of incidents opened in the window, by the rule of ``clustered``. Ours.

    Returns:
        One row per cluster, the largest first: cluster, service, incident_count, started_at,
        last_at (when its last incident opened), url (of its first).
    """
    return (
        clustered(incidents, window, as_of)
        .sort("cluster", "opened_at", *INCIDENT)
        .group_by("cluster", maintain_order=True)
        .agg(
            service=pl.col("service").first(),
            incident_count=pl.len().cast(pl.Int64),
            started_at=pl.col("opened_at").min(),
            last_at=pl.col("opened_at").max(),
            url=pl.col("url").first(),
        )
        .sort("incident_count", "started_at", "cluster", descending=[True, False, False])
        .collect()
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
    """The registry's way in: all, by person, by part of the day, and by evidence."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable("count", "count", NOT_BEGUN)])
    rows = interruptions_of(view)
    evidence = Counter(rows["evidence"])
    return Measured(
        rows,
        [
            count(rows.height),
            *_counts(rows, "person"),
            *(
                count(rows.filter(day_part=part).height).of(f"day_part:{part}")
                for part in DAY_PARTS
            ),
            *(count(evidence[kind]).of(f"evidence:{kind}") for kind in EVIDENCE if evidence[kind]),
        ],
    )


def clusters_measured(view: View) -> Measured:
    """The registry's way in: how many clusters, and how many incidents the largest holds."""
    statistics = ("count", "largest")
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(s, "count", NOT_BEGUN) for s in statistics])
    rows = incident_clusters(view["incidents"], window=view.window, as_of=view.as_of)
    largest = not_measurable("largest", "count", "no incident was opened in the window")
    if rows.height:
        largest = count(int(rows["incident_count"][0]), statistic="largest")
    return Measured(rows, [count(rows.height), largest])


def _counts(rows: pl.DataFrame, column: str) -> list[Estimate]:
    found = Counter(rows[column].drop_nulls())
    return [count(found[name]).of(f"{column}:{name}") for name in sorted(found)]


def _rank() -> pl.Expr:
    return pl.col("evidence").replace_strict(
        {kind: rank for rank, kind in enumerate(ACTED)}, return_dtype=pl.Int8
    )


def _on_duty(incidents: pl.LazyFrame, shifts: pl.LazyFrame) -> pl.LazyFrame:
    """Who held primary duty when each incident opened: all of them, where several did."""
    primary = shifts.filter(pl.col("role") == "primary").select("person", "start_at", "end_at")
    return (
        incidents.select(*INCIDENT, "opened_at")
        .join_where(
            primary,
            pl.col("opened_at") >= pl.col("start_at"),
            pl.col("opened_at") < pl.col("end_at"),
        )
        .select(*INCIDENT, "person", evidence=pl.lit(ON_DUTY), at="opened_at")
        .unique()
    )
