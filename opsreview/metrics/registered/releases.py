"""Releases, and what waits for one."""

from __future__ import annotations

from opsreview.metrics import releases
from opsreview.metrics.metric import CHAOSS, Metric

RELEASES = (
    Metric(
        "release_frequency",
        "releases",
        "Releases published: stable, hotfix and pre-release apart",
        ("releases",),
        (("count", "count"), ("rate_per_week", "per_week")),
        "CHAOSS",
        CHAOSS + "release-frequency/",
        releases.frequency_measured,
    ),
    Metric(
        "release_interval",
        "releases",
        "Time between stable releases in the twelve months to the cycle's end",
        ("releases",),
        (("median", "hours"), ("longest", "hours"), ("open", "hours")),
        "ours",
        "",
        releases.interval_measured,
    ),
    Metric(
        "change_lead_time",
        "releases",
        "Hours from a merge to the first stable release after it",
        ("pull_requests", "releases"),
        (("median", "hours"),),
        "DORA",
        "https://dora.dev/guides/dora-metrics-four-keys/",
        releases.lead_time_measured,
    ),
    Metric(
        "unreleased_changes",
        "releases",
        "Merged since the last stable release",
        ("pull_requests", "releases"),
        (("count", "count"), ("median", "hours")),
        "ours",
        "",
        releases.unreleased_measured,
    ),
)
