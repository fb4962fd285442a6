from pathlib import Path

import pytest

from opsreview.reports.html import own_html, safe_markdown
from opsreview.reports.pages import write_pages

from .samples import code, figure, prints, shows, text, write_cycle


def page_of(tmp_path: Path, *cells, **changes) -> str:
    (page, *_) = write_pages(write_cycle(tmp_path / "demo" / "2026-10", *cells, **changes))
    return page.read_text(encoding="utf-8")


def test_code_prompts_and_stderr_stay_out(tmp_path):
    cell = code("secret_source()", prints("noise", to="stderr"), prints("kept", to="stdout"))
    page = page_of(tmp_path, cell)
    assert "secret_source" not in page
    assert "noise" not in page
    assert '<pre class="plain">kept</pre>' in page


def test_figure_wins_over_the_other_forms_of_the_same_output(tmp_path):
    output = figure(title={"text": "Backlog"})
    output["data"]["text/html"] = "<p>not this</p>"
    page = page_of(tmp_path, code("", output))
    assert "not this" not in page
    assert "<figcaption>Backlog</figcaption>" in page


def test_every_figure_has_its_description(tmp_path):
    cells = [code("", figure(meta={"alt": f"number {n}"})) for n in (1, 2)]
    page = page_of(tmp_path, *cells)
    assert page.count('<figure class="chart" aria-label="number ') == 2


def test_data_table_is_under_the_figure_with_numbers_marked(tmp_path):
    table = {"columns": ["person", "n"], "rows": [["plover", 1234]]}
    page = page_of(tmp_path, code("", figure(meta={"alt": "x", "table": table})))
    assert "<details" in page
    assert '<th scope="col" class="n">n</th>' in page
    assert '<tr><td>plover</td><td class="n">1,234</td></tr>' in page


def test_figure_without_a_table_is_still_a_page(tmp_path):
    assert "<details" not in page_of(tmp_path, code("", figure()))


def test_blocks_pass_as_they_are(tmp_path):
    block = '<p class="say">First answers took <b>twice</b> as long.</p>'
    assert block in page_of(tmp_path, code("", shows({"text/html": block})))


def test_block_cannot_send_the_reader_elsewhere():
    assert own_html("<META http-equiv=refresh content='0;url=x'>a") == "a"


def test_svg_is_shown_as_a_picture_that_cannot_run(tmp_path):
    page = page_of(tmp_path, code("", shows({"image/svg+xml": "<svg><script>x()</script></svg>"})))
    assert "<svg>" not in page
    assert 'src="data:image/svg+xml,%3Csvg' in page


def test_png_is_shown_from_the_page_itself(tmp_path):
    page = page_of(tmp_path, code("", shows({"image/png": "iVBO\nRw0="})))
    assert 'src="data:image/png;base64,iVBORw0="' in page


def test_output_of_unknown_kind_is_left_out(tmp_path):
    output = shows({"application/javascript": "alert(1)"})
    assert "alert(1)" not in page_of(tmp_path, code("", output))


def test_page_has_one_first_heading(tmp_path):
    assert page_of(tmp_path, text("## Load")).count("<h1") == 1
    assert page_of(tmp_path, text("# Load")).count("<h1") == 1


def test_markdown_keeps_its_form():
    shown = safe_markdown("# A b\n\n*c* [d](https://x.org/)\n\n| e |\n|--:|\n| 1 |")
    assert '<h1 id="A-b">A b</h1>' in shown
    assert '<a href="https://x.org/">d</a>' in shown
    assert "<td" in shown


@pytest.mark.parametrize(
    "attack",
    [
        "<script>x()</script>",
        "<img src=x onerror=x()>",
        "<svg onload=x()>",
        "<iframe srcdoc='<script>x()</script>'></iframe>",
        "<meta http-equiv=refresh content='0;url=https://x.org'>",
        "![a](https://x.org/pixel.png)",
    ],
)
def test_markdown_cannot_run_load_or_redirect(attack):
    shown = safe_markdown(attack)
    assert not any(f"<{tag}" in shown for tag in ("script", "img", "svg", "iframe", "meta"))


def test_markdown_links_lead_to_web_pages_alone():
    shown = safe_markdown("[a](javascript:x()) <a href='javascript:x()' onclick='x()'>b</a>")
    assert "javascript" not in shown
    assert "onclick" not in shown


def test_figure_cannot_end_its_script_and_its_words_are_text(tmp_path):
    attack = "</script><script>x()</script>"
    table = {"columns": [attack], "rows": [[attack]]}
    output = figure(title={"text": "a"}, meta={"alt": f'"{attack}', "table": table})
    output["data"]["application/vnd.plotly.v1+json"]["data"][0]["text"] = [attack]
    page = page_of(tmp_path, code("", output))
    assert "<script>x()" not in page
    assert page.count("&lt;script&gt;x()") == 4  # twice the description, a heading, a cell
