"""The whole demo review, as a person who has just cloned the project meets it."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from browser import opened

from opsreview.blocks.methods import assumption_of
from opsreview.portfolio import read_portfolio, write_portfolio

PAGES = (
    "index.html",
    "triage_throughput.html",
    "oncall_load.html",
    "release_regularity.html",
    "operating_model.html",
)
DRAWN = 'class="plot js-plotly-plot"'
PLOTLY = "application/vnd.plotly.v1+json"
LARGEST_PAGE = 400_000


def figures_made(page: Path) -> int:
    """How many figures the page's notebook holds."""
    name = "retrospective" if page.name == "index.html" else page.stem
    notebook = json.loads((page.parent / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return sum(PLOTLY in output.get("data", {}) for output in outputs)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_small_and_has_every_figure_with_its_table(built_demo, name):
    page = built_demo / name
    text = page.read_text("utf-8")
    assert "FAILED" not in text
    assert page.stat().st_size <= LARGEST_PAGE
    assert text.count("<figure") == figures_made(page)
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert all("<details" in figure and "<table" in figure for figure in figures)


def test_pages_hold_figures_at_all(built_demo):
    assert sum(figures_made(built_demo / name) for name in PAGES) >= 12


@pytest.mark.parametrize("name", PAGES)
def test_page_draws_all_figures_and_asks_for_nothing(built_demo, name):
    page = opened(built_demo / name)
    assert page.document.count(DRAWN) == page.document.count("<figure")
    assert page.console == []
    assert page.requests == []


@pytest.mark.parametrize("name", PAGES)
def test_page_refuses_scripts_and_requests_that_are_not_its_own(built_demo, name):
    text = html.unescape((built_demo / name).read_text("utf-8"))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert not re.findall(r'src="(?:https?:)?//', text)
    led_to = re.findall(r'href="(?:https?:)?//([^/"]+)', text)
    standards = {"chaoss.community", "chaoss.github.io", "sre.google", "dora.dev"}
    assert set(led_to) <= {"github.com", *standards}


def test_front_page_names_the_zone_the_simulation_and_its_parts_in_order(built_demo):
    text = (built_demo / "index.html").read_text("utf-8")
    assert "Europe/Madrid" in text
    assert "simulated" in text.lower()
    parts = ["What waits on us", "Proposed changes", "Data quality"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_octobers_story_is_told(built_demo):
    findings = {found["id"]: found for found in json.loads(read(built_demo, "findings.json"))}
    attainment = findings["response_attainment.share_answered"]
    assert attainment["value"] < attainment["usual_low"]
    assert findings["backlog.change"]["value"] > 0
    releases = findings["release_frequency.count"]["claim"]
    assert releases.startswith("3 releases were published: 1 stable release")
    assert findings["busiest_share.share"]["value"] > 0.5
    assert {"promise.first-answer", "promise.shared-load"} <= set(findings)


def test_the_response_picture_meets_the_headline_at_the_target(built_demo):
    run = json.loads(read(built_demo, "run.json"))
    target = run["target_hours"]["response_attainment"]
    of_all = (pl.col("metric") == "response_attainment") & (pl.col("scope") == "all")
    is_whole = of_all & (pl.col("group") == "all")
    curves = pl.read_parquet(built_demo / "curves.parquet").filter(is_whole)
    by_target = curves.filter(pl.col("hours") <= target).sort("hours").group_by("curve").last()
    at_target = dict(by_target.select("curve", "value").rows())
    metrics = pl.read_parquet(built_demo / "metrics.parquet").filter(is_whole)
    shares = dict(metrics.select("statistic", "value").rows())
    assert at_target["answered"] == pytest.approx(shares["share_answered"], abs=2e-9)
    assert at_target["waiting"] == pytest.approx(shares["share_waiting"], abs=2e-9)


def test_triage_page_opens_with_what_waits_and_who_owns_it(built_demo):
    text = (built_demo / "triage_throughput.html").read_text("utf-8")
    headings = re.findall(r"<h2>(.*?)(?: <small|</h2>)", text)
    assert headings[0] == "What waits on us now"
    assert headings.index("Why does it take long?") < headings.index("Do issues come when we work?")
    waiting = pl.read_parquet(built_demo / "waiting.parquet").drop_nulls("area")
    owners = dict(waiting.select("area", "owner").unique().rows())
    assert owners.items() <= {"author": "ben", "preview": "cleo", "diagnostics": "dev"}.items()
    assert owners


def test_every_method_of_the_demo_says_what_it_assumes(built_demo):
    metrics = pl.read_parquet(built_demo / "metrics.parquet")
    methods = metrics.filter(pl.col("method") != "none")["method"].unique().to_list()
    assert {method for method in methods if not assumption_of(method)} == set()


def test_summary_says_the_six_headlines(built_demo):
    lines = read(built_demo, "summary.md").splitlines()
    assert lines[0] == "# demo: October 2026"
    assert sum(line.startswith("- ") and "earlier cycles" in line for line in lines) == 6


def test_nothing_of_the_demo_is_rejected_and_its_people_are_declared_simulated(built_demo):
    run = json.loads(read(built_demo, "run.json"))
    assert run["simulated"]
    assert [source["rejected"] for source in run["sources"]] == [0]
    accounts = pl.read_parquet(built_demo / "tables" / "people.parquet")["account"]
    assert accounts.str.starts_with("sim-").all()


def test_index_lists_the_cycle(built_demo):
    text = (built_demo.parent / "index.html").read_text("utf-8")
    assert 'href="2026-10/index.html"' in text
    assert "October 2026" in text


def test_no_path_of_the_machine_is_in_what_is_published(built_demo):
    root = str(Path(__file__).parents[2]).encode()
    for path in built_demo.rglob("*"):
        if path.is_file() and not str(path.relative_to(built_demo)).startswith("tables"):
            content = path.read_bytes()
            assert root not in content, path.name
            assert str(built_demo).encode() not in content, path.name


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8")


def test_page_of_all_teams_shows_the_demos_six_and_names_nobody(built_demo, tmp_path):
    copy = shutil.copytree(built_demo, tmp_path / "demo" / built_demo.name)
    portfolio = read_portfolio(tmp_path)
    (team,) = portfolio.teams
    signals = json.loads(read(copy, "signals.json"))["headlines"]
    assert [bool(each.mark) for each in team.multiples] == [row["is_signal"] for row in signals]
    text = Path(write_portfolio(portfolio)).read_text("utf-8")
    shown = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    people = {"ada", "ben", "cleo", "dev", "eli"}
    assert not people & set(re.findall(r"\w+", shown.lower()))
