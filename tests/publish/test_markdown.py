"""Text from outside is taken literally, wherever it ends up."""

from __future__ import annotations

import re

import pytest

from opsreview.publish.markdown import code, link, mark, node, plain, table, unheard

BAD = '<script>alert(1)</script> --> *b* [x](javascript:y) | `c` "q" %%{init}%% @ada #12 $m$\n# h'


def test_no_markup_and_no_second_line_survives_in_plain_text() -> None:
    text = plain(BAD)
    assert "\n" not in text
    assert not set(re.sub(r"\\.", "", text)) & set("<>*[]|`#$\\")
    assert "<!--" not in plain("<!-- opsreview:proposal p-1 -->")
    assert plain("a &lt; b") == "a &amp;lt; b"


def test_controls_and_turned_writing_are_left_out() -> None:
    assert plain("a\x1b[31mb\u202ec\x00") == "a \\[31mb c"


def test_a_mermaid_node_is_one_line_of_letters_and_codes() -> None:
    text = node(BAD)
    assert not set(text) & set('"<>[]{}%`|@\n')
    assert text.startswith("#60;script#62;")
    assert "#45;" not in text  # a dash is a dash
    assert '"' not in node('he said "end"')


def test_code_holds_backticks_and_bars() -> None:
    assert code("a|b") == "`a\\|b`"
    assert code("a `b` c") == "`` a `b` c ``"
    assert code("x\ny") == "`x y`"


def test_a_link_leads_to_the_web_or_nowhere() -> None:
    assert link("#8", "https://example.org/8") == "[\\#8](https://example.org/8)"
    assert unheard(link("v", "https://example.org/@x/y")) == "[v](https://example.org/%40x/y)"
    assert link("bad", "javascript:alert(1)") == "bad"
    assert link("bad", "https://[x") == "bad"
    assert ")" not in link("x", "https://example.org/a) <b>").removesuffix(")")


def test_a_table_has_a_cell_for_all_that_is_empty() -> None:
    assert table(("a", "b"), [("1", "")]) == ["| a | b |", "| --- | --- |", "| 1 |   |", ""]


@pytest.mark.parametrize(
    "text", ["fixes #12", "Closes: #12", "resolved team/product#9", "close https://x.org/issues/1"]
)
def test_no_text_closes_an_issue(text: str) -> None:
    assert "\u200b" in unheard(plain(text))


def test_nobody_is_called_by_name_and_plain_words_stay() -> None:
    assert unheard("ask @ada") == "ask @\u200bada"
    assert unheard("close the window, fix it @ 9") == "close the window, fix it @ 9"


def test_a_mark_cannot_be_left_by_a_name() -> None:
    assert mark("a --> b", "2026-10") == "<!-- opsreview:a%20--%3E%20b:2026-10 -->"
