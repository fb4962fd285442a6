"""What fetching from GitHub costs, against the shared stand-in as slow as GitHub is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import Cost, Figure, once, opsreview

sys.path.append(str(Path(__file__).parents[1]))

from shared_double import Double, running_double

ITEMS = 5000
CHANGED_SHARE = 0.01  # of the items, so that 50 change
REVIEW = """\
repos: [o/r]
timezone: UTC
sources:
  - {{kind: github, api_url: "{url}"}}
"""


def figures_of_fetching(folder: Path) -> Iterator[Figure]:
    """A first reading, a refresh of nothing, a refresh of 50 changes, and a sweep."""
    os.environ["GITHUB_TOKEN"] = "ghp_canary0000"
    with running_double("--synthetic", f"o/r={ITEMS}", "--preset", "real") as double:
        (folder / "params" / "big").mkdir(parents=True)
        (folder / "params" / "big" / "review.yaml").write_text(REVIEW.format(url=double.url))
        cost, told = _fetched(folder, double)
        yield Figure(f"fetch of {ITEMS:,} items: queries", told["queries"], "", 120)
        yield Figure("  GraphQL points", told["points"], "", 260)
        yield Figure("  requests while told to wait", told["violations"], "", 0)
        yield Figure("  CPU", cost.cpu_seconds, "s", 3)
        yield Figure("  memory", cost.peak_mb, "MB", 150)
        ratio = cost.wall_seconds / told["served_seconds"]
        note = f"{cost.wall_seconds:.0f} s, of which {told['served_seconds']:.0f} s GitHub's"
        yield Figure("  time by the stand-in's own", ratio, "x", note=note)
        busy = 60 * told["served_seconds"] / cost.wall_seconds
        yield Figure("  GraphQL time a minute", busy, "s", 60)
        yield from _refreshed("refresh of nothing: queries", 1, folder, double)
        double.mutate({"op": "update", "fraction": CHANGED_SHARE})
        yield from _refreshed("refresh after 50 changes: queries", 3, folder, double)
        _, told = _fetched(folder, double, "--sweep")
        yield Figure("sweep: queries", told["queries"], "", note=f"{told['points']} points")


def _refreshed(name: str, limit: int, folder: Path, double: Double) -> Iterator[Figure]:
    cost, told = _fetched(folder, double)
    note = f"{told['points']} points, {cost.wall_seconds:.1f} s"
    yield Figure(name, told["queries"], "", limit, note)


def _fetched(folder: Path, double: Double, *words: str) -> tuple[Cost, dict[str, float]]:
    """What one fetch took, and what the stand-in saw of it."""
    double.reset()
    places = ["--params", str(folder / "params"), "--outputs", str(folder / "outputs")]
    cost = once(opsreview("fetch", "big", *places, *words))
    stats = double.stats()
    return cost, {
        "queries": stats["by_route"].get("graphql", 0),
        "points": stats["gql_points"],
        "violations": stats["violations"],
        "served_seconds": stats["server_seconds"],
    }
