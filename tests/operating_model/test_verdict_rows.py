from datetime import date

import pytest
from cycle_documents import WINDOW, verdict_row, verdicts_json

from opsreview.operating_model.verdict_rows import (
    counted_verdicts,
    days_overdue,
    is_news,
    is_only_overdue,
    is_settled,
    overdue,
    told_first,
)


def named(rows: list) -> list[str]:
    return [row["decision"] for row in rows]


def test_verdict_is_settled_when_no_look_is_left():
    assert is_settled(verdict_row("d", verdict="worked", next_look=None))
    assert not is_settled(verdict_row("d", verdict="worked", next_look="2026-11"))
    assert not is_settled(verdict_row("d", verdict="not carried out", next_look=None))
    assert is_settled(verdict_row("d", verdict="not carried out", status="dropped"))


@pytest.mark.parametrize(
    ("effective_from", "news"), [("2026-06-01", True), ("2026-05-20", False), ("2026-10-01", True)]
)
def test_settled_verdict_is_news_while_its_last_look_may_just_have_been(effective_from, news):
    row = verdict_row("d", verdict="worked", next_look=None, effective_from=effective_from)
    assert is_news(row, WINDOW) is news


def test_row_that_says_whether_it_is_news_is_believed():
    row = verdict_row("d", verdict="worked", next_look=None)
    assert not is_news(row | {"is_news": False}, WINDOW)
    assert is_news(row | {"effective_from": "2020-01-01", "is_news": True}, WINDOW)


def test_news_come_first_then_what_needs_somebody_then_what_is_watched():
    rows = [
        verdict_row("watched"),
        verdict_row("stuck", verdict="not carried out"),
        verdict_row("old", verdict="worse", next_look=None, is_news=False),
        verdict_row("new", verdict="worked", next_look=None, is_news=True),
    ]
    told, folded = told_first(rows, WINDOW)
    assert named(told) == ["new", "stuck", "watched"]
    assert named(folded) == ["old"]


def test_at_most_five_are_told_and_every_decision_is_somewhere():
    rows = [verdict_row(f"d{i}", effective_from=f"2026-08-0{i + 1}") for i in range(8)]
    told, folded = told_first(rows, WINDOW)
    assert named(told) == ["d7", "d6", "d5", "d4", "d3"]
    assert sorted(named(told + folded)) == sorted(named(rows))


def test_overdue_actions_of_an_owner_stand_together_the_oldest_first():
    rows = [
        verdict_row("a", owner="otter", due="2026-09-02", is_overdue=True),
        verdict_row("b", owner="lynx", due="2026-09-01", is_overdue=True),
        verdict_row("c", owner="lynx", due="2026-10-01", is_overdue=True),
        verdict_row("d", owner="lynx", due="2026-01-01"),
    ]
    assert named(overdue(rows)) == ["b", "c", "a"]


def test_only_what_has_not_happened_is_only_overdue():
    assert [row["decision"] for row in verdicts_json() if is_only_overdue(row)] == ["2026-09-d2"]
    assert not is_only_overdue(verdict_row("d", is_overdue=True))


def test_days_overdue_are_counted_from_the_day_it_was_due():
    assert days_overdue(verdict_row("d", due="2026-10-31"), date(2026, 11, 8)) == 8


def test_verdicts_are_counted_in_the_order_they_come():
    rows = [verdict_row("a"), verdict_row("b", verdict="done"), verdict_row("c")]
    assert counted_verdicts(rows) == [("too early", 2), ("done", 1)]
