from typing import Any

from cycle_documents import drift_json, handoffs_json

from opsreview import blocks
from opsreview.review import Review

from .reading import text, with_document, without


def of_kinds() -> list[dict[str, Any]]:
    """Eight more that drift, of the rota and of a kind nobody has heard of."""
    first = drift_json()[0]
    rows = [first | {"id": f"r{i}", "says": f"Turn {i}", "kind": "rota"} for i in range(7)]
    odd = first | {"id": "odd", "says": "Odd", "kind": "weather"}
    return [odd, *rows, *(row | {"kind": "promise"} for row in drift_json())]


def test_drift_shows_what_drifts_and_folds_the_rest(review: Review) -> None:
    said = text(blocks.drift(review))
    assert "1 of 3 claims; 1 cannot be told" in said
    assert "reports come by mail" in said
    assert "1 cannot be told, 1 holds" in said


def test_drift_of_many_kinds_names_them_promises_first_and_folds_after_six(
    review: Review,
) -> None:
    said = text(blocks.drift(with_document(review, "drift", of_kinds())))
    assert "9 of 11 claims" in said
    assert "within 3 days promise" in said
    assert said.index("Three of four") < said.index("Turn 0 rota") < said.index("3 more drift")
    assert said.index("3 more drift") < said.index("Odd weather")


def test_team_without_a_model_has_no_drift(bare: Review) -> None:
    assert blocks.drift(bare) is None
    assert blocks.held_by_kind(bare) is None


def test_model_without_drift_says_none(review: Review) -> None:
    empty = without(review, "drift.json")
    assert "Nothing that the model says drifts" in text(blocks.drift(empty))
    assert blocks.held_by_kind(empty) is None


def test_claims_are_told_kind_by_kind(review: Review) -> None:
    said = text(blocks.held_by_kind(with_document(review, "drift", of_kinds())))
    assert "9 of 11 claims drift" in said
    assert "Promises 1 of 3 drifts" in said
    assert "Rota 7 of 7 drift" in said
    assert "weather 1 of 1 drifts" in said
    assert "Rhythm" not in said


def test_kind_in_which_nothing_drifts_says_so(review: Review) -> None:
    holds = [drift_json()[1] | {"kind": "backlog"}]
    said = text(blocks.held_by_kind(with_document(review, "drift", holds)))
    assert "none of 1 claim" not in said
    assert "Backlog none drifts 1 holds" in said


def test_handoffs_link_their_cases_and_say_what_happened_in_each(looped: Review) -> None:
    brief, whole = blocks.handoffs(looped), blocks.handoff_cases(looped)
    assert "three times or more. Seen in #826 #841 #850" in text(brief)
    assert "#826 assigned 4 times in 9 d" in text(whole)
    assert "3 of 7 are shown" in text(whole)
    for block in (brief, whole):
        assert block is not None
        assert block.html.count('href="https://example.org/demo/extension/issues/') == 3


def test_handoffs_from_outside_are_shown_and_not_run(looped: Review) -> None:
    case = {"text": "<b>#1</b>", "url": "javascript:alert(1)", "says": "<i>x</i>"}
    rows = [handoffs_json()[0] | {"says": "<b>7</b>", "cases": [case]}]
    other = with_document(looped, "handoffs", rows)
    for block in (blocks.handoffs(other), blocks.handoff_cases(other)):
        assert block is not None
        assert "javascript" not in block.html
        assert "&lt;b&gt;7&lt;/b&gt;" in block.html
        assert "<b>" not in block.html


def test_no_handoffs_show_nothing(review: Review) -> None:
    assert blocks.handoffs(review) is None
    assert blocks.handoff_cases(review) is None
