"""Whatever happens on GitHub, and however fetches go: in the end the rows of one clean reading."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import polars as pl
import pytest
from github_faults import KINDS
from github_team import LONG, GithubTeam, MakeTeam
from github_world import Comment, Item, Release, Repository, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from opsreview.errors import OpsReviewError
from opsreview.sources import SourceRows
from opsreview.sources.github import pages
from opsreview.store import Store

PEOPLE = ("ada", "ben", "rae", "dependabot[bot]")
SLOW = {"stall", "meanwhile"}
Change = Callable[[World, int], object]


def a_world() -> World:
    """Two repositories with a few items each, and two releases."""
    world = World(Repository("team/product"), Repository("team/docs", id=2))
    for repository in world.repositories:
        for number in range(1, 6):
            day = f"2026-10-{number:02d}T00:00:00Z"
            author = PEOPLE[number % 4]
            said = [Comment(PEOPLE[each], day) for each in range(number % 3)]
            repository.add(
                Item(
                    is_pull=number % 2 == 0,
                    author=author,
                    created_at=day,
                    labels=["bug"],
                    comments=said,
                )
            )
        for tag in ("v1", "v2"):
            repository.add_release(Release(tag, "2026-10-01T00:00:00Z"))
    return world


# What may happen; the number says to which.


def on_an_item(change: Callable[[Repository, Item], object]) -> Change:
    def made(world: World, pick: int) -> None:
        repository = world.repositories[pick % 2]
        items = list(repository.items.values())
        if items:
            change(repository, items[pick // 2 % len(items)])

    return made


def on_a_release(change: Callable[[Repository, str], object]) -> Change:
    def made(world: World, pick: int) -> None:
        repository = world.repositories[pick % 2]
        if repository.releases:
            change(repository, repository.releases[pick % len(repository.releases)].tag)

    return made


def label(repository: Repository, item: Item) -> None:
    if "feature" not in item.labels:
        repository.label("feature", item.number)


def turn(repository: Repository, item: Item) -> None:
    (repository.reopen if item.closed_at else repository.close)(item.number)


def publish(world: World, pick: int) -> None:
    repository = world.repositories[pick % 2]
    repository.add_release(Release(f"v{repository.last_id + 10}", repository.clock.moment))


def open_one(world: World, pick: int) -> None:
    world.repositories[pick % 2].create(is_pull=pick % 3 == 0, author=PEOPLE[pick % 4])


CHANGES: dict[str, Change] = {
    "open": open_one,
    "comment": on_an_item(lambda repository, item: repository.update(item.number)),
    "comment as a bot": on_an_item(
        lambda repository, item: repository.update(item.number, author="stale[bot]")
    ),
    "close or reopen": on_an_item(turn),
    "label": on_an_item(label),
    "delete": on_an_item(lambda repository, item: repository.delete(item.number)),
    "delete comments": on_an_item(lambda it, item: it.delete_comments(item.number)),
    "move away": on_an_item(lambda it, item: it.transfer(item.number, "else/where#1")),
    "move over": lambda world, pick: on_an_item(
        lambda it, item: it.transfer(item.number, world.repositories[it.id % 2])
    )(world, pick),
    "rename a label": lambda world, pick: world.repositories[pick % 2].rename_label(
        "bug", "defect"
    ),
    "rename a login": lambda world, pick: world.rename_user(PEOPLE[pick % 3], f"{pick % 3}-now"),
    "delete an account": lambda world, pick: world.delete_user(PEOPLE[pick % 3]),
    "publish": publish,
    "edit a release": on_a_release(lambda it, tag: it.edit_release(tag, name="Edited")),
    "delete a release": on_a_release(lambda it, tag: it.delete_release(tag)),
}

picks = st.integers(0, 40)
changes = st.tuples(st.just("change"), st.sampled_from(sorted(CHANGES)), picks)
times = st.tuples(st.just("time"), st.sampled_from([1, 200, 3600, 40 * 86_400]))
faults = st.none() | st.tuples(st.sampled_from(sorted(KINDS - SLOW)), st.integers(0, 15))
meanwhile = st.none() | st.tuples(st.sampled_from(sorted(CHANGES)), picks, st.integers(0, 15))
fetches = st.tuples(st.just("fetch"), faults, meanwhile, st.sampled_from([10, LONG]))
histories = st.lists(changes | times | fetches, max_size=14)


@pytest.fixture
def team(github_team: MakeTeam, monkeypatch: pytest.MonkeyPatch) -> GithubTeam:
    for query in pages.SIZES:
        monkeypatch.setitem(pages.SIZES, query, 2)
    return github_team(a_world())


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories)
def test_any_history_ends_in_the_rows_of_one_clean_reading(
    history: list[tuple[object, ...]], team: GithubTeam, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("history")
    team.github.world = a_world()
    team.github.budgets["graphql"].used = team.github.budgets["core"].used = 0
    with Store.open(folder / "lived.sqlite") as team.store:
        for step in history:
            live(team, step)
        team.github.heal()
        team.fetch(is_sweep=True)
        lived, clean = team.rows(), team.again(folder / "clean.sqlite")
        same(lived, clean, team.world)
        for repository in team.world.repositories:
            reading = team.reading(repository.name)
            assert (reading.is_complete, reading.n_items) == (True, len(repository.items))


def live(team: GithubTeam, step: tuple[object, ...]) -> None:
    match step:
        case "change", str(change), int(pick):
            CHANGES[change](team.world, pick)
        case "time", int(seconds):
            team.github.clock += seconds
        case "fetch", fault, meanwhile, max_wait:
            team.github.heal()
            if fault:
                kind, at = fault
                team.github.fail(kind, at=at, to=f"{team.github.url}/elsewhere")
            if meanwhile:
                change, pick, at = meanwhile
                change_it = partial(CHANGES[change], team.world, pick)
                team.github.fail("meanwhile", at=at, call=change_it)
            with suppress(OpsReviewError):
                team.fetch(max_wait_seconds=max_wait)


def same(lived: SourceRows, clean: SourceRows, world: World) -> None:
    deleted = {key for key, account in world.accounts.items() if account.is_deleted}
    names = [*deleted, *(world.accounts[key].login for key in deleted)]
    assert lived.covers == clean.covers
    for table, frame in clean.tables.items():
        assert_frame_equal(without(names, lived.tables[table]), without(names, frame))


def without(names: list[str], frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with ghosts for deleted accounts: they keep their names on what was read."""
    ghosts = [
        pl.when(pl.col(column).is_in(names)).then(pl.lit("ghost")).otherwise(column).alias(column)
        for column in frame.columns
        if column.endswith("_account")
    ]
    order = [column for column in frame.columns if frame[column].dtype != pl.List]
    named = frame.filter(~pl.col("account").is_in(names)) if "account" in frame.columns else frame
    return named.with_columns(ghosts).sort(order)
