"""Speed and size in one run: each figure, its limit, the result, and whether it holds.

    .venv/bin/python tests/bench/bench.py [--json FILE]

Whole processes are measured, three times each, and the median is told. Seconds depend on the
machine and on what else it does; ratios and sizes do not. The project is left as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from fetching import figures_of_fetching
from measure import TIMES, Cost, Figure, measured, once, opsreview, python

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"  # real histories; what needs them is left out without them
DEMO = ("demo", "2025-05", "2026-10")  # a team, its first cycle, and the one that is built
GUI = ("gui", "2020-06", "2026-07")
GUI_AND_MORE = "gui-and-more"  # with a rota, incidents and releases from other projects
REPEATABLE = ("metrics.parquet", "findings.json", "proposals.yaml")
LIBRARIES = "import polars, scipy.special, dataframely, pydantic, icalendar"
GUI_REVIEW = f"""\
repos: [bitcoin-core/gui]
timezone: Europe/Madrid
sources:
  - {{kind: github_dump, path: {DATA}/github/bitcoin-core__gui}}
"""
MORE_SOURCES = f"""\
  - {{kind: ics, path: {DATA}/rotas/fenix.ics, person: "Necko triager: (?P<person>.+)"}}
  - {{kind: csv, table: incidents, path: {DATA}/incidents/packit-status.csv,
     columns: {{incident_id: id, opened_at: started_at, resolved_at: resolved_at}},
     where: {{kind: incident}}}}
  - {{kind: csv, table: releases, path: {DATA}/releases/vscode-yaml-tags.csv,
     columns: {{tag: tag_name, published_at: published_at}}, repo: bitcoin-core/gui}}
"""
PRIVACY = "privacy: {names: roles}\n"


def figures_of_start() -> Iterator[Figure]:
    alone, shown = measured(python("import typer, rich")), measured(opsreview("--help"))
    yield from told("opsreview --help", shown, limit=0.5)
    ratio = shown.wall_seconds / alone.wall_seconds
    yield Figure("… against importing typer and rich", ratio, "times")
    yield from told("importing the libraries of a build", measured(python(LIBRARIES)))


def figures_of_demo(outputs: Path) -> Iterator[Figure]:
    team, _, cycle = DEMO
    where = ["--params", str(ROOT / "params"), "--outputs", str(outputs)]
    yield from told("demo: fetch", measured(opsreview("fetch", team, *where)))
    yield from figures_of_build(DEMO, where, outputs, limit=None)
    command = opsreview("run", team, "--cycle", cycle, "--offline", *where)
    yield from told("demo: run --offline, all pages", measured(command), limit=15)
    yield from figures_of_pages(outputs / team / cycle)


def figures_of_gui(outputs: Path) -> Iterator[Figure]:
    where = ["--params", str(outputs / "params"), "--outputs", str(outputs)]
    for team, review in ((GUI[0], GUI_REVIEW), (GUI_AND_MORE, GUI_REVIEW + MORE_SOURCES)):
        folder = outputs / "params" / team
        folder.mkdir(parents=True)
        (folder / "review.yaml").write_text(review + PRIVACY, encoding="utf-8")
        fetched = measured(opsreview("fetch", team, *where))
        yield from told(f"{team}: fetch", fetched)
    yield from figures_of_build(GUI, where, outputs, limit=5)
    whole = measured(opsreview("build", GUI_AND_MORE, "--cycle", GUI[2], *where))
    yield from told(f"{GUI_AND_MORE}: build, all earlier months", whole)


def figures_of_decisions() -> Iterator[Figure]:
    """Last, and imported then: what this process holds counts in what is measured of others."""
    from decisions import figures_of_decisions

    yield from figures_of_decisions()


def figures_of_signals() -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from signals import figures_of_signals

    yield from figures_of_signals()


def figures_of_fairness() -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from fairness import figures_of_fairness

    yield from figures_of_fairness()


def figures_of_exploring() -> Iterator[Figure]:
    """Imported when it is asked for: it needs the widgets."""
    from exploring import figures_of_exploring

    yield from figures_of_exploring()


def figures_of_portfolio() -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from portfolio_page import figures_of_portfolio

    yield from figures_of_portfolio()


def figures_of_luck() -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from portfolio_luck import figures_of_luck

    yield from figures_of_luck()


def figures_of_clone(folder: Path) -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from clone import figures_of_clone

    folder.mkdir()
    yield from figures_of_clone(folder)


def figures_of_coverage() -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from interval_coverage import figures_of_coverage

    yield from figures_of_coverage()


def figures_of_a_million(folder: Path) -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from million import figures_of_a_million

    folder.mkdir()
    yield from figures_of_a_million(folder)


def figures_of_teams(folder: Path, teams: int) -> Iterator[Figure]:
    """Imported last, as those of decisions are."""
    from fleet_runs import figures_of_fleet

    folder.mkdir()
    yield from figures_of_fleet(folder, teams)


def figures_of_build(
    built: tuple[str, str, str], where: list[str], outputs: Path, *, limit: float | None
) -> Iterator[Figure]:
    """A cycle with all its history, what each earlier cycle adds, and whether it repeats itself."""
    team, first, cycle = built
    earlier = _months(cycle) - _months(first)
    alone = measured(opsreview("build", team, "--cycle", first, *where))
    command = opsreview("build", team, "--cycle", cycle, *where)
    once(command)
    before = digests(outputs / team / cycle)
    whole = measured(command)
    yield from told(f"{team}: build, {earlier} earlier months", whole, limit=limit)
    yield from told(f"{team}: build, no history", alone)
    added = (whole.cpu_seconds - alone.cpu_seconds) / earlier
    yield Figure(f"{team}: an earlier month, CPU", 1000 * added, "ms")
    ratio = added / alone.cpu_seconds
    yield Figure("… against a build of one cycle", ratio, "times")
    differing = sorted({name for name, _ in before ^ digests(outputs / team / cycle)})
    name = f"{team}: files that differ when built again"
    yield Figure(name, len(differing), "files", 0, ", ".join(differing))


def digests(folder: Path) -> set[tuple[str, str]]:
    """The files of a cycle that must repeat, and what is in them."""
    return {(name, hashlib.sha256((folder / name).read_bytes()).hexdigest()) for name in REPEATABLE}


def figures_of_pages(folder: Path) -> Iterator[Figure]:
    sizes = {path.name: path.stat().st_size / 1000 for path in folder.glob("*.html")}
    largest = max(sizes, key=lambda name: sizes[name])
    yield Figure("largest page, beside plotly.js", sizes[largest], "kB", 400, largest)
    yield Figure("all pages", sum(sizes.values()), "kB", note=f"{len(sizes)} pages")


def told(name: str, cost: Cost, *, limit: float | None = None) -> Iterator[Figure]:
    note = f"CPU {cost.cpu_seconds:.2f} s, {cost.peak_mb:.0f} MB"
    yield Figure(name, cost.wall_seconds, "s", limit, note)


def _months(cycle: str) -> int:
    year, month = cycle.split("-")
    return 12 * int(year) + int(month)


def line_of(figure: Figure) -> str:
    limits = [f"{limit:g}" for limit in (figure.at_least, figure.limit) if limit is not None]
    least = "≥ " if figure.limit is None else ""
    limit = f"{least}{' to '.join(limits)} {figure.unit}" if limits else ""
    value = f"{figure.value:.0f}" if figure.value >= 100 else f"{figure.value:.3g}"
    result = f"{value} {figure.unit}"
    return f"{figure.name:42} {limit:>9} {result:>12}  {figure.verdict:7} {figure.note}".rstrip()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    arguments.add_argument("--teams", type=int, default=6, help="of the fleet (default: 6)")
    asked = arguments.parse_args()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    busy = os.getloadavg()[0]  # of the cores, before anything is measured: 0 is an idle machine
    print(f"{machine} {platform.machine()}; load {busy:.1f}; median of {TIMES}\n", flush=True)
    print(f"{'figure':42} {'limit':>9} {'result':>12}")
    figures = []
    with tempfile.TemporaryDirectory(prefix="opsreview-bench-") as scratch:
        parts = [figures_of_start(), figures_of_demo(Path(scratch) / "demo")]
        if DATA.is_dir():
            parts.append(figures_of_gui(Path(scratch) / "gui"))
            parts.append(figures_of_fetching(Path(scratch) / "fetching"))
        parts.append(figures_of_a_million(Path(scratch) / "million"))
        parts.append(figures_of_clone(Path(scratch) / "clone"))
        parts.append(figures_of_decisions())
        parts.append(figures_of_coverage())
        parts.append(figures_of_signals())
        parts.append(figures_of_luck())
        parts.append(figures_of_fairness())
        parts.append(figures_of_exploring())
        parts.append(figures_of_teams(Path(scratch) / "fleet", asked.teams))
        parts.append(figures_of_portfolio())
        for figure in (figure for part in parts for figure in part):
            figures.append(figure)
            print(line_of(figure), flush=True)
    if asked.json:
        rows = [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
        asked.json.write_text(json.dumps({"machine": machine, "figures": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
