"""Real histories from ../shared/data, which a clone need not have: their numbers and traps."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dump_factory import SmallTeam, value_of, write_yaml

from opsreview import pipeline
from opsreview.metrics.reading import read_cycle
from opsreview.params import load_team
from opsreview.pipeline.reading import TeamHistory, plan_of, read_team, targets_of
from opsreview.review import Review

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real histories are not at {DATA}")
GUI = "bitcoin-core/gui"
GUI_SOURCES = [
    {"kind": "github_dump", "path": "github/bitcoin-core__gui"},
    {"kind": "ics", "path": "rotas/fenix.ics", "person": "Necko triager: (?P<person>.+)"},
    {
        "kind": "csv",
        "table": "incidents",
        "path": "incidents/packit-status.csv",
        "name": "packit",
        "where": {"kind": "incident"},
        "columns": {
            "incident_id": "id",
            "opened_at": "started_at",
            "resolved_at": "resolved_at",
            "severity": "severity",
            "service": "affected",
        },
    },
    {
        "kind": "csv",
        "table": "incident_events",
        "path": "incidents/packit-status-updates.csv",
        "name": "packit",
        "columns": {
            "incident_id": "incident_id",
            "at": "at",
            "person": "person",
            "event": "status",
        },
    },
    {
        "kind": "csv",
        "table": "releases",
        "path": "releases/vscode-yaml-tags.csv",
        "repo": GUI,
        "columns": {"tag": "tag_name", "published_at": "published_at"},
    },
]


def team_on(root: Path, repo: str, *sources: dict[str, Any]) -> SmallTeam:
    """A team that reads files of the shared data, all of it without people and model."""
    team = SmallTeam(root, "real")
    found = [source | {"path": str(DATA / source["path"])} for source in sources]
    given = {"repos": [repo], "timezone": "UTC", "sources": found, "bots": ["DrahtBot"]}
    write_yaml(team.folder / "review.yaml", given | {"privacy": {"names": "shown"}})
    return team.fetch()


def built(team: SmallTeam, cycle: str) -> Review:
    done = pipeline.build(team.name, **team.places, cycle=cycle, as_of=None, say=lambda line: None)
    assert done.problems == ()
    return Review(done.path)


@pytest.fixture(scope="module")
def gui(tmp_path_factory: pytest.TempPathFactory) -> SmallTeam:
    return team_on(tmp_path_factory.mktemp("gui"), GUI, *GUI_SOURCES)


@pytest.fixture(scope="module")
def history(gui: SmallTeam) -> TeamHistory:
    return read_team(load_team(gui.name, gui.params), gui.store)


@pytest.fixture(scope="module")
def august(gui: SmallTeam) -> Review:
    """August 2024, built with every month before it."""
    return built(gui, "2024-08")


@pytest.fixture(scope="module")
def estimates(history: TeamHistory) -> Callable[..., dict[str, Any]]:
    """One statistic of any cycle, read as a build reads it but without the cycles before it."""

    @cache
    def read(cycle: str) -> pl.DataFrame:
        plan = plan_of(history, cycle, None)
        targets = targets_of(history, plan)
        window = plan.cycle.window
        return read_cycle(history.subject, window=window, as_of=plan.as_of, targets=targets).metrics

    def estimate(cycle: str, metric: str, statistic: str, group: str = "all") -> dict[str, Any]:
        wanted = {"scope": "all", "metric": metric, "statistic": statistic, "group": group}
        return read(cycle).row(
            by_predicate=pl.all_horizontal(pl.col(c) == v for c, v in wanted.items()), named=True
        )

    return estimate


def test_march_2021_had_eighteen_issues(estimates):
    assert estimates("2021-03", "issues_new", "count", "kind:issue")["value"] == 18
    assert estimates("2021-03", "time_to_first_response", "median")["n"] == 18
    assert estimates("2021-03", "oncall_share", "hours")["value"] is None


def test_august_2024_has_four_believable_incidents_of_five_and_a_shift(august):
    with (DATA / "incidents" / "packit-status.csv").open(encoding="utf-8") as file:
        month = [row for row in csv.DictReader(file) if row["started_at"].startswith("2024-08")]
    assert sum(row["kind"] == "incident" for row in month) == 5
    rejected = pl.read_parquet(august.folder / "rejected" / "incidents.parquet")
    unread = rejected.filter(pl.col("row").str.contains("2024-08"))
    assert unread.height == 1
    assert "is not a time like" in unread["reason"][0]
    assert august.estimate("time_to_resolve", "median").n == 4
    assert (value_of(august, "oncall_share", "hours") or 0) > 0


@pytest.mark.parametrize(
    ("metric", "statistic", "table"),
    [
        ("interruptions", "count", "incidents"),
        ("time_to_resolve", "median", "incidents"),
        ("oncall_share", "hours", "shifts"),
    ],
)
def test_july_2026_knows_nothing_of_incidents_and_shifts(estimates, metric, statistic, table):
    estimate = estimates("2026-07", metric, statistic)
    assert (estimate["value"], estimate["n"]) == (None, 0)
    assert estimate["reason"].startswith(f"{table} are known from ")
    assert estimates("2026-07", "issues_new", "count")["value"] > 0


def test_quarter_is_the_sum_of_its_months(estimates):
    cycles = ("2024-q3", "2024-07", "2024-08", "2024-09")
    quarter, *months = (estimates(cycle, "issues_new", "count")["value"] for cycle in cycles)
    assert quarter == sum(months) > 0


def test_backlog_rebuilt_from_events_is_what_was_open(estimates):
    assert estimates("2026-07", "backlog", "at_end")["value"] == 156
    assert estimates("2026-08", "backlog", "at_start")["value"] == 156
    now = estimates("2026-08", "backlog", "at_end")
    assert now["value"] == 154
    assert now["as_of"] == datetime(2026, 8, 21, 19, 51, 11, tzinfo=UTC)


def test_incidents_typed_by_hand_are_rejected_with_the_reason_and_counted(august):
    reasons = pl.read_parquet(august.folder / "rejected" / "incidents.parquet")["reason"].to_list()
    assert sum("is not a time like" in reason for reason in reasons) >= 2
    assert "resolved_at is before opened_at" in reasons
    (incidents,) = (
        source for source in august.run["sources"] if "packit-status.csv" in source["source"]
    )
    assert incidents["rejected"] == len(reasons)
    assert sum("names no zone" in reason for reason in reasons) == 4
    assert incidents["assumed_zone"] == 0


def test_no_path_of_the_machine_is_in_run_json(august):
    assert str(DATA) not in json.dumps(august.run)


def test_history_without_authors_and_comments_says_so_and_shows_no_zeros(tmp_path):
    source = {"kind": "github_dump", "path": "github/quarkusio__quarkus"}
    review = built(team_on(tmp_path, "quarkusio/quarkus", source), "2024-08")
    assert (value_of(review, "issues_new", "count", "kind:issue") or 0) > 100
    for metric in ("time_to_first_response", "response_attainment", "waiting_on_team"):
        rows = review.metric(metric)
        assert rows["value"].drop_nulls().is_empty()
        assert set(rows["reason"]) == {"no source gives comments"}
    assert review.metric("time_to_first_review")["value"].drop_nulls().is_empty()


def test_history_without_events_is_built(tmp_path):
    source = {"kind": "github_dump", "path": "github/quicwg__multipath"}
    review = built(team_on(tmp_path, "quicwg/multipath", source), "2025-09")
    assert review.metric("issues_new").height
    assert review.findings()
