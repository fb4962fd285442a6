"""Escalation in order, and channels that somebody can watch."""

from __future__ import annotations

import pytest

ROLES = "roles: {lead: {owner: ada, deputy: ben}}\n"
BUSINESS = "rhythm: {duty: {every: week, order: [ada, ben], cover: business hours}}\n"
ALWAYS = "rhythm: {duty: {every: week, order: [ada, ben, cleo, dev], cover: always}}\n"


def steps(*steps: tuple[str, str]) -> str:
    return "escalation:\n" + "".join(
        f"  - {{who: {who}, after: {after}}}\n" for who, after in steps
    )


def test_escalation_in_order_that_ends_with_a_role_is_fine(found):
    assert found(ROLES + steps(("ben", "0 min"), ("lead", "1 day"))).said == []


def test_step_sooner_than_the_one_above_is_an_error(found):
    remarks = found(ROLES + steps(("ben", "2 h"), ("cleo", "1 h"), ("lead", "1 day")))
    assert remarks.said == [("error", "escalation-order", "escalation[1].after", 5)]


def test_escalation_that_ends_without_a_role_is_a_warning(found):
    remarks = found(ROLES + steps(("lead", "0 min"), ("cleo", "1 h")))
    assert remarks.said == [("warning", "escalation-end", "escalation[1].who", 5)]


def test_escalation_may_end_with_a_person_who_holds_a_role(found):
    assert found(ROLES + steps(("lead", "0 min"), ("ben", "1 h"))).said == []


def test_second_call_after_the_most_urgent_answer_is_due_is_a_warning(found):
    text = ROLES + steps(("ben", "0 min"), ("lead", "4 h"))
    text += "severities: {bad: {means: x, answer_within: 4 h}}\n"
    assert found(text).said == [("warning", "escalation-late", "escalation[1].after", 5)]
    assert found(text.replace("after: 4 h", "after: 2 h")).said == []


@pytest.mark.parametrize(
    "part",
    [
        "channels:\n  chat: {where: x, watched_by: duty, answer_within: 4 h}\n",
        "severities:\n  bad: {means: x, answer_within: 4 h, calls: duty}\n",
        "severities:\n  bad: {means: x, answer_within: 4 h}\n",
        "roles: {lead: {owner: ada, deputy: ben}}\n" + steps(("duty", "0 min"), ("lead", "4 h")),
    ],
)
def test_short_answer_cannot_be_kept_in_business_hours_only(found, part):
    remarks = found(BUSINESS + part)
    assert [one[:2] for one in remarks.said] == [("error", "nobody-at-night")]
    assert "lasts 16 h" in remarks.the("nobody-at-night").says
    assert not found(ALWAYS + part).has("nobody-at-night")
    assert not found(BUSINESS + part.replace("4 h", "16 h")).has("nobody-at-night")


def test_short_answer_of_somebody_else_than_duty_is_theirs_to_keep(found):
    assert (
        found(BUSINESS + "severities: {bad: {means: x, answer_within: 4 h, calls: ada}}\n").said
        == []
    )


def test_escalation_at_night_may_be_best_effort(found):
    best = BUSINESS.replace("business hours", "business hours, best_effort: nights")
    assert found(ROLES + best + steps(("duty", "0 min"), ("lead", "4 h"))).said == []
