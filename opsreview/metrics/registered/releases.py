"""Releases, and what waits for one."""

from __future__ import annotations

from opsreview.metrics import released, releases, train_what_if
from opsreview.metrics.metric import CHAOSS, RECENT, Metric

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
        "Hours from a merge to the first stable release that holds it",
        ("pull_requests", "releases"),
        tuple((name, "hours") for name in released.LEAD_TIMES),
        "DORA",
        "https://dora.dev/guides/dora-metrics-four-keys/",
        released.lead_time_measured,
    ),
    Metric(
        "unreleased_changes",
        "releases",
        "Merged, and in no stable release yet",
        ("pull_requests", "releases"),
        (("count", "count"), ("median", "hours")),
        "ours",
        "",
        released.unreleased_measured,
    ),
    Metric(
        "batch_size",
        "releases",
        "Merged changes in a stable release, in the twelve months to the cycle's end",
        ("pull_requests", "releases"),
        (("median", "changes"), ("largest", "changes")),
        "ours",
        "",
        released.batch_measured,
        earlier=RECENT,
    ),
    Metric(
        "what_if_train",
        "releases",
        "The merges of a year under a weekly, fortnightly or monthly train, beside what was",
        ("pull_requests", "releases"),
        train_what_if.STATISTICS,
        "ours",
        "",
        train_what_if.what_if_train_measured,
        earlier=0,
    ),
)
