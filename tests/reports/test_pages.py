import re

import pytest

from opsreview.errors import NotebookError, OutputsError
from opsreview.reports.pages import write_pages, write_single_files

from .samples import code, figure, text, write_cycle, write_notebook, write_run

POLICY = (
    "default-src &#39;none&#39;; script-src &#39;self&#39;; "
    "style-src &#39;self&#39; &#39;unsafe-inline&#39;; img-src data: blob:; font-src data:; "
    "connect-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"
)


@pytest.fixture
def folder(tmp_path):
    folder = write_cycle(tmp_path / "demo" / "2026-10", text("# Retrospective"))
    notebooks = folder / "notebooks"
    write_notebook(notebooks / "explore_load.ipynb", text("Explore"))
    write_notebook(notebooks / "oncall_load.ipynb", code("", figure()), error="KeyError: <b>")
    write_notebook(notebooks / "triage_throughput.ipynb", text("Triage"))
    return folder


def read(path):
    return path.read_text(encoding="utf-8")


def test_pages_come_in_the_order_of_the_navigation(folder):
    names = [page.name for page in write_pages(folder)]
    assert names == [
        "index.html",
        "triage_throughput.html",
        "oncall_load.html",
        "explore_load.html",
    ]


def test_every_page_links_to_every_other_and_marks_itself(folder):
    for page in write_pages(folder):
        links = re.search(r'<nav class="pages".*?</nav>', read(page), re.DOTALL)[0]
        assert links.count("<a ") == 4
        assert f'href="{page.name}" aria-current="page"' in links


def test_failed_notebook_is_marked_on_its_page_and_in_every_navigation(folder):
    pages = {page.name: read(page) for page in write_pages(folder)}
    assert all('class="failed">On-call' in page for page in pages.values())
    assert [name for name, page in pages.items() if "FAILED" in page] == ["oncall_load.html"]
    assert "KeyError: &lt;b&gt;" in pages["oncall_load.html"]
    assert '<figure class="chart"' in pages["oncall_load.html"]


def test_policy_allows_the_assets_beside_the_page_alone(folder):
    assert all(f'content="{POLICY}"' in read(page) for page in write_pages(folder))


def test_plotly_is_loaded_only_where_there_is_a_figure(folder):
    loading = [page.name for page in write_pages(folder) if "plotly.min.js" in read(page)]
    assert loading == ["oncall_load.html"]


def test_assets_lie_beside_the_pages_and_pages_stay_small(folder):
    pages = write_pages(folder)
    assets = {path.name for path in (folder / "assets").iterdir()}
    assert assets == {"page.css", "page.js", "plotly.min.js"}
    assert max(page.stat().st_size for page in pages) < 50_000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_over": False}, "Not over yet"),
        ({"is_mature": False}, "Read early"),
        ({"sources": [{"kind": "ics", "complete": False}]}, "Incomplete data"),
        ({"simulated": True}, "Simulated"),
    ],
)
def test_reason_for_care_is_told_on_every_page(folder, changes, words):
    assert not any(words in read(page) for page in write_pages(folder))
    write_run(folder, **changes)
    assert all(words in read(page) for page in write_pages(folder))


def test_writing_twice_gives_the_same_pages(folder):
    first = [read(page) for page in write_pages(folder)]
    assert [read(page) for page in write_pages(folder)] == first


def test_single_files_need_no_other_file(folder):
    pages = write_single_files(folder)
    assert [page.name for page in pages][:2] == [
        "retrospective.single.html",
        "triage_throughput.single.html",
    ]
    assert not any(re.search(r'<(script|link)[^>]+(src|href)="', read(page)) for page in pages)
    assert not any('<nav class="pages"' in read(page) for page in pages)


def test_single_file_brings_plotly_only_for_a_figure(folder):
    sizes = {page.name: page.stat().st_size for page in write_single_files(folder)}
    assert sizes["oncall_load.single.html"] > 4_000_000
    assert sizes["retrospective.single.html"] < 60_000


def test_cycle_without_executed_notebooks_is_an_error(tmp_path):
    folder = write_run(tmp_path / "demo" / "2026-10")
    with pytest.raises(NotebookError, match="has no executed notebook: run the notebooks first"):
        write_pages(folder)


def test_damaged_notebook_is_an_error_that_names_it(folder):
    (folder / "notebooks" / "operating_model.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookError, match=r"operating_model\.ipynb is not a notebook"):
        write_pages(folder)


def test_cycle_that_was_not_built_is_an_error(folder):
    (folder / "run.json").unlink()
    with pytest.raises(OutputsError, match="build the cycle first"):
        write_pages(folder)
