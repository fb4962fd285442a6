"""The map of recurring decisions."""

from __future__ import annotations

from collections.abc import Callable

from opsreview.operating_model.decision_map import decision_map
from opsreview.operating_model.document import OperatingModel

Load = Callable[[str], OperatingModel]
ROLES = "roles: {lead: {owner: ada, deputy: ben}}\n"
WHOLE = (
    "decisions:\n  cut: {what: what is released, trigger: a slot is near, every: 2 weeks, "
    "decides: lead, consulted: [duty, ben], handed_to: cleo, within: 1 day, "
    "recorded_in: the milestone, if_nobody: the slot is skipped}\n"
    "rhythm: {duty: {every: week, order: [ada]}}\n"
)


def ids(model: OperatingModel) -> list[str]:
    return [row["id"] for row in decision_map(model, str)]


def test_written_decision_is_a_row_with_people_as_they_are_shown(model_of: Load) -> None:
    (row,) = decision_map(model_of(ROLES + WHOLE), lambda person: f"person {person[0]}")

    assert row == {
        "id": "cut",
        "what": "what is released",
        "when": "a slot is near, every 2 weeks",
        "decides": "lead (person a)",
        "consulted": ["duty", "person b"],
        "handed_to": "person c",
        "within": "1 day",
        "recorded_in": "the milestone",
        "if_nobody": "the slot is skipped",
        "unclear": [],
    }


def test_role_stands_alone_where_people_are_shown_by_their_roles(model_of: Load) -> None:
    (row,) = decision_map(model_of(ROLES + WHOLE), lambda person: "lead")

    assert (row["decides"], row["handed_to"]) == ("lead", "lead")


def test_what_is_not_written_is_none_and_unclear(model_of: Load) -> None:
    (row,) = decision_map(model_of("decisions: {cut: {what: x}}\n"), str)

    assert (row["when"], row["decides"], row["consulted"], row["within"]) == (None, None, [], None)
    assert row["unclear"] == [
        "Nobody is named who decides.",
        "It is not written what brings it up.",
        "It is not written who acts on it.",
        "It is not written by when it is decided.",
        "It is not written where it can be read afterwards.",
        "It is not written what happens if nobody decides.",
    ]


def test_no_decider_comes_first_then_the_most_unclear_then_the_most_frequent(
    model_of: Load,
) -> None:
    rest = "handed_to: ben, recorded_in: x, if_nobody: y"
    text = f"""\
decisions:
  monthly: {{what: x, every: month, decides: ada, {rest}}}
  daily: {{what: x, every: weekday, decides: ada, {rest}}}
  fortnightly: {{what: x, every: 2 weeks, decides: ada, {rest}}}
  unclear: {{what: x, every: month, decides: ada}}
  orphan: {{what: x, every: month, {rest}}}
"""
    assert ids(model_of(text)) == ["orphan", "unclear", "daily", "fortnightly", "monthly"]


IMPLYING = """\
rhythm:
  triage: {every: weekday, by: ada}
  release: {every: 2 weeks, on: tuesday, starting: 2025-05-13, by: ben,
            hotfix: {when: it is broken, by: ben, within: 4 h}}
  retrospective: {every: month, by: ada}
severities:
  critical: {means: nobody can work, calls: ada, answer_within: 1 h}
  minor: {means: ugly}
backlog:
  stale: {says: "what is quiet is closed", by: ada}
reviewed: {by: ada, on: 2026-06-02}
"""


def test_other_parts_of_the_model_imply_decisions(model_of: Load) -> None:
    rows = {row["id"]: row for row in decision_map(model_of(IMPLYING), str)}

    assert set(rows) == {
        "triage",
        "release",
        "retrospective",
        "hotfix",
        "severity-critical",
        "backlog-stale",
        "model-review",
    }
    assert (rows["triage"]["when"], rows["triage"]["decides"]) == ("every weekday", "ada")
    assert (rows["hotfix"]["when"], rows["hotfix"]["within"]) == ("it is broken", "4 h")
    assert rows["severity-critical"]["when"] == "nobody can work"
    assert rows["backlog-stale"]["when"] is None
    assert rows["model-review"]["when"] == "every quarter"
    assert rows["model-review"]["unclear"] == []
    assert rows["retrospective"]["unclear"] == ["It is not written what happens if nobody decides."]


def test_written_decision_stands_in_place_of_the_one_implied(model_of: Load) -> None:
    text = (
        IMPLYING
        + """\
decisions:
  release-scope: {what: x, decides: ben}
  triage_day: {what: x, decides: ben}
  what-we-change: {what: x, every: month, decides: ada}
  critical-call: {what: x}
"""
    )
    assert set(ids(model_of(text))) == {
        "release-scope",
        "triage_day",
        "what-we-change",
        "critical-call",
        "hotfix",
        "backlog-stale",
        "model-review",
    }


def test_empty_model_decides_nothing(model_of: Load) -> None:
    assert decision_map(model_of(""), str) == []
