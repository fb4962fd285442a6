"""How long the page of all teams takes over a hundred teams with two years of history."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import polars as pl
from measure import Figure, measured, opsreview

sys.path.insert(0, str(Path(__file__).parents[1]))

from cycle_documents import CYCLE, signals_json
from cycle_factory import history_frame, write_cycle, write_loop

TEAMS, CYCLES = 100, 24
OTHERS = 5  # as many rows again of metrics that lead no page: a real history has some 8,700
MOST_SECONDS = 3.0


def figures_of_portfolio() -> Iterator[Figure]:
    """The whole command, the start of Python included."""
    with tempfile.TemporaryDirectory(prefix="bench-") as root:
        outputs = fleet(Path(root), teams=TEAMS, cycles=CYCLES)
        cost = measured(opsreview("portfolio", "--outputs", str(outputs)))
        size = (outputs / "portfolio.html").stat().st_size / 1000
    name = f"portfolio: {TEAMS} teams, {CYCLES} cycles of history"
    yield Figure(name, cost.wall_seconds, "s", limit=MOST_SECONDS)
    yield Figure(f"{name}, memory", cost.peak_mb, "MB")
    yield Figure(f"{name}, size of the page", size, "kB")


def fleet(outputs: Path, *, teams: int, cycles: int) -> Path:
    """Copies of one small built cycle with other numbers, beside the folders of earlier ones."""
    one = write_loop(write_cycle(outputs / "pattern"))
    told = history_frame(cycles)
    untold = [told.with_columns(metric=f"other_{at}" + pl.col("metric")) for at in range(OTHERS)]
    pl.concat([told, *untold]).write_parquet(one / "history.parquet")
    (one / "index.html").write_text("<p>", "utf-8")
    for at in range(teams):
        team = outputs / "fleet" / f"team-{at:03}"
        shutil.copytree(one, team / "2026-10")
        _changed(team / "2026-10", at)
        for cycle in islice(CYCLE.before(datetime.min.replace(tzinfo=UTC)), cycles):
            (team / cycle.name).mkdir()
            shutil.copyfile(one / "run.json", team / cycle.name / "run.json")
    return outputs / "fleet"


def _changed(folder: Path, at: int) -> None:
    """Numbers of its own, and a signal for every tenth team."""
    for name in ("metrics.parquet", "history.parquet"):
        rows = pl.read_parquet(folder / name)
        factor = 1 + (at % 17) / 50
        numbers = [pl.col(column) * factor for column in ("value", "lower", "upper")]
        rows.with_columns(numbers).write_parquet(folder / name)
    moved = ["response_attainment.share_answered"] if at % 10 == 0 else []
    (folder / "signals.json").write_text(json.dumps(signals_json(*moved)), "utf-8")


if __name__ == "__main__":
    for figure in figures_of_portfolio():
        print(f"{figure.name}: {figure.value:.2f} {figure.unit} {figure.verdict}")
