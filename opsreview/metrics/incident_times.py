"""How long incidents go unacknowledged, and how long they last."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.estimate import not_measurable
from opsreview.metrics.interruptions import INCIDENT, clustered
from opsreview.metrics.survival import (
    aalen_johansen,
    kaplan_meier,
    median_to_end,
    median_with_rivals,
)
from opsreview.metrics.view import Measured, View, duration_curves, hours_between
from opsreview.window import Window, literal

_ENDS = ("acknowledged_at", "resolved_at")
ENDINGS = ("acknowledged", "resolved_unacknowledged")
_NONE_OPENED = "no incident was opened in the window"
_NEVER_TOLD = "no source says when incidents were acknowledged"


def time_to_acknowledge(
    incidents: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Hours from an incident's opening to its acknowledgement.

    A resolution without one is a rival end; incidents with neither at ``as_of`` stay in, censored.

    Returns:
        One row per incident opened in the window: source, incident_id, url, severity, service,
        opened_at, cluster, waited_hours, ending (one of ``ENDINGS``; null: neither), is_censored.

    Source:
        Google SRE, https://sre.google/resources/practices-and-processes/incident-metrics-in-sre/
        (why the mean of such times misleads).
    """
    ends = _opened(incidents, window, as_of)
    is_first = (pl.col("acknowledged_at") <= pl.col("resolved_at")).fill_null(True)
    is_acknowledged = pl.col("acknowledged_at").is_not_null() & is_first
    is_resolved = pl.col("resolved_at").is_not_null()
    ending = (
        pl.when(is_acknowledged).then(pl.lit(ENDINGS[0])).when(is_resolved).then(pl.lit(ENDINGS[1]))
    )
    ended_at = pl.min_horizontal("acknowledged_at", "resolved_at")
    return _timed(ends.with_columns(ending=ending, ended_at=ended_at), as_of).collect()


def time_to_resolve(incidents: pl.DataFrame, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """Hours from an incident's opening to its resolution; unresolved ones stay in, censored.

    Returns:
        One row per incident opened in the window: source, incident_id, url, severity, service,
        opened_at, cluster (``interruptions.clustered``: what shares one is taken for one cause),
        waited_hours, is_censored.

    Source:
        Google SRE, https://sre.google/resources/practices-and-processes/incident-metrics-in-sre/
        (why the mean of it misleads).
    """
    ends = _opened(incidents, window, as_of).with_columns(ended_at="resolved_at")
    return _timed(ends.with_columns(ending=pl.lit(None)), as_of).drop("ending").collect()


def acknowledge_measured(view: View) -> Measured:
    """The registry's way in."""
    rows = time_to_acknowledge(view["incidents"], window=view.window, as_of=view.as_of)
    if (
        rows.height
        and view["incidents"]["acknowledged_at"].null_count() == view["incidents"].height
    ):
        return Measured(rows, [not_measurable("median", "hours", _NEVER_TOLD)])
    waits = (rows["waited_hours"], rows["ending"])
    estimate = median_with_rivals(*waits, main=ENDINGS[0], reason=_NONE_OPENED)
    names = {"resolved_unacknowledged": "resolved without"}
    return Measured(
        rows,
        [estimate],
        lambda: [duration_curves(aalen_johansen(*waits, endings=ENDINGS), names)],
    )


def resolve_measured(view: View) -> Measured:
    """The registry's way in."""
    rows = time_to_resolve(view["incidents"], window=view.window, as_of=view.as_of)
    estimate = median_to_end(rows["waited_hours"], rows["is_censored"], reason=_NONE_OPENED)
    waits = (rows["waited_hours"], rows["is_censored"])
    return Measured(rows, [estimate], lambda: [duration_curves(kaplan_meier(*waits))])


def _opened(incidents: pl.DataFrame, window: Window, as_of: datetime) -> pl.LazyFrame:
    """The incidents of the window; what came after ``as_of`` did not happen."""
    told = clustered(incidents, window, as_of)
    ends = incidents.lazy().select(
        *INCIDENT,
        *(pl.when(pl.col(at) <= literal(as_of)).then(at).alias(at) for at in _ENDS),
    )
    return told.join(ends, on=INCIDENT).sort("opened_at", *INCIDENT)


def _timed(ends: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    ended_at = pl.col("ended_at").fill_null(literal(as_of))
    return ends.with_columns(
        waited_hours=hours_between("opened_at", ended_at), is_censored=pl.col("ended_at").is_null()
    ).drop(*_ENDS, "ended_at")
