"""What a cycle costs in a history of a million items and ten million events.

The tables are made by numpy as they are typed, ten years of them, and written to parquet; a
process of its own reads them and measures one month. The same three metrics are measured with
pandas too, in the environment of lifelines, which has it; it is left out where that is missing.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from measure import TIMES, Cost, Figure, once

from opsreview.metrics.reading import Subject, read_cycle, read_metric
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Groups, Measured, Targets
from opsreview.tables.build import TeamTables
from opsreview.tables.coverage import Coverage
from opsreview.tables.history import open_spells
from opsreview.tables.schemas import SCHEMAS
from opsreview.window import MATURITY, Cycle, Window

ITEMS = 1_000_000
SIZES = (ITEMS // 4, ITEMS // 2, ITEMS)
EVENTS_PER_ITEM = 10  # comments, reviews and events together
REPO = "team/product"
START_AT, END_AT = datetime(2016, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
CYCLE = Cycle("2026-09", ZoneInfo("UTC"))
TARGET_HOURS = 72.0
COMPARED = ("time_to_first_response", "response_attainment", "backlog")
TEAM, OUTSIDERS, BOTS = 40, 20_000, 10
LABELS = ("bug", "docs", "urgent", "feature", "question")
GROUPS = Groups(priorities={"p1": ["urgent"]}, areas={"docs": ["docs"]})
HOUR = 3_600_000_000  # microseconds
PANDAS = Path(__file__).parents[2] / ".venv" / "oracle" / "bin" / "python"
MOST_SECONDS, MOST_MB, LEAST_TIMES = 10, 2048, 3

Ints = np.ndarray
Found = TypeVar("Found")


def figures_of_a_million(folder: Path) -> Iterator[Figure]:
    """A cycle's seconds and memory, how they grow with size, and the ratio to pandas."""
    seconds = {}
    for size in SIZES:
        cost, found = _read(folder / str(size), size)
        seconds[size] = found["seconds"]
        yield from _figures_of_size(size, cost, found)
    growth = seconds[SIZES[-1]] / seconds[SIZES[0]]
    limit = 1.2 * SIZES[-1] / SIZES[0]
    told = ", ".join(f"{size:,}: {seconds[size]:.2f} s" for size in SIZES)
    yield Figure("  four times the items take", growth, "times", limit, told)
    if PANDAS.exists():
        yield _against_pandas(folder / str(SIZES[-1]))


def simulated_tables(items: int, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Typed tables of ``items`` issues and pull requests and ten times as many events."""
    history = _History(items, np.random.default_rng(seed))
    tables = {name: schema.create_empty() for name, schema in SCHEMAS.items()}
    tables |= {"people": _people(), **history.items()}
    tables |= {"comments": history.comments(), "reviews": history.reviews()}
    tables["events"] = history.events()
    tables["spells"] = pl.concat(
        open_spells(tables[table], tables["events"]).with_columns(kind=pl.lit(kind))
        for table, kind in (("issues", "issue"), ("pull_requests", "pull_request"))
    )
    return tables


@dataclass
class _History:
    """Items in the order they were opened, three issues to two pull requests."""

    size: int
    dice: np.random.Generator

    def __post_init__(self) -> None:
        first, last = (int(at.timestamp()) * 1_000_000 for at in (START_AT, END_AT))
        self.last = last
        self.opened = np.sort(self.dice.integers(first, last, self.size))
        self.author = self._people_at_random(self.size, bots=0.03)
        self.closed = self.opened + self._waits(self.size, median_hours=200, sigma=2.2)
        self.is_pull = np.arange(self.size) % 5 >= 3

    def items(self) -> dict[str, pl.DataFrame]:
        is_closed = self.closed < self.last
        number = pl.Series("number", np.arange(1, self.size + 1))
        label = pl.Series(LABELS).gather(self.dice.integers(0, len(LABELS), self.size))
        all_items = pl.DataFrame({"number": number}).with_columns(
            repo=pl.lit(REPO),
            opened_at=_moments(self.opened),
            closed_at=pl.when(pl.Series(is_closed)).then(_moments(self.closed)),
            state=pl.when(pl.Series(is_closed)).then(pl.lit("closed")).otherwise(pl.lit("open")),
            labels=label.reshape((-1, 1)).arr.to_list(),
            title=pl.format("Number {}", "number"),
            url=pl.format("https://example.org/{}", "number"),
            is_draft=pl.lit(False),
            **_who("author", self.author),
        )
        pulls = all_items.filter(pl.Series(self.is_pull)).with_columns(merged_at="closed_at")
        issues = all_items.filter(pl.Series(~self.is_pull))
        return {"issues": _typed("issues", issues), "pull_requests": _typed("pull_requests", pulls)}

    def comments(self) -> pl.DataFrame:
        """Five an item, a quarter of them the author's own and a tenth by bots."""
        item = self._some_items(5 * self.size)
        author = self._people_at_random(item.size, bots=0.1)
        is_own = self.dice.random(item.size) < 0.25
        author[is_own] = self.author[item[is_own]]
        return self._acts("comments", "comment_id", item, "author", author, "created_at", {})

    def reviews(self) -> pl.DataFrame:
        """One an item, all of them on pull requests."""
        item = self.dice.choice(np.flatnonzero(self.is_pull), self.size)
        author = self._people_at_random(item.size, bots=0.05)
        told = {"state": pl.lit("APPROVED")}
        return self._acts("reviews", "review_id", item, "author", author, "submitted_at", told)

    def events(self) -> pl.DataFrame:
        """Each close, some that were closed and reopened before, and labels and mentions."""
        closed = np.flatnonzero(self.closed < self.last)
        twice = closed[self.dice.random(closed.size) < 0.04]
        rest = self._some_items(4 * self.size - closed.size - 2 * twice.size)
        item = np.concatenate((closed, twice, twice, rest))
        kinds = ("labeled", "assigned", "mentioned", "subscribed", "closed", "reopened")
        sizes = (closed.size, twice.size, twice.size)
        kind = np.concatenate((np.repeat([4, 4, 5], sizes), self.dice.integers(0, 4, rest.size)))
        third = (self.closed[twice] - self.opened[twice]) // 3
        at = np.concatenate(
            (
                self.closed[closed],
                self.opened[twice] + third,
                self.opened[twice] + 2 * third,
                self.opened[rest] + self._waits(rest.size, median_hours=100, sigma=2),
            )
        )
        label = pl.Series(LABELS).gather(self.dice.integers(0, len(LABELS), item.size))
        told = {
            "event": pl.Series(kinds).gather(kind),
            "label": pl.when(pl.Series(kind == 0)).then(label),
        }
        actor = self._people_at_random(item.size, bots=0.2)
        return self._acts("events", "event_id", item, "actor", actor, "created_at", told, at)

    def _acts(
        self,
        table: str,
        key: str,
        item: Ints,
        role: str,
        who: Ints,
        moment: str,
        told: dict[str, pl.Expr | pl.Series],
        at: Ints | None = None,
    ) -> pl.DataFrame:
        when = self.opened[item] + self._waits(item.size, 60, 2.2) if at is None else at
        late = when >= self.last
        when[late] = self.dice.integers(self.opened[item[late]], self.last)
        acts = pl.DataFrame({"number": item + 1, moment: _moments(when)}).with_columns(
            repo=pl.lit(REPO), **_who(role, who), **told
        )
        ids = pl.int_range(1, pl.len() + 1).cast(pl.String)
        return _typed(table, acts.sort(moment).with_columns(ids.alias(key)))

    def _some_items(self, count: int) -> Ints:
        return self.dice.integers(0, self.size, count)

    def _people_at_random(self, count: int, *, bots: float) -> Ints:
        """Places in ``_people``: two in five of the humans' acts are the team's."""
        kind = self.dice.random(count)
        who = TEAM + self.dice.integers(0, OUTSIDERS, count)
        is_team = kind < 0.4
        who[is_team] = self.dice.integers(0, TEAM, int(is_team.sum()))
        is_bot = kind > 1 - bots
        who[is_bot] = TEAM + OUTSIDERS + self.dice.integers(0, BOTS, int(is_bot.sum()))
        return who

    def _waits(self, count: int, median_hours: float, sigma: float) -> Ints:
        hours = median_hours * np.exp(self.dice.normal(0, sigma, count))
        return np.minimum(hours * HOUR, 1e17).astype(np.int64)


def main(folder: Path, told: Path, what: str) -> None:
    """Read the tables in ``folder`` and measure a cycle or the three; write what it took."""
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in (*SCHEMAS, "spells")}
    covers = {(name, REPO): Window(START_AT, END_AT) for name in SCHEMAS}
    team_tables = TeamTables(tables, {}, Coverage.of(covers.items()), {})
    subject = Subject(team_tables, [REPO], CYCLE.zone, GROUPS, {})
    plan = {
        "window": CYCLE.window,
        "as_of": CYCLE.window.end_at + MATURITY,
        "targets": Targets(TARGET_HOURS),
    }
    if what == "cycle":
        seconds, reading = _timed(lambda: read_cycle(subject, **plan))
        found = _told_of_cycle(reading.metrics)
    else:
        plain = replace(subject, groups=Groups())
        three = [
            _timed(lambda: {name: read_metric(name, plain, **plan) for name in COMPARED})
            for _ in range(TIMES)
        ]
        seconds = statistics.median(seconds for seconds, _ in three)
        found = _told_of_three(three[0][1])
    told.write_text(json.dumps(found | {"seconds": seconds}), encoding="utf-8")


def _timed(read: Callable[[], Found]) -> tuple[float, Found]:
    started = time.perf_counter()
    found = read()
    return time.perf_counter() - started, found


def _told_of_cycle(metrics: pl.DataFrame) -> dict:
    triage = [name for name, metric in METRICS.items() if metric.topic == "triage"]
    is_told = pl.col("metric").is_in(triage) & (pl.col("n") > 0)
    return {"metrics": metrics.filter(is_told)["metric"].n_unique(), "of": len(triage)}


def _told_of_three(measured: dict[str, Measured]) -> dict:
    return {
        "median_hours": measured["time_to_first_response"].estimates[0].value,
        "shares": [part.value for part in measured["response_attainment"].estimates[:3]],
        "open": measured["backlog"].rows["open_count"].to_list(),
    }


def _read(folder: Path, size: int) -> tuple[Cost, dict]:
    folder.mkdir()
    for name, table in simulated_tables(size).items():
        table.write_parquet(folder / f"{name}.parquet", compression="lz4")
    told = folder / "found.json"
    cost = once([sys.executable, __file__, str(folder), str(told), "cycle"])
    return cost, json.loads(told.read_text(encoding="utf-8"))


def _figures_of_size(size: int, cost: Cost, found: dict) -> Iterator[Figure]:
    is_whole = size == SIZES[-1]
    note = (
        f"CPU {cost.cpu_seconds:.1f} s; without loading the tables {found['seconds']:.1f} s; "
        f"{found['metrics']} of {found['of']} triage metrics have something to tell"
    )
    name = f"{size:,} items, {size * EVENTS_PER_ITEM:,} events: a cycle"
    yield Figure(name, cost.wall_seconds, "s", MOST_SECONDS if is_whole else None, note)
    yield Figure("  memory", cost.peak_mb, "MB", MOST_MB if is_whole else None)


def _against_pandas(folder: Path) -> Figure:
    """The same three metrics by both, each the median of some times; the numbers are the same."""
    _write_for_pandas(folder)
    told = folder / "pandas.json"
    script = Path(__file__).with_name("million_in_pandas.py")
    once([str(PANDAS), "-I", str(script), str(folder), str(told)])
    theirs = json.loads(told.read_text(encoding="utf-8"))
    told = folder / "three.json"
    once([sys.executable, __file__, str(folder), str(told), "three"])
    ours = json.loads(told.read_text(encoding="utf-8"))
    for name in ("median_hours", "shares", "open"):
        if not np.allclose(ours[name], theirs[name], rtol=1e-9):
            sys.exit(f"{name}: pandas found {theirs[name]}, opsreview {ours[name]}")
    times = theirs["seconds"] / ours["seconds"]
    note = f"{theirs['seconds']:.2f} s against {ours['seconds']:.2f} s, the same numbers"
    return Figure(
        "  three metrics, pandas by ours", times, "times", note=note, at_least=LEAST_TIMES
    )


def _write_for_pandas(folder: Path) -> None:
    """The columns that the three metrics need, for an environment that reads no parquet.

    Text goes as codes and words, which it puts together again before the time is taken.
    """
    wanted = {
        "issues": ("repo", "number", "opened_at", "author_id", "author_kind"),
        "comments": (
            "repo",
            "number",
            "created_at",
            "author_id",
            "author_kind",
            "author_is_team",
        ),
        "spells": ("repo", "number", "kind", "spell", "start_at", "end_at"),
    }
    for table, columns in wanted.items():
        frame = pl.read_parquet(folder / f"{table}.parquet", columns=list(columns))
        arrays = {}
        for column in columns:
            values = frame[column]
            if values.dtype in (pl.String, pl.Enum):
                words = values.cast(pl.String).unique().sort()
                codes = values.cast(pl.String).cast(pl.Enum(words)).to_physical()
                arrays[f"{column}.codes"] = codes.to_numpy()
                arrays[f"{column}.words"] = np.array(words.to_list())
            else:
                arrays[column] = values.to_numpy()
        np.savez(folder / f"{table}.npz", **arrays)
    plan = {
        "start": CYCLE.window.start_at,
        "end": CYCLE.window.end_at,
        "as_of": CYCLE.window.end_at + MATURITY,
    }
    said = {name: at.replace(tzinfo=None).isoformat() for name, at in plan.items()}
    (folder / "plan.json").write_text(json.dumps(said | {"target_hours": TARGET_HOURS}))


def _people() -> pl.DataFrame:
    names = [
        *(f"member{n}" for n in range(TEAM)),
        *(f"person{n}" for n in range(OUTSIDERS)),
        *(f"robot{n}[bot]" for n in range(BOTS)),
    ]
    kinds = ["human"] * (TEAM + OUTSIDERS) + ["bot"] * BOTS
    is_team = [True] * TEAM + [False] * (OUTSIDERS + BOTS)
    people = {"person_id": names, "account": names, "kind": kinds, "is_team": is_team}
    return _typed("people", pl.DataFrame(people).with_columns(zone=pl.lit("Europe/Madrid")))


def _who(role: str, who: Ints) -> dict[str, pl.Series]:
    known = _people()[who]
    return {
        f"{role}_account": known["account"],
        f"{role}_id": known["person_id"],
        f"{role}_kind": known["kind"],
        f"{role}_is_team": known["is_team"],
    }


def _moments(micros: Ints) -> pl.Series:
    return pl.Series(micros).cast(pl.Datetime("us", "UTC"))


def _typed(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with all of its table's columns; what was not told is null."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in SCHEMAS[table].create_empty().schema.items()
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
