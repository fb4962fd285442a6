import json

from opsreview.reports.cycles import write_team_index
from opsreview.reports.pages import write_pages

from .samples import ATTACK, text, write_cycle, write_notebook


def front_page(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def cycle(tmp_path, name, **changes):
    folder = write_cycle(tmp_path / "demo" / name, text("# Retrospective"), **changes)
    write_pages(folder)
    return folder


def index(tmp_path):
    return front_page(tmp_path / "demo")


def test_cycle_links_to_the_one_before_and_gets_a_link_from_it(tmp_path):
    september, october = cycle(tmp_path, "2026-09"), cycle(tmp_path, "2026-10")
    assert '<a href="../2026-09/index.html" rel="prev">‹ September 2026</a>' in front_page(october)
    assert '<a href="../2026-10/index.html" rel="next">October 2026 ›</a>' in front_page(september)
    assert '<a href="../index.html" rel="up">All cycles</a>' in front_page(september)


def test_nearest_cycles_of_the_same_length_are_the_neighbours(tmp_path):
    for name in ("2026-07", "2026-q3", "2026-09"):
        cycle(tmp_path, name)
    october = front_page(cycle(tmp_path, "2026-10"))
    assert "../2026-09/" in october
    assert "../2026-07/" not in october
    assert "../2026-q3/" not in october


def test_neighbour_whose_notebooks_were_cleared_keeps_its_pages(tmp_path):
    september = cycle(tmp_path, "2026-09")
    before = front_page(september)
    (september / "notebooks" / "retrospective.ipynb").unlink()
    cycle(tmp_path, "2026-10")
    assert front_page(september) == before


def test_index_lists_cycles_newest_first_with_their_state(tmp_path):
    for name, changes in {"2026-08": {}, "2026-q3": {}, "2026-10": {"is_mature": False}}.items():
        cycle(tmp_path, name, **changes)
    listed = index(tmp_path)
    places = [
        listed.index(f'href="{name}/index.html"') for name in ("2026-10", "2026-08", "2026-q3")
    ]
    assert places == sorted(places)
    assert '<span class="chip idle">read early</span>' in listed
    assert listed.count('<span class="chip good">complete</span>') == 2


def test_index_names_failed_pages_and_counts_signals(tmp_path):
    folder = cycle(tmp_path, "2026-10")
    findings = [{"is_signal": True}, {"is_signal": False}]
    (folder / "findings.json").write_text(json.dumps(findings), encoding="utf-8")
    write_notebook(folder / "notebooks" / "oncall_load.ipynb", text("x"), error="KeyError: x")
    write_team_index(folder.parent)
    assert '<span class="chip bad">failed: On-call</span>' in index(tmp_path)
    assert "1 signal · data up to" in index(tmp_path)


def test_folder_that_cannot_be_read_is_not_listed(tmp_path):
    folder = cycle(tmp_path, "2026-10")
    old = cycle(tmp_path, "2026-09")
    (old / "run.json").write_text("{}", encoding="utf-8")
    (folder.parent / "notes").mkdir()
    write_team_index(folder.parent)
    assert "2026-09" not in index(tmp_path)
    assert "2026-10/index.html" in index(tmp_path)


def test_team_without_pages_has_an_index_that_says_so(tmp_path):
    (tmp_path / "demo").mkdir()
    write_team_index(tmp_path / "demo")
    assert "No cycle has pages yet." in index(tmp_path)


def test_index_runs_no_script_and_shows_outside_text_as_text(tmp_path):
    cycle(tmp_path, "2026-10", title=ATTACK)
    assert "script-src &#39;none&#39;" in index(tmp_path)
    assert "<script" not in index(tmp_path)
    assert "<img" not in index(tmp_path)
