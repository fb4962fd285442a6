"""What time has overtaken, and what nothing checks."""

from __future__ import annotations

from datetime import date

import pytest

RELEASE = (
    "rhythm:\n  release:\n    every: 2 weeks\n    on: tuesday\n    starting: 2025-05-13\n"
    "    by: ada\n    hotfix: {when: x, by: ada}\n    freezes:\n"
)


def freeze(first: str, last: str) -> str:
    return f"      - {{from: {first}, to: {last}}}\n"


def test_freeze_of_some_slots_is_fine(found):
    assert found(RELEASE + freeze("2026-12-20", "2027-01-06")).said == []


def test_freezes_that_leave_no_slot_are_an_error(found):
    text = RELEASE + freeze("2026-12-01", "2027-01-31") + freeze("2027-02-01", "2027-03-31")
    remarks = found(text)
    assert remarks.said == [("error", "all-frozen", "rhythm.release.freezes", 9)]
    assert "until 2027-02-16" in remarks.the("all-frozen").says


def test_rare_slots_are_looked_at_until_three_are_frozen(found):
    text = RELEASE.replace("2 weeks", "quarter") + freeze("2026-12-01", "2027-04-01")
    assert not found(text).has("all-frozen")


def test_train_that_starts_in_years_is_asked_about(found):
    text = RELEASE.replace("2025-05-13", "2052-05-14") + freeze("2026-12-20", "2027-01-06")
    remarks = found(text)
    assert remarks.said == [("warning", "starts-late", "rhythm.release.starting", 6)]
    assert "before 2052-05-14" in remarks.the("starts-late").says


def test_freezes_that_are_all_over_are_told(found):
    text = RELEASE + freeze("2025-12-20", "2026-01-06")
    assert found(text).said == [("info", "freezes-over", "rhythm.release.freezes", 9)]


@pytest.mark.parametrize(
    ("reviewed", "said"),
    [
        ("{by: ada, on: 2026-11-01}", []),
        ("{by: ada, on: 2026-07-01}", [("info", "review-due", "reviewed.on", 2)]),
        ("{by: ada, on: 2026-07-01, every: 2 quarters}", []),
        ("{by: ada, on: 2026-11-26}", [("error", "reviewed-to-come", "reviewed.on", 2)]),
    ],
)
def test_review_of_the_model_holds_for_its_rhythm(found, reviewed, said):
    assert found(f"reviewed: {reviewed}\n").said == said


def test_commitments_that_nothing_checks_are_told(found):
    unchecked = "commitments:\n  - {id: a, says: x, owner: ada, unchecked: nobody can}\n"
    assert found(unchecked).said == [("info", "all-unchecked", "commitments", 2)]
    assert found(unchecked + "  - {id: b, says: y, owner: ada, path: README.md}\n").said == []


def record(**said: str) -> str:
    given = {
        "id": "d1",
        "title": "x",
        "owner": "ada",
        "due": "2026-10-01",
        "decided_on": "2026-09-01",
        "effective_from": "2026-10-01",
        "status": "done",
    }
    lines = (f"{key}: {value}" for key, value in (given | said).items())
    return "- " + "\n  ".join(lines) + "\n"


def test_open_decision_is_overdue_the_day_after_it_was_due(found):
    ledger = record(status="open")
    assert found("", ledger=ledger, today=date(2026, 10, 1)).said == []
    remarks = found("", ledger=ledger, today=date(2026, 10, 2))
    assert remarks.said == [("warning", "overdue", "ledger.d1", None)]
    assert found("", ledger=record(status="done")).said == []


CHANGE = "{path: rhythm.triage.every, from: week, to: weekday}"
TRIAGE = "rhythm: {triage: {every: week, by: ada}}\n"


def test_decided_change_that_the_model_does_not_say_is_a_warning(found):
    remarks = found(TRIAGE, ledger=record(change=CHANGE))
    assert remarks.said == [("warning", "not-carried-out", "ledger.d1", None)]
    assert "rhythm.triage.every" in remarks.the("not-carried-out").says
    assert found(TRIAGE.replace("week", "weekday"), ledger=record(change=CHANGE)).said == []


@pytest.mark.parametrize("said", [{"status": "dropped"}, {"effective_from": "2027-01-01"}])
def test_change_that_is_dropped_or_still_to_come_is_not_missed(found, said):
    assert found(TRIAGE, ledger=record(change=CHANGE, **said)).said == []


def test_only_the_last_decision_on_a_path_is_held_against_the_model(found):
    later = record(
        id="d2",
        effective_from="2026-11-01",
        change="{path: rhythm.triage.every, from: weekday, to: week}",
    )
    assert found(TRIAGE, ledger=record(change=CHANGE) + later).said == []
