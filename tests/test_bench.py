"""The bench says what it measures: its verdicts, and the history of a million in small."""

import shutil
import sys
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent / "bench"))

from clone import REPO, large_clone, told_of
from fairness import ROTAS, called
from measure import Figure
from million import CYCLE, EVENTS_PER_ITEM, simulated_tables
from portfolio_luck import marked_share, smallest_ps
from portfolio_page import fleet
from signals import Team, shown

from opsreview.portfolio import read_portfolio
from opsreview.sources.git_tags import GitTags
from opsreview.tables.schemas import SCHEMAS

ITEMS = 3000


@cache
def tables() -> dict[str, pl.DataFrame]:
    return simulated_tables(ITEMS)


@pytest.mark.parametrize(
    ("value", "at_least", "limit", "verdict"),
    [
        (0.95, 0.935, 0.985, "holds"),
        (0.93, 0.935, 0.985, "MISSED"),
        (0.99, 0.935, 0.985, "MISSED"),
        (2.9, 3, None, "MISSED"),
        (3, 3, None, "holds"),
        (11, None, 10, "MISSED"),
        (11, None, None, ""),
    ],
)
def test_figure_holds_between_its_limits(value, at_least, limit, verdict) -> None:
    assert Figure("a", value, "", limit, at_least=at_least).verdict == verdict


@pytest.mark.parametrize("name", SCHEMAS)
def test_simulated_tables_keep_their_contracts(name: str) -> None:
    assert SCHEMAS[name].is_valid(tables()[name])


def test_simulated_items_have_ten_events_each() -> None:
    made = {name: table.height for name, table in tables().items()}
    assert made["issues"] + made["pull_requests"] == ITEMS
    assert made["comments"] + made["reviews"] + made["events"] == EVENTS_PER_ITEM * ITEMS


def test_simulated_cycle_is_one_of_a_hundred_and_twenty() -> None:
    is_opened = CYCLE.window.has("opened_at")
    opened = sum(tables()[name].filter(is_opened).height for name in ("issues", "pull_requests"))
    assert opened == pytest.approx(ITEMS / 120, rel=0.6)
    assert tables()["spells"]["is_end_known"].all()
    assert tables()["spells"]["spell"].max() == 1


def test_few_draws_of_a_changed_team_show_its_change_and_of_a_flat_one_none() -> None:
    dice = np.random.default_rng(1)
    changed = [shown(Team(60, 0.0, factor=4), dice) for _ in range(3)]
    flat = [shown(Team(60, 0.0), dice) for _ in range(3)]
    assert all(rows.any(axis=0)[[0, 3]].all() for rows in changed)
    assert sum(rows.sum() for rows in flat) <= 2


def test_few_unchanged_teams_are_marked_by_luck_and_tied_to_it_by_their_size() -> None:
    ps = smallest_ps((1, 40))
    assert marked_share(ps, 20) <= 0.5
    assert marked_share([0.9] * 39 + [0.002], 20) == 0.5
    assert marked_share([0.9] * 39 + [0.002], 40) == 0


def test_few_simulated_rotas_are_called_unfair_where_they_are_and_not_where_they_are_not() -> None:
    dice = np.random.default_rng(1)
    fair = [called(ROTAS[1], dice)[1] for _ in range(10)]
    unfair = [called(ROTAS[2], dice)[1] for _ in range(10)]
    assert sum(fair) <= 2
    assert sum(unfair) >= 8


def test_few_teams_of_the_bench_are_whole_and_every_tenth_has_a_signal(tmp_path: Path) -> None:
    portfolio = read_portfolio(fleet(tmp_path, teams=3, cycles=14))
    assert not portfolio.problems
    assert portfolio.named(lambda team: team.stands) == ["team-000"]
    assert all("earlier 12 cycles" in team.multiples[0].usual for team in portfolio.teams)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_large_clone_in_small_has_every_merge_in_the_release_it_was_made_for(tmp_path) -> None:
    merged = large_clone(tmp_path / "clone", merges=120, tags=24)
    said = {"kind": "git_tags", "path": "clone", "repo": REPO}
    source = GitTags.model_validate(said, context={"folder": tmp_path})

    told, counts = told_of(source, merged, tmp_path / "store.sqlite")
    assert told["released_in"].equals(told["expected"])
    assert told["expected"].null_count() < told.height == merged.height
    assert counts["commits"] > 4 * merged.height
