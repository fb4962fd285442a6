"""A fetch that dies, wherever it is, leaves whole pages, and the next one goes on from there."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from signal import SIGKILL
from typing import Any

import polars as pl
import pytest
from commands import OUR_ERROR, STOPPED, WHOLE
from dump_factory import SmallTeam, write_yaml
from fetch_processes import (
    BEGIN,
    COMMIT,
    COMMITTED,
    KILLED,
    PAUSED,
    ROW,
    FetchProcess,
    FetchProcesses,
    Moment,
    digest,
    held,
    moments,
)
from github_stand_in import TOKEN, GithubStandIn, World, small_world
from github_world import Item

from opsreview.sources.github.api import Github
from opsreview.store import Store

REPO = "team/product"
MINUTE, MONTH = 60, 31 * 24 * 3600
# How much may be written to one file: in the tables, in the first page, later, in the checkpoint.
WRITTEN_BYTES = (1_000, 50_000, 120_000, 240_000, 300_000)


def half_of_all_changes(world: World) -> None:
    """More than the first page of a refresh holds."""
    for number in range(1, 60, 2):
        world.clock.offset += 10 * MINUTE
        world.repository.update(number)


def what_no_time_of_change_tells(world: World) -> None:
    """What only a sweep finds; a month later one is due."""
    world.clock.offset += MONTH
    repository = world.repository
    pulls = [item.number for item in repository.items.values() if item.is_pull][-2:]
    issues = [item.number for item in repository.items.values() if not item.is_pull][-2:]
    repository.delete(*pulls, issues[0])
    repository.transfer(issues[1], "team/other#7")
    for day, is_pull in enumerate((False, False, True, True), 10):
        repository.add(Item(is_pull=is_pull, created_at=f"2026-05-{day}T00:00:00Z"))
    repository.rename_label("bug", "defect")
    repository.delete_release("v1.2.0")
    world.rename_user("sol", "luna")


CHANGES: dict[str, Callable[[World], None] | None] = {
    "first": None,
    "refresh": half_of_all_changes,
    "sweep": what_no_time_of_change_tells,
}


@dataclass
class Scene:
    """A fetch of many pages: what it begins with, asks for, comes by and leaves."""

    root: Path
    github: GithubStandIn
    processes: FetchProcesses
    begins_with: Path | None = None
    team_count: int = 0
    clean: list[str] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    right: list[tuple[Any, ...]] = field(default_factory=list)

    def team(self) -> SmallTeam:
        """A team whose store is as it is before the fetch."""
        self.team_count += 1
        team = SmallTeam(self.root / str(self.team_count))
        source = {"kind": "github", "api_url": self.github.url}
        review = {"repos": [REPO], "timezone": "UTC", "sources": [source]}
        write_yaml(team.folder / "review.yaml", review)
        team.store.parent.mkdir(parents=True)
        if self.begins_with:
            shutil.copy(self.begins_with, team.store)
        self.github.heal()
        self.github.requests.clear()
        return team

    def start(self, team: SmallTeam, **plan: Any) -> FetchProcess:
        return self.processes.start(team, self.github.url, **plan)

    def killed_at_request(self, team: SmallTeam, place: int) -> None:
        """Killed while it waits for the answer."""
        pids: SimpleQueue[int] = SimpleQueue()
        self.github.fail("kill", at=place, call=lambda: os.kill(pids.get(timeout=60), SIGKILL))
        fetch = self.start(team)
        pids.put(fetch.pid)
        assert fetch.ended() == KILLED
        self.github.heal()

    def asked(self) -> list[str]:
        """What was asked for since the last time, or since the team was made."""
        requests = [*self.github.requests]
        self.github.requests.clear()
        return [f"{each.query or each.path} {json.dumps(each.variables)}" for each in requests]

    def go_through(self) -> None:
        """Once without any fault."""
        team, log = self.team(), self.root / "log"
        assert self.start(team, log=str(log)).ended() == WHOLE
        self.clean, self.moments, self.right = self.asked(), moments(log), held(team.store)

    def places(self, what: str) -> list[int]:
        return [place for place, moment in enumerate(self.moments) if moment.what == what]

    def held_at(self, place: int) -> str:
        """The digest of the pages that are whole at a moment."""
        first = digest(held(self.begins_with) if self.begins_with else [])
        return ([first] + [each.digest for each in self.moments[: place + 1] if each.digest])[-1]

    @property
    def page_digests(self) -> set[str]:
        """Of all that is ever held."""
        return {self.held_at(place) for place in range(len(self.moments))}

    @property
    def most_again(self) -> int:
        """How many requests a crash may cost: a page's, and two that ask where things stand.

        A sweep begins anew.
        """
        if any(name_of(asked).startswith("sweep") for asked in self.clean):
            return len(self.clean)
        pages = Counter(self.page_start(place) for place in range(len(self.clean)))
        return max(pages.values()) + 2

    def page_start(self, place: int) -> int:
        """Where the page begins that a request is part of; with it go the lists nested in it."""
        names = [name_of(asked) for asked in self.clean[: place + 1]]
        is_start = [
            not name.startswith("more_") and before != "repository"
            for before, name in zip(["", *names], names, strict=False)
        ]
        return max(number for number, is_one in enumerate(is_start) if is_one)


@pytest.fixture(scope="module")
def processes() -> Iterator[FetchProcesses]:
    with FetchProcesses(TOKEN) as processes:
        yield processes


@pytest.fixture(scope="module", params=CHANGES)
def scene(
    request: pytest.FixtureRequest,
    processes: FetchProcesses,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    world = small_world()
    with GithubStandIn(world, limit=1_000_000) as github:
        scene = Scene(tmp_path_factory.mktemp("crash"), github, processes)
        if change := CHANGES[request.param]:
            before = scene.team()
            assert scene.start(before).ended() == WHOLE
            scene.begins_with = before.store
            change(world)
        scene.go_through()
        yield scene


def of(*names: str) -> Any:
    return pytest.mark.parametrize("scene", names, indirect=True)


def assert_goes_on(scene: Scene, team: SmallTeam) -> None:
    """The next fetch ends with what a fetch without any fault leaves."""
    assert scene.start(team).ended() == WHOLE
    assert held(team.store) == scene.right


def drawn(scene: Scene, counts: Mapping[str, int]) -> list[int]:
    """So many moments of each kind, the same ones every time."""
    rng = random.Random(20)
    return [
        place for what, count in counts.items() for place in rng.sample(scene.places(what), count)
    ]


def name_of(asked: str) -> str:
    return asked.partition(" ")[0]


def read_items(asked: list[str]) -> set[str]:
    """The ids of items that were read anew."""
    pages = [json.loads(each.partition(" ")[2]) for each in asked if name_of(each) == "items"]
    return {key for page in pages for key in page["ids"]}


def rows_in(scene: Scene, team: SmallTeam) -> dict[str, pl.DataFrame]:
    """What a reader makes of a store."""
    declared = {"kind": "github", "api_url": scene.github.url}
    with Store.read(team.store) as store:
        return Github.model_validate(declared, context={"repos": [REPO]}).rows(store).tables


@of("first", "refresh")
def test_fetch_killed_at_any_request_asks_again_for_that_page_alone(scene: Scene) -> None:
    assert len(scene.clean) > 8
    for place in range(len(scene.clean)):
        team = scene.team()
        scene.killed_at_request(team, place)
        assert scene.asked() == scene.clean[: place + 1]
        assert digest(held(team.store)) in scene.page_digests
        assert_goes_on(scene, team)
        again, rest = scene.asked(), scene.clean[scene.page_start(place) :]
        if again[0] not in rest:
            assert name_of(again.pop(0)) == "repository"  # is it still the same one?
        assert again[: len(rest)] == rest
        more = again[len(rest) :]  # a refresh that was cut short asks what has changed since
        assert [name_of(asked) for asked in more] in ([], ["refresh"])
        assert not (more and scene.begins_with is None)


@of("sweep")
def test_sweep_killed_at_a_request_begins_anew_and_reads_what_it_stored_no_more(
    scene: Scene,
) -> None:
    many_labels = "I_1_3"  # has more of them than a sweep lists, so it is read in each
    assert {"sweep_issues", "sweep_pulls", "items"} <= {name_of(asked) for asked in scene.clean}
    for place in range(1, len(scene.clean), 3):
        team = scene.team()
        scene.killed_at_request(team, place)
        assert digest(held(team.store)) in scene.page_digests
        assert scene.asked() == scene.clean[: place + 1]
        assert_goes_on(scene, team)
        again = scene.asked()
        more = Counter(again) - Counter(scene.clean)
        assert {name_of(asked) for asked in more} <= {"items"}
        stored = read_items(scene.clean[: scene.page_start(place)])
        assert stored & read_items(again) <= {many_labels}


def test_fetch_killed_while_it_writes_leaves_the_pages_before_whole(scene: Scene) -> None:
    is_first = scene.begins_with is None
    counts = {BEGIN: 1, ROW: 9, COMMIT: 5, COMMITTED: 5} if is_first else {ROW: 2, COMMIT: 1}
    for place in drawn(scene, counts):
        team = scene.team()
        assert scene.start(team, moment=place).ended() == KILLED
        assert digest(held(team.store)) == scene.held_at(place)
        assert_goes_on(scene, team)
        assert len(scene.asked()) <= len(scene.clean) + scene.most_again


@of("first", "refresh")
def test_fetch_killed_inside_a_write_leaves_the_pages_before_whole(scene: Scene) -> None:
    for most_bytes in WRITTEN_BYTES:
        team = scene.team()
        assert scene.start(team, most_bytes=most_bytes, dies=True).ended() == KILLED
        assert digest(held(team.store)) in scene.page_digests
        assert_goes_on(scene, team)


@of("first")
def test_full_disk_is_told_and_leaves_the_pages_before_whole(scene: Scene) -> None:
    for most_bytes in WRITTEN_BYTES:
        team = scene.team()
        fetch = scene.start(team, most_bytes=most_bytes)
        assert fetch.ended() == OUR_ERROR
        said = fetch.said.read_text("utf-8")
        assert re.search(r"error: store .*small\.sqlite cannot be used .* the disk has room", said)
        assert "Traceback" not in said
        assert digest(held(team.store)) in scene.page_digests
        assert_goes_on(scene, team)


@of("refresh")
def test_second_fetch_is_told_who_fetches_and_since_when(scene: Scene) -> None:
    team, begun_at = scene.team(), datetime.now(UTC).replace(microsecond=0)
    first = scene.start(team, moment=scene.places(ROW)[9], pauses=True)
    assert first.ended() == PAUSED
    second = scene.start(team)
    assert second.ended() == STOPPED
    said = second.said.read_text("utf-8")
    told = re.search(rf"is being fetched by process {first.pid} since (.* UTC): run this", said)
    assert told, said
    since = datetime.strptime(told[1], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    assert begun_at <= since <= datetime.now(UTC)
    first.goes_on()
    assert first.ended() == WHOLE
    assert held(team.store) == scene.right


@of("refresh")
def test_store_is_free_again_when_whoever_fetched_was_killed(scene: Scene) -> None:
    team = scene.team()
    fetch = scene.start(team, moment=scene.places(ROW)[9], pauses=True)
    assert fetch.ended() == PAUSED
    os.kill(fetch.pid, SIGKILL)
    assert fetch.ended() == KILLED
    assert f"process {fetch.pid} since" in team.store.with_suffix(".lock").read_text("utf-8")
    assert_goes_on(scene, team)


@of("refresh")
@pytest.mark.parametrize("what", [BEGIN, ROW, COMMIT, COMMITTED])
def test_reader_sees_whole_pages_while_a_fetch_writes(scene: Scene, what: str) -> None:
    team, place = scene.team(), scene.places(what)[len(scene.places(what)) // 2]
    before = rows_in(scene, team)
    fetch = scene.start(team, moment=place, pauses=True)
    assert fetch.ended() == PAUSED
    assert digest(held(team.store)) == scene.held_at(place)
    assert rows_in(scene, team)["issues"].height == before["issues"].height
    fetch.goes_on()
    assert fetch.ended() == WHOLE
    assert rows_in(scene, team)["comments"].height == before["comments"].height + 30


@of("refresh")
def test_reader_that_takes_its_time_holds_up_no_fetch(scene: Scene) -> None:
    team = scene.team()
    with closing(sqlite3.connect(team.store, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        count = "SELECT count(*), sum(length(body)) FROM nodes"
        before = reader.execute(count).fetchall()
        assert_goes_on(scene, team)
        assert reader.execute(count).fetchall() == before
    assert held(team.store) == scene.right
