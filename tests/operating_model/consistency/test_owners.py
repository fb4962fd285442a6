"""Who holds what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from model_people import TEAM, Somebody

ROLES = "roles:\n  lead: {owner: ada, deputy: ben}\n"
WATCHED = ROLES + "channels:\n  chat: {where: here, watched_by: lead}\n"


def test_role_that_is_owned_deputised_and_called_on_is_fine(found):
    assert found(WATCHED).said == []


def test_role_without_deputy_is_a_warning_on_its_line(found):
    remarks = found(WATCHED.replace(", deputy: ben", ""))
    assert remarks.said == [("warning", "no-deputy", "roles.lead.deputy", 3)]
    assert remarks.the("no-deputy").people == ("ada",)
    assert "name a deputy" in remarks.the("no-deputy").says


def test_area_without_deputy_is_only_told(found):
    areas = "areas:\n  preview: {owner: ada}\n  author: {owner: lead}\n"
    said = found(WATCHED + areas).said
    assert said == [("info", "no-deputy", "areas.preview.deputy", 7)]


def test_area_of_a_codeowners_file_needs_no_deputy(found):
    assert found(WATCHED + "areas: {preview: {from: CODEOWNERS, path: src/}}\n").said == []


def test_deputy_who_is_the_owner_is_an_error(found):
    roles = WATCHED.replace("deputy: ben", "deputy: ada")
    areas = "areas:\n  preview: {owner: lead, deputy: ada}\n"
    assert found(roles + areas).said == [
        ("error", "own-deputy", "roles.lead.deputy", 3),
        ("error", "own-deputy", "areas.preview.deputy", 7),
    ]


@pytest.mark.parametrize(
    ("ben", "said"),
    [
        ({"left_on": date(2026, 11, 25)}, [("error", "gone", "roles.lead.deputy", 3)]),
        ({"left_on": date(2026, 11, 26)}, [("warning", "leaving", "roles.lead.deputy", 3)]),
        ({"joined_on": date(2026, 11, 26)}, [("error", "not-here-yet", "roles.lead.deputy", 3)]),
        ({"joined_on": date(2026, 11, 25)}, []),
    ],
)
def test_who_is_named_must_be_here_today(found, ben, said):
    team = TEAM | {"ben": replace(TEAM["ben"], **ben)}
    assert found(WATCHED, people=team).said == said


def test_who_reviewed_the_model_may_have_left_since(found):
    team = TEAM | {"ben": Somebody(left_on=date(2026, 11, 1))}
    assert found("reviewed: {by: ben, on: 2026-10-20}\n", people=team).said == []


def test_role_that_nothing_calls_on_is_told(found):
    assert found(ROLES).said == [("info", "unused-role", "roles.lead", 3)]
    surface = "surfaces:\n  - {of: roles.lead, path: TRIAGE.md}\n"
    assert found(ROLES + surface).said == []


FOUR = """\
roles:
  lead: {owner: ada, deputy: ben}
  releaser: {owner: ada, deputy: ben}
areas:
  preview: {owner: lead}
  author: {owner: ben, deputy: ada}
channels:
  chat: {where: here, watched_by: lead}
  mail: {where: there, watched_by: releaser}
"""


def test_one_person_with_most_of_the_parts_is_a_warning_with_the_count(found):
    remark = found(FOUR).the("one-holds-most")
    assert (remark.severity, remark.path, remark.people) == ("warning", "roles.lead", ("ada",))
    assert "holds 3 of the 4 roles, areas and decisions" in remark.says


def test_half_of_the_parts_is_not_too_much(found):
    assert found(FOUR.replace("owner: lead", "owner: ben, deputy: ada")).said == []


def test_few_parts_or_one_person_say_nothing_of_load(found):
    assert not found(WATCHED + "areas: {preview: {owner: lead}}\n").has("one-holds-most")
    alone = {"ada": Somebody(), "ben": Somebody(left_on=date(2026, 1, 1))}
    assert not found(FOUR, people=alone).has("one-holds-most")


def test_decisions_count_among_what_one_holds(found):
    decisions = "decisions: {cut: {what: x, decides: lead}, pick: {what: y, decides: lead}}\n"
    assert found(FOUR + decisions).the("one-holds-most").says.startswith("one person holds 5 of")


def test_escalation_that_begins_and_ends_with_one_person_is_a_warning(found):
    steps = "escalation:\n  - {who: ada, after: 0 min}\n  - {who: lead, after: 1 day}\n"
    remarks = found(WATCHED + steps)
    assert remarks.said == [("warning", "one-holds-most", "escalation[1].who", 8)]


def test_people_without_zone_or_account_are_told_once_each(found):
    bare = {name: Somebody(zone=None, accounts=()) for name in TEAM}
    remarks = found(WATCHED, people=bare)
    assert [(one.severity, one.path, one.people) for one in remarks.remarks] == [
        ("warning", "people", ("ada", "ben")),
        ("warning", "people", ("ada", "ben")),
    ]
    assert remarks.the("no-zone").says.startswith("2 people named in the model without zone")
    assert remarks.the("no-account").says.endswith("write accounts")
