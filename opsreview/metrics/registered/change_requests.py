"""Pull requests: how they are reviewed and merged."""

from __future__ import annotations

from opsreview.metrics import merges, reviews
from opsreview.metrics.metric import CHAOSS, RECENT, Metric

CHANGE_REQUESTS = (
    Metric(
        "time_to_first_review",
        "triage",
        "Hours from ready for review to the first review by another person",
        ("pull_requests", "reviews"),
        reviews.REVIEW_STATISTICS,
        "CHAOSS",
        CHAOSS + "time-to-first-response/",
        reviews.first_review_measured,
        reviews.first_review_estimates,
    ),
    Metric(
        "change_request_duration",
        "triage",
        "Hours from ready for review to merged",
        ("pull_requests",),
        reviews.DURATION_STATISTICS,
        "CHAOSS",
        CHAOSS + "change-request-duration/",
        reviews.duration_measured,
        reviews.duration_estimates,
    ),
    Metric(
        "review_load",
        "triage",
        "Reviews by reviewer",
        ("pull_requests", "reviews"),
        (("count", "count"), ("top_share", "share")),
        "devstats",
        "https://github.com/cncf/devstats",
        reviews.load_measured,
        reviews.load_estimates,
    ),
    Metric(
        "change_request_acceptance_ratio",
        "triage",
        "Share merged of people's pull requests that were merged or closed",
        ("pull_requests",),
        (("share", "share"),),
        "CHAOSS",
        CHAOSS + "change-request-acceptance-ratio/",
        merges.acceptance_measured,
        merges.acceptance_estimates,
        earlier=RECENT,
    ),
    Metric(
        "unreviewed_merge_share",
        "triage",
        "Share of people's merged pull requests that nobody else had reviewed",
        ("pull_requests", "reviews"),
        (("share", "share"),),
        "ours",
        "",
        merges.unreviewed_measured,
        merges.unreviewed_estimates,
        earlier=RECENT,
    ),
    Metric(
        "self_merge_share",
        "triage",
        "Share of people's merged pull requests that their own author merged",
        ("pull_requests",),
        (("share", "share"),),
        "CHAOSS",
        CHAOSS + "self-merge-rates/",
        merges.self_merge_measured,
        merges.self_merge_estimates,
        earlier=RECENT,
    ),
)
