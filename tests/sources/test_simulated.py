"""The simulated team as a source: into the store and out as our tables."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from opsreview.params import load_team
from opsreview.simulate import EXTENSION_TEAM
from opsreview.sources import SourceRows
from opsreview.sources.simulated import Simulated
from opsreview.store import Store
from opsreview.tables.build import build_tables

REPO = "example/analyst-extension"
PARAMS = Path(__file__).parents[2] / "params"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> SourceRows:
    source = Simulated.model_validate({"kind": "simulated", "team": "extension"})
    with Store.open(tmp_path_factory.mktemp("simulated") / "store.sqlite") as store:
        source.fetch(store)
        return source.rows(store)


def test_store_that_was_never_fetched_gives_nothing(store: Store, declare: Any) -> None:
    source = declare(Simulated, kind="simulated", team="extension")

    assert source.rows(store) == SourceRows({}, {})


def test_last_moment_is_the_plans(rows: SourceRows) -> None:
    assert rows.fetched_at == EXTENSION_TEAM.fetched_at


def test_no_row_is_rejected(rows: SourceRows) -> None:
    team = load_team("demo", PARAMS)

    tables = build_tables({"simulated": rows}, team)

    assert rows.rejected == []
    assert {name: frame.height for name, frame in tables.rejected.items()} == {}


def test_every_table_but_support_requests_is_there_and_not_empty(rows: SourceRows) -> None:
    assert set(rows.tables) == {
        "issues",
        "pull_requests",
        "comments",
        "reviews",
        "events",
        "releases",
        "accounts",
        "incidents",
        "incident_events",
        "shifts",
    }
    assert all(frame.height for frame in rows.tables.values())


def test_history_is_spoken_for_from_the_first_day_to_the_last_moment(rows: SourceRows) -> None:
    spoken = rows.covers[("issues", REPO)]

    assert spoken.start_at == datetime(2025, 4, 30, 22, tzinfo=UTC)
    assert spoken.start_at < rows.tables["issues"]["opened_at"].min()  # type: ignore[operator]
    assert spoken.end_at > EXTENSION_TEAM.fetched_at


def test_shifts_are_spoken_for_beyond_the_last_moment(rows: SourceRows) -> None:
    assert rows.covers[("shifts", "")].end_at > datetime(2026, 12, 1, tzinfo=UTC)


def test_declared_repository_is_the_one_of_all_rows(store: Store, declare: Any, read: Any) -> None:
    found = read(declare(Simulated, kind="simulated", team="extension", seed=3, repo="a/b"))

    assert set(found.tables["issues"]["repo"]) == {"a/b"}
    assert found.tables["issues"]["url"].str.contains("github.com/a/b/").all()
    assert set(found.tables["incidents"]["repo"]) == {"a/b"}


def test_seeds_lie_apart_in_the_store(declare: Any) -> None:
    keys = {declare(Simulated, kind="simulated", team="extension", seed=n).key for n in (1, 2)}

    assert keys == {"simulated:extension:1", "simulated:extension:2"}


def test_unknown_team_is_refused(declare: Any) -> None:
    with pytest.raises(ValidationError, match="extension"):
        declare(Simulated, kind="simulated", team="nobody")


def test_people_of_the_demo_are_those_of_the_plan() -> None:
    people = load_team("demo", PARAMS).people

    assert list(people) == [person.id for person in EXTENSION_TEAM.maintainers]
    for person in EXTENSION_TEAM.maintainers:
        listed = people[person.id]
        assert listed.accounts == [person.account]
        assert "(simulated)" in str(listed.name)
        assert listed.zone == person.zone
        assert listed.share == person.share
        assert listed.joined_on == person.joined_on
        assert listed.working_hours.start == person.works_from
        assert listed.working_hours.end == person.works_to


def test_demo_declares_the_seed_of_the_plan() -> None:
    (source,) = load_team("demo", PARAMS).review.sources

    assert isinstance(source, Simulated)
    assert source.plan == EXTENSION_TEAM
