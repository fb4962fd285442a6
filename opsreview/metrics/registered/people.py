"""Who does the work, who asks for it, and what it is for."""

from __future__ import annotations

from opsreview.metrics import absence, first_times, support, work_mix
from opsreview.metrics.metric import CHAOSS, RECENT, Metric

PEOPLE = (
    Metric(
        "support_questions",
        "triage",
        "Questions that users asked, by channel, and who answered",
        (),
        support.STATISTICS,
        "ours",
        "",
        support.support_measured,
        support.support_estimates,
        earlier=RECENT,
    ),
    Metric(
        "contributor_absence_factor",
        "triage",
        "Fewest people who together gave half of the answers",
        ("issues", "comments"),
        absence.STATISTICS,
        "CHAOSS",
        CHAOSS + "contributor-absence-factor/",
        absence.absence_measured,
        absence.absence_estimates,
        earlier=RECENT,
    ),
    Metric(
        "first_time_share",
        "triage",
        "Share of those at work who did some of it for the first time",
        ("issues", "comments"),
        (("share", "share"),),
        "ours",
        "",
        first_times.first_time_measured,
        first_times.first_time_estimates,
        earlier=RECENT,
    ),
    Metric(
        "work_mix",
        "triage",
        "Merged work by kind: fixes, documentation, upkeep, features",
        ("pull_requests",),
        (("count", "count"),),
        "ours",
        "",
        work_mix.work_mix_measured,
        work_mix.work_mix_estimates,
        earlier=RECENT,
    ),
)
