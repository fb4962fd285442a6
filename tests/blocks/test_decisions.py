import pytest
from cycle_documents import verdict_row, verdicts_json

from opsreview import blocks
from opsreview.review import Review

from .reading import text, with_document


def test_verdicts_say_what_was_expected_what_happened_and_when_to_look_again(
    looped: Review,
) -> None:
    said = text(blocks.verdicts(looped))
    assert "Second triager otter, since 1 Jun 2026 share answered in time up by" in said
    assert "58 % became 77 %. worked final" in said
    assert "too early next look: November 2026" in said
    assert "1 more: 1 worse" in said


def test_action_that_is_only_overdue_is_told_once_under_overdue(looped: Review) -> None:
    assert "Rota of four" not in text(blocks.verdicts(looped))
    said = text(blocks.overdue_actions(looped))
    assert "lynx Rota of four not carried out: The rota still names three." in said
    assert "Wed 30 Sep 2026 39 days overdue" in said


def test_one_day_late_is_a_day_and_a_due_day_of_today_has_no_count(looped: Review) -> None:
    rows = [
        verdict_row("d1", is_overdue=True, due="2026-11-07"),
        verdict_row("d2", is_overdue=True, due="2026-11-08"),
    ]
    said = text(blocks.overdue_actions(with_document(looped, "verdicts", rows)))
    assert "1 day overdue" in said
    assert said.endswith("Sun 8 Nov 2026 overdue")


def test_measured_decision_that_is_late_has_its_verdict_and_is_overdue(looped: Review) -> None:
    late = with_document(looped, "verdicts", [verdict_row("d1", is_overdue=True)])
    assert "too early" in text(blocks.verdicts(late))
    assert "Title of d1" in text(blocks.overdue_actions(late))


def test_nothing_decided_shows_nothing(review: Review) -> None:
    for block in (blocks.verdicts, blocks.overdue_actions, blocks.decision_history):
        assert block(review) is None


def test_ledger_of_settled_decisions_is_folded_and_says_that_nothing_is_new(
    looped: Review,
) -> None:
    old = with_document(looped, "verdicts", verdicts_json()[:1])
    said = text(blocks.verdicts(old))
    assert "No verdict is new in this cycle, and none is awaited." in said
    assert "1 earlier: 1 worse" in said


@pytest.mark.parametrize(
    ("said", "tone"),
    [
        ({"verdict": "worked"}, "good"),
        ({"verdict": "done"}, "good"),
        ({"verdict": "worse"}, "bad"),
        ({"verdict": "expected effect ruled out"}, "bad"),
        ({"verdict": "not carried out"}, "bad"),
        ({"verdict": "inconclusive"}, "idle"),
        ({"verdict": "too early"}, "idle"),
        ({"verdict": "cannot separate"}, "idle"),
        ({"verdict": "not done"}, "idle"),
        ({"verdict": "not carried out", "status": "dropped"}, "idle"),
        ({"verdict": "not done", "is_overdue": True}, "bad"),
    ],
)
def test_every_verdict_is_a_word_in_its_colour(
    looped: Review, said: dict[str, object], tone: str
) -> None:
    shown = blocks.decision_history(with_document(looped, "verdicts", [verdict_row("d1", **said)]))
    assert shown is not None
    assert f'<span class="chip {tone}">{said["verdict"]}</span>' in shown.html


def test_history_is_newest_first_with_changes(looped: Review) -> None:
    said = text(blocks.decision_history(looped))
    assert said.index("Rota of four") < said.index("Second triager") < said.index("No triage")
    assert "rhythm.release.every 1 month → 2 weeks" in said
    assert "rhythm.duty.order otter → otter, lynx" in said
    assert "not in the model" in said


def test_dropped_decision_is_settled_and_an_open_one_has_its_day(looped: Review) -> None:
    rows = [
        verdict_row("d1", verdict="not carried out", status="dropped", next_look=None),
        verdict_row("d2", next_look=None, status="open", due="2026-12-01"),
        verdict_row("d3", verdict="not carried out", status="done", next_look=None),
    ]
    said = text(blocks.decision_history(with_document(looped, "verdicts", rows)))
    assert "not carried out dropped" in said
    assert "too early due Tue 1 Dec 2026" in said
    assert said.count("due") == 1


def test_long_history_is_folded_after_twelve(looped: Review) -> None:
    rows = [verdict_row(f"d{i:02}", effective_from=f"2026-01-{i + 1:02}") for i in range(14)]
    said = text(blocks.decision_history(with_document(looped, "verdicts", rows)))
    assert "2 older" in said


def test_opening_goes_on_with_the_best_and_the_worst_of_what_was_decided(looped: Review) -> None:
    said = text(blocks.opening(looped))
    assert said.startswith("1 of 3 claims drifts")
    assert said.endswith("“Second triager” worked, but “Rota of four” was not carried out.")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("worse", "“Title of d1” made it worse."),
        ("expected effect ruled out", "“Title of d1” has not had the effect that was expected."),
        ("done", "“Title of d1” was done."),
    ],
)
def test_opening_says_a_single_verdict_in_words(looped: Review, verdict: str, words: str) -> None:
    row = verdict_row("d1", verdict=verdict, next_look=None)
    assert text(blocks.opening(with_document(looped, "verdicts", [row]))).endswith(words)


def test_opening_without_news_of_decisions_keeps_to_the_numbers(looped: Review) -> None:
    early = with_document(looped, "verdicts", [verdict_row("d1")])
    assert "No headline is a signal" in text(blocks.opening(early))


def test_titles_of_decisions_are_shown_and_not_run(looped: Review) -> None:
    row = verdict_row("d1", title="<b>x</b>", says="<i>y</i>", owner="<u>", is_overdue=True)
    other = with_document(looped, "verdicts", [row])
    for block in (blocks.verdicts, blocks.overdue_actions, blocks.decision_history):
        shown = block(other)
        assert shown is not None
        assert "&lt;b&gt;x&lt;/b&gt;" in shown.html
        assert "<b>x" not in shown.html
        assert "<i>" not in shown.html
