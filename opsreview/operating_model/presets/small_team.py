"""Two or three people: business hours, best effort said as such, few rules."""

from __future__ import annotations

from opsreview.operating_model.draft_lines import Line
from opsreview.operating_model.presets.preset import Preset, RolePlan

_WHY = "preset small-team: "

SMALL_TEAM = Preset(
    name="small-team",
    says="two or three people, business hours, best effort; correct what is not your practice.",
    roles=(
        RolePlan("triage-lead", "triage", "sees to new issues"),
        RolePlan("release-manager", "release", "publishes releases and decides on hotfixes"),
    ),
    duty="cover: business hours, secondary: false,\n"
    '  best_effort: "outside of business hours and on holidays nobody is expected to answer"',
    hotfix="{when: users cannot work with the release, by: release-manager, within: 2 days}",
    levels={
        "escalation": (
            Line(
                "- {who: duty, after: 0 min, how: mention in the issue}",
                _WHY + "one step beyond duty is all that so few people can promise",
            ),
            Line(
                "- {who: release-manager, after: 1 day, how: direct message}",
                _WHY + "a working day without an answer brings in the second person",
            ),
        ),
        "decisions": (
            Line(
                "new-issue: {what: whether and how a new issue is taken up,"
                " trigger: an issue is opened, decides: duty,\n"
                "  handed_to: triage-lead, within: 3 days, recorded_in: labels of the issue,"
                " if_nobody: triage-lead goes through them weekly}",
                _WHY + "whoever is on duty sorts; what is unclear goes to one person",
            ),
            Line(
                "release-go: {what: whether a release goes out, trigger: a release is due,"
                " decides: release-manager,\n"
                "  consulted: [triage-lead], handed_to: release-manager, within: 1 day,"
                " recorded_in: release notes, if_nobody: the release waits for the next slot}",
                _WHY + "one person decides, another is asked",
            ),
            Line(
                "hotfix: {what: whether a defect cannot wait for the next release,"
                " trigger: users report a broken release,\n"
                "  decides: release-manager, handed_to: release-manager, within: 1 day,"
                " recorded_in: the issue, if_nobody: duty takes the release back}",
                _WHY + "decided in business hours; taking a release back is safe for anybody",
            ),
        ),
        "reviews": (
            Line(
                "first_within: 3 days",
                _WHY + "with one reviewer on leave, sooner cannot be promised",
            ),
            Line(
                "self_merge: hotfix",
                _WHY + "alone on a bad day, a hotfix may be merged without a review",
            ),
        ),
        "backlog": (
            Line(
                "stale-questions: {says: questions without an answer from their author are closed,"
                " by: duty, close_after: 4 weeks}",
                _WHY + "few people cannot carry questions that nobody pursues",
            ),
        ),
    },
)
