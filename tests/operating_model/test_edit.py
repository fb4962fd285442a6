"""An edit changes the lines it must, keeps every comment, and refuses what is not safe."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import put_at, value_at
from opsreview.operating_model.edit import edited, rewritten, with_change_noted
from opsreview.operating_model.yaml_text import in_block, inline, is_same
from opsreview.yaml_file import parsed_yaml

FILE = Path("model.yaml")
MODEL = """\
# The team's model.
version: 1

roles:
  triage-lead: {owner: ada, deputy: ben}   # since May
  release-manager: {owner: ada}
  writer:
    owner: cleo   # for now
    deputy: dev # a tab\tin a comment

rhythm:
  release: {every: 1 month, on: tuesday}
  duty:
    every: week
    handover: "monday 09:00"   # Madrid
    order: [ada, ben, ada, cleo]  # twice ada

promises:
  - {id: first-answer, within: 3 days, at_least: 75 %,
     owner: ada}
  - id: review
    within: 2 days  # working days?
    says: >
      Half of the pull requests
      are read
    # the owner is to be found
    owner: ben

reviewed: {by: ada, on: 2026-06-02}
# The end.
"""


def data(text: str) -> Any:
    return parsed_yaml(text, FILE).data


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came, without those before and after them."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return old, new


def set_to(path: str, proposed: Any, text: str = MODEL) -> tuple[list[str], list[str]]:
    current = value_at(data(text), path)
    return changed(text, edited(text, path, current=current, proposed=proposed))


def refusal(path: str, current: Any, proposed: Any, text: str = MODEL) -> str:
    with pytest.raises(ParamsError) as refused:
        edited(text, path, current=current, proposed=proposed, file=FILE)
    return str(refused.value)


@pytest.mark.parametrize(
    ("path", "proposed", "old", "new"),
    [
        ("rhythm.release.every", "2 weeks", "every: 1 month", "every: 2 weeks"),
        ("rhythm.duty.every", "2 weeks", "every: week", "every: 2 weeks"),
        ("rhythm.duty.handover", "friday 10:00", '"monday 09:00"', '"friday 10:00"'),
        ("rhythm.duty.order", ["ada", "ben", "cleo", "dev"], "ada, cleo]", "cleo, dev]"),
        ("rhythm.duty.order", ["ada", "cleo"], "ada, ben, ada, cleo", "ada, cleo"),
        ("roles.writer.owner", "ben", "owner: cleo", "owner: ben"),
        ("roles.writer.deputy", "eli", "deputy: dev", "deputy: eli"),
        ("roles.release-manager.deputy", "ben", "owner: ada", "owner: ada, deputy: ben"),
        ("roles.triage-lead.deputy", None, "owner: ada, deputy: ben", "owner: ada"),
        ("promises.first-answer.within", "5 days", "within: 3 days", "within: 5 days"),
        ("promises.first-answer.at_least", 0.8, "75 %", "0.8"),
        ("promises.review.within", "1 day", "2 days", "1 day"),
        ("promises.review.owner", "a: b #", "owner: ben", 'owner: "a: b #"'),
        ("reviewed.on", date(2026, 11, 3), "2026-06-02", "2026-11-03"),
        ("version", 2, "version: 1", "version: 2"),
    ],
)
def test_one_value_changes_on_one_line_and_nothing_else_does(path, proposed, old, new):
    (gone,), (come,) = set_to(path, proposed)

    assert old in gone
    assert come == gone.replace(old, new)


def test_missing_key_of_a_block_becomes_its_last_line():
    assert set_to("rhythm.duty.secondary", True) == ([], ["    secondary: true\n"])
    assert set_to("promises.review.metric", "backlog") == ([], ["    metric: backlog\n"])


def test_missing_section_comes_at_the_end_set_apart_as_the_others_are():
    gone, come = set_to("reviews.approvals", 1)
    assert (gone, "".join(come)) == ([], "\nreviews: {approvals: 1}\n")


def test_section_that_holds_more_than_values_has_a_line_for_each():
    pages = {"guide": {"path": "GUIDE.md", "owner": "ada"}, "notes": {"path": "N.md", "owner": "x"}}
    _, come = set_to("docs", pages)
    assert "".join(come) == (
        "\ndocs:\n  guide: {path: GUIDE.md, owner: ada}\n  notes: {path: N.md, owner: x}\n"
    )


def test_entry_goes_into_a_list_and_out_of_it_with_its_comments_staying():
    entry = {"id": "new", "within": "1 day"}
    assert set_to("promises.new", entry) == ([], ["  - {id: new, within: 1 day}\n"])
    gone, come = set_to("promises.review", None)
    assert gone[0] == "  - id: review\n"
    assert come == ["  # working days?\n", "    # the owner is to be found\n"]


def test_key_that_goes_leaves_its_comment():
    assert set_to("rhythm.duty.handover", None)[1] == ["    # Madrid\n"]
    assert set_to("roles.writer", None)[1] == ["  # for now\n", "  # a tab\tin a comment\n"]


def test_last_key_that_goes_leaves_an_empty_mapping():
    text = "a:  # why\n  b:\n    c: 1  # one\nd: 2\n"
    after = edited(text, "a.b", current={"c": 1}, proposed=None)
    assert after == "a: {}  # why\n  # one\nd: 2\n"


def test_whole_entry_changes_key_by_key():
    gone, come = set_to("roles.writer", {"owner": "eli", "does": "writes"})
    assert come[0] == "    owner: eli   # for now\n"
    assert come[1:] == ["    # a tab\tin a comment\n", "    does: writes\n"]
    assert len(gone) == 2


def test_list_in_lines_gains_and_loses_entries():
    text = "order:\n- ada  # first\n- ben\n- cleo\nx: 1\n"
    today = ["ada", "ben", "cleo"]
    assert edited(text, "order", current=today, proposed=["ada", "cleo", "dev"]) == (
        "order:\n- ada  # first\n- cleo\n- dev\nx: 1\n"
    )
    assert edited(text, "order", current=today, proposed=["ben"]) == (
        "order:\n# first\n- ben\nx: 1\n"
    )


def test_empty_value_is_filled_in_place():
    assert edited("a:  # none yet\nb: {}\n", "a", current=None, proposed={"c": 1}) == (
        "a: {c: 1}  # none yet\nb: {}\n"
    )
    assert edited("a: 1\nb: {}\n", "b.c", current=None, proposed=1) == "a: 1\nb: {c: 1}\n"


def test_lines_that_end_in_another_way_a_mark_and_a_missing_end_survive():
    text = "\ufeff" + MODEL.replace("\n", "\r\n").removesuffix("# The end.\r\n").rstrip()
    after = edited(text, "rhythm.release.every", current="1 month", proposed="2 weeks")
    assert after == text.replace("every: 1 month", "every: 2 weeks")
    noted = with_change_noted(text, effective_from=date(2026, 12, 1), decision="d1", says="More")
    assert noted == text + (
        "\r\n\r\nchangelog:\r\n  - {effective_from: 2026-12-01, decision: d1, says: More}"
    )


def test_changes_are_noted_at_the_end_of_the_changelog():
    first = with_change_noted(MODEL, effective_from=date(2026, 12, 1), decision="d1", says="a, b")
    gone, come = changed(MODEL, first)
    assert (gone, come[1:]) == (
        [],
        ["changelog:\n", '  - {effective_from: 2026-12-01, decision: d1, says: "a, b"}\n'],
    )
    second = with_change_noted(first, effective_from=date(2027, 1, 1), decision="d2", says="c")
    assert changed(first, second) == (
        [],
        ["  - {effective_from: 2027-01-01, decision: d2, says: c}\n"],
    )


def test_document_that_says_something_else_is_refused_by_its_line():
    said = refusal("rhythm.release.every", "3 weeks", "2 weeks")
    assert said.startswith("model.yaml:12: rhythm.release.every: it says 1 month, not 3 weeks")
    assert "it says nothing, not 1 h" in refusal("rhythm.retrospective.every", "1 h", "2 h")
    assert "it says ben, not nothing" in refusal("roles.triage-lead.deputy", None, "dev")
    assert "already" in refusal("roles.triage-lead.deputy", "ben", "ben")


@pytest.mark.parametrize(
    ("path", "current", "proposed", "why"),
    [
        ("promises.review.says", "Half of the pull requests are read\n", "x", "several lines"),
        ("roles.writer", {"owner": "cleo", "deputy": "dev"}, "ada", "comments inside"),
        ("version.minor", None, 2, "there is no such place"),
        ("promises.nobody.within", None, "1 day", "there is no such place"),
        ("promises.review.id", "review", None, "several things begin on its line"),
    ],
)
def test_place_that_cannot_be_edited_safely_is_refused(path, current, proposed, why):
    said = refusal(path, current, proposed)
    assert path in said
    assert why in said


def test_anchors_are_refused_by_their_line():
    said = refusal("a", 1, 2, "b: &x 3\na: 1\nc: *x\n")
    assert said.startswith("model.yaml:1: b: anchors")


def test_comment_inside_brackets_is_not_lost():
    text = "a: [1,  # one\n  2]\nb: {c: 1, # see\n  d: 2}\n"
    assert edited(text, "b.d", current=2, proposed=3) == text.replace("d: 2", "d: 3")
    assert "comments beside it" in refusal("a", [1, 2], [2, 3, 4][:1], text)


# ---- any document, any edit

NAMES = st.sampled_from(("ada", "b-1", "cleo", "d"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
VALUES = st.one_of(
    NAMES, TEXTS, st.booleans(), st.integers(-9, 99), st.sampled_from(("2 weeks", "25 %", "x # y"))
)
ITEMS = st.one_of(VALUES, st.lists(VALUES, max_size=3), st.dictionaries(NAMES, VALUES, max_size=3))
DOCUMENTS = st.dictionaries(
    NAMES, st.one_of(ITEMS, st.dictionaries(NAMES, ITEMS, max_size=3)), min_size=1, max_size=4
)


def laid_out(value: Any, indent: int, draw: Any) -> str:
    """A mapping in lines, its parts in lines or brackets, with comments wherever they may be."""
    lines = []
    for key, part in value.items():
        remark = draw(st.sampled_from(("", "  # c", " # tab\t# 'two", " # {d: 1}")))
        if draw(st.integers(0, 4)) == 0:
            lines.append(" " * indent + "# over it\n")
        if isinstance(part, dict) and part and draw(st.booleans()):
            lines.append(f"{' ' * indent}{inline(key)}:{remark}\n")
            lines.append(laid_out(part, indent + 2, draw))
        elif isinstance(part, list) and part and draw(st.booleans()):
            lines.append(f"{' ' * indent}{inline(key)}:{remark}\n")
            lines += [" " * indent + f"- {inline(each)}{remark}\n" for each in part]
        else:
            lines.append(f"{' ' * indent}{inline(key)}: {inline(part)}{remark}\n")
    return "".join(lines)


@st.composite
def edits(draw: Any) -> tuple[str, list[str], Any]:
    """A document's text, a place that it has or could have, and a value to set there."""
    document = draw(DOCUMENTS)
    text = laid_out(document, 0, draw) + draw(st.sampled_from(("", "# end\n", "\n\n")))
    if draw(st.booleans()):
        text = text.rstrip("\n")
    way = [draw(st.sampled_from(sorted(document)) if draw(st.booleans()) else NAMES)]
    inside = document.get(way[0])
    if isinstance(inside, dict) and draw(st.booleans()):
        way.append(draw(NAMES))
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n")))), way, draw(st.none() | ITEMS)


@settings(max_examples=250, deadline=None)
@given(edits())
def test_edit_says_what_was_asked_and_changes_no_line_but_its_own(edit):
    text, way, proposed = edit
    path, before = ".".join(way), parsed_yaml(text, FILE)
    current = value_at(before.data, path)
    wanted = deepcopy(before.data)
    put_at(wanted, path, proposed)
    if is_same(current, proposed):
        return
    try:
        after = edited(text, path, current=current, proposed=proposed, file=FILE)
    except ParamsError as error:
        if "edit the line by hand" in str(error) or "no such place" in str(error):
            return
        raise
    assert is_same(data(after), wanted)
    marks = inline(proposed).count("#") - inline(current).count("#")
    assert after.count("#") == text.count("#") + marks
    gone, come = changed(text, after)
    if current is None:
        assert len(gone) <= 1, "what is new touches at most the line that it is added to"
    elif is_one(current) and is_one(proposed):
        assert len(gone) == len(come) == 1
    elif proposed is None:
        assert all(line.lstrip().startswith("#") for line in come[1:])


def is_one(value: Any) -> bool:
    return value is not None and not isinstance(value, dict | list)


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.data())
def test_any_document_becomes_any_other_or_is_refused(one, other, draw):
    text = laid_out(one, 0, draw.draw)
    try:
        after = rewritten(text, other, file=FILE)
    except ParamsError as error:
        if "edit the line by hand" in str(error):
            return
        raise
    assert is_same(data(after), other)


@settings(max_examples=100, deadline=None)
@given(st.one_of(ITEMS, DOCUMENTS))
def test_value_written_on_a_line_is_read_as_itself(value):
    assert is_same(data(f"a: {inline(value)}\nb: [{inline(value)}]\n"), {"a": value, "b": [value]})
    assert is_same(data(in_block("a", value, 0, "\n")), {"a": value})


@pytest.mark.parametrize("name", ["&0", "*0", "!tag"])
def test_text_that_would_be_an_anchor_alias_or_tag_is_written_in_quotes(name: str) -> None:
    assert edited("a: b\n", "a", current="b", proposed=name) == f'a: "{name}"\n'
