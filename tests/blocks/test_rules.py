from cycle_documents import model_json

from opsreview import blocks
from opsreview.blocks.values import holder_said, hours_said, value_said
from opsreview.review import Review

from .reading import text, with_document


def test_rules_of_every_part_are_told(looped: Review) -> None:
    said = text(blocks.model_rules(looped))
    for words in (
        "s1 the editor does not start 4 h not declared triage-lead (otter)",
        "Approvals before a merge 1",
        "First review within 2 d",
        "Merging one&#39;s own work hotfix",
        "questions without an answer are closed triage-lead (otter) needs-info 7 d",
        "docs/release.md triage-lead (otter) 90 d src/build/",
        "beside them: triage-lead (otter) build the extension within 24 h",
        "Every release is tested triage-lead (otter) test test_ship.py",
        "Mail is read triage-lead (otter) unchecked: nothing reads mail",
        "1 change of the model so far",
        "Tue 1 Sep 2026 2026-09-d1 fortnightly train",
    ):
        assert words in said


def test_rules_of_duty_and_releases_are_told(looped: Review) -> None:
    model = model_json()
    duty = {"cover": "always", "secondary": True, "most_share": "25 %", "rest_hours": 168.0}
    freeze = {"from": "2026-12-21", "to": "2027-01-03", "why": "holidays"}
    hotfix = {"when": "severity s1", "by": "duty", "within_hours": 24.0}
    model["rhythm"]["duty"] |= duty | {"best_effort": "nights"}
    model["rhythm"]["release"] |= {"freezes": [freeze], "hotfix": hotfix}
    said = text(blocks.model_rules(with_document(looped, "operating_model", model)))
    for words in (
        "Duty covers always, with a second person behind",
        "Duty takes at most 25 % of anybody&#39;s time",
        "Between two turns at least 7 d",
        "Not promised nights",
        "No release Mon 21 Dec 2026 to Sun 3 Jan 2027: holidays",
        "Hotfix severity s1, by duty, within 24 h",
    ):
        assert words in said


def test_model_of_the_first_level_has_no_rules(review: Review, bare: Review) -> None:
    assert blocks.model_rules(review) is None
    assert blocks.model_rules(bare) is None


def test_commitment_to_a_heading_names_its_file(looped: Review) -> None:
    said = {"id": "c", "says": "It is told", "owner": {"name": "otter", "owner": "otter"}}
    said |= {"kind": "heading", "heading": "Rollback", "path": "docs/release.md"}
    other = with_document(looped, "operating_model", model_json() | {"commitments": [said]})
    assert "It is told otter heading Rollback in docs/release.md" in text(blocks.model_rules(other))


def test_glance_links_only_to_what_the_page_holds(looped: Review, review: Review) -> None:
    said = text(blocks.model_at_a_glance(looped))
    assert said.startswith("1 of 2 decisions unclear 1 of 3 claims drift 1 error, 1 warning")
    shown = blocks.model_at_a_glance(review)
    assert shown is not None
    assert "#held" in shown.html
    assert "#handoffs" not in shown.html


def test_what_is_not_declared_is_told_by_the_checks_or_here_but_not_twice(
    looped: Review, review: Review
) -> None:
    assert "What is not declared" not in text(blocks.not_declared(looped))
    assert "What is not declared" in text(blocks.not_declared(review))


def test_long_list_of_what_is_not_declared_is_folded_after_eight(review: Review) -> None:
    model = model_json() | {"not_declared": [f"thing {i}" for i in range(11)]}
    said = text(blocks.not_declared(with_document(review, "operating_model", model)))
    assert "3 more" in said


def test_values_of_a_document_are_said_in_words() -> None:
    assert value_said(["ada", "ben"]) == "ada, ben"
    assert value_said({"every": "week", "order": ["ada"]}) == "every: week; order: ada"
    assert value_said(None) == "not declared"
    assert value_said([]) == "nothing"
    assert value_said(True) == "yes"
    assert value_said(3) == "3"
    assert holder_said({"name": "ada", "owner": "ada"}) == "ada"
    assert holder_said(None) == ""
    assert hours_said(0.0) == "at once"
    assert hours_said(None) == ""
