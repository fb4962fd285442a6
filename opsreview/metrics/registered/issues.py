"""Issues: how they are answered, closed, and left open."""

from __future__ import annotations

from opsreview.metrics import backlog, first_response, waiting
from opsreview.metrics.metric import CHAOSS, Metric

ISSUES = (
    Metric(
        "time_to_first_response",
        "triage",
        "Hours from opening an issue to the first comment by another person",
        ("issues", "comments"),
        (("median", "hours"),),
        "CHAOSS",
        CHAOSS + "time-to-first-response/",
        first_response.first_response_measured,
    ),
    Metric(
        "response_attainment",
        "triage",
        "Share of issues due that the team answered within the target",
        ("issues", "comments"),
        tuple((f"share_{part}", "share") for part in first_response.PARTS),
        "ours",
        "",
        first_response.attainment_measured,
    ),
    Metric(
        "issue_resolution_duration",
        "triage",
        "Hours from opening an issue to closing it",
        ("issues",),
        (("median", "hours"), ("median_to_final_close", "hours"), ("median_of_closed", "hours")),
        "CHAOSS",
        CHAOSS + "issue-resolution-duration/",
        backlog.resolution_measured,
    ),
    Metric(
        "issue_age",
        "triage",
        "Age of the issues that are open",
        ("issues",),
        (("median", "hours"), ("count", "count")),
        "CHAOSS",
        CHAOSS + "issue-age/",
        backlog.age_measured,
    ),
    Metric(
        "issues_new",
        "triage",
        "Issues and pull requests opened",
        ("issues",),
        (("count", "count"), ("rate_per_week", "per_week")),
        "CHAOSS",
        CHAOSS + "issues-new/",
        backlog.new_measured,
    ),
    Metric(
        "issues_closed",
        "triage",
        "Closings of issues and pull requests",
        ("issues",),
        (("count", "count"), ("rate_per_week", "per_week")),
        "CHAOSS",
        CHAOSS + "issues-closed/",
        backlog.closed_measured,
    ),
    Metric(
        "backlog",
        "triage",
        "Issues and pull requests open at the window's start and end",
        ("issues",),
        (("at_start", "count"), ("at_end", "count"), ("change", "count")),
        "ours",
        "",
        backlog.backlog_measured,
    ),
    Metric(
        "waiting_on_team",
        "triage",
        "Open issues whose last human word came from outside the team",
        ("issues", "comments"),
        (("count", "count"), ("median", "hours")),
        "ours",
        "",
        waiting.waiting_measured,
    ),
)
