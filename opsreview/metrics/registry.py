"""The table of metrics: what each is called, needs, and is read by. A new metric is one entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opsreview.metrics import backlog, first_response, oncall, releases, reviews, waiting
from opsreview.metrics.view import Measured, View

_CHAOSS = "https://chaoss.community/kb/metric-"


@dataclass(frozen=True)
class Metric:
    """One metric: its name in the field, what it needs, and the function that reads it.

    ``statistics`` are (name, unit) of what it always states for the group ``all``; where it cannot
    be measured these are null with the reason.
    """

    id: str
    topic: str
    summary: str
    needs: tuple[str, ...]
    statistics: tuple[tuple[str, str], ...]
    standard: str
    source: str
    measured: Callable[[View], Measured]


_ALL = (
    Metric(
        "time_to_first_response",
        "triage",
        "Hours from opening an issue to the first comment by another person",
        ("issues", "comments"),
        (("median", "hours"),),
        "CHAOSS",
        _CHAOSS + "time-to-first-response/",
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
        _CHAOSS + "issue-resolution-duration/",
        backlog.resolution_measured,
    ),
    Metric(
        "issue_age",
        "triage",
        "Age of the issues that are open",
        ("issues",),
        (("median", "hours"), ("count", "count")),
        "CHAOSS",
        _CHAOSS + "issue-age/",
        backlog.age_measured,
    ),
    Metric(
        "issues_new",
        "triage",
        "Issues and pull requests opened",
        ("issues",),
        (("count", "count"), ("rate_per_week", "per_week")),
        "CHAOSS",
        _CHAOSS + "issues-new/",
        backlog.new_measured,
    ),
    Metric(
        "issues_closed",
        "triage",
        "Closings of issues and pull requests",
        ("issues",),
        (("count", "count"), ("rate_per_week", "per_week")),
        "CHAOSS",
        _CHAOSS + "issues-closed/",
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
    Metric(
        "time_to_first_review",
        "triage",
        "Hours from ready for review to the first review by another person",
        ("pull_requests", "reviews"),
        (("median", "hours"),),
        "CHAOSS",
        _CHAOSS + "time-to-first-response/",
        reviews.first_review_measured,
    ),
    Metric(
        "change_request_duration",
        "triage",
        "Hours from ready for review to merged",
        ("pull_requests",),
        (("median", "hours"),),
        "CHAOSS",
        _CHAOSS + "change-request-duration/",
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
    Metric(
        "oncall_share",
        "oncall",
        "Hours of duty held by each person, against a fair share",
        ("shifts",),
        (("hours", "hours"),),
        "ours",
        "",
        oncall.share_measured,
    ),
    Metric(
        "interruptions",
        "oncall",
        "Incidents touching a person",
        ("incidents",),
        (("count", "count"),),
        "ours",
        "",
        oncall.interruptions_measured,
    ),
    Metric(
        "busiest_share",
        "oncall",
        "The busiest person's share of interruptions, against chance",
        ("incidents",),
        tuple((name, "share") for name in ("share", "chance_median", "chance_upper", "mid_p")),
        "ours",
        "",
        oncall.busiest_measured,
    ),
    Metric(
        "time_to_resolve",
        "oncall",
        "Hours from an incident's opening to its resolution",
        ("incidents",),
        (("median", "hours"),),
        "Google SRE",
        "https://sre.google/resources/practices-and-processes/incident-metrics-in-sre/",
        oncall.resolve_measured,
    ),
    Metric(
        "release_frequency",
        "releases",
        "Releases published: stable, hotfix and pre-release apart",
        ("releases",),
        (("count", "count"), ("rate_per_week", "per_week")),
        "CHAOSS",
        _CHAOSS + "release-frequency/",
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

METRICS: dict[str, Metric] = {metric.id: metric for metric in _ALL}
