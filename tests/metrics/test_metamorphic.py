"""What must not change a number, on real histories that a clone need not have beside it.

A history is changed in a way whose effect is known (moved in time, split in two, told in another
order, joined by a bot, cut at a past day), and every triage metric is read before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from factories import at
from polars.testing import assert_frame_equal

from metrics.views import TARGETS, ZONE
from opsreview.metrics.reading import CycleReading, Subject, read_cycle
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Groups
from opsreview.params import Team, load_team
from opsreview.sources import SourceRows
from opsreview.store import Store
from opsreview.tables.build import TeamTables, build_tables
from opsreview.tables.coverage import Coverage
from opsreview.window import MATURITY, Cycle, Window

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "github"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"real histories are not at {DATA}")

TRIAGE = [metric.id for metric in METRICS.values() if metric.topic == "triage"]
ITEMS = ("issues", "pull_requests")
MOMENT_OF = {"comments": "created_at", "reviews": "submitted_at", "events": "created_at"}
DRAFT_EVENTS = {"ready_for_review": True, "convert_to_draft": False, "converted_to_draft": False}
Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Known:
    """A dump as its source reads it, and the team it is read for."""

    key: str
    rows: SourceRows
    team: Team
    groups: Groups

    @property
    def repo(self) -> str:
        return self.team.review.repos[0]

    def subject(self, change: Callable[[SourceRows], SourceRows] = lambda rows: rows) -> Subject:
        tables = build_tables({self.key: change(self.rows)}, self.team)
        return Subject(tables, [self.repo], ZONE, self.groups, {})


@cache
def known(dump: str) -> Known:
    """One with events, labels and reviews, one without events, and one with neither reviews."""
    labels = {
        "bitcoin-core__gui": Groups({"p1": ["Bug"]}, {"wallet": ["Wallet"]}),
        "quicwg__multipath": Groups({"p1": ["design"]}, {}),
        "networkx__networkx": Groups({"p1": ["Defect"]}, {"docs": ["Documentation"]}),
    }
    repo = dump.replace("__", "/")
    review = f"""\
repos: [{repo}]
timezone: UTC
sources:
  - {{kind: github_dump, path: {DATA / dump}}}
bots: [DrahtBot]
"""
    with TemporaryDirectory() as folder:
        (Path(folder) / "real").mkdir()
        (Path(folder) / "real" / "review.yaml").write_text(review, encoding="utf-8")
        team = load_team("real", Path(folder))
        (source,) = team.review.sources
        with Store.open(Path(folder) / "real.sqlite") as store:
            source.fetch(store)
            return Known(source.key, source.rows(store), team, labels[dump])


@cache
def whole(dump: str) -> Subject:
    return known(dump).subject()


# A lively recent cycle and an old one of each.
CYCLES = [
    ("bitcoin-core__gui", "2026-07"),
    ("bitcoin-core__gui", "2021-04"),
    ("quicwg__multipath", "2025-09"),
    ("quicwg__multipath", "2023-03"),
    ("networkx__networkx", "2020-11"),
]
each_cycle = pytest.mark.parametrize(("dump", "cycle"), CYCLES)


def read(subject: Subject, window: Window, as_of: datetime) -> CycleReading:
    return read_cycle(subject, window=window, as_of=as_of, targets=TARGETS)


@cache
def plain(dump: str, cycle: str) -> CycleReading:
    return read(whole(dump), *plan_of(cycle))


def plan_of(cycle: str) -> tuple[Window, datetime]:
    window = Cycle(cycle, ZONE).window
    return window, window.end_at + MATURITY


def of_triage(frame: pl.DataFrame, scope: str = "all") -> pl.DataFrame:
    """The rows of all repositories together; those told by repository differ where they do."""
    is_wanted = pl.col("metric").is_in(TRIAGE)
    if "scope" in frame.columns:
        is_wanted &= pl.col("scope") == scope
    if "group" in frame.columns:
        is_wanted &= ~pl.col("group").str.starts_with("repo:")
    return frame.filter(is_wanted)


def assert_same(found: CycleReading, expected: CycleReading) -> None:
    assert_frame_equal(of_triage(found.metrics), of_triage(expected.metrics))
    assert_frame_equal(of_triage(found.curves), of_triage(expected.curves))
    assert_frame_equal(found.excluded, expected.excluded)


def changed(subject: Subject, change: Callable[[str, pl.DataFrame], pl.DataFrame]) -> Subject:
    frames = {name: change(name, frame) for name, frame in subject.tables.frames.items()}
    return replace(subject, tables=replace(subject.tables, frames=frames))


@each_cycle
def test_the_cycles_have_something_to_change(dump: str, cycle: str) -> None:
    metrics = of_triage(plain(dump, cycle).metrics)
    assert metrics.filter(pl.col("value").is_not_null())["metric"].n_unique() >= 6


# Moved in time


@each_cycle
def test_shifting_all_times_by_whole_weeks_shifts_nothing_else(dump: str, cycle: str) -> None:
    by = timedelta(weeks=-317)
    subject = whole(dump)
    moved = changed(subject, lambda name, frame: frame.with_columns(_moments_moved(by)))
    stretches = {
        key: tuple(stretch.shifted(by) for stretch in known_in)
        for key, known_in in subject.tables.coverage.stretches.items()
    }
    moved = replace(moved, tables=replace(moved.tables, coverage=Coverage(stretches)))
    window, as_of = plan_of(cycle)

    found = read(moved, window.shifted(by), as_of + by)
    back = CycleReading(
        found.metrics.with_columns(_moments_moved(-by)),
        curves=found.curves.with_columns(_moments_moved(-by)),
        excluded=found.excluded,
    )
    assert_same(back, plain(dump, cycle))


def _moments_moved(by: timedelta) -> pl.Expr:
    return pl.selectors.temporal() + by


# Split in two


@each_cycle
def test_splitting_a_repository_in_two_gives_the_same_totals(dump: str, cycle: str) -> None:
    repo, other = known(dump).repo, "team/other-half"
    is_moved = pl.col("number") % 2 == 1

    def split(name: str, frame: pl.DataFrame) -> pl.DataFrame:
        if not {"repo", "number"} <= set(frame.columns):
            return frame
        renamed = pl.when(is_moved).then(pl.lit(other)).otherwise("repo").alias("repo")
        return frame.with_columns(renamed)

    subject = changed(whole(dump), split)
    stretches = dict(subject.tables.coverage.stretches)
    stretches |= {(table, other): spoken for (table, _), spoken in stretches.items()}
    tables = replace(subject.tables, coverage=Coverage(stretches))
    found = read(replace(subject, tables=tables, repos=[repo, other]), *plan_of(cycle))

    expected = plain(dump, cycle)
    assert_frame_equal(of_triage(found.metrics), of_triage(expected.metrics))
    assert_frame_equal(of_triage(found.curves), of_triage(expected.curves))
    keys = ["metric", "key", "reason"]
    assert_frame_equal(
        found.excluded.select(keys).sort(keys), expected.excluded.select(keys).sort(keys)
    )
    for part in (repo, other):
        assert of_triage(found.metrics, part)["n"].sum() < of_triage(found.metrics)["n"].sum()


# A bot that talks everywhere


@each_cycle
def test_a_bots_comments_and_reviews_change_nothing(dump: str, cycle: str) -> None:
    subject = whole(dump)
    frames = dict(subject.tables.frames)
    opened = pl.concat([frames[name].select("repo", "number", "opened_at") for name in ITEMS])
    bot = {
        "author_account": pl.lit("helper[bot]"),
        "author_id": pl.lit("helper[bot]"),
        "author_kind": pl.lit("bot"),
        "author_is_team": pl.lit(True),
        "author_association": pl.lit("MEMBER"),
        "state": pl.lit("APPROVED"),
    }
    for table, key in (("comments", "comment_id"), ("reviews", "review_id")):
        moment = MOMENT_OF[table]
        said = pl.concat(
            opened.with_columns(
                pl.format("bot {} {}", "number", pl.lit(days)).alias(key),
                (pl.col("opened_at") + timedelta(days=days, minutes=1)).alias(moment),
                **bot,
            )
            for days in (0, 2, 400)
        )
        schema = frames[table].schema
        columns = [pl.col(name).cast(dtype) for name, dtype in schema.items()]
        frames[table] = pl.concat([frames[table], said.select(columns)])
        assert frames[table].height > subject.tables.frames[table].height
    talkative = replace(subject, tables=replace(subject.tables, frames=frames))

    assert_same(read(talkative, *plan_of(cycle)), plain(dump, cycle))


# Told in another order


@each_cycle
def test_order_of_rows_is_irrelevant(dump: str, cycle: str) -> None:
    def shuffled(name: str, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.sample(fraction=1, shuffle=True, seed=11)

    def told_in_disorder(rows: SourceRows) -> SourceRows:
        tables = {name: shuffled(name, frame) for name, frame in rows.tables.items()}
        return replace(rows, tables=tables)

    subject = changed(known(dump).subject(told_in_disorder), shuffled)
    assert_same(read(subject, *plan_of(cycle)), plain(dump, cycle))


# Cut at a past day


@dataclass(frozen=True)
class Cut:
    """A dump as it would have been had it been made at ``moment``.

    Later rows are not there, and the columns that GitHub tells as of today are put back by the
    events between then and now: state, close, merge, draft, labels, assignees, milestone. A dump
    without events holds one close of an item at most, so that is all that can be put back of it;
    titles, and what GitHub calls an author (``author_association``), cannot be put back at all:
    no number rests on titles, and who is in the team is taken as today's dump tells it.
    The dump speaks until ``speaks_until``: a claim that ends within a cycle would make it a shorter
    one, in which no deadline is pending.
    """

    moment: datetime
    speaks_until: datetime

    def __call__(self, rows: SourceRows) -> SourceRows:
        tables = dict(rows.tables)
        later = tables["events"].filter(pl.col("created_at") > self.moment)
        for table, moment in MOMENT_OF.items():
            if table in tables:
                tables[table] = tables[table].filter(pl.col(moment) <= self.moment)
        for table in ITEMS:
            opened = tables[table].filter(pl.col("opened_at") <= self.moment)
            back = list(self._items(opened, tables["events"], later))
            tables[table] = pl.DataFrame(back, schema=opened.schema)
        covers = {
            key: Window(spoken.start_at, min(spoken.end_at, self.speaks_until))
            for key, spoken in rows.covers.items()
        }
        return replace(rows, tables=tables, covers=covers, fetched_at=self.moment)

    def _items(
        self, items: pl.DataFrame, earlier: pl.DataFrame, later: pl.DataFrame
    ) -> Iterator[dict[str, Any]]:
        then, since = _by_number(earlier), _by_number(later)
        for item in items.iter_rows(named=True):
            number = item["number"]
            yield self._put_back(item, then.get(number, []), since.get(number, []))

    def _put_back(
        self, item: dict[str, Any], then: list[dict[str, Any]], since: list[dict[str, Any]]
    ) -> dict[str, Any]:
        item = dict(item)
        turns = [event for event in then if event["event"] in ("closed", "reopened")]
        is_later = item["closed_at"] is not None and item["closed_at"] > self.moment
        was_turned = any(event["event"] in ("closed", "reopened") for event in since)
        if is_later or was_turned:
            is_closed = bool(turns) and turns[-1]["event"] == "closed"
            item["closed_at"] = turns[-1]["created_at"] if is_closed else None
            item["state"] = "closed" if is_closed else "open"
            item["state_reason"] = None
        if item.get("merged_at") is not None and item["merged_at"] > self.moment:
            item |= {"merged_at": None, "merged_by_account": None}
        labels, assignees = set(item["labels"] or []), set(item["assignees"] or [])
        for event in reversed(since):
            _undo(event, "labeled", "unlabeled", event["label"], labels)
            _undo(event, "assigned", "unassigned", event["assignee"], assignees)
            if event["event"] in DRAFT_EVENTS:
                item["is_draft"] = DRAFT_EVENTS[event["event"]]
            if event["event"] in ("milestoned", "demilestoned"):
                is_gone = event["event"] == "demilestoned"
                item["milestone"] = event["milestone"] if is_gone else None
        return item | {"labels": sorted(labels), "assignees": sorted(assignees)}


def _by_number(events: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for event in events.sort("created_at", pl.col("event_id").cast(pl.Int64)).iter_rows(named=True):
        found.setdefault(event["number"], []).append(event)
    return found


def _undo(event: dict[str, Any], added: str, removed: str, what: str, held: set[str]) -> None:
    if event["event"] == added:
        held.discard(what)
    elif event["event"] == removed:
        held.add(what)


def with_the_team_of_today(dump: str, cut: TeamTables) -> TeamTables:
    """Who is in the team as today's dump tells it: a cut one lacks who was called a member later.

    People of whom there is nothing yet are not there.
    """
    today = whole(dump).tables.frames["people"].select("account", "is_team")
    frames = dict(cut.frames)
    for name, frame in frames.items():
        for column in [each for each in frame.columns if each.endswith("is_team")]:
            account = column.replace("is_team", "account") if column != "is_team" else "account"
            if account not in frame.columns:  # of spells: the closer's, by its id
                account = column.replace("is_team", "id")
            said = today.rename({"account": account, "is_team": "_today"})
            frame = (
                frame.join(said, on=account, how="left", maintain_order="left")
                .with_columns(pl.col("_today").alias(column))
                .drop("_today")
            )
        frames[name] = frame
    return replace(cut, frames=frames)


@pytest.mark.parametrize(
    ("dump", "cycle", "moment"),
    [
        ("bitcoin-core__gui", "2026-07", "2026-07-20 09:30"),
        ("bitcoin-core__gui", "2021-04", "2021-05-08"),
        ("bitcoin-core__gui", "2022-08", "2022-08-17 12:00"),
        ("quicwg__multipath", "2025-09", "2025-10-08"),
        ("quicwg__multipath", "2023-03", "2023-03-15 18:00"),
        ("networkx__networkx", "2020-11", "2020-12-08"),
    ],
)
def test_a_cycle_read_as_of_a_past_day_is_the_one_of_a_dump_cut_at_that_day(
    dump: str, cycle: str, moment: str
) -> None:
    window, as_of = Cycle(cycle, ZONE).window, at(moment)
    cut = known(dump).subject(Cut(as_of, max(as_of, window.end_at)))
    cut = replace(cut, tables=with_the_team_of_today(dump, cut.tables))
    assert cut.tables.frames["comments"].height < whole(dump).tables.frames["comments"].height

    found, expected = read(cut, window, as_of), read(whole(dump), window, as_of)
    assert_same(found, expected)
    assert of_triage(found.metrics)["n"].sum() > 20
