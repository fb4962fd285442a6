"""Recurring decisions that leave something open."""

from __future__ import annotations

import pytest

WHOLE = (
    "decisions:\n  cut: {what: what is released, trigger: a slot is near, decides: ada, "
    "handed_to: ben, within: 1 day, recorded_in: the milestone, if_nobody: the slot is skipped}\n"
)


def test_decision_that_says_everything_is_fine(found):
    assert found(WHOLE).said == []


def test_decision_without_decider_is_an_error(found):
    remarks = found(WHOLE.replace("decides: ada, ", ""))
    assert remarks.said == [("error", "no-decider", "decisions.cut.decides", 3)]


@pytest.mark.parametrize(
    ("away", "unsaid", "write"),
    [
        ("trigger: a slot is near, ", "what brings it up", "trigger or every"),
        ("handed_to: ben, ", "who acts on it", "handed_to"),
        ("within: 1 day, ", "by when it is decided", "within"),
        ("recorded_in: the milestone, ", "where it can be read afterwards", "recorded_in"),
        (", if_nobody: the slot is skipped", "what happens if nobody decides", "if_nobody"),
    ],
)
def test_what_a_decision_leaves_open_is_a_warning(found, away, unsaid, write):
    remarks = found(WHOLE.replace(away, ""))
    assert remarks.said == [("warning", "unclear-decision", "decisions.cut", 3)]
    assert remarks.the("unclear-decision").says == f"it is not written {unsaid}: write {write}"


def test_all_that_one_decision_leaves_open_is_one_warning(found):
    remarks = found("decisions: {cut: {what: x, decides: ada, every: week, handed_to: ben}}\n")
    assert remarks.the("unclear-decision").says == (
        "it is not written where it can be read afterwards and what happens if nobody decides: "
        "write recorded_in and if_nobody"
    )


def test_area_owner_decides_only_where_there_are_areas(found):
    text = WHOLE.replace("decides: ada", "decides: area-owner")
    assert found(text).said == [("error", "no-area", "decisions.cut.decides", 3)]
    areas = "areas: {preview: {owner: ada, deputy: ben}}\n"
    assert found(text + areas).said == []
