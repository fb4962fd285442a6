from itertools import combinations

import pytest
from cycle_documents import (
    WINDOW,
    drift_json,
    findings_json,
    handoffs_json,
    verdict_row,
    verdicts_json,
)

from opsreview.findings import Finding
from opsreview.pipeline.agenda import agenda

ANSWERED = {"id": "response_attainment.share_answered"}
WORKED = verdict_row("w", verdict="worked", next_look=None, is_news=True, title="Second triager")
LATE = verdict_row("l", verdict="not done", is_overdue=True, title="Rota of four", owner="lynx")
PROPOSAL = {"id": "p-1", "path": "promises.first-answer.within", "proposed": "5 days"}


def finding(**said) -> Finding:
    return Finding.from_json(findings_json()[0] | ANSWERED | {"is_signal": True} | said)


def made(verdicts=(), proposals=(), findings=(), drift=(), handoffs=()) -> list:
    return agenda(verdicts, proposals, findings, drift, handoffs, window=WINDOW)


PARTS = {
    "verdicts": [WORKED],
    "proposals": [PROPOSAL],
    "findings": [finding()],
    "drift": drift_json(),
}
SOME = [some for size in range(1, 5) for some in combinations(PARTS, size)]


@pytest.mark.parametrize("some", SOME, ids="-".join)
def test_minutes_add_up_to_45_whatever_is_empty(some):
    topics = made(**{name: PARTS[name] for name in some})
    assert len(topics) == len(some)
    assert sum(topic["minutes"] for topic in topics) == 45
    assert all(topic["minutes"] >= 5 and topic["minutes"] % 5 == 0 for topic in topics)


def test_full_agenda_begins_with_what_is_overdue_and_ends_with_proposals():
    topics = made(**PARTS | {"verdicts": [WORKED, LATE], "handoffs": handoffs_json()})
    assert [topic["minutes"] for topic in topics] == [10, 10, 10, 5, 10]
    assert topics[0]["says"] == ["Rota of four (lynx, due 2026-08-04)"]
    assert topics[1]["says"] == ["Second triager: worked"]
    assert topics[3]["says"][1].startswith("7 issues went from hand to hand")
    assert topics[4]["says"] == ["promises.first-answer.within: 5 days"]


def test_flat_month_says_that_nothing_needs_the_meeting():
    holds = [row for row in drift_json() if row["verdict"] != "drifts"]
    early = verdict_row("e")
    (topic,) = made([early], findings=[finding(is_signal=False)], drift=holds)
    assert topic["minutes"] == 15
    assert topic["topic"] == "Nothing needs the meeting"
    assert "or skip it" in topic["says"][0]


def test_verdicts_of_long_ago_and_those_awaited_need_no_minutes():
    old = [row for row in verdicts_json() if row["verdict"] in ("worse", "too early")]
    assert made(old)[0]["topic"] == "Nothing needs the meeting"


def test_decision_that_never_happened_is_talked_about_until_it_is_dropped():
    stuck = verdict_row("s", verdict="not carried out", title="Rota", effective_from="2025-01-01")
    assert made([stuck])[0]["says"] == ["Rota: not carried out"]
    assert made([stuck | {"status": "dropped"}])[0]["topic"] == "Nothing needs the meeting"


def test_signals_alone_are_talked_about_as_changes():
    outside = finding(claim="Outside", is_signal=False, value=0.1, usual_low=0.4)
    signal = finding(id="oncall", claim="A signal")
    assert made(findings=[outside, signal])[0]["says"] == ["A signal"]
    assert made(findings=[outside])[0]["topic"] == "Nothing needs the meeting"


def test_long_topics_say_four_and_count_the_rest():
    rows = [LATE | {"decision": f"d{i}", "title": f"Action {i}"} for i in range(7)]
    says = made(rows)[0]["says"]
    assert len(says) == 5
    assert says[-1] == "and 3 more"


def test_proposal_that_a_person_has_to_choose_says_so():
    assert made(proposals=[PROPOSAL | {"proposed": None}])[0]["says"] == [
        "promises.first-answer.within: to be chosen"
    ]
