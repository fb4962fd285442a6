"""How pages say numbers, ranges and the names of metrics."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from opsreview.estimate import Estimate, in_words
from opsreview.usual import UsualRange

METRIC_NAMES = {
    "time_to_first_response": "time to a first answer",
    "response_attainment": "share answered in time",
    "time_to_first_attention": "time until the team did anything",
    "time_to_triage": "time to triage",
    "issue_resolution_duration": "time to close an issue",
    "issue_age": "age of open issues",
    "issues_new": "issues opened",
    "issues_closed": "issues closed",
    "issues_active": "issues with anything done",
    "backlog_management_index": "closed for each opened",
    "reopen_rate": "share of closed issues opened again",
    "backlog": "backlog",
    "waiting_on_team": "issues waiting on the team",
    "item_life": "where the time goes",
    "arrivals": "issues arriving while somebody is at work",
    "team_acts": "acts of the team",
    "time_to_first_review": "time to a first review",
    "change_request_duration": "time to merge",
    "review_load": "reviews by person",
    "change_request_acceptance_ratio": "share of pull requests merged",
    "unreviewed_merge_share": "share merged without a review",
    "self_merge_share": "share merged by their own author",
    "support_questions": "questions of users",
    "contributor_absence_factor": "people who did half of the work",
    "first_time_share": "share doing it for the first time",
    "work_mix": "merged work by kind",
    "oncall_share": "share of duty",
    "rotation_feasibility": "what the rotation can promise",
    "coverage_gap_hours": "hours that nobody covered",
    "double_booked_hours": "hours covered twice",
    "duty_swaps": "turns as planned",
    "gap_between_shifts": "time between two turns of one person",
    "cover_ledger": "duty over half a year",
    "interruptions": "interruptions",
    "busiest_share": "busiest person's share of interruptions",
    "incident_clusters": "clusters of incidents",
    "disrupted_hours": "hours disrupted",
    "disrupted_nights": "nights disrupted",
    "incidents_per_shift": "incidents in a shift",
    "time_to_acknowledge": "time to acknowledge an incident",
    "busiest_share_cumulated": "busiest person's share over half a year",
    "load_gini": "unevenness of interruptions",
    "off_rotation_share": "share done by who was not on duty",
    "off_hours_activity": "activity outside of working hours",
    "time_to_resolve": "time to resolve an incident",
    "release_frequency": "release frequency",
    "release_interval": "gaps between releases",
    "change_lead_time": "time from merge to release",
    "unreleased_changes": "merged and unreleased changes",
    "what_if_train": "the same merges under another train",
    "batch_size": "changes in a release",
    "release_punctuality": "release slots kept",
    "off_hours_release_share": "share of releases outside of working hours",
    "release_absence_factor": "people who published half of the releases",
    "hotfix_chains": "hotfixes that needed another",
    "deployment_frequency": "deployment frequency",
    "change_fail_rate": "share of releases that failed",
    "failed_deployment_recovery_time": "time from a failed release to the next",
    "deployment_rework_rate": "share of releases that are hotfixes",
}
PHASES = {
    "queue": "before the first touch",
    "waiting_on_us": "waiting on us",
    "waiting_on_author": "waiting on the author",
    "in_review": "in review",
    "unreleased": "merged, not released",
}
GROUP_NAMES = {
    "all": "everything",
    "kind:issue": "issues",
    "kind:pull_request": "pull requests",
    "kind:stable": "stable",
    "kind:prerelease": "pre-release",
    "kind:hotfix": "hotfix",
    "kind:declared": "declared",
    "kind:suspected": "suspected",
    "closed_as:completed": "closed as completed",
    "closed_as:not_planned": "closed as not planned",
    "closed_as:duplicate": "closed as duplicates",
    "closed_as:bot": "closed by a bot",
    "closed_as:unknown": "closed as nobody knows what",
    "work:answer": "answers",
    "work:review": "reviews",
    "work:merge": "merges",
    "work:release": "releases",
    "work:incident": "incidents",
    "work:duty": "duty",
    "work:fix": "fixes",
    "work:docs": "documentation",
    "work:maintenance": "upkeep",
    "work:feature": "features",
    "work:other": "other work",
    "work:bots": "bots' work",
    "relation:team": "opened by the team",
    "relation:returning": "opened by people who came before",
    "relation:newcomer": "opened by newcomers",
    "day_part:working": "working hours",
    "day_part:off_hours": "off-hours",
    "day_part:sleep": "sleep (22–08)",
} | {
    f"{scope}phase:{phase}": words + of
    for scope, of in (
        ("", ""),
        ("kind:issue ", ", issues"),
        ("kind:pull_request ", ", pull requests"),
    )
    for phase, words in PHASES.items()
}
STATISTIC_NAMES = {
    ("time_to_first_response", "median_working_hours"): (
        "median time to a first answer, in working hours"
    ),
    ("time_to_first_response", "median_by_team"): "median time to the team's first answer",
    ("time_to_first_response", "median_working_hours_by_team"): (
        "median time to the team's first answer, in working hours"
    ),
    ("time_to_first_response", "median_of_answered"): (
        "median time to a first answer, of the answered alone"
    ),
    ("time_to_first_attention", "median_working_hours"): (
        "median time until the team did anything, in working hours"
    ),
    ("time_to_triage", "median_working_hours"): "median time to triage, in working hours",
    ("time_to_triage", "share_triaged_by_bots"): "share triaged by bots alone",
    ("response_attainment", "share_answered"): "share answered in time",
    ("response_attainment", "share_answered_standardised"): (
        "share answered in time at the earlier mix"
    ),
    ("time_to_first_response", "median_standardised"): (
        "median time to a first answer at the earlier mix"
    ),
    ("time_to_first_review", "median_standardised"): (
        "median time to a first review at the earlier mix"
    ),
    ("response_attainment", "share_closed_unanswered"): "share closed without a word",
    ("response_attainment", "share_waiting"): "share still waiting at the deadline",
    ("response_attainment", "share_of_answered_in_time"): ("share in time, of the answered alone"),
    ("issue_resolution_duration", "median_working_hours"): (
        "median time to close an issue, in working hours"
    ),
    ("issue_resolution_duration", "first_closes"): "issues opened in the cycle and closed since",
    ("issue_resolution_duration", "median_to_final_close"): "median time to the last close",
    ("issue_resolution_duration", "median_of_closed"): "median of what was closed in the cycle",
    ("issue_age", "count"): "open issues",
    ("backlog_management_index", "ratio"): "closed for each opened",
    ("reopen_rate", "share"): "share of closed issues opened again within 30 days",
    ("backlog", "change"): "change of the backlog",
    ("backlog", "at_start"): "open at the start",
    ("backlog", "at_end"): "open at the end",
    ("waiting_on_team", "median"): "median wait of issues waiting on the team",
    ("time_to_first_review", "median_working_hours"): (
        "median time to a first review, in working hours"
    ),
    ("change_request_duration", "median_working_hours"): "median time to merge, in working hours",
    ("time_to_first_review", "median_of_reviewed"): "median counting only the reviewed",
    ("change_request_duration", "median_of_merged"): "median counting only the merged",
    ("change_request_acceptance_ratio", "share"): "share of pull requests merged",
    ("unreviewed_merge_share", "share"): "share merged without a review",
    ("self_merge_share", "share"): "share merged by their own author",
    ("support_questions", "count"): "questions of users",
    ("support_questions", "median"): "median time to answer a question",
    ("support_questions", "share"): "share of answers to questions",
    ("support_questions", "top_share"): "share of answers to questions by one person",
    ("support_questions", "top_two_share"): "share of answers to questions by two people",
    ("contributor_absence_factor", "count"): "people who did half of the work",
    ("contributor_absence_factor", "top_share"): "share of the work by one person",
    ("contributor_absence_factor", "top_two_share"): "share of the work by two people",
    ("first_time_share", "share"): "share doing it for the first time",
    ("first_time_share", "median"): "median time to a first answer",
    ("work_mix", "count"): "pull requests merged",
    ("work_mix", "share"): "share of merged work",
    ("work_mix", "median"): "median time to close an issue",
    ("item_life", "median"): "median life of what was finished",
    ("item_life", "share"): "share of the time of all",
    ("arrivals", "count"): "issues opened",
    ("arrivals", "share_in_working_hours"): "share opened while somebody was at work",
    ("team_acts", "share_in_working_hours"): "share of the team's acts in working hours",
    ("review_load", "count"): "reviews",
    ("review_load", "share"): "share of reviews",
    ("review_load", "top_share"): "share of reviews by one person",
    ("oncall_share", "hours"): "hours of duty",
    ("oncall_share", "share"): "share of duty",
    ("oncall_share", "fair_share"): "fair share of duty",
    ("rotation_feasibility", "share"): "share of everybody's time on duty",
    ("rotation_feasibility", "people"): "people who take turns",
    ("rotation_feasibility", "people_needed"): "people that the promise needs",
    ("rotation_feasibility", "hours_a_week"): "hours of duty a week, for each",
    ("coverage_gap_hours", "hours"): "hours that nobody covered",
    ("coverage_gap_hours", "required_hours"): "hours to be covered",
    ("double_booked_hours", "hours"): "hours covered twice",
    ("duty_swaps", "share_as_planned"): "share of turns held as planned",
    ("duty_swaps", "swapped"): "turns that another held",
    ("duty_swaps", "nobody"): "turns that nobody held",
    ("duty_swaps", "late"): "shifts settled less than 48 h before",
    ("duty_swaps", "retroactive"): "shifts settled after they began",
    ("gap_between_shifts", "median"): "median time between two turns of one person",
    ("gap_between_shifts", "shortest"): "shortest time between two turns of one person",
    ("cover_ledger", "weeks"): "weeks added up",
    ("cover_ledger", "hours"): "hours of duty over half a year",
    ("cover_ledger", "fair_hours"): "fair part of them",
    ("cover_ledger", "balance_hours"): "hours more than a fair part",
    ("cover_ledger", "disrupted_nights"): "nights disrupted",
    ("cover_ledger", "next"): "place in who should cover next",
    ("interruptions", "count"): "interruptions",
    ("busiest_share", "share"): "busiest person's share of interruptions",
    ("busiest_share", "chance_median"): "busiest person's share in the middle of chance",
    ("busiest_share", "chance_upper"): "busiest person's share that chance reaches",
    ("busiest_share", "mid_p"): "chance of a load as uneven",
    ("incident_clusters", "count"): "clusters of incidents",
    ("incident_clusters", "largest"): "incidents in the largest cluster",
    ("disrupted_hours", "count"): "hours disrupted",
    ("disrupted_nights", "count"): "nights disrupted",
    ("disrupted_nights", "longest_run"): "most disrupted nights in a row of one person",
    ("incidents_per_shift", "rate"): "incidents in twelve hours of duty",
    ("incidents_per_shift", "most"): "most incidents in twelve hours of duty",
    ("incidents_per_shift", "share_over"): "share of twelve hours with more than two",
    ("busiest_share_cumulated", "share"): "busiest person's share over half a year",
    ("busiest_share_cumulated", "clusters"): "clusters of interruptions in half a year",
    ("busiest_share_cumulated", "clusters_needed"): "clusters that would show that share",
    (
        "busiest_share_cumulated",
        "clusters_for_triple",
    ): "clusters that show a triple load",
    ("busiest_share_cumulated", "weeks"): "weeks looked at",
    ("load_gini", "value"): "Gini coefficient of interruptions",
    ("load_gini", "chance_mean"): "Gini coefficient that chance gives on average",
    ("load_gini", "chance_upper"): "Gini coefficient that chance reaches",
    ("off_rotation_share", "share"): "share done by who was not on duty",
    ("off_rotation_share", "top_share"): "share of it by one person",
    ("off_hours_activity", "share"): "share of activity outside of working hours",
    ("off_hours_activity", "nights"): "nights with activity, of all people",
    ("release_frequency", "count"): "releases",
    ("release_frequency", "rate_per_week"): "releases a week",
    ("release_interval", "median"): "median gap between releases",
    ("release_interval", "longest"): "longest gap between releases",
    ("release_interval", "open"): "time since the last release",
    ("change_lead_time", "median_from_first_commit"): "time from the first commit to release",
    ("what_if_train", "lead_time"): "median time from merge to release",
    ("what_if_train", "releases"): "releases in the year",
    ("what_if_train", "batch_median"): "changes in the middle release",
    ("what_if_train", "batch_largest"): "changes in the largest release",
    ("unreleased_changes", "count"): "merged and unreleased changes",
    ("unreleased_changes", "median"): "median age of unreleased changes",
    ("batch_size", "median"): "median number of changes in a release",
    ("batch_size", "largest"): "changes in the largest release",
    ("release_punctuality", "share_on_time"): "share of release slots kept",
    ("release_punctuality", "late"): "late releases",
    ("release_punctuality", "skipped"): "release slots skipped",
    ("release_punctuality", "overdue"): "release slots overdue",
    ("release_punctuality", "unplanned"): "unplanned releases",
    ("release_punctuality", "slip"): "median slip of releases",
    ("release_punctuality", "slip_trend"): "trend of the slip of releases",
    ("off_hours_release_share", "share"): "share of releases outside of working hours",
    ("off_hours_release_share", "share_on_friday"): "share of releases on a Friday",
    ("off_hours_release_share", "share_at_night"): "share of releases at night (22–08)",
    ("off_hours_release_share", "share_in_freeze"): "share of stable releases in a freeze",
    ("release_absence_factor", "count"): "people who published half of the releases",
    ("release_absence_factor", "top_share"): "share of the releases by one person",
    ("release_absence_factor", "top_two_share"): "share of the releases by two people",
    ("hotfix_chains", "count"): "chains of hotfixes",
    ("hotfix_chains", "longest"): "hotfixes in the longest chain",
    ("deployment_frequency", "count"): "deployments",
    ("deployment_frequency", "rate_per_week"): "deployments a week",
    ("change_fail_rate", "share"): "share of releases that failed",
    ("failed_deployment_recovery_time", "median"): (
        "median time from a failed release to the next"
    ),
    ("deployment_rework_rate", "share"): "share of releases that are hotfixes",
}


def metric_name(metric: str) -> str:
    """A metric for a reader: ``time to a first answer``."""
    return METRIC_NAMES.get(metric, metric.replace("_", " "))


def group_name(group: str) -> str:
    """A group for a reader: ``person:ada`` is ``ada``, ``priority:p1`` is ``priority p1``."""
    if group in GROUP_NAMES:
        return GROUP_NAMES[group]
    kind, _, name = group.partition(":")
    return name if kind == "person" else f"{kind} {name}".strip()


def value_in_words(estimate: Estimate) -> str:
    """``9 h``; ``more than 14 d`` for a median not reached; ``not measurable`` over nothing."""
    if estimate.value is not None:
        return signed(in_words(estimate.value, estimate.unit))
    if estimate.n == 0:
        return "not measurable"
    return (
        f"more than {in_words(estimate.lower, estimate.unit)}" if estimate.lower else "not reached"
    )


def interval_in_words(estimate: Estimate) -> str:
    """``40–64 %``, ``30 min–4 h``, ``at least 14 d``; empty for an exact count."""
    lower, upper = estimate.lower, estimate.upper
    if estimate.value is None or (lower is None and upper is None):
        return ""
    if upper is None:
        return f"at least {in_words(lower, estimate.unit)}" if lower else ""
    return span_in_words(lower, upper, estimate.unit)


def certainty_in_words(estimate: Estimate) -> str:
    """``40–64 %, n 61``; a median without an interval says its n alone; counts need neither."""
    interval = interval_in_words(estimate)
    if interval:
        return f"{interval}, n {estimate.n}"
    return f"n {estimate.n}" if estimate.unit in ("hours", "working_hours") and estimate.n else ""


def span_in_words(low: float | None, high: float | None, unit: str, *, to: str = "–") -> str:
    """Two values with the unit said once where it is the same: ``40–64 %``."""
    first, last = signed(in_words(low, unit)), signed(in_words(high, unit))
    number, _, name = first.partition(" ")
    if first == last:
        return first
    return f"{number}{to}{last}" if name and last.endswith(f" {name}") else f"{first}{to}{last}"


def usual_in_words(usual: UsualRange, unit: str, *, noun: str = "cycle") -> str:
    """``earlier 12 cycles: 58 to 84 %``; ``noun`` is what the windows are called."""
    if not usual.cycle_count:
        return f"no earlier {noun} to stand beside"
    several = f"earlier {usual.cycle_count} {noun}s"
    cycles = f"earlier {noun}" if usual.cycle_count == 1 else several
    return f"{cycles}: {span_in_words(usual.low, usual.high, unit, to=' to ')}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """``1 issue``, ``2 issues``, ``no issues``."""
    word = noun if count == 1 else plural or f"{noun}s"
    return f"{count or 'no'} {word}"


def slots_kept(kept: Estimate) -> str:
    """``1 of 4 release slots was kept``."""
    on_time = round((kept.value or 0) * kept.n)
    verb = "was" if 1 in (on_time, kept.n) else "were"
    return f"{on_time} of {counted(kept.n, 'release slot')} {verb} kept"


def moment_in_words(at: datetime, zone: ZoneInfo) -> str:
    """``Sun 1 Nov 2026 00:00 CET``, in the team's zone."""
    local = at.astimezone(zone)
    zone_name = f"{local:%Z}"
    zone_name = f"UTC{zone_name}" if zone_name[:1] in "+-" else zone_name
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} {zone_name}"


def day_in_words(at: datetime, zone: ZoneInfo) -> str:
    """``Sun 1 Nov 2026``, in the team's zone."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}"


def capitalised(sentence: str) -> str:
    """The sentence with its first letter in upper case, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def uncapitalised(sentence: str) -> str:
    """The sentence with its first letter in lower case, as it goes on in another."""
    return sentence[:1].lower() + sentence[1:]


def signed(number: str) -> str:
    """A minus as print has it."""
    return number.replace("-", "−")


def statistic_name(metric: str, statistic: str, group: str = "all") -> str:
    """What a number is, for a reader: ``median time to a first review``."""
    name = STATISTIC_NAMES.get((metric, statistic)) or _plain_statistic(metric, statistic)
    return name if group == "all" else f"{name}, {group_name(group)}"


def _plain_statistic(metric: str, statistic: str) -> str:
    name = metric_name(metric)
    pattern = {"median": "median {}", "count": "{}", "rate_per_week": "{} a week"}
    return pattern.get(statistic, "{}, " + statistic.replace("_", " ")).format(name)
