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
