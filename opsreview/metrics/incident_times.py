"""How long incidents last."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.metrics.interruptions import INCIDENT
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import Measured, View, duration_curves, hours_between
from opsreview.window import Window


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


def resolve_measured(view: View) -> Measured:
    """The registry's way in."""
    rows = time_to_resolve(view["incidents"], window=view.window, as_of=view.as_of)
    reason = "no incident was opened in the window"
    estimate = median_to_end(rows["waited_hours"], rows["is_censored"], reason=reason)
    waits = (rows["waited_hours"], rows["is_censored"])
    return Measured(rows, [estimate], lambda: [duration_curves(kaplan_meier(*waits))])
