"""Level 2 and 3 as operating_model.json holds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from opsreview.operating_model.document import OperatingModel

EVERYTHING = """\
roles: {lead: {owner: ada, deputy: ben}}
rhythm:
  release: {every: 2 weeks, on: tuesday, starting: 2025-05-13, by: lead,
            freezes: [{from: 2026-12-20, to: 2027-01-06, why: holidays}],
            hotfix: {when: it is broken, by: lead, within: 4 h}}
  duty: {every: week, order: [ada, ben], cover: business hours, secondary: true,
         most_share: 50 %, rest: 1 week, best_effort: nights}
decisions:
  cut: {what: x, trigger: y, every: week, decides: lead, consulted: [ben], handed_to: duty,
        within: 1 day, recorded_in: z, if_nobody: nothing}
severities:
  bad: {means: x, answer_within: 4 h, resolve_within: 2 days, calls: duty}
reviews: {approvals: 1, first_within: 2 days, self_merge: hotfix, says: be kind}
backlog:
  quiet: {says: x, by: lead, label: needs-info, close_after: 7 days, most_open: 90}
docs:
  readme: {path: README.md, owner: ben, fresh_for: 26 weeks, covers: [src/]}
onboarding:
  buddy: lead
  steps: [{id: read, does: read it, within: 1 week, see: readme}]
commitments:
  - {id: a, says: x, owner: ben, path: README.md}
  - {id: b, says: y, owner: lead, unchecked: nobody can}
surfaces:
  - {of: roles.lead, heading: Triage, path: README.md}
changelog:
  - {effective_from: 2026-09-01, decision: d1, says: x}
"""
BOTH = ["person a", "person b"]
LEAD = {"name": "lead", "owner": "person a", "deputy": "person b", "people": BOTH}
BEN = {"name": "person b", "owner": "person b", "deputy": None, "people": ["person b"]}
DUTY = {"name": "duty", "owner": None, "deputy": None, "people": BOTH}


@pytest.fixture
def said(model_of: Callable[[str], OperatingModel]) -> dict[str, Any]:
    return model_of(EVERYTHING).to_json(shown=lambda person: f"person {person[0]}")


def test_decisions_and_severities_have_their_people_and_hours(said: dict[str, Any]) -> None:
    assert said["decisions"] == [
        {
            "id": "cut",
            "what": "x",
            "trigger": "y",
            "every": "week",
            "decides": LEAD,
            "consulted": [BEN],
            "handed_to": DUTY,
            "within_hours": 24,
            "recorded_in": "z",
            "if_nobody": "nothing",
        }
    ]
    assert said["severities"] == [
        {
            "id": "bad",
            "means": "x",
            "priority": None,
            "answer_within_hours": 4,
            "resolve_within_hours": 48,
            "calls": DUTY,
        }
    ]


def test_rhythm_has_its_rules(said: dict[str, Any]) -> None:
    release, duty = said["rhythm"]["release"], said["rhythm"]["duty"]
    assert release["freezes"] == [{"from": "2026-12-20", "to": "2027-01-06", "why": "holidays"}]
    assert release["hotfix"] == {"when": "it is broken", "by": LEAD, "within_hours": 4}
    assert duty == {
        "every": "week",
        "handover": None,
        "order": ["person a", "person b"],
        "from": None,
        "cover": "business hours",
        "secondary": True,
        "most_share": "50 %",
        "rest_hours": 168,
        "best_effort": "nights",
    }


def test_reviews_backlog_docs_and_onboarding(said: dict[str, Any]) -> None:
    assert said["reviews"] == {
        "approvals": 1,
        "first_within_hours": 48,
        "self_merge": "hotfix",
        "says": "be kind",
    }
    (quiet,), (readme,) = said["backlog"], said["docs"]
    assert (quiet["by"], quiet["close_after_hours"], quiet["most_open"]) == (LEAD, 168, 90)
    assert (readme["owner"], readme["fresh_for_hours"], readme["covers"]) == (BEN, 4368, ["src/"])
    step = {"id": "read", "does": "read it", "within_hours": 168, "see": "readme"}
    assert said["onboarding"] == {"buddy": LEAD, "steps": [step]}


def test_commitments_surfaces_and_changelog(said: dict[str, Any]) -> None:
    a, b = said["commitments"]
    assert (a["kind"], a["path"], a["test"], a["unchecked"]) == ("path", "README.md", None, None)
    assert (b["kind"], b["path"], b["unchecked"], b["owner"]) == (None, None, "nobody can", LEAD)
    (surface,) = said["surfaces"]
    assert {key: value for key, value in surface.items() if value} == {
        "of": "roles.lead",
        "kind": "heading",
        "heading": "Triage",
        "path": "README.md",
    }
    assert said["changelog"] == [{"effective_from": "2026-09-01", "decision": "d1", "says": "x"}]


def test_everything_is_json_and_no_id_of_a_person_is_in_it(said: dict[str, Any]) -> None:
    text = json.dumps(said)
    assert not any(f'"{person}"' in text for person in ("ada", "ben"))


def test_model_that_says_nothing_has_every_key(model_of: Callable[[str], OperatingModel]) -> None:
    said = model_of("").to_json()
    assert (said["reviews"], said["onboarding"]) == (None, None)
    lists = ("decisions", "severities", "backlog", "docs", "commitments", "surfaces", "changelog")
    assert [said[key] for key in lists] == [[]] * 7
