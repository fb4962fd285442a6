import json

import pytest

from opsreview.reports.charts import cell, chart, plain, script_safe


def figure(**layout):
    return {"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": layout}


def test_title_and_subtitle_move_out_of_the_drawing():
    title = {"text": "18 of 31<br>in <b>October</b>", "subtitle": {"text": "by chance 13"}}
    shown = chart(figure(title=title))
    assert (shown.caption, shown.note) == ("18 of 31 in October", "by chance 13")
    assert "title" not in json.loads(shown.source)["layout"]


def test_title_given_as_text_is_understood():
    assert chart(figure(title="Backlog")).caption == "Backlog"


def test_text_escaped_for_plotly_is_plain_again():
    assert plain("a &lt;b&gt; <i>c</i>") == "a <b> c"


def test_room_of_the_title_is_given_back():
    shown = chart(figure(title={"text": "x"}, height=400, margin={"t": 60, "l": 5}))
    assert shown.height == 400 - (60 - 14)
    assert json.loads(shown.source)["layout"]["margin"] == {"t": 14, "l": 5}


@pytest.mark.parametrize(
    "above",
    [
        {"legend": {"y": 1}},
        {"template": {"layout": {"legend": {"y": 1.1}}}},
        {"annotations": [{"yref": "paper", "y": 1, "yanchor": "bottom"}]},
    ],
)
def test_legend_or_label_above_the_plot_keeps_its_room(above):
    shown = chart(figure(title={"text": "x"}, margin={"t": 60}, **above))
    assert json.loads(shown.source)["layout"]["margin"]["t"] == 42


def test_figure_without_title_keeps_its_margin_and_says_so_to_screen_readers():
    shown = chart(figure(margin={"t": 60}))
    assert json.loads(shown.source)["layout"]["margin"] == {"t": 60}
    assert shown.alt == "A figure without a description"


def test_caption_stands_in_for_a_missing_description():
    assert chart(figure(title={"text": "Backlog"})).alt == "Backlog"


def test_column_is_numeric_when_all_its_values_are():
    rows = [["plover", 18, 1.5], ["wren", 6, None], ["ibis", "few", 2]]
    meta = {"alt": "x", "table": {"columns": ["person", "n", "share"], "rows": rows}}
    shown = chart(figure(meta=meta))
    assert [column.is_number for column in shown.columns] == [False, False, True]
    assert "meta" not in json.loads(shown.source)["layout"]


def test_figure_without_a_table_has_no_rows():
    assert chart(figure()).rows == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (1234567, "1,234,567"),
        (1234.5, "1,234.5"),
        (13.0, "13"),
        (0.012345, "0.0123"),
        (0.0, "0"),
        ("<b>", "<b>"),
    ],
)
def test_cell_reads_as_a_person_writes_it(value, text):
    assert cell(value).text == text


def test_json_cannot_end_its_script_element():
    text = json.dumps({"title": "</script><!-- &\u2028"}, ensure_ascii=False)
    safe = script_safe(text)
    assert not set("<>&\u2028") & set(safe)
    assert json.loads(safe) == json.loads(text)
