from cycle_documents import checks_json, decision_map_json

from opsreview import blocks
from opsreview.review import Review

from .reading import text, with_document


def test_map_says_who_decides_how_often_and_what_is_unclear(looped: Review) -> None:
    said = text(blocks.decision_map(looped))
    assert "1 of 2 has something unclear" in said
    assert "whether an issue is taken on when: not declared triage-lead (otter)" in said
    assert "after asking area-owner" in said
    assert "nothing says when it comes up nobody is named to act on it" in said
    assert "every second tuesday release-manager (lynx)" in said


def test_unclear_decisions_are_all_open_and_clear_ones_fold_after_six(looped: Review) -> None:
    unclear, clear = decision_map_json()
    rows = [*[unclear] * 9, *[clear] * 8]
    shown = blocks.decision_map(with_document(looped, "decision_map", rows))
    assert shown is not None
    assert "2 more, all clear" in text(shown)
    assert shown.html.partition("<details>")[0].count('class="unclear"') == 9


def test_checks_tell_where_what_and_how_bad_and_fold_what_is_not_declared(
    looped: Review,
) -> None:
    said = text(blocks.broken_references(looped))
    assert "1 error, 1 warning" in said
    assert (
        "surfaces.release-notes operating_model.yaml:88 docs/release.md is not in the repository"
        in said
    )
    assert "one person holds 4 of 6 roles (otter) holds too much warning" in said
    assert "1 to know" in said


def test_remark_on_the_ledger_names_its_file(looped: Review) -> None:
    rows = [checks_json()[0] | {"path": "ledger.2026-09-d1", "line": 7}]
    said = text(blocks.broken_references(with_document(looped, "checks", rows)))
    assert "ledger.2026-09-d1 decisions.yaml:7" in said


def test_many_errors_fold_after_twelve(looped: Review) -> None:
    rows = checks_json()[:1] * 15
    assert "3 more" in text(blocks.broken_references(with_document(looped, "checks", rows)))


def test_model_in_order_says_so_and_still_tells_what_is_not_declared(looped: Review) -> None:
    sound = with_document(looped, "checks", checks_json()[2:])
    said = text(blocks.broken_references(sound))
    assert "Every name and reference that was checked leads somewhere." in said
    assert "no error" in said


def test_cycle_without_checks_and_map_shows_neither(review: Review) -> None:
    assert blocks.broken_references(review) is None
    assert blocks.decision_map(review) is None


def test_sentences_of_checks_and_map_are_shown_and_not_run(looped: Review) -> None:
    checks = [checks_json()[0] | {"path": "<b>p</b>", "says": "<b>s</b>", "people": ["<b>q</b>"]}]
    shown = blocks.broken_references(with_document(looped, "checks", checks))
    assert shown is not None
    assert "<b>" not in shown.html
    rows = [decision_map_json()[0] | {"unclear": ["<i>x</i>"], "if_nobody": "<i>y</i>"}]
    shown = blocks.decision_map(with_document(looped, "decision_map", rows))
    assert shown is not None
    assert "<i>" not in shown.html
