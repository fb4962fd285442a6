import re

from browser import opened

from .samples import OWN

DRAWN = 'class="plot js-plotly-plot"'
DARK = "--blink-settings=preferredColorScheme=0"


def test_pages_draw_their_figures_and_ask_for_nothing_and_run_nothing_from_outside(pages):
    page = opened(pages / "oncall_load.html")
    assert page.document.count(DRAWN) == page.document.count("<figure") == 1
    assert "FAILED" in page.document
    assert "data-owned=" not in page.document
    assert page.console == []
    assert page.requests == []


def test_single_file_draws_under_its_hashes_in_the_colours_of_the_reader(pages):
    page = opened(pages / "retrospective.single.html", DARK)
    assert page.document.count(DRAWN) == 1
    soft_on_dark = re.compile(r'class="xtick".{0,600}?fill: rgb\(160, 172, 186\)', re.DOTALL)
    assert soft_on_dark.search(page.document)
    assert "data-owned=" not in page.document
    assert page.console == []
    assert page.requests == []


def test_browser_would_tell_of_requests_and_of_scripts_that_ran(tmp_path):
    (tmp_path / "bad.html").write_text(
        f"<body><img src='https://example.invalid/a.png' onerror=\"{OWN}\">"
        "<script>console.error('loud')</script>",
        encoding="utf-8",
    )
    page = opened(tmp_path / "bad.html")
    assert page.requests == ["https://example.invalid/a.png"]
    assert "data-owned=" in page.document
    assert len(page.console) == 1
