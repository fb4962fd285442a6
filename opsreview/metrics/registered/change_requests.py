"""Pull requests: how they are reviewed and merged."""

from __future__ import annotations

from opsreview.metrics import reviews
from opsreview.metrics.metric import CHAOSS, Metric

CHANGE_REQUESTS = (
    Metric(
        "time_to_first_review",
        "triage",
        "Hours from ready for review to the first review by another person",
        ("pull_requests", "reviews"),
        (("median", "hours"),),
        "CHAOSS",
        CHAOSS + "time-to-first-response/",
        reviews.first_review_measured,
        reviews.first_review_of_rows,
    ),
    Metric(
        "change_request_duration",
        "triage",
        "Hours from ready for review to merged",
        ("pull_requests",),
        (("median", "hours"),),
        "CHAOSS",
        CHAOSS + "change-request-duration/",
        reviews.duration_measured,
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
    ),
)
