"""On-call: duty and interruptions."""

from __future__ import annotations

from opsreview.metrics import duty, fairness, heroics, incident_times, interruptions, off_hours
from opsreview.metrics.metric import RECENT, Metric

ONCALL = (
    Metric(
        "oncall_share",
        "oncall",
        "Hours of duty held by each person, against a fair share",
        ("shifts",),
        (("hours", "hours"),),
        "ours",
        "",
        duty.share_measured,
    ),
    Metric(
        "interruptions",
        "oncall",
        "Incidents touching a person",
        ("incidents",),
        (("count", "count"),),
        "ours",
        "",
        interruptions.interruptions_measured,
    ),
    Metric(
        "busiest_share",
        "oncall",
        "The busiest person's share of interruptions, against chance",
        ("incidents",),
        tuple((name, "share") for name in fairness.SHARES),
        "ours",
        "",
        fairness.busiest_measured,
    ),
    Metric(
        "busiest_share_cumulated",
        "oncall",
        "The same over half a year, and how many clusters would show an uneven load",
        ("incidents",),
        tuple((name, "share") for name in fairness.SHARES)
        + tuple((name, "count") for name in fairness.NEEDED),
        "ours",
        "",
        fairness.cumulated_measured,
        earlier=RECENT,
    ),
    Metric(
        "load_gini",
        "oncall",
        "How unequal the interruptions are, beside what chance gives",
        ("incidents",),
        tuple((name, "share") for name in fairness.GINIS),
        "ours",
        "",
        fairness.gini_measured,
        earlier=RECENT,
    ),
    Metric(
        "off_rotation_share",
        "oncall",
        "Answers and incidents dealt with by people who were not on duty",
        ("shifts",),
        heroics.STATISTICS,
        "ours",
        "",
        heroics.off_rotation_measured,
        earlier=RECENT,
    ),
    Metric(
        "off_hours_activity",
        "oncall",
        "What people did outside of their own working hours",
        ("issues", "comments"),
        off_hours.STATISTICS,
        "ours",
        "",
        off_hours.off_hours_measured,
        earlier=RECENT,
    ),
    Metric(
        "time_to_resolve",
        "oncall",
        "Hours from an incident's opening to its resolution",
        ("incidents",),
        (("median", "hours"),),
        "Google SRE",
        "https://sre.google/resources/practices-and-processes/incident-metrics-in-sre/",
        incident_times.resolve_measured,
    ),
)
