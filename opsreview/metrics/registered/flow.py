"""Where time goes, and when work comes in."""

from __future__ import annotations

from opsreview.metrics import arrivals, life
from opsreview.metrics.metric import RECENT, Metric

FLOW = (
    Metric(
        "item_life",
        "triage",
        "Hours that what was closed or merged spent in each phase of its life",
        ("issues", "comments"),
        (("median", "hours"),),
        "ours",
        "",
        life.life_measured,
        life.life_of,
        earlier=RECENT,
    ),
    Metric(
        "arrivals",
        "triage",
        "Issues opened, by hour, and the share opened while somebody of the team was at work",
        ("issues",),
        (("count", "count"), ("share_in_working_hours", "share")),
        "ours",
        "",
        arrivals.arrivals_measured,
        earlier=RECENT,
    ),
    Metric(
        "team_acts",
        "triage",
        "What the team wrote, reviewed and changed, by hour, and the share in working hours",
        ("issues", "comments"),
        (("count", "count"), ("share_in_working_hours", "share")),
        "ours",
        "",
        arrivals.acts_measured,
        earlier=RECENT,
    ),
)
