"""Promises and severities that nobody can measure, or that contradict."""

from __future__ import annotations

import pytest

PRIORITIES = {"priorities": frozenset({"p1", "p3"})}
ANSWER = (
    "promises:\n  - {id: answer, says: x, owner: ada, metric: response_attainment, "
    "within: 3 days, at_least: 75 %}\n"
)
SHIFTS_ONLY = ("ics",)


def other(**said: str) -> str:
    words = ", ".join(f"{key}: {value}" for key, value in said.items())
    return f"  - {{id: other, says: x, owner: ada, {words}}}\n"


def test_promise_that_a_source_can_measure_is_fine(found):
    assert found(ANSWER, sources=("github_dump",)).said == []


def test_promise_that_no_source_can_measure_names_the_tables(found):
    remarks = found(ANSWER, sources=SHIFTS_ONLY)
    assert remarks.said == [("error", "unmeasurable", "promises.answer.metric", 3)]
    says = remarks.the("unmeasurable").says
    assert "gives issues or comments" in says
    assert "write unchecked: with the reason" in says


def test_unchecked_promise_needs_no_source(found):
    remarks = found("promises:\n" + other(unchecked="no source"), sources=SHIFTS_ONLY)
    assert remarks.said == [("info", "all-unchecked", "promises", 2)]


@pytest.mark.parametrize("group", ["priority:p9", "area:preview"])
def test_promise_for_a_group_that_is_nothing_is_an_error(found, group):
    text = "promises:\n" + other(metric="issues_new", at_most="9", group=f'"{group}"')
    remarks = found(text, **PRIORITIES)
    assert remarks.said == [("error", "unmeasurable", "promises.other.group", 3)]


def test_promise_for_a_known_priority_or_a_labelled_area_is_fine(found):
    text = "areas: {preview: {owner: ada, deputy: ben, label: x}}\npromises:\n"
    text += other(metric="issues_new", at_most="9", group='"priority:p1"')
    text += other(metric="issues_new", at_most="9", group='"area:preview"').replace("other", "b")
    assert found(text, **PRIORITIES).said == []


def test_floor_above_the_ceiling_of_one_number_is_an_error(found):
    text = ANSWER + other(metric="release_frequency", at_least="2")
    text += other(metric="release_frequency", at_most="1").replace("other", "slow")
    assert found(text).said == [("error", "contradicts", "promises.slow", 5)]
    assert found(text.replace("at_most: 1", "at_most: 3")).said == []


def test_one_number_promised_twice_is_a_warning(found):
    text = "promises:\n" + other(metric="release_frequency", at_least="2")
    text += other(metric="release_frequency", at_least="1").replace("other", "slow")
    assert found(text).said == [("warning", "said-twice", "promises.slow", 4)]


def severity(**said: str) -> str:
    words = ", ".join(f"{key}: {value}" for key, value in said.items())
    return f"severities:\n  bad: {{means: x, {words}}}\n"


def test_severity_of_a_priority_is_measured_by_its_issues(found):
    text = severity(priority="p1", answer_within="4 h", resolve_within="2 days")
    assert found(text, sources=("github",), **PRIORITIES).said == []
    remarks = found(text, sources=("upptime",), **PRIORITIES)
    assert remarks.said == [
        ("error", "unmeasurable", "severities.bad.answer_within", 3),
        ("error", "unmeasurable", "severities.bad.resolve_within", 3),
    ]


def test_severity_without_priority_is_measured_by_incidents(found):
    text = severity(answer_within="4 h")
    assert found(text, sources=("upptime",)).said == []
    remarks = found(text, sources=("github",))
    assert remarks.said == [("warning", "unmeasurable", "severities.bad", 3)]
    assert "write priority" in remarks.the("unmeasurable").says


def test_severity_resolved_before_it_is_answered_is_an_error(found):
    remarks = found(severity(answer_within="2 days", resolve_within="1 day"))
    assert remarks.said == [("error", "contradicts", "severities.bad.resolve_within", 3)]


def test_severity_answered_later_than_promised_for_everything_is_a_warning(found):
    text = ANSWER + severity(answer_within="7 days", priority="p3")
    remarks = found(text, **PRIORITIES)
    assert remarks.said == [("warning", "contradicts", "severities.bad.answer_within", 5)]
    assert "longer than the 3 d promised for everything" in remarks.the("contradicts").says


def test_severity_answered_later_than_promised_for_its_priority_is_an_error(found):
    own = other(
        metric="response_attainment", within="1 day", at_least="80 %", group='"priority:p1"'
    )
    text = ANSWER + own + severity(answer_within="2 days", priority="p1")
    assert found(text, **PRIORITIES).said == [
        ("error", "contradicts", "severities.bad.answer_within", 6)
    ]


def test_issues_closed_as_quiet_before_their_answer_is_due_are_a_warning(found):
    backlog = "backlog:\n  quiet: {says: x, close_after: 2 days}\n"
    assert found(ANSWER + backlog).said == [
        ("warning", "contradicts", "backlog.quiet.close_after", 5)
    ]
    assert found(ANSWER + backlog.replace("2 days", "7 days")).said == []
