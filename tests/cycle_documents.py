"""The documents of a made-up cycle: ``run.json``, ``next.json``, findings, drift, the model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.window import Cycle

ZONE = ZoneInfo("Europe/Madrid")
CYCLE = Cycle("2026-10", ZONE)
WINDOW = CYCLE.window
AS_OF = WINDOW.end_at + timedelta(days=7)


def run_json() -> dict[str, Any]:
    """``run.json`` of a whole, mature cycle."""
    return {
        "team": "demo",
        "cycle": "2026-10",
        "title": "October 2026",
        "window": {"start_at": WINDOW.start_at.isoformat(), "end_at": WINDOW.end_at.isoformat()},
        "as_of": AS_OF.isoformat(),
        "fetched_at": AS_OF.isoformat(),
        "zone": "Europe/Madrid",
        "is_mature": True,
        "is_over": True,
        "privacy": "pseudonyms",
        "simulated": True,
        "schema_version": 1,
        "code_version": "0.1.0",
        "previous": [],
        "target_hours": {"response_attainment": 72.0},
        "repos": [{"repo": "demo/extension", "n_items": 900, "n_expected": 900, "complete": True}],
        "sources": [
            {
                "kind": "github_dump",
                "rows": 5120,
                "rejected": 2,
                "complete": True,
                "reason": None,
                "covers": [covers("issues")],
                "assumed_zone": 0,
            },
            {
                "kind": "ics",
                "rows": 80,
                "rejected": 0,
                "complete": True,
                "reason": None,
                "covers": [covers("shifts")],
                "assumed_zone": 4,
            },
        ],
    }


def covers(table: str) -> dict[str, Any]:
    """A stretch of ``run.json``'s ``covers``."""
    start_at = "2025-05-01T00:00:00+00:00"
    return {"table": table, "repo": None, "start_at": start_at, "end_at": AS_OF.isoformat()}


def next_json(*, has_model: bool = True) -> dict[str, Any]:
    """``next.json``."""
    turn = {
        "person": "heron",
        "role": "primary",
        "rotation": "duty",
        "start_at": "2026-11-09T08:00:00+00:00",
        "end_at": "2026-11-16T08:00:00+00:00",
    }
    fill_in = [
        {
            "what": "who is in the team",
            "why": "answers by the team are told from others'",
            "how": "list people in params/demo/people.yaml",
        }
    ]
    return {
        "on_duty": [turn],
        "release_slot": "2026-11-10" if has_model else None,
        "slots": ["2026-09-15", "2026-09-29", "2026-10-13", "2026-10-27"] if has_model else [],
        "fill_in": fill_in,
    }


def findings_json() -> list[dict[str, Any]]:
    """``findings.json``: one metric, one promise."""
    link = {"text": "#826", "url": "https://example.org/demo/extension/issues/826"}
    answered = {
        "id": "response_attainment",
        "topic": "triage",
        "metric": "response_attainment",
        "scope": "all",
        "group": "all",
        "claim": "52 % of 61 issues were answered within 3 d (40–64 %).",
        "value": 0.52,
        "lower": 0.4,
        "upper": 0.64,
        "unit": "share",
        "n": 61,
        "target": 0.75,
        "usual_low": 0.6,
        "usual_high": 0.82,
        "is_signal": False,
        "origin": "metric",
        "evidence": [link],
    }
    kept = {"id": "promise-first-answer", "origin": "promise", "claim": "First answers drift."}
    review = {
        "id": "time_to_first_review",
        "metric": "time_to_first_review",
        "claim": "A review takes 9 h to start.",
        "evidence": [{"text": "bad", "url": "javascript:alert(1)"}],
    }
    return [answered, answered | kept, answered | review]


def signals_json(*signals: str, has_history: bool = True) -> dict[str, Any]:
    """``signals.json``: the usual six headlines, of which ``signals`` (by id) are signals."""
    headlines = (
        (
            "response_attainment",
            "share_answered",
            "all",
            "waits × 2.4, over two cycles × 1.8",
        ),
        ("backlog", "change", "all", "by 12"),
        ("waiting_on_team", "count", "all", "9 more"),
        ("time_to_first_review", "median", "all", "× 3.1"),
        ("busiest_share", "share", "all", None),
        ("release_frequency", "count", "kind:stable", "× 4.0"),
    )
    rows = [
        headline_row(f"{metric}.{statistic}" in signals, metric, statistic, group, visible)
        for metric, statistic, group, visible in headlines
    ]
    odd = {
        "metric": "review_load",
        "statistic": "top_share",
        "name": "share of reviews by one person",
        "rule": "outside the limits",
    }
    if has_history:
        routine = {"looked_at": 34, "by_luck": 0.9, "unusual": [odd]}
        return {"headlines": rows, "routine": routine}
    nothing: dict[str, Any] = {"looked_at": 0, "by_luck": 0.0, "unusual": []}
    says = "too few cycles to tell: 0 earlier, 8 are needed"
    untold = {"p": None, "visible": None, "earlier_count": 0, "says": says}
    return {"headlines": [row | untold for row in rows], "routine": nothing}


def headline_row(
    is_signal: bool, metric: str, statistic: str, group: str, visible: str | None
) -> dict[str, Any]:
    """One headline of ``signals.json``."""
    says = "a signal: slower than the 12 earlier cycles, by more than they vary among themselves"
    if not is_signal:
        says = "no signal: as the 12 earlier cycles vary by themselves"
    return {
        "id": f"{metric}.{statistic}",
        "topic": {"busiest_share": "oncall", "release_frequency": "releases"}.get(metric, "triage"),
        "metric": metric,
        "statistic": statistic,
        "group": group,
        "is_signal": is_signal,
        "p": 0.001 if is_signal else 0.5,
        "earlier_count": 12,
        "visible": visible,
        "says": says,
    }


def drift_json() -> list[dict[str, Any]]:
    """``drift.json``: one promise that drifts, one that holds, one that cannot be told."""
    link = {"text": "#826", "url": "https://example.org/demo/extension/issues/826"}
    row = {
        "id": "first-answer",
        "says": "Three of four issues get a first answer from the team within 3 days",
        "happened": "52 % did (40–64 %, n 61)",
        "verdict": "drifts",
        "why": "the whole interval (40–64 %) is below 75 %",
        "path": "promises.first-answer",
        "evidence": [link],
    }
    holds = {"id": "review-begins", "says": "A review begins in 2 days", "verdict": "holds"}
    unknown = {
        "id": "security-report",
        "says": "A security report is answered the same day",
        "happened": "not checked",
        "verdict": "cannot tell",
        "why": "reports come by mail",
        "evidence": [],
    }
    return [row, row | holds | {"happened": "9 h", "why": "9 h meets 2 d"}, row | unknown]


def model_json() -> dict[str, Any]:
    """``operating_model.json``."""
    lead = {
        "name": "triage-lead",
        "owner": "otter",
        "deputy": "heron",
        "people": ["otter", "heron"],
    }
    promise = {
        "id": "first-answer",
        "says": "Three of four issues get a first answer from the team within 3 days",
        "owner": "triage-lead",
        "held_by": lead,
        "metric": "response_attainment",
        "statistic": "share_answered",
        "unit": "share",
        "at_most_hours": 72.0,
        "at_least": 0.75,
        "at_most": None,
        "group": "all",
        "unchecked": None,
        "target": "at least 75 % within 3 d",
    }
    duty = {"every": "week", "handover": "monday 09:00", "order": ["otter", "heron", "lynx"]}
    release = {"every": "2 weeks", "on": "tuesday", "starting": "2025-05-13", "by": lead}
    return {
        "version": 1,
        "roles": [{"id": "triage-lead", "does": "sorts new issues", **lead}],
        "areas": [{"id": "preview", "label": "area/preview", "path": "src/preview/", **lead}],
        "channels": [
            {
                "id": "chat",
                "where": "the help channel",
                "watched_by": lead,
                "answer_within_hours": 24.0,
            }
        ],
        "rhythm": {
            "triage": {"every": "weekday", "by": lead},
            "release": release,
            "duty": duty,
            "retrospective": None,
        },
        "escalation": [{"who": lead, "after_hours": 4.0, "how": "direct message"}],
        "promises": [promise],
        "reviewed": {"by": lead, "on": "2026-06-02"},
        "not_declared": ["when the retrospective happens", "a deputy for release-manager"],
    }


PROPOSALS = """\
- id: p-1
  path: promises.first-answer.within
  current: 3 days
  proposed: 5 days
  because: [promise-first-answer]
  expects: {metric: response_attainment, statistic: share_answered, direction: up, at_least: 0.1}
  what_if: met in 9 of the last 12 cycles at 5 days
"""


def verdict_row(decision: str, **said: Any) -> dict[str, Any]:
    """A row of ``verdicts.json``: a measured decision that is too early to judge."""
    row = {
        "decision": decision,
        "title": f"Title of {decision}",
        "owner": "otter",
        "due": "2026-08-04",
        "effective_from": "2026-08-01",
        "status": "done",
        "is_overdue": False,
        "expects": "share answered in time up by at least 10 points",
        "verdict": "too early",
        "says": "One of two full cycles is over.",
        "value": None,
        "lower": None,
        "upper": None,
        "unit": "share",
        "n": 0,
        "n_looks": 0,
        "next_look": "2026-11",
        "because": ["one person answers half of all issues alone"],
        "change": None,
    }
    return row | said


def verdicts_json() -> list[dict[str, Any]]:
    """``verdicts.json``: one that worked just now, one long ago, one awaited, one not done."""
    final = {"next_look": None, "n_looks": 2, "value": 0.77, "lower": 0.69, "upper": 0.84, "n": 118}
    worked = final | {"verdict": "worked", "says": "58 % became 77 %.", "title": "Second triager"}
    return [
        verdict_row("2025-11-d1", **final | {"verdict": "worse", "says": "77 % became 58 %."})
        | {"effective_from": "2025-11-01", "title": "No triage on Fridays"},
        verdict_row("2026-06-d1", **worked) | {"effective_from": "2026-06-01"},
        verdict_row("2026-09-d1", title="Release every second Tuesday", effective_from="2026-09-01")
        | {"change": {"path": "rhythm.release.every", "from": "1 month", "to": "2 weeks"}},
        verdict_row("2026-09-d2", verdict="not carried out", title="Rota of four", owner="lynx")
        | {"due": "2026-09-30", "status": "open", "is_overdue": True, "next_look": None}
        | {"expects": "done", "says": "The rota still names three.", "effective_from": "2026-09-15"}
        | {"change": {"path": "rhythm.duty.order", "from": ["otter"], "to": ["otter", "lynx"]}},
    ]


def checks_json() -> list[dict[str, Any]]:
    """``checks.json``: an error, a warning with a person, and what is not declared."""
    error = {
        "severity": "error",
        "check": "surfaces.missing",
        "path": "surfaces.release-notes",
        "says": "docs/release.md is not in the repository",
        "line": 88,
        "people": [],
    }
    warning = {"severity": "warning", "check": "consistency.holds-too-much", "path": "roles"}
    info = {
        "severity": "info",
        "check": "consistency.not-declared",
        "path": "roles.release-manager",
    }
    return [
        error,
        error | warning | {"says": "one person holds 4 of 6 roles", "people": ["otter"]},
        error | info | {"says": "no deputy is declared", "line": None},
    ]


def decision_map_json() -> list[dict[str, Any]]:
    """``decision_map.json``: one with two things unclear, one clear."""
    unclear = {
        "id": "accept-issue",
        "what": "whether an issue is taken on",
        "when": None,
        "decides": "triage-lead (otter)",
        "consulted": ["area-owner"],
        "handed_to": None,
        "within": "1 d",
        "recorded_in": "a label on the issue",
        "if_nobody": None,
        "unclear": ["nothing says when it comes up", "nobody is named to act on it"],
    }
    clear = {
        "id": "ship",
        "what": "whether the release ships",
        "when": "every second tuesday",
        "decides": "release-manager (lynx)",
        "handed_to": "duty",
        "if_nobody": "the slot is skipped",
        "unclear": [],
    }
    return [unclear, unclear | clear]


def handoffs_json() -> list[dict[str, Any]]:
    """``handoffs.json``: one kind, more cases than are shown."""
    url = "https://example.org/demo/extension/issues"
    cases = [
        {"text": f"#{number}", "url": f"{url}/{number}", "says": "assigned 4 times in 9 d"}
        for number in (826, 841, 850)
    ]
    return [
        {
            "id": "ping-pong",
            "says": "7 issues went from hand to hand three times or more",
            "n": 7,
            "cases": cases,
        }
    ]


def sign_off_json() -> dict[str, Any]:
    """``sign_off.json``: the model is signed, the cycle is not and should be."""
    model = {"by": "otter", "on": "2026-10-02", "due_on": "2027-01-02", "is_overdue": False}
    return {"model": model, "cycle": None, "cycle_is_overdue": True}


def agenda_json() -> list[dict[str, Any]]:
    """``agenda.json``: two topics."""
    return [
        {"minutes": 25, "topic": "Overdue", "says": ["Rota of four (lynx, due 2026-09-30)"]},
        {"minutes": 20, "topic": "Proposals", "says": []},
    ]


def rules_json() -> dict[str, Any]:
    """The second and third level of ``operating_model.json``."""
    lead = {"name": "triage-lead", "owner": "otter", "deputy": None, "people": ["otter"]}
    return {
        "severities": [
            {
                "id": "s1",
                "means": "the editor does not start",
                "priority": "p1",
                "answer_within_hours": 4.0,
                "resolve_within_hours": None,
                "calls": lead,
            }
        ],
        "reviews": {"approvals": 1, "first_within_hours": 48.0, "self_merge": "hotfix"},
        "backlog": [
            {
                "id": "stale",
                "says": "questions without an answer are closed",
                "by": lead,
                "label": "needs-info",
                "close_after_hours": 168.0,
                "most_open": None,
            }
        ],
        "docs": [
            {
                "id": "release",
                "path": "docs/release.md",
                "owner": lead,
                "fresh_for_hours": 2160.0,
                "covers": ["src/build/"],
            }
        ],
        "onboarding": {
            "buddy": lead,
            "steps": [{"id": "build", "does": "build the extension", "within_hours": 24.0}],
        },
        "commitments": [
            {
                "id": "tests",
                "says": "Every release is tested",
                "owner": lead,
                "kind": "test",
                "test": "test_ship.py",
            },
            {
                "id": "mail",
                "says": "Mail is read",
                "owner": lead,
                "unchecked": "nothing reads mail",
            },
        ],
        "changelog": [
            {"effective_from": "2026-09-01", "decision": "2026-09-d1", "says": "fortnightly train"}
        ],
    }
